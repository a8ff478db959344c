"""
At which order value parcels and bulk to a warehouse cost the same, exactly.

The cost of an order is piecewise linear in its value: it bends or jumps only where a band of low values or of fees
begins, and where the parts of a compound rate or the bounds of a fee meet. Between these values it is a straight
line, so that two values on it give the point where two ways cost the same, as a fraction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from network.customs.breakpoints import breakpoints
from network.customs.landed import landed_cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate

Cheaper = Literal["parcel", "warehouse", "equal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """
    Two ways to serve the same orders.

    Parameters
    ----------
    parcel
        One order as a parcel, with the costs of its way; its values say in which proportion the lines stand.
    bulk
        The same order within stock for a warehouse, with its share of the costs of the way.
    per_order_minor
        What an order costs after the warehouse: storage, picking, last mile.
    orders
        Orders in one consignment of stock, on which bands and bounds of fees depend.
    with_vat
        Whether import VAT counts; it is left out where it is passed on or deducted.
    """

    parcel: LandedQuestion
    bulk: LandedQuestion
    per_order_minor: int
    orders: int = 1000
    with_vat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """
    Values of an order between which one way is the cheaper one.

    Parameters
    ----------
    above, until
        Exact values in minor units; `until` is None for the last band.
    cheaper
        Which way.
    is_jump
        Whether the band ends where a cost jumps, rather than where the two are equal.
    """

    above: Fraction
    until: Fraction | None
    cheaper: Cheaper
    is_jump: bool


def cost_of_order(ways: Ways, rules: RulesOfDate, way: Literal["parcel", "warehouse"], value: Fraction) -> Fraction:
    """
    Return what an order costs beside its goods, unrounded, in minor units of the currency of the questions.

    Parameters
    ----------
    ways, rules
        The ways, and the rows of the date.
    way
        Which of them.
    value
        Price of the goods of the order, above 0.
    """
    if way == "parcel":
        return _beside_goods(scaled(ways.parcel, value, 1), rules, with_vat=ways.with_vat)
    bulk = _beside_goods(scaled(ways.bulk, value, ways.orders), rules, with_vat=ways.with_vat)
    return bulk / ways.orders + ways.per_order_minor


def _beside_goods(question: LandedQuestion, rules: RulesOfDate, *, with_vat: bool) -> Fraction:
    """Return costs of the way, duty, excise and fees of a consignment, with or without VAT."""
    kinds = ("cost", "duty", "excise", "fee", *(("vat",) if with_vat else ()))
    answer = landed_cost(question, rules, is_exact=True)
    return sum((answer.total(kind) for kind in kinds), Fraction(0))


def scaled(question: LandedQuestion, value: Fraction, orders: int) -> LandedQuestion:
    """Return some orders of a value as one question; values are fractions of minor units here."""
    whole = question.value_minor
    lines = tuple(
        replace(
            line,
            value_minor=line.value_minor / whole * value * orders,
            quantity=line.quantity * orders,
            mass_g=line.mass_g * orders,
            volume_ml=line.volume_ml * orders,
        )
        for line in question.lines
    )
    costs = {name: minor * orders for name, minor in question.costs_minor.items()}
    return replace(question, lines=lines, costs_minor=costs, regime=None)


def bands(ways: Ways, rules: RulesOfDate) -> tuple[Band, ...]:
    """Return which way is the cheaper one for every value of an order above 0, with exact bounds."""

    def difference(value: Fraction) -> Fraction:
        first = cost_of_order(ways, rules, "parcel", value)
        return first - cost_of_order(ways, rules, "warehouse", value)

    points = sorted(
        {
            *breakpoints(ways.parcel, rules, orders=1),
            *breakpoints(ways.bulk, rules, orders=ways.orders),
        }
    )
    found: list[Band] = []
    for start, end in pairwise([Fraction(0), *points, None]):
        found += _within(difference, start or Fraction(0), end)
    return _joined(found)


def _within(difference: Callable[[Fraction], Fraction], start: Fraction, end: Fraction | None) -> list[Band]:
    """Return the bands between two breakpoints, where the difference is one straight line."""
    width = Fraction(3) if end is None else end - start
    near, far = start + width / 3, start + width * 2 / 3
    first, second = difference(near), difference(far)
    if first == second:
        return [Band(above=start, until=end, cheaper=_sign(first), is_jump=True)]
    root = near - first * (far - near) / (second - first)
    # The sign before the root is that of the side it falls from.
    before, after = _sign(first - second), _sign(second - first)
    if root <= start:
        return [Band(above=start, until=end, cheaper=after, is_jump=True)]
    if end is not None and root >= end:
        return [Band(above=start, until=end, cheaper=before, is_jump=root != end)]
    return [
        Band(above=start, until=root, cheaper=before, is_jump=False),
        Band(above=root, until=end, cheaper=after, is_jump=True),
    ]


def _sign(difference: Fraction) -> Cheaper:
    """Return which way is cheaper by the cost of parcels less that of the warehouse."""
    return "equal" if difference == 0 else "warehouse" if difference > 0 else "parcel"


def _joined(found: list[Band]) -> tuple[Band, ...]:
    """Return bands of which no two neighbours say the same."""
    joined: list[Band] = []
    for band in found:
        if joined and joined[-1].cheaper == band.cheaper:
            band = replace(band, above=joined.pop().above)  # noqa: PLW2901 - the joined one takes its place
        joined.append(band)
    return tuple(joined)


def mix_break_even(first: Fraction, second: Fraction) -> Fraction | None:
    """
    Return the share of orders of a first kind at which both ways cost the same, None if no share does.

    Parameters
    ----------
    first, second
        Cost by parcel less cost by warehouse, of an order of the first and of the second kind.

    Notes
    -----
    ``s · first + (1 − s) · second = 0``.

    Examples
    --------
    >>> mix_break_even(Fraction(300), Fraction(-100)), mix_break_even(Fraction(1), Fraction(2))
    (Fraction(1, 4), None)
    """
    if first == second:
        return None
    share = second / (second - first)
    return share if 0 <= share <= 1 else None
