"""What an earlier plan fixed is in a new one as it was: who, on which departures, in which box, for how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.log import Log

if TYPE_CHECKING:
    from data.freeze import Freeze
    from data.plan import Journey, Load, Plan, Unserved
    from optimizer.verify.violation import Violation

_STAGES = ("planned", "booked", "loaded", "departed")
_LOAD: dict[str, tuple[str, ...]] = {
    "frozen_members": ("shipments",),
    "frozen_departures": ("steps",),
    "frozen_money": ("charges", "cost_cny_minor"),
    "frozen_facts": ("box", "origin", "destination", "mass_g", "volume_cm3", "fill_ppm"),
}
_JOURNEY: dict[str, tuple[str, ...]] = {
    "frozen_members": ("load",),
    "frozen_departures": ("steps",),
    "frozen_money": (
        *("charges", "own_cny_minor", "share_cny_minor", "penalty_cny_minor", "holding_cny_minor"),
        *("carbon_cny_minor", "alone_cny_minor"),
    ),
    "frozen_facts": ("days_late", "ready_min", "arrive_min", "emissions_g"),
}
_LEFT: dict[str, tuple[str, ...]] = {"frozen_money": ("price_cny_minor",), "frozen_facts": ("is_unplanned",)}
_WORDS = {
    "frozen_members": "the same travel together",
    "frozen_departures": "a frozen departure never moves",
    "frozen_money": "frozen money stays the same to the fen",
    "frozen_facts": "what is frozen stays as it is",
}


def moved(freeze: Freeze, plan: Plan) -> list[Violation]:
    """Return everything that an earlier plan fixed, or the new one says it did, and that is not as it was."""
    log = Log()
    was, now = freeze.plan.objective, plan.objective
    log.same("frozen_rate", "plan", "both plans count holding at one rate", now.holding_ppm_year, was.holding_ppm_year)
    message = "both plans count emissions at one price"
    log.same("frozen_carbon", "plan", message, now.carbon_minor_per_t, was.carbon_minor_per_t)
    loads, names = _fixed(freeze)
    # What a plan calls frozen must be what it was, whoever asked for it.
    new_loads = {load.id: load for load in plan.loads}
    old_loads = {load.id: load for load in freeze.plan.loads}
    for name in dict.fromkeys([*loads, *plan.frozen_loads]):
        _compare(f"load {name}", old_loads.get(name), new_loads.get(name), _LOAD, log)
        if name in loads and name not in plan.frozen_loads:
            log.add("frozen_listed", f"load {name}", "a plan says what is frozen in it", None, name)
    boxed = {*loads, *plan.frozen_loads}
    old_parts, new_parts = _parts(freeze.plan), _parts(plan)
    both = [*old_parts.items(), *new_parts.items()]
    inside = [name for name, part in both if getattr(part, "load", None) in boxed]
    for name in dict.fromkeys([*inside, *names, *plan.frozen_shipments]):
        old, new = old_parts.get(name), new_parts.get(name)
        kinds = _LEFT if old is not None and not hasattr(old, "steps") else _JOURNEY
        _compare(f"shipment {name}", old, new, kinds, log)
        if name in names and name not in plan.frozen_shipments:
            log.add("frozen_listed", f"shipment {name}", "a plan says what is frozen in it", None, name)
    _check_splits(freeze.plan, plan, {*inside, *names, *plan.frozen_shipments}, log)
    return log.violations


def _check_splits(old: Plan, new: Plan, frozen: set[str], log: Log) -> None:
    """Check that shipments of which a part is frozen are in the same parts as before."""
    pieces = {split.shipment: split.pieces for split in new.splits}
    for split in old.splits:
        parts = {f"{split.shipment}/{number}" for number in range(1, len(split.pieces) + 1)}
        if not frozen.isdisjoint(parts) and pieces.get(split.shipment) != split.pieces:
            now = str(pieces.get(split.shipment))
            log.add("frozen_split", f"shipment {split.shipment}", "its parts stay as they are", now, str(split.pieces))


def _fixed(freeze: Freeze) -> tuple[list[str], list[str]]:
    """Return the loads that must stay, and the shipments outside loads that must."""
    early: set[str] = set()
    for journey in freeze.plan.journeys:
        departs = [step.depart_min for step in journey.steps if step.kind == "leg"]
        if freeze.before_min is not None and departs and departs[0] < freeze.before_min:
            early.add(journey.shipment)
    promised = set(_STAGES[1:])
    loads = [
        load.id
        for load in freeze.plan.loads
        if load.id not in freeze.dropped
        and (
            freeze.is_all
            or load.id in freeze.pinned
            or load.commitment in promised
            or any(name in early for name in load.shipments)
        )
    ]
    alone = [
        journey.shipment
        for journey in freeze.plan.journeys
        if journey.load is None
        and journey.shipment not in freeze.dropped
        and (
            freeze.is_all
            or journey.shipment in freeze.pinned
            or journey.commitment in promised
            or journey.shipment in early
        )
    ]
    left = [
        left.shipment
        for left in freeze.plan.unserved
        if not left.is_unplanned and (freeze.is_all or left.shipment in freeze.pinned)
    ]
    return loads, alone + left


def _parts(plan: Plan) -> dict[str, Journey | Unserved]:
    """Return what a plan does with each shipment."""
    found: dict[str, Journey | Unserved] = {left.shipment: left for left in plan.unserved}
    return found | {journey.shipment: journey for journey in plan.journeys}


def _compare(
    subject: str,
    old: Load | Journey | Unserved | None,
    new: Load | Journey | Unserved | None,
    kinds: dict[str, tuple[str, ...]],
    log: Log,
) -> None:
    """Check that a part is what it was; its commitment may only have gone on."""
    if old is None or new is None or type(old) is not type(new):
        log.add("frozen_gone", subject, "what is frozen is in both plans alike", _kind(new), _kind(old))
        return
    for rule, names in kinds.items():
        for name in names:
            was, now = getattr(old, name), getattr(new, name)
            if was != now:
                log.add(rule, f"{subject} {name}", _WORDS[rule], _brief(now, was), _brief(was, now))
    before, after = (_stage(part) for part in (old, new))
    if after < before:
        log.add("frozen_commitment", subject, "a promise is not taken back", _STAGES[after], _STAGES[before])


def _stage(part: Load | Journey | Unserved) -> int:
    """Return how far a part is a promise, as a number."""
    word = getattr(part, "commitment", _STAGES[0])
    return _STAGES.index(word) if word in _STAGES else -1


def _kind(part: object) -> str | None:
    """Return what a part is."""
    return None if part is None else type(part).__name__.casefold()


def _brief(value: object, other: object) -> int | str | None:
    """Return a value for people: of a list the first item in which it differs from another."""
    if value is None or isinstance(value, int | str):
        return value
    if not isinstance(value, tuple) or not isinstance(other, tuple):
        return str(value)
    place = next((i for i, pair in enumerate(zip(value, other, strict=False)) if pair[0] != pair[1]), None)
    if place is None or place >= len(value):
        return f"{len(value)} items"
    item = value[place]
    instant = getattr(item, "depart_min", None)
    if instant is None:
        return str(getattr(item, "cny_minor", item))
    return f"{place}: {getattr(item, 'service', None) or item.kind} {item.origin}-{item.destination} at {instant}"
