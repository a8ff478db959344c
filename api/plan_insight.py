"""The reasons for a plan in words: what else a shipment could do, what hinders it, what would change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from api.answer_schema import Json
from api.plan_view import PlanView, yuan
from api.present import duration
from data.insight import Alternative, Binding, Change, Hold, Insight, Ride, Sensitivity
from data.units import cm3_to_m3, g_to_kg

_MOST_LINES = 5
"""Lines of reasons in a cell of a sheet."""


def insight_json(view: PlanView, shipment: str) -> Json:
    """Return the reasons for what a plan does with a shipment, with words in both languages; empty without any."""
    found = view.insights.get(shipment)
    if found is None:
        return {}
    return {
        "next_best": _option_json(view, found, found.next_best),
        "first": _option_json(view, found, found.first),
        "bindings": [
            {
                "rule": binding.rule,
                "load": binding.load,
                "subject": binding.subject,
                "over": binding.over,
                "saving_minor": binding.saving_minor,
                "depart_at": _departs(view, binding)[0],
                **_both(view, binding_text, binding),
            }
            for binding in found.bindings
        ],
        "changes": [
            {
                "kind": change.kind,
                "by": change.by,
                "saving_minor": change.saving_minor,
                "load": change.load,
                **_both(view, change_text, shipment, change),
            }
            for change in found.changes
        ],
        "holds": [
            {
                "place": hold.place,
                "since": view.local(hold.since_min, hold.place),
                "until": view.local(hold.until_min, hold.place),
                "cause": hold.cause,
                "subject": hold.subject,
                **_both(view, hold_text, hold),
            }
            for hold in found.holds
        ],
    }


def _both(view: PlanView, tell: Callable[..., str], *about: object) -> Json:
    """Return a text in both languages."""
    return {"text_zh": tell(view.translated("zh"), *about), "text_en": tell(view.translated("en"), *about)}


def _option_json(view: PlanView, insight: Insight, option: Alternative | None) -> Json | None:
    """Return something else that a shipment could do."""
    if option is None:
        return None
    shown: Json = {
        "kind": option.kind,
        "difference_minor": option.difference_minor,
        "load": option.load,
        "box": option.box,
        "days_late": option.days_late,
    }
    ride = option.ride
    if ride is not None:
        end = view.cargo.by_id[insight.shipment].destination if insight.shipment in view.cargo.by_id else ""
        shown |= {
            "services": list(ride.services),
            "from": ride.origin,
            "to": ride.destination,
            "depart_at": view.local(ride.depart_min, ride.origin),
            "arrive_at": view.local(ride.arrive_min, end or ride.destination),
        }
    return shown | _both(view, option_text, insight.shipment, option)


def reasons(view: PlanView, shipment: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the reasons for what a plan does with a shipment."""
    found = view.insights.get(shipment)
    if found is None:
        return
    for hold in found.holds:
        yield "held", hold_text(view, hold)
    if found.first is not None:
        yield "at_once", option_text(view, shipment, found.first)
    if found.next_best is not None:
        yield "next_best", option_text(view, shipment, found.next_best)
    for binding in found.bindings:
        yield "hindered", binding_text(view, binding)
    for change in found.changes:
        yield "would_change", change_text(view, shipment, change)


def why_text(view: PlanView, shipment: str) -> str:
    """Return the first reasons of each name as lines of a cell, what would change the plan before what waits."""
    lines: dict[str, str] = {}
    for name, text in reasons(view, shipment):
        lines.setdefault(name, view.say("due_for", task=view.say(name), service=text))
    order = ("would_change", "hindered", "next_best", "held", "at_once")
    return "\n".join([lines[name] for name in order if name in lines][:_MOST_LINES])


def option_text(view: PlanView, shipment: str, option: Alternative) -> str:
    """Return something else that a shipment could do, and what the plan would cost then."""
    ride, what = option.ride, view.say("is_behind")
    if ride is not None:
        what = view.say(
            f"is_{option.kind}",
            load=option.load,
            box=option.box,
            at=view.when(ride.depart_min, ride.origin),
            start=view.place(ride.origin),
            end=view.place(ride.destination),
            modes=view.modes(ride.services),
        ) + _arrival(view, shipment, option, ride)
    key = "costs_more" if option.difference_minor > 0 else "costs_less" if option.difference_minor else "costs_same"
    return what + view.say(key, sum=f"{yuan(abs(option.difference_minor)):,}")


def _arrival(view: PlanView, shipment: str, option: Alternative, ride: Ride) -> str:
    known = view.cargo.by_id.get(shipment)
    at = view.when(ride.arrive_min, ride.destination if known is None else known.destination)
    return view.say("arriving_late" if option.days_late else "arriving", at=at, days=option.days_late)


def binding_text(view: PlanView, binding: Binding) -> str:
    """Return the rule that keeps a shipment out of a load, with its numbers."""
    attribute, _, value = binding.subject.partition(".")
    rule: str = binding.rule
    if rule == "mixing" and binding.load is None:
        rule = "mixing_all"
    if rule == "stuffing" and not binding.over:
        rule = "stuffing_never"
    if rule == "throughput":
        return _with_saving(view, _full_day(view, attribute, value, binding), binding)
    if binding.depart_min is not None:
        rule = "full"
    is_place = rule in {"regime", "place"}
    text = view.say(
        f"binds_{rule}",
        load=binding.load,
        subject=view.place(binding.subject) if is_place else view.restriction(binding.subject),
        service=view.service(binding.subject),
        at=_departs(view, binding)[1],
        late=duration(binding.over, view.lang),
        days=binding.over,
        volume=f"{cm3_to_m3(binding.over).normalize():,f}",
        mass=f"{g_to_kg(binding.over).normalize():,f}",
        sum=f"{yuan(binding.over):,}",
        attribute=view.say(f"mixes_{attribute}"),
        value=_mixing_value(view, value),
    )
    return _with_saving(view, text, binding)


def _full_day(view: PlanView, process: str, place: str, binding: Binding) -> str:
    """Return that a place could not stuff, or strip, any more on a day."""
    at = _departs(view, binding)[0] or ""
    return view.say("binds_throughput", subject=view.place(place), process=view.say(process), day=at[:10])


def _with_saving(view: PlanView, text: str, binding: Binding) -> str:
    """Return a text with what would be saved otherwise."""
    return text + (view.say("else_saving", sum=f"{yuan(binding.saving_minor):,}") if binding.saving_minor else "")


def _departs(view: PlanView, binding: Binding) -> tuple[str | None, str]:
    """Return when a departure that is full leaves its first call, or a day begins, as local time and in words."""
    if binding.rule == "throughput" and binding.depart_min is not None:
        place = binding.subject.partition(".")[2]
        return view.local(binding.depart_min, place), view.when(binding.depart_min, place)
    calls = view.catalogue.calls_of(binding.subject)
    if binding.depart_min is None or not calls:
        return None, ""
    first = calls[0].location
    return view.local(binding.depart_min, first), view.when(binding.depart_min, first)


def _mixing_value(view: PlanView, value: str) -> str:
    """Return the name of a value that decides who shares a box."""
    key = f"value_{value}"
    name = view.say(key)
    return view.say(value) if name == key else name


def change_text(view: PlanView, shipment: str, change: Change) -> str:
    """Return a change with what it would save."""
    condition = view.say(
        f"change_{change.kind}",
        volume=f"{cm3_to_m3(change.by).normalize():,f}",
        mass=f"{g_to_kg(change.by).normalize():,f}",
        **_instants(view, shipment, change),
    )
    key = "then_stays" if change.load is None else "then_joins"
    return condition + view.say(key, load=change.load, sum=f"{yuan(change.saving_minor):,}")


def _instants(view: PlanView, shipment: str, change: Change) -> dict[str, str]:
    """Return the instant that a change is about, before and after it."""
    known = view.cargo.by_id.get(shipment)
    found: tuple[dt.datetime | None, str, int] = (None, "", 0)
    if known is not None and change.kind == "ready":
        found = known.ready_at, known.origin, -change.by
    if known is not None and change.kind == "due":
        found = known.due_at, known.destination, change.by
    instant, place, by = found
    if instant is None:
        return {"old": "", "new": ""}
    minute = view.minute(instant)
    return {"old": view.when(minute, place), "new": view.when(minute + by, place)}


def hold_text(view: PlanView, hold: Hold) -> str:
    """Return where, when and for what a shipment waits."""
    since, until = (view.when(minute, hold.place) for minute in (hold.since_min, hold.until_min))
    last = view.cargo.by_id.get(hold.subject)
    at = "" if last is None else view.when(view.minute(last.ready_at), last.origin)
    what = view.say(
        f"for_{hold.cause}",
        id=hold.subject,
        at=at,
        service=view.service(hold.subject),
        process=view.say(hold.subject),
    )
    return view.say("holds", since=since, until=until, place=view.place(hold.place), what=what)


def condition_text(view: PlanView, found: Sensitivity) -> str:
    """Return what would have to be otherwise for a saving."""
    return view.say(f"if_{found.kind}", time=duration(found.by, view.lang))
