"""What a form says of a move, and what may be chosen for a new box."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.dispatcher.shown import first_leg
from api.local_words import number
from data.units import cm3_to_m3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.dispatcher.shown import DeskView
    from data.plan import Load, Plan
    from optimizer.consolidation.moved import Move

BEHIND, NEW = "behind", "new"
"""Words that a form sends in place of a box: none, as the shipment is left behind, and one that there is not yet."""

MOST_ALONG = 60
"""Most shipments that are put in a new box at once besides the first."""


class Opening(NamedTuple):
    """
    What may be chosen for a new box: pairs of what is sent and what is shown.

    Parameters
    ----------
    routes
        The boxes as one of which it may go: those that have not left.
    types
        Types of boxes.
    others
        Shipments that may go in it as well: those in the box as which it goes, alone and left behind.
    """

    routes: list[tuple[str, str]]
    types: list[tuple[str, str]]
    others: list[tuple[str, str]]


def move_of(plan: Plan, now_min: int, *, shipment: str, load: str, box: str, others: Sequence[str]) -> Move:
    """
    Return what a form asks for.

    A new box of which nothing else is said goes as that which the shipment is in, or as the first to leave.
    """
    from optimizer.consolidation.moved import Move  # noqa: PLC0415 - solvers load with the first move

    if load == BEHIND:
        return Move(shipment=shipment, is_left=True)
    if load == NEW:
        ahead = _ahead(plan, now_min)
        like = next((one for one in ahead if shipment in one.shipments), next(iter(ahead), None))
        load, box = ("", box or NEW) if like is None else (like.id, box or like.box)
    along = tuple(name for name in dict.fromkeys(others) if name != shipment) if box else ()
    return Move(shipment=shipment, load=load or None, box=box or None, others=along)


def opening_of(view: DeskView, move: Move, now_min: int) -> Opening | None:
    """Return what may be chosen for a new box, None for a move that asks for none."""
    if move.box is None:
        return None
    routes = [
        (load.id, f"{load.id} {load.box} · {view.route(load.steps)} · {view.when(first.depart_min, first.origin)}")
        for load in _ahead(view.plan, now_min)
        for first in (first_leg(load),)
    ]
    units = [unit for unit in view.catalogue.load_units if unit.kind == "box"]
    types = [
        (unit.code, f"{unit.code} {unit.name_zh if view.lang == 'zh' else unit.name_en}".strip()) for unit in units
    ]
    return Opening(routes, types, list(_others(view, move)))


def _ahead(plan: Plan, now_min: int) -> list[Load]:
    """Return the boxes that have not left."""
    return [load for load in plan.loads if first_leg(load).depart_min >= now_min]


def _others(view: DeskView, move: Move) -> Iterator[tuple[str, str]]:
    """Yield who may go in a new box as well: those of whom nothing is promised."""
    load = view.loads.get(move.load or "")
    names = [] if load is None or load.commitment != "planned" else [*load.shipments]
    names += [left.shipment for left in view.plan.unserved]
    names += [one.shipment for one in view.plan.journeys if one.load is None and one.commitment == "planned"]
    for name in names:
        if name != move.shipment:
            row = view.cargo.by_id[name]
            size = f"{number(cm3_to_m3(row.volume_cm3), view.lang, 2)} m³"
            yield name, " · ".join(part for part in (name, row.shipper, size) if part)
