"""Ways to break a sound schedule, each with the rule that has to be named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.hub_schedule import HubSchedule

    Mutation = Callable[[HubSchedule], HubSchedule]


def task(name: str, **values: Any) -> Mutation:  # noqa: ANN401 - any field
    """Return a change of one task; callables get the old value."""
    return lambda made: replace(
        made, tasks=tuple(_changed(one, values) if one.id == name else one for one in made.tasks)
    )


def consignment(name: str, **values: Any) -> Mutation:  # noqa: ANN401 - any field
    """Return a change of one consignment."""
    return lambda made: replace(
        made,
        consignments=tuple(_changed(one, values) if one.shipment == name else one for one in made.consignments),
    )


def unit(name: str, **values: Any) -> Mutation:  # noqa: ANN401 - any field
    """Return a change of one unit."""
    return lambda made: replace(
        made, units=tuple(_changed(one, values) if one.id == name else one for one in made.units)
    )


def tier(name: str, **values: Any) -> Mutation:  # noqa: ANN401 - any field
    """Return a change of one aim."""
    return lambda made: replace(
        made, tiers=tuple(_changed(one, values) if one.name == name else one for one in made.tiers)
    )


def whole(**values: Any) -> Mutation:  # noqa: ANN401 - any field
    """Return a change of the schedule itself."""
    return lambda made: _changed(made, values)


def _changed(record: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401 - any record
    given = {name: value(getattr(record, name)) if callable(value) else value for name, value in values.items()}
    return replace(record, **given)


def shifted(name: str, minutes: int) -> Mutation:
    """Return a move of one task."""
    return task(name, begin_min=lambda old: old + minutes, end_min=lambda old: old + minutes)


MUTATIONS: dict[str, tuple[Mutation, str]] = {
    "dropped": (lambda made: replace(made, tasks=made.tasks[1:]), "task_missing"),
    "doubled": (lambda made: replace(made, tasks=(*made.tasks, replace(made.tasks[0]))), "task_twice"),
    "stranger": (task("H/A/declare", id="H/Z/declare"), "task_unknown"),
    "other kind": (task("H/A/declare", kind="documents"), "task_fields"),
    "shorter work": (task("H/A/gate_in", work_min=5), "work"),
    "shorter time": (task("H/A/gate_in", end_min=lambda old: old - 5), "hours"),
    "backward": (task("H/A/gate_in", end_min=lambda old: old - 500), "work"),
    "night": (shifted("H/A/gate_in", 15 * 60), "hours"),
    "customs closed": (shifted("H/A/release", -30 * 24 * 60), "arrival"),
    "release too short": (task("H/A/release", end_min=lambda old: old - 1), "work"),
    "free overtime": (task("H/E/gate_in", overtime_cny_minor=0), "overtime_price"),
    "hidden overtime": (task("H/E/gate_in", is_overtime=False), "overtime"),
    "declared before papers": (shifted("H/A/declare", -60), "order"),
    "papers not there": (shifted("H/A/documents", -24 * 60), "papers"),
    "declared too early": (shifted("H/A/declare", -4 * 24 * 60), "declare_early"),
    "gate before release": (shifted("H/A/gate_in", -60), "released"),
    "stuffed before release": (shifted("H/L1/stuff", -120), "released"),
    "sealed before stuffed": (shifted("H/L1/seal", -60), "order"),
    "gate before seal": (shifted("H/L1/gate_in", -60), "order"),
    "inspected before arrival": (shifted("H/D/inspect", -24 * 60), "arrival"),
    "released before inspection": (shifted("H/D/release", -120), "inspection"),
    "no such bay": (task("H/D/inspect", resources=("bay:manual#2", "forklift:general#1")), "resource_name"),
    "no forklift": (task("H/D/inspect", resources=("bay:manual#1",)), "resource_need"),
    "one declarant twice": (
        lambda made: _together(made, "H/B/documents", "H/A/documents"),
        "capacity",
    ),
    "one name twice": (
        lambda made: _together(made, "H/B/documents", "H/A/documents"),
        "resource_twice",
    ),
    "miss not told": (consignment("F", is_missed=False), "missed"),
    "miss invented": (consignment("A", is_missed=True), "missed"),
    "less late": (consignment("F", late_min=1), "late"),
    "left out for nothing": (consignment("A", is_left_out=True), "left_out"),
    "weight": (consignment("A", weight=1), "weight"),
    "odds": (consignment("B", odds_ppm=0), "odds"),
    "arrival": (consignment("A", arrive_min=0), "consignment"),
    "consignment gone": (lambda made: replace(made, consignments=made.consignments[1:]), "consignment"),
    "unit gone": (lambda made: replace(made, units=made.units[1:]), "unit"),
    "reserve too small": (unit("L1", reserve_min=10), "reserve"),
    "reserve too large": (unit("L1", reserve_min=2000), "reserve"),
    "risk not told": (unit("L1", is_at_risk=lambda old: not old), "at_risk"),
    "odds of unit": (unit("L1", odds_ppm=1), "unit_odds"),
    "slack": (unit("L1", slack_min=99_999), "slack"),
    "departure": (unit("L1", depart_min=0), "unit"),
    "sum of misses": (tier("misses", value=0, bound=0), "sum_misses"),
    "sum of risk": (tier("risk", value=1, bound=0), "sum_risk"),
    "sum of lateness": (tier("lateness", value=0, bound=0), "sum_lateness"),
    "sum of overtime": (tier("overtime", value=0, bound=0), "sum_overtime"),
    "sum of makespan": (tier("makespan", value=lambda old: old + 1), "sum_makespan"),
    "bound above": (tier("misses", bound=10**9), "bound"),
    "aim missing": (lambda made: replace(made, tiers=made.tiers[1:]), "aims"),
    "gap": (whole(gap=0.5), "gap"),
    "outside": (whole(outside=("A",)), "outside"),
    "risk limit": (whole(risk_ppm=999_999), "risk_limit"),
    "other data": (whole(fingerprint="other"), "fingerprint"),
    "other cargo": (whole(cargo_fingerprint="other"), "cargo"),
    "nobody handed back": (whole(replan=()), "replan"),
}


def _together(made: HubSchedule, name: str, other: str) -> HubSchedule:
    """Return a schedule in which a task is done while another is."""
    found = next(one for one in made.tasks if one.id == other)
    return task(name, begin_min=found.begin_min, end_min=found.end_min)(made)
