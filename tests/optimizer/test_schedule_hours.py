"""When tasks may begin, reserves and names of resources, against minute-by-minute oracles."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from data.calendar import OpeningHours
from optimizer.schedule.hours import Hours, Window, begun_in, join, meet, modes, without
from optimizer.schedule.reserve import HoldUp, odds_of_delay, reserve_of
from tests.hub_world import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.schedule.problem import Mode

SPAN = 120


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Return ordered intervals that do not touch."""
    cuts = sorted(draw(st.sets(st.integers(0, SPAN), max_size=8)))
    return tuple((begin, end) for begin, end in list(pairwise(cuts))[::2])


def minutes(some: Iterable[tuple[int, int]]) -> set[int]:
    """Return the minutes of half-open intervals."""
    return {minute for begin, end in some for minute in range(begin, end)}


def starts(found: Iterable[Mode]) -> set[tuple[int, int, bool]]:
    """Return every way as begin, minutes from begin to end, and whether it is overtime."""
    return {
        (minute, mode.elapsed_min, mode.is_overtime)
        for mode in found
        for low, high in mode.begins
        for minute in range(low, high + 1)
    }


def ways(open_: set[int], work: int, window: Window, *, may_pause: bool) -> set[tuple[int, int]]:
    """Return every begin with its length, by walking through the minutes."""
    found = set()
    for begin in sorted(open_):
        minute, done = begin, 0
        while done < work and minute <= SPAN:
            done += minute in open_
            minute += 1
        is_whole = minute - begin == work
        if done == work and (may_pause or is_whole) and window.begin_min <= begin and minute <= window.end_min:
            found.add((begin, minute - begin))
    return found


@given(spans(), spans(), st.integers(1, 40), st.integers(0, SPAN), st.integers(0, SPAN), st.booleans())
def test_modes(
    regular: tuple[tuple[int, int], ...],
    more: tuple[tuple[int, int], ...],
    work: int,
    begin: int,
    end: int,
    may_pause: bool,  # noqa: FBT001
) -> None:
    """Ways to do a task are those found minute by minute; what lies in regular hours is not overtime."""
    window = Window(begin, end)
    extended = join(regular, more)
    plain = ways(minutes(regular), work, window, may_pause=may_pause)
    longer = ways(minutes(extended), work, window, may_pause=may_pause)
    wanted = {(*way, False) for way in plain} | {(*way, True) for way in longer - plain}
    assert starts(modes(Hours(regular, extended), work, window, may_pause=may_pause)) == wanted


@given(spans(), st.integers(0, 40), st.integers(0, SPAN), st.integers(0, SPAN))
def test_begun_in(some: tuple[tuple[int, int], ...], elapsed: int, begin: int, end: int) -> None:
    """What only begins in hours may begin at each of their minutes that leaves time for it."""
    wanted = {(minute, elapsed, False) for minute in minutes(some) if begin <= minute <= end - elapsed}
    assert starts(begun_in(some, elapsed, Window(begin, end))) == wanted


@given(spans(), spans())
def test_sets_of_minutes(one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> None:
    """Intervals meet, join and are taken away as sets of minutes are."""
    assert minutes(meet(one, other)) == minutes(one) & minutes(other)
    assert minutes(join(one, other)) == minutes(one) | minutes(other)
    closed = [tuple((begin, end - 1) for begin, end in some) for some in (one, other)]
    left = without(closed[0], closed[1])
    assert {minute for low, high in left for minute in range(low, high + 1)} == minutes(one) - minutes(other)


def test_shifts_and_holidays() -> None:
    """Hours of a resource are those of its calendar: lunch, weekends, days off and make-up workdays."""
    made = sketch()
    made.add("holidays", territory="HO", date="2026-01-06", is_workday="no")
    made.add("holidays", territory="HO", date="2026-01-10", is_workday="yes")
    found = made.catalogue().derived(OpeningHours).intervals("week", "HO", "UTC")
    days = {int(begin) // 1440 for begin in found[0]}
    # Day 4 is Monday the 5th; the 6th is off, Saturday the 10th is worked.
    assert days & set(range(4, 12)) == {4, 6, 7, 8, 9, 11}
    assert [(int(b) % 1440, int(e) % 1440) for b, e in zip(*found, strict=True)][:2] == [(480, 720), (780, 1020)]


HOLD_UPS = st.lists(
    st.builds(
        lambda odds, half, more: HoldUp(odds, half, half + more),
        st.integers(0, 10**6), st.integers(1, 300), st.integers(0, 300),
    ),
    max_size=4,
)  # fmt: skip


@given(HOLD_UPS, st.integers(0, 10**6))
def test_reserve_is_the_least(some: list[HoldUp], risk: int) -> None:
    """The reserve is the least number of minutes that is outlasted seldom enough, 0 if nothing is needed."""
    found = reserve_of(some, risk)
    assert odds_of_delay(some, found) * 10**6 <= risk
    assert found == 0 or odds_of_delay(some, found - 1) * 10**6 > risk
