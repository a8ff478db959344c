"""Orders in which units are put on a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.schedule.evaluate import dues_of

if TYPE_CHECKING:
    from optimizer.schedule.problem import Unit

_FAR = 2**40


def by_due(unit: Unit) -> tuple[int, ...]:
    """Order units by their cut-offs less their reserve."""
    return (min((due for _, due in dues_of(unit)), default=_FAR) - unit.reserve_min, unit.depart_min)


def by_plain_due(unit: Unit) -> tuple[int, ...]:
    """Order units by their cut-offs."""
    return (min((due for _, due in dues_of(unit)), default=_FAR), unit.depart_min)


def by_weight(unit: Unit) -> tuple[int, ...]:
    """Order units by what a miss of them counts, the most first."""
    return (-unit.weight, unit.depart_min)


def by_arrival(unit: Unit) -> tuple[int, ...]:
    """Order units as they come."""
    return (max(member.arrive_min for member in unit.members), unit.depart_min)


ORDERS = (by_due, by_plain_due, by_weight)
"""Orders of units that are tried for a first schedule."""
