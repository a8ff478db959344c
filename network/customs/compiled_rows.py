"""Rows of the customs tables as whole numbers; see `network.customs.compiled`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from data.provenance import Row
    from data.records_customs import CustomsFee, DestinationRule, LowValueRule
    from network.customs.question import GoodsLine

Ratio = tuple[int, int]
"""Numerator and denominator, not reduced."""


class Rate(NamedTuple):
    """A rate: how its parts combine, its percentage as a ratio of 1, its amount for a unit, and the unit."""

    combine: str
    percent: Ratio
    amount: Ratio
    unit: str

    def due(self, num: int, den: int, line: GoodsLine) -> Ratio:
        """Return the duty on a value ``num / den``, as `network.customs.rates.due` does."""
        p, q = self.percent
        if self.combine == "percent":
            return p * num, q * den
        a, b = self.amount
        a *= line.mass_g if self.unit == "kg" else line.volume_ml if self.unit == "l" else line.quantity
        if self.combine == "amount":
            return a, b
        share, specific = p * num * b, a * q * den
        both = {"sum": share + specific, "max": max(share, specific)}.get(self.combine, min(share, specific))
        return both, q * den * b


class Layers(NamedTuple):
    """The layers of duty of some goods: those charged in each case, all their rows, and whether no case differs."""

    cases: tuple[tuple[Rate, ...], ...]
    rows: tuple[Row, ...]
    is_certain: bool


class Excise(NamedTuple):
    """The excise of some goods in each case."""

    cases: tuple[Rate, ...]
    is_inside: bool
    row: Row
    is_certain: bool


class Low(NamedTuple):
    """A rule for low values: its band, and what it makes of duty and VAT."""

    row: LowValueRule
    above: Ratio | None
    limit: Ratio
    amounts: tuple[Ratio, ...]
    rates: tuple[Rate, ...]
    deduct: Ratio | None
    share: Ratio
    is_certain: bool


class Fee(NamedTuple):
    """A fee: its band of goods values, its amount or share in each case, and its bounds."""

    row: CustomsFee
    above: Ratio | None
    limit: Ratio | None
    cases: tuple[Ratio, ...]
    least: Ratio | None
    most: Ratio | None
    is_certain: bool


class Refund(NamedTuple):
    """A refund in each case."""

    cases: tuple[Ratio, ...]
    row: Row
    is_certain: bool


class Destination(NamedTuple):
    """How a territory taxes."""

    rule: DestinationRule
    currency: str
    border: tuple[str, ...]
    value_rounding: tuple[int, str]
    duty_rounding: tuple[int, str]
    vat_rounding: tuple[int, str]
    vat: tuple[Ratio, ...]
    has_vat: bool
    vat_base: frozenset[str]
    outside: tuple[str, ...]
    uplift: Ratio
    is_certain: bool
