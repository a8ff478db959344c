"""
Exact money: rates and quantities are rationals, amounts are integers of a currency's minor unit.

Every rounding is half up, away from zero, and happens in `round_half_up` alone.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.records import ExchangeRate

BASE_EXPONENT = 2
"""Minor-unit digits of the base currency, whose minor unit is the fen."""


def divide_half_up(numerator: int, denominator: int) -> int:
    """
    Return a quotient of integers rounded half up, away from zero.

    Examples
    --------
    >>> [divide_half_up(n, 2) for n in (-3, -1, 1, 3)]
    [-2, -1, 1, 2]
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def round_half_up(value: Fraction | Decimal | int) -> int:
    """
    Return an exact number rounded half up, away from zero.

    Examples
    --------
    >>> round_half_up(Decimal("2.5")), round_half_up(Decimal("-2.5")), round_half_up(Fraction(7, 3))
    (3, -3, 2)
    """
    return divide_half_up(*value.as_integer_ratio())


def to_minor(amount: Fraction | Decimal | int, currency: ExchangeRate) -> int:
    """
    Return an amount of a currency in its minor unit, rounded half up.

    Parameters
    ----------
    amount
        In major units.
    currency
        The currency's row of the table ``fx``, which has its minor-unit digits.
    """
    return round_half_up(Fraction(amount) * 10**currency.exponent)


def to_fen(amount_minor: int, currency: ExchangeRate) -> int:
    """
    Return an amount of a currency's minor unit in CNY fen, rounded half up.

    Notes
    -----
    ``amount_minor * cny_per_unit * 100 / 10 ** exponent``.
    """
    fen_per_minor = Fraction(currency.cny_per_unit) * 10**BASE_EXPONENT / 10**currency.exponent
    return round_half_up(amount_minor * fen_per_minor)


def from_fen(fen: int, currency: ExchangeRate) -> int:
    """Return an amount in CNY fen in a currency's minor unit, rounded half up."""
    minor_per_fen = Fraction(10**currency.exponent, 10**BASE_EXPONENT) / Fraction(currency.cny_per_unit)
    return round_half_up(fen * minor_per_fen)


def line_minor(
    quantity: Fraction | int, rate: Decimal, currency: ExchangeRate, min_charge: Decimal | None = None
) -> int:
    """
    Return the amount of a priced line in the minor unit of its currency.

    Parameters
    ----------
    quantity
        Exact quantity of the basis, such as boxes or chargeable kilograms.
    rate
        Price of one, in major units.
    currency
        The currency's row of the table ``fx``.
    min_charge
        Least amount of the line in major units, or None.

    Notes
    -----
    The product is rounded first, then compared with the minimum.
    """
    amount = to_minor(quantity * Fraction(rate), currency)
    return amount if min_charge is None else max(amount, to_minor(min_charge, currency))


def format_minor(amount_minor: int, currency: ExchangeRate) -> str:
    """
    Return an amount of minor units as exact text in major units.

    Examples
    --------
    >>> from data.catalogue import Catalogue
    >>> yen, yuan = Catalogue.from_rows({"fx": [
    ...     {"currency": "JPY", "cny_per_unit": "0.047", "exponent": 0},
    ...     {"currency": "CNY", "cny_per_unit": 1}]}).fx
    >>> format_minor(1205, yen), format_minor(-1205, yuan)
    ('1205', '-12.05')
    """
    return f"{Decimal(amount_minor).scaleb(-currency.exponent):f}"
