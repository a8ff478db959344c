"""What differs between two plans: their costs by part, their boxes, and what each shipment does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from api.local_words import number
from api.plan_view import NOWHERE, PlanView, gap_text
from api.present import percent
from data.plan import Journey, Load, Unserved
from optimizer.evaluate import evaluate_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.itinerary import Step

_PARTS = ("own", "loads", "penalties", "holding", "carbon", "behind")
Change = Literal["moved", "same", "new", "gone"]


class Sum(NamedTuple):
    """A part of the cost in both plans, in fen; the key of its name is ``part_`` and the name."""

    name: str
    one: int
    other: int

    @property
    def difference(self) -> int:
        """How much more the other plan costs."""
        return self.other - self.one


class Figure(NamedTuple):
    """Something that is counted in both plans, as text; `is_same` says whether nothing changed."""

    name: str
    one: str
    other: str

    @property
    def is_same(self) -> bool:
        """Whether both are alike."""
        return self.one == self.other


class BoxLine(NamedTuple):
    """Boxes of one type on the same departures, and how many of them each plan sends."""

    box: str
    route: str
    departs: str
    one: int
    other: int


class ShipmentLine(NamedTuple):
    """What a shipment does in both plans, and what it costs there, in fen; None where a plan does not have it."""

    shipment: str
    shipper: str
    change: Change
    one: str
    other: str
    arrives_one: str
    arrives_other: str
    one_fen: int | None
    other_fen: int | None


class Comparison(NamedTuple):
    """Two plans side by side."""

    sums: list[Sum]
    figures: list[Figure]
    boxes: list[BoxLine]
    shipments: list[ShipmentLine]

    @property
    def changed(self) -> list[ShipmentLine]:
        """The shipments that do something else."""
        return [line for line in self.shipments if line.change != "same"]


def compare(one: PlanView, other: PlanView) -> Comparison:
    """Return what differs between two plans told in the same language."""
    return Comparison(_sums(one, other), _figures(one, other), _boxes(one, other), _shipments(one, other))


def _sums(one: PlanView, other: PlanView) -> list[Sum]:
    """Return the parts of both costs that are not nothing, and the totals."""
    costs = evaluate_plan(one.plan), evaluate_plan(other.plan)
    rows = [Sum(name, *(getattr(cost, name) for cost in costs)) for name in _PARTS]
    kept = [row for row in rows if row.one or row.other]
    return [*kept, Sum("total", costs[0].total, costs[1].total)]


def _figures(one: PlanView, other: PlanView) -> list[Figure]:
    both = [_counted(view) for view in (one, other)]
    return [Figure(name, both[0][name], both[1][name]) for name in both[0]]


def _counted(view: PlanView) -> dict[str, str]:
    """Return what people ask of a plan besides its cost."""
    summary = view.summary
    return {
        "plan_gap": gap_text(view.plan.gap) or NOWHERE,
        "plan_boxes": number(len(view.plan.loads), view.lang),
        "plan_fill": NOWHERE if summary.fill is None else percent(summary.fill),
        "plan_served": number(summary.served, view.lang),
        "plan_unserved": number(len(view.plan.unserved), view.lang),
        "plan_together": number(summary.together, view.lang),
        "plan_on_time": NOWHERE if summary.on_time_share is None else percent(summary.on_time_share),
        "plan_emissions": number(summary.emissions_g / 1000, view.lang, 0),
    }


def _ride(steps: Iterable[Step]) -> tuple[tuple[str, int], ...]:
    """Return the departures of some steps: service and minute."""
    return tuple((step.service or "", step.depart_min) for step in steps if step.kind == "leg")


def _boxes(one: PlanView, other: PlanView) -> list[BoxLine]:
    """Return the boxes of which one plan sends more than the other."""
    counts = [Counter((load.box, _ride(load.steps)) for load in view.plan.loads) for view in (one, other)]
    examples: dict[tuple[str, tuple[tuple[str, int], ...]], tuple[PlanView, Load]] = {}
    for view in (one, other):
        for load in view.plan.loads:
            examples.setdefault((load.box, _ride(load.steps)), (view, load))
    return [
        BoxLine(key[0], view.route(load.steps), _departs(view, load), counts[0][key], counts[1][key])
        for key, (view, load) in examples.items()
        if counts[0][key] != counts[1][key]
    ]


def _departs(view: PlanView, load: Load) -> str:
    leg = next(step for step in load.steps if step.kind == "leg")
    return view.when(leg.depart_min, leg.origin)


def _shipments(one: PlanView, other: PlanView) -> list[ShipmentLine]:
    """Return a line for each shipment of either plan, those of the first in its order."""
    parts = [_parts(view) for view in (one, other)]
    return [
        _shipment((one, parts[0].get(name)), (other, parts[1].get(name)), name)
        for name in dict.fromkeys([*parts[0], *parts[1]])
    ]


def _parts(view: PlanView) -> dict[str, Journey | Unserved]:
    found: dict[str, Journey | Unserved] = {journey.shipment: journey for journey in view.plan.journeys}
    return found | {left.shipment: left for left in view.plan.unserved}


def _shipment(
    one: tuple[PlanView, Journey | Unserved | None], other: tuple[PlanView, Journey | Unserved | None], name: str
) -> ShipmentLine:
    row = one[0].cargo.by_id.get(name) or other[0].cargo.by_id.get(name)
    change: Change = "new" if one[1] is None else "gone" if other[1] is None else "moved"
    if change == "moved" and _way(one[1]) == _way(other[1]) and _company(*one) == _company(*other):
        change = "same"
    return ShipmentLine(
        name, "" if row is None else row.shipper or "", change, _told(*one), _told(*other), _arrives(*one),
        _arrives(*other), _fen(one[1]), _fen(other[1]),
    )  # fmt: skip


def _way(part: Journey | Unserved | None) -> object:
    """Return which departures a shipment takes, None if it stays behind."""
    return _ride(part.steps) if isinstance(part, Journey) else None


def _company(view: PlanView, part: Journey | Unserved | None) -> object:
    """Return the type of box that a shipment shares, None if none."""
    load = view.loads.get(part.load or "") if isinstance(part, Journey) else None
    return None if load is None else load.box


def _told(view: PlanView, part: Journey | Unserved | None) -> str:
    """Return in words where a shipment is in a plan."""
    if part is None:
        return NOWHERE
    if isinstance(part, Unserved):
        return view.say("desk_stays_behind")
    load = view.loads.get(part.load or "")
    place = view.say("goes_alone") if load is None else f"{load.id} {load.box}"
    first = next((step for step in part.steps if step.kind == "leg"), None)
    return place if first is None else f"{place}, {view.when(first.depart_min, first.origin)}"


def _arrives(view: PlanView, part: Journey | Unserved | None) -> str:
    if not isinstance(part, Journey) or not part.steps:
        return NOWHERE
    return view.when(part.arrive_min, part.steps[-1].destination)


def _fen(part: Journey | Unserved | None) -> int | None:
    if part is None:
        return None
    return part.cost_cny_minor if isinstance(part, Journey) else part.price_cny_minor
