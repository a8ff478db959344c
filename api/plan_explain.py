"""Why one shipment of a plan travels as it does, as JSON and as text."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from api.answer_schema import Json
from api.human import columns
from api.plan_insight import insight_json, reasons
from api.plan_landed import dues_json, dues_text
from api.plan_view import PlanView, binding_of, yuan
from api.present import duration, percent
from data.cargo import CargoShipment
from data.errors import UnknownIdError
from data.itinerary import CutOffTime, Step
from data.plan import Journey, Unserved
from data.splitting import Split
from data.units import cm3_to_m3, g_to_kg

_NEAR = 5
_LEAST_NEAR = 0.5


def explain(view: PlanView, shipment: str) -> Json:
    """
    Return what a plan does with a shipment and why.

    Raises
    ------
    UnknownIdError
        If the plan has no such shipment, with ids that look alike.
    """
    if shipment in view.splits:
        return _in_parts(view, view.splits[shipment])
    found = view.cargo.by_id.get(shipment)
    if found is None:
        near = near_ids(shipment, [*view.splits, *view.cargo.by_id])
        raise UnknownIdError(kind="shipment", value=shipment, near=near)
    shown: Json = {"shipment": shipment, **_facts(view, found)}
    if shipment in view.wholes:
        shown["part_of"] = view.wholes[shipment]
    journey = view.journeys.get(shipment)
    if journey is not None:
        return shown | {"served": True} | _journey(view, journey) | _dues(view, shipment) | insight_json(view, shipment)
    left = next((left for left in view.plan.unserved if left.shipment == shipment), None)
    return shown | {"served": False} | _left(left) | insight_json(view, shipment)


def near_ids(text: str, ids: Collection[str]) -> list[str]:
    """
    Return ids that may have been meant: those that begin or end so, then those that look alike.

    Examples
    --------
    >>> near_ids("07", ["A-06", "B-07", "A-07"]), near_ids("S-O1", ["S-01", "T-99"])
    (['B-07', 'A-07'], ['S-01'])
    """
    folded = text.casefold()
    parts = [code for code in ids if code.casefold().startswith(folded) or code.casefold().endswith(folded)]
    alike = difflib.get_close_matches(text, ids, _NEAR, _LEAST_NEAR)
    return list(dict.fromkeys([*parts, *alike]))[:_NEAR] if text else alike


def _facts(view: PlanView, shipment: CargoShipment) -> Json:
    return {
        "shipper": shipment.shipper,
        "from": shipment.origin,
        "to": shipment.destination,
        "weight_kg": float(g_to_kg(shipment.mass_g)),
        "volume_m3": float(cm3_to_m3(shipment.volume_cm3)),
        "pieces": shipment.pieces,
        "currency": view.plan.currency,
        "fingerprint": view.plan.fingerprint,
    }


def _in_parts(view: PlanView, split: Split) -> Json:
    """Return what a plan does with a shipment that it splits."""
    parts = [_part(view, name) for name in split.parts]
    return {
        "shipment": split.shipment,
        **_facts(view, view.whole.by_id[split.shipment]),
        "served": all(part["served"] for part in parts),
        "cost_minor": sum(part["cost_minor"] for part in parts),
        "parts": parts,
    }


def _part(view: PlanView, name: str) -> Json:
    """Return what a plan does with one part of a shipment, in short; what it bears, or its price if it stays."""
    journey, shipment = view.journeys.get(name), view.cargo.by_id[name]
    load = None if journey is None else view.loads.get(journey.load or "")
    left = sum(one.price_cny_minor for one in view.plan.unserved if one.shipment == name)
    end = shipment.destination
    return {
        "shipment": name,
        "pieces": shipment.pieces,
        "weight_kg": float(g_to_kg(shipment.mass_g)),
        "volume_m3": float(cm3_to_m3(shipment.volume_cm3)),
        "served": journey is not None,
        "load": None if load is None else load.id,
        "box": None if load is None else load.box,
        "cost_minor": left if journey is None else journey.cost_cny_minor,
        "arrive_at": None if journey is None else view.local(journey.arrive_min, end),
        "arrive_zone": view.zone(end),
    }


def _left(left: Unserved | None) -> Json:
    """Return the price and the reason of what stays behind; both missing if the plan forgot the shipment."""
    return {
        "price_minor": None if left is None else left.price_cny_minor,
        "reason_zh": "" if left is None else left.reason_zh,
        "reason_en": "" if left is None else left.reason_en,
    }


def _journey(view: PlanView, journey: Journey) -> Json:
    load = view.loads.get(journey.load or "")
    alone = journey.alone_cny_minor
    end = journey.steps[-1].destination if journey.steps else ""
    return {
        "load": journey.load,
        "box": None if load is None else load.box,
        "fill": None if load is None else load.fill_ppm / 10**6,
        "commitment": view.commitment(journey),
        "is_frozen": view.is_frozen(journey),
        "load_mates": [] if load is None else [code for code in load.shipments if code != journey.shipment],
        "steps": [_step(view, step) for step in journey.steps],
        "binding_cutoff": _cutoff(view, binding_of(journey.steps)),
        "own_minor": journey.own_cny_minor,
        "share_minor": journey.share_cny_minor,
        "penalty_minor": journey.penalty_cny_minor,
        "holding_minor": journey.holding_cny_minor,
        "carbon_minor": journey.carbon_cny_minor,
        "cost_minor": journey.cost_cny_minor,
        "alone_minor": alone,
        "saving_minor": None if alone is None else alone - journey.cost_cny_minor,
        "arrive_at": view.local(journey.arrive_min, end),
        "arrive_zone": view.zone(end),
        "days_late": journey.days_late,
        "emissions_g": journey.emissions_g,
        "reason_zh": journey.reason_zh,
        "reason_en": journey.reason_en,
    }


def _dues(view: PlanView, shipment: str) -> Json:
    """Return what is due of a shipment on arrival, nothing if it crosses no border."""
    found = next((dues for dues in view.dues if dues.shipment == shipment), None)
    return {} if found is None else {"landed": dues_json(found)}


def _step(view: PlanView, step: Step) -> Json:
    return {
        "kind": step.kind,
        "mode": step.mode,
        "service": step.service,
        "from": step.origin,
        "to": step.destination,
        "form": step.form,
        "depart_at": view.local(step.depart_min, step.origin),
        "arrive_at": view.local(step.arrive_min, step.destination),
    }


def _cutoff(view: PlanView, binding: tuple[Step, CutOffTime] | None) -> Json | None:
    if binding is None:
        return None
    step, cutoff = binding
    return {
        "type": cutoff.type,
        "location": step.origin,
        "service": step.service,
        "cutoff_at": view.local(cutoff.at_min, step.origin),
        "slack_min": cutoff.slack_min,
    }


def explanation_text(view: PlanView, shipment: str) -> str:
    """
    Return what a plan does with a shipment and why, for a terminal.

    Raises
    ------
    UnknownIdError
        If the plan has no such shipment.
    """
    found = explain(view, shipment)
    if shipment in view.splits:
        return _parts_text(view, shipment, found)
    journey = view.journeys.get(shipment)
    heading = "   ".join(filter(None, (_heading(view, view.cargo.by_id[shipment]), view.part(shipment))))
    reason = str(found[f"reason_{view.lang}"])
    if journey is None:
        facts = [(view.say("unserved_price"), f"{yuan(found['price_minor']):,}")] if found["price_minor"] else []
        facts += _reasons(view, shipment)
        return "\n".join([heading, view.say("stays_behind", reason=reason), *columns(facts)])
    facts = [*_travel_facts(view, journey), (view.say("reason"), reason), *_reasons(view, shipment)]
    return "\n".join([heading, "", *columns(facts), "", *columns(_table(view, journey))])


def _heading(view: PlanView, shipment: CargoShipment) -> str:
    """Return a shipment with its ends and sizes in one line."""
    weights = f"{g_to_kg(shipment.mass_g).normalize():,f} kg · {cm3_to_m3(shipment.volume_cm3).normalize():,f} m3"
    ends = " → ".join(view.place_code(code) for code in (shipment.origin, shipment.destination))
    return f"{shipment.id}   {ends}   {weights} · {view.say('pieces_count', count=format(shipment.pieces, ','))}"


def _parts_text(view: PlanView, shipment: str, found: Json) -> str:
    """Return what a plan does with a shipment that it splits, for a terminal."""
    head = [view.say(key) for key in ("part", "pieces", "kg_header", "m3_header", "load", "arrival", "total_cost")]
    rows = []
    for part in found["parts"]:
        name, journey = part["shipment"], view.journeys.get(part["shipment"])
        where = " ".join(filter(None, (part["load"], part["box"]))) or view.say("goes_alone")
        rows.append(
            [
                name,
                f"{part['pieces']:,}",
                f"{g_to_kg(view.cargo.by_id[name].mass_g).normalize():,f}",
                f"{cm3_to_m3(view.cargo.by_id[name].volume_cm3).normalize():,f}",
                view.say("part_behind") if journey is None else where,
                "" if journey is None else _arrival(view, journey),
                f"{yuan(part['cost_minor']):,}",
            ]
        )
    total = ["", "", "", "", "", view.say("total"), f"{yuan(found['cost_minor']):,}"]
    count = view.say("in_parts", count=len(rows))
    return "\n".join([_heading(view, view.whole.by_id[shipment]), count, "", *columns([head, *rows, total])])


def _reasons(view: PlanView, shipment: str) -> list[tuple[str, str]]:
    """Return names and texts of the reasons, a name that comes again being left out."""
    found = list(reasons(view, shipment))
    return [
        ("" if index and found[index - 1][0] == name else view.say(name), text)
        for index, (name, text) in enumerate(found)
    ]


def _travel_facts(view: PlanView, journey: Journey) -> list[tuple[str, str]]:
    """Return names and values of what is to be known of a journey."""
    load = view.loads.get(journey.load or "")
    facts = [(view.say("load"), view.say("goes_alone"))]
    if load is not None:
        shown = view.say("shares_box", load=load.id, box=load.box, fill=percent(load.fill_ppm / 10**6))
        mates = view.listed(code for code in load.shipments if code != journey.shipment)
        facts = [(view.say("load"), shown), (view.say("box_mates"), mates or view.say("nothing"))]
    facts.append((view.say("commitment"), view.committed(journey)))
    binding = binding_of(journey.steps)
    if binding is not None:
        facts.append((view.say("binding_cutoff"), _cutoff_text(view, *binding)))
    facts += [*_sums(view, journey), (view.say("arrival"), _arrival(view, journey))]
    due = [(view.say("dues"), dues_text(found, view.lang)) for found in view.dues if found.shipment == journey.shipment]
    return [*facts, *due]


def _cutoff_text(view: PlanView, step: Step, cutoff: CutOffTime) -> str:
    at, slack = view.when(cutoff.at_min, step.origin), duration(cutoff.slack_min, view.lang)
    return view.say("cutoff_slack", place=view.place(step.origin), task=view.say(cutoff.type), at=at, slack=slack)


def _sums(view: PlanView, journey: Journey) -> list[tuple[str, str]]:
    own, share, penalty, total = (
        f"{yuan(fen):,}"
        for fen in (
            journey.own_cny_minor,
            journey.share_cny_minor,
            journey.penalty_cny_minor,
            journey.cost_cny_minor,
        )
    )
    besides = "".join(view.say(f"summed_{one.name}", amount=f"{yuan(one.of(journey)):,}") for one in view.counted)
    sums = view.say("cost_sum", own=own, share=share, penalty=penalty, counted=besides, total=total)
    return [(view.say("total_cost"), sums), (view.say("alone_cost"), _alone(view, journey))]


def _alone(view: PlanView, journey: Journey) -> str:
    """Return what going alone would cost, and what the plan saves against it."""
    alone = journey.alone_cny_minor
    if alone is None:
        return view.say("no_way_alone")
    saved = alone - journey.cost_cny_minor
    share = percent(saved / alone) if alone else percent(0)
    return view.say("alone_saved", alone=f"{yuan(alone):,}", saved=f"{yuan(saved):,}", percent=share)


def _arrival(view: PlanView, journey: Journey) -> str:
    at = view.when(journey.arrive_min, journey.steps[-1].destination) if journey.steps else ""
    return view.say("late_by", at=at, days=journey.days_late) if journey.days_late else at


def _table(view: PlanView, journey: Journey) -> list[list[str]]:
    """Return the steps of a journey as a table."""
    head = [view.say(key) for key in ("step", "service", "place", "begin", "end", "box")]
    body = [
        [
            view.step(step),
            view.service(step.service) if step.service else "",
            view.between(step.origin, step.destination) if step.kind == "leg" else view.place(step.origin),
            view.when(step.depart_min, step.origin),
            view.when(step.arrive_min, step.destination),
            view.say("loose_cargo") if step.form == "loose" else step.form,
        ]
        for step in journey.steps
    ]
    return [head, *body]
