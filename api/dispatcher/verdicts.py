"""What would come of a move, in words and numbers: the price of it, who pays, and which rule stands against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.dispatcher.compare import Sum
from api.dispatcher.moves import BEHIND, opening_of
from api.local_words import money, number
from data.units import cm3_to_m3, g_to_kg

if TYPE_CHECKING:
    from api.dispatcher.edits import Verdict
    from api.dispatcher.moves import Opening
    from api.dispatcher.shown import DeskView
    from api.plan_view import PlanView
    from data.plan import Journey
    from optimizer.consolidation.moved import CannotMoveError, Move
    from optimizer.verify import Violation

_KG = frozenset(
    {"payload", "load_mass", "capacity_mass", "throughput_mass", "restriction_piece", "restriction_shipment"}
)
_M3 = frozenset({"volume", "load_volume", "capacity_volume", "throughput_volume"})
_MINUTES = frozenset({"cutoff", "documentation", "connection", "depart_by"})
_CNY = frozenset({"share_alone"})
_FIRST = (
    *("volume", "payload", "mixing", "load_areas", "own_box", "cutoff", "documentation", "depart_by", "restriction"),
    *("restriction_shipment", "restriction_piece", "capacity_teu", "capacity_mass", "capacity_volume"),
    *("throughput_boxes", "throughput_mass", "throughput_volume", "connection", "unserved", "share_alone"),
)
"""Rules that people break; whatever else is broken follows from them."""
_MOST_SHOWN, _MOST_PAYERS = 8, 12
_PARTS = ("own", "loads", "penalties", "holding", "carbon", "behind", "total")


class Broken(NamedTuple):
    """A rule that a move breaks: what it says, about what, and both numbers with their units."""

    rule: str
    subject: str
    actual: str
    limit: str


class Payer(NamedTuple):
    """What a shipment pays before and after, in fen."""

    shipment: str
    before: int
    after: int


class Told(NamedTuple):
    """
    What would come of a move.

    Parameters
    ----------
    shipment, load, box, others
        Who, and where to, as a form says it.
    target
        Where to, in words.
    is_sound
        Whether it may be kept.
    why, field
        Why it cannot even be written out, empty if it can, and which field of a new box that is about.
    opening
        What may be chosen for a new box, None if none is asked for.
    broken, follows
        The rules that it breaks, and how many others follow from these.
    sums
        The parts of the cost that change, and the total.
    payers
        Who pays something else.
    """

    shipment: str
    load: str
    box: str
    others: tuple[str, ...]
    target: str
    is_sound: bool
    why: str
    field: str
    opening: Opening | None
    broken: list[Broken]
    follows: int
    sums: list[Sum]
    payers: list[Payer]


def told_verdict(view: DeskView, verdict: Verdict, now_min: int) -> Told:
    """Return what would come of a move, in the language of a view of the plan as it is."""
    move, error = verdict.move, verdict.error
    why = "" if error is None else view.say(f"desk_why_{error.why}", subject=_named(view, error.subject))
    first, rest = _sorted(verdict.violations)
    return Told(
        move.shipment, BEHIND if move.is_left else move.load or "", move.box or "", move.others, _target(view, move),
        verdict.is_sound, why, _field(move, error), opening_of(view, move, now_min),
        [_broken(view, one, _place(view, verdict)) for one in first[:_MOST_SHOWN]],
        len(rest) + max(0, len(first) - _MOST_SHOWN), _sums(verdict), _payers(view, verdict),
    )  # fmt: skip


def _target(view: DeskView, move: Move) -> str:
    """Return where to, in words."""
    if move.is_left:
        return view.say("desk_behind")
    if move.box is not None:
        return view.say("desk_new_box", box=move.box, load=move.load or "")
    box = view.loads.get(move.load or "")
    return view.say("desk_alone") if move.load is None else move.load if box is None else f"{box.id} {box.box}"


def _field(move: Move, error: CannotMoveError | None) -> str:
    """Return which field of a new box is wrong, empty if none or if there are no such fields."""
    if move.box is None or error is None or error.subject == move.shipment:
        return ""
    if error.why in {"unknown_box", "no_box"}:
        return "box"
    if error.why == "unknown_load" or error.subject == move.load:
        return "load"
    return "with" if error.subject in move.others else ""


def _named(view: PlanView, subject: str) -> str:
    """Return the name of a place, anything else as it is."""
    return view.place(subject)


def _sorted(violations: tuple[Violation, ...]) -> tuple[list[Violation], list[Violation]]:
    """Return the violations that people make, and those that follow from them; all of them if there are no such."""
    known = [one for one in violations if one.rule in _FIRST]
    known.sort(key=lambda one: _FIRST.index(one.rule))
    return (known, [one for one in violations if one.rule not in _FIRST]) if known else (list(violations), [])


def _place(view: PlanView, verdict: Verdict) -> str:
    """Return the place in whose time instants are told: where the box is stuffed, or the shipment begins."""
    box = view.loads.get(verdict.move.load or "")
    return view.cargo.by_id[verdict.move.shipment].origin if box is None else box.origin


def _broken(view: PlanView, one: Violation, place: str) -> Broken:
    key = f"rule_{one.rule}"
    said = view.say(key)
    actual, limit = (_shown(view, one.rule, value, place) for value in (one.actual, one.limit))
    # A rule that nobody breaks by moving has no words of its own but those of the checker.
    return Broken(one.message if said == key else said, one.subject, actual, limit)


def _shown(view: PlanView, rule: str, value: int | str | None, place: str) -> str:
    """Return a number of a rule with its unit; an instant in the local time of a place."""
    if not isinstance(value, int):
        return value or ""
    units = {
        "kg": f"{number(g_to_kg(value), view.lang, 1)} kg",
        "m3": f"{number(cm3_to_m3(value), view.lang, 2)} m³",
        "cny": f"{money(value, 2, view.lang)} CNY",
    }
    for name, rules in (("kg", _KG), ("m3", _M3), ("cny", _CNY)):
        if rule in rules:
            return units[name]
    if rule == "capacity_teu":
        return f"{number(value / 1000, view.lang, 1)} TEU"
    return view.when(value, place) if rule in _MINUTES else number(value, view.lang)


def _sums(verdict: Verdict) -> list[Sum]:
    """Return what changes in the cost, and the total."""
    if verdict.after is None:
        return []
    rows = [Sum(name, getattr(verdict.before, name), getattr(verdict.after, name)) for name in _PARTS]
    return [row for row in rows if row.difference or row.name == "total"]


def _payers(view: PlanView, verdict: Verdict) -> list[Payer]:
    """Return who pays something else, those first whom it concerns most."""
    if verdict.plan is None:
        return []
    before = _paid(view.plan.journeys) | {left.shipment: left.price_cny_minor for left in view.plan.unserved}
    after = _paid(verdict.plan.journeys) | {left.shipment: left.price_cny_minor for left in verdict.plan.unserved}
    rows = [Payer(name, before.get(name, 0), paid) for name, paid in after.items() if before.get(name, 0) != paid]
    return sorted(rows, key=lambda row: -abs(row.after - row.before))[:_MOST_PAYERS]


def _paid(journeys: tuple[Journey, ...]) -> dict[str, int]:
    return {journey.shipment: journey.cost_cny_minor for journey in journeys}
