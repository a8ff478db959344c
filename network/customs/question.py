"""What is asked about landed cost and about regimes, as plain values that were checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

COSTS = ("pickup", "export_clearance", "origin_handling", "freight", "insurance", "arrival_handling", "delivery")
"""Costs of the way that may be told, in the order in which they arise; all are columns of ``incoterms``."""
TO_EXPORT = COSTS[:3]
"""What is part of a FOB value beside the goods."""
TO_BORDER = COSTS[:5]
"""What is part of a CIF value beside the goods."""

Channel = Literal["b2c", "b2b"]
HS6 = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """
    One line of goods.

    Parameters
    ----------
    hs
        Commodity code of 6, 8 or 10 digits.
    value_minor
        Price of all of it, of the goods alone, in minor units of the currency of the question; a fraction only where
        break-even values are looked for.
    quantity
        Items; a pair of shoes is one.
    mass_g, volume_ml
        Net mass in grams and content in millilitres, for rates by kilogram or litre.
    """

    hs: str
    value_minor: int | Fraction
    quantity: int = 1
    mass_g: int = 0
    volume_ml: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedQuestion:
    """
    One consignment to be imported.

    Parameters
    ----------
    territory
        Customs territory of destination.
    date
        Day of the import declaration.
    currency
        Of the values, the costs and the total of the answer.
    lines
        The goods.
    costs_minor
        Costs of the way by name, see `COSTS`; a name that is missing costs nothing.
    incoterm
        Who pays what.
    channel
        Sold to a person or to a firm.
    scheme
        Scheme of VAT under which it is sold, such as ``ioss``.
    mode
        Mode of the main carriage, for fees that depend on it.
    origin
        Customs territory where the goods were made; the home territory of the data if None.
    exporter
        Who made or exports them, as trade remedies name him.
    origin_proof
        Whether there is a proof of origin for a preference.
    regime
        Variant of the export regime, for the refund of Chinese VAT; None leaves the refund out.
    purchase_minor
        What the goods cost without Chinese VAT, in minor units of the question's currency; the value if None.
    """

    territory: str
    date: dt.date
    currency: str
    lines: tuple[GoodsLine, ...]
    costs_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    incoterm: str = "DAP"
    channel: Channel = "b2c"
    scheme: str | None = None
    mode: str | None = None
    origin: str | None = None
    exporter: str | None = None
    origin_proof: bool = False
    regime: str | None = None
    purchase_minor: int | None = None

    @property
    def value_minor(self) -> Fraction:
        """The price of all goods, in minor units of the question's currency."""
        return sum((Fraction(line.value_minor) for line in self.lines), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeQuestion:
    """
    One shipment that is to be declared at home.

    Parameters
    ----------
    direction
        ``export`` or ``import``.
    date
        Day of the declaration.
    facts
        What is known, by fact of the table ``regime_rules``: words, or minor units of `currency` for money.
        What is not said is left open.
    currency
        Of the money among the facts and of the goods.
    lines
        The goods, for the refund; may be empty.
    purchase_minor
        What the goods cost without VAT, the value if None.
    mode
        Mode of the main carriage; customs at airports have times of their own.
    territory
        Customs territory where it is declared; the home territory of the data if None.
    """

    direction: Literal["export", "import"]
    date: dt.date
    facts: Mapping[str, str | int]
    currency: str = "CNY"
    lines: tuple[GoodsLine, ...] = ()
    purchase_minor: int | None = None
    mode: str | None = None
    territory: str | None = None
