"""How long before its cut-offs a unit should be done, so that an inspection seldom makes it miss its departure."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from data.money import round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

_MILLION = 10**6
_HALF, _NINETY = Fraction(1, 2), Fraction(9, 10)


class HoldUp(NamedTuple):
    """What an inspection of one consignment may do: its odds, and quantiles of the minutes it takes."""

    odds_ppm: int
    p50_min: int
    p90_min: int


def outlasts(hold_up: HoldUp, minutes: int) -> Fraction:
    """
    Return the odds that an inspection, once it comes, takes longer than some minutes.

    Quantiles are linear between 0 %, 50 %, 90 % and 100 %; the first and the last lie as far from their neighbours as
    these from each other, the first not below 0.

    Examples
    --------
    >>> outlasts(HoldUp(10_000, 100, 200), 150)
    Fraction(3, 10)
    """
    spread = hold_up.p90_min - hold_up.p50_min
    points = (
        (max(0, hold_up.p50_min - spread), Fraction(0)),
        (hold_up.p50_min, _HALF),
        (hold_up.p90_min, _NINETY),
        (hold_up.p90_min + spread, Fraction(1)),
    )
    if minutes >= points[-1][0]:
        return Fraction(0)
    for (low, share), (high, more) in zip(points[::-1][1:], points[::-1], strict=False):
        if minutes >= low:
            return 1 - (share + (more - share) * Fraction(minutes - low, high - low))
    return Fraction(1)


def odds_of_delay(hold_ups: Sequence[HoldUp], minutes: int) -> Fraction:
    """Return the odds that any inspection takes longer than some minutes: 1 - product of (1 - odds x outlasts)."""
    kept = Fraction(1)
    for one in hold_ups:
        kept *= 1 - Fraction(one.odds_ppm, _MILLION) * outlasts(one, minutes)
    return 1 - kept


def reserve_of(hold_ups: Sequence[HoldUp], risk_ppm: int) -> int:
    """
    Return the least minutes that inspections outlast with at most the given odds.

    Examples
    --------
    >>> reserve_of([HoldUp(17_000, 1440, 4320)], 20_000), reserve_of([HoldUp(40_000, 1440, 4320)], 20_000)
    (0, 1440)
    """
    limit = Fraction(risk_ppm, _MILLION)
    some = [one for one in hold_ups if one.odds_ppm]
    if any_ppm(some) <= risk_ppm and odds_of_delay(some, -1) <= limit:
        return 0
    low, high = 0, max((2 * one.p90_min - one.p50_min for one in some), default=0)
    while low < high:
        middle = (low + high) // 2
        if odds_of_delay(some, middle) <= limit:
            high = middle
        else:
            low = middle + 1
    return low


def any_ppm(hold_ups: Sequence[HoldUp]) -> int:
    """Return the odds of any inspection at all, in ppm rounded half up."""
    return round_half_up(odds_of_delay(hold_ups, -1) * _MILLION)
