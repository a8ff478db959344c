"""What is different between two plans: for whom, and what it costs them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from data.agreement import Shift
from data.plan import Journey, Unserved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.insight import Insight
    from data.plan import Plan

_AGAIN = ("口岸作业赶不上原班次，已重排。", "Planned again, as its hub could not make the departure before.")


def reasoned(journey: Journey) -> Journey:
    """Return a journey that says that it was planned again."""
    zh, en = _AGAIN
    return replace(journey, reason_zh=f"{journey.reason_zh}{zh}", reason_en=f"{journey.reason_en} {en}".strip())


def named_loads(insight: Insight) -> set[str | None]:
    """Return the load units that an insight names."""
    found = {getattr(one, "load", None) for name in ("bindings", "changes") for one in getattr(insight, name)}
    return found | {getattr(getattr(insight, name), "load", None) for name in ("next_best", "first")}


def moved(before: Plan, after: Plan) -> frozenset[str]:
    """Return the shipments, or parts of them, that do something else in one plan than in another."""
    old, new = _does(before), _does(after)
    return frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _does(plan: Plan) -> dict[str, object]:
    """Return what each shipment does in a plan, apart from reasons and from who bears what."""
    return {part.shipment: _way_of(part) for part in _every(plan)}


def _every(plan: Plan) -> list[Journey | Unserved]:
    return [*plan.journeys, *plan.unserved]


def _way_of(part: Journey | Unserved) -> object:
    return (part.load, part.steps) if isinstance(part, Journey) else part.price_cny_minor


def shifts(before: Plan, after: Plan) -> tuple[Shift, ...]:
    """Return what changed for whom: cost and arrival, in the order of the cargo. Parts count for their shipment."""
    old, new = _borne(before), _borne(after)
    return tuple(
        Shift(
            shipment=name, was_cny_minor=was.cost, cny_minor=now.cost, was_arrive_min=was.arrive_min,
            arrive_min=now.arrive_min, was_days_late=was.days_late, days_late=now.days_late,
        )
        for name, was in old.items()
        if (now := new.get(name, was)) != was
    )  # fmt: skip


class _Borne(NamedTuple):
    """What a shipment bears, when the last of it arrives, and how late; None if any of it stays behind."""

    cost: int
    arrive_min: int | None
    days_late: int


def _borne(plan: Plan) -> Mapping[str, _Borne]:
    """Return what each shipment bears in a plan."""
    parts: dict[str, list[Journey | Unserved]] = defaultdict(list)
    wholes = {part: split.shipment for split in plan.splits for part in split.parts}
    for part in _every(plan):
        parts[wholes.get(part.shipment, part.shipment)].append(part)
    return {name: _sum(every) for name, every in sorted(parts.items())}


def _sum(parts: Sequence[Journey | Unserved]) -> _Borne:
    travelling = [part for part in parts if isinstance(part, Journey)]
    cost = sum(part.cost_cny_minor for part in travelling)
    cost += sum(part.price_cny_minor for part in parts if isinstance(part, Unserved))
    arrives = max(part.arrive_min for part in travelling) if len(travelling) == len(parts) else None
    return _Borne(cost, arrives, max((part.days_late for part in travelling), default=0))
