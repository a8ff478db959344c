"""Summary declarations, the lines they are made of, and what became of lists on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from data.declare_values import from_e5


class SourceLine(NamedTuple):
    """
    One line of one list.

    Parameters
    ----------
    list_no
        The declarant's number of the list.
    gnum
        The number of the line in it.
    platform, order_no
        The order the list is of.
    """

    list_no: str
    gnum: int
    platform: str
    order_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """
    One line of a summary declaration; amounts and quantities in hundred-thousandths.

    Parameters
    ----------
    number
        Its place, from 1.
    fields
        What its lines agree in, by field.
    name
        Name of the goods: of the first of its lines.
    qty_e5, qty1_e5, qty2_e5, total_e5
        Sums.
    sources
        The lines it is made of, in order.
    """

    number: int
    fields: dict[str, str]
    name: str
    qty_e5: int
    qty1_e5: int
    qty2_e5: int
    total_e5: int
    sources: tuple[SourceLine, ...]

    @property
    def price(self) -> str:
        """Total over quantity, rounded half up to five decimals."""
        if not self.qty_e5:
            return ""
        return from_e5((2 * self.total_e5 * 100_000 + self.qty_e5) // (2 * self.qty_e5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """
    One summary declaration.

    Parameters
    ----------
    id
        The same lists always give the same.
    fields
        What the heads of its lists agree in.
    month
        Of its lists, ``YYYYMM``.
    part, parts
        Which one it is of those its set of lists was cut into.
    packs, gross_e5, net_e5
        Parcels and kilograms (hundred-thousandths) of the lists whose first line is in it, so that sums over all
        declarations count every list once.
    lines
        Its lines.
    """

    id: str
    fields: dict[str, str]
    month: str
    part: int
    parts: int
    packs: int
    gross_e5: int
    net_e5: int
    lines: tuple[SummaryLine, ...]


class Fate(NamedTuple):
    """
    What became of a list after it was sent.

    Parameters
    ----------
    what
        ``changed`` or ``cancelled``.
    list_no, platform, order_no
        Which list, and of which order.
    at
        Time of the message, 14 digits.
    reason
        As the message gives it.
    """

    what: str
    list_no: str
    platform: str
    order_no: str
    at: str
    reason: str


@dataclass(slots=True)
class Taken:
    """
    What became of the lists that were given.

    Parameters
    ----------
    lists
        Summed up.
    skipped
        Not to be summed up: statistics only.
    fates
        Lists that were changed or taken back.
    """

    lists: int = 0
    skipped: int = 0
    fates: list[Fate] = field(default_factory=list)
