"""The sheets of a plan as rows of plain values, before anybody decides how they look."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from api.plan_dues_rows import dues_figure, dues_sheet
from api.plan_insight import condition_text, why_text
from api.plan_sheet import Column, Line, SheetRows, Value
from api.plan_tasks import days_of, tasks_of
from api.plan_view import NOWHERE, Counted, PlanView, gap_text, yuan
from api.present import percent
from data.plan import Booking, Journey, Load, Unserved
from data.units import cm3_to_m3, g_to_kg
from optimizer.evaluate import evaluate_plan

_OF_HUBS = frozenset({"stuff", "clear"})
"""Kinds of work that a schedule of hubs has in more detail, and with other times."""


def sheets_of(view: PlanView) -> list[SheetRows]:
    """Return the sheets of a plan in order."""
    return [make(view) for make in _SHEETS]


def _summary(view: PlanView) -> SheetRows:
    columns = (Column("item", "text", 34), Column("figure", "wrap", 40), Column("note", "wrap", 60))
    lines = [Line((view.say(key), figure, note)) for key, figure, note in _figures(view)]
    return SheetRows(key="summary", columns=columns, lines=lines)


def _figures(view: PlanView) -> list[tuple[str, Value, str]]:
    """Return name, figure and note of everything a dispatcher asks first."""
    return [*_cost_figures(view), *_cargo_figures(view), *_origin_figures(view)]


def _cost_figures(view: PlanView) -> list[tuple[str, Value, str]]:
    plan, summary = view.plan, view.summary
    saving = plan.alone_minor - plan.cost_minor
    moved = cm3_to_m3(summary.volume_cm3)
    charged = sum(journey.cost_cny_minor for journey in plan.journeys)
    besides = "".join(view.say(f"noted_{one.name}") for one in view.counted)
    return [
        ("plan_status", view.say(f"status_{plan.status}"), ""),
        ("plan_cost", yuan(plan.cost_minor), view.say("plan_cost_note", counted=besides)),
        *(
            (f"plan_{one.name}", yuan(_sum_of(view, one)), view.say(f"plan_{one.name}_note", rate=one.rate))
            for one in view.counted
        ),
        ("plan_bound", _known(view, yuan(plan.bound_minor)), view.say("plan_bound_note")),
        ("plan_gap", _known(view, gap_text(plan.gap)), view.say("plan_gap_note")),
        ("plan_alone", yuan(plan.alone_minor), ""),
        ("plan_saving", yuan(saving), ""),
        ("plan_saving_share", percent(saving / plan.alone_minor) if plan.alone_minor else NOWHERE, ""),
        ("plan_unit_cost", round(Decimal(charged) / 100 / moved, 2) if moved else NOWHERE, ""),
        ("plan_assumed", percent(summary.assumed_share), view.say("plan_assumed_note")),
        *([dues_figure(view)] if view.dues else []),
    ]


def _sum_of(view: PlanView, counted: Counted) -> int:
    """Return what something that counts besides costs all shipments together, in fen."""
    total: int = getattr(evaluate_plan(view.plan), counted.name)
    return total


def _cargo_figures(view: PlanView) -> list[tuple[str, Value, str]]:
    plan, summary = view.plan, view.summary
    boxes = view.listed(view.say("box_count", count=count, box=box) for box, count in summary.boxes.items())
    on_time = view.say("plan_on_time_note", count=summary.due, on_time=summary.on_time)
    return [
        ("plan_shipments", summary.shipments, ""),
        ("plan_served", summary.served, ""),
        ("plan_together", summary.together, ""),
        ("plan_unserved", len(plan.unserved), ""),
        ("plan_boxes", len(plan.loads), boxes),
        *_split_figures(view),
        *_frozen_figures(view),
        ("plan_fill", NOWHERE if summary.fill is None else percent(summary.fill), view.say("plan_fill_note")),
        ("plan_departures", len(plan.bookings), ""),
        ("plan_volume", cm3_to_m3(summary.volume_cm3), ""),
        ("plan_on_time", NOWHERE if summary.on_time_share is None else percent(summary.on_time_share), on_time),
        ("plan_emissions", round(g_to_kg(summary.emissions_g)), ""),
    ]


def _split_figures(view: PlanView) -> list[tuple[str, Value, str]]:
    """Return how many shipments travel in parts, if any do."""
    if not view.splits:
        return []
    return [("plan_split", len(view.splits), view.say("plan_split_note", parts=len(view.wholes)))]


def _frozen_figures(view: PlanView) -> list[tuple[str, Value, str]]:
    """Return how much an earlier plan fixed, if one did."""
    loads, alone = len(view.plan.frozen_loads), len(view.plan.frozen_shipments)
    if not loads and not alone:
        return []
    return [("plan_frozen", loads + alone, view.say("plan_frozen_note", loads=loads, alone=alone))]


def _origin_figures(view: PlanView) -> list[tuple[str, Value, str]]:
    plan = view.plan
    return [
        ("plan_data", plan.fingerprint, ""),
        ("plan_cargo", plan.cargo_fingerprint, ""),
        # How long the run took is left out: equal plans print the same.
        ("plan_seed", plan.seed, view.say("footer")),
    ]


def summary_lines(view: PlanView) -> list[tuple[str, str]]:
    """Return names and figures for a terminal, without where the plan comes from."""
    figures = [*_cost_figures(view), *_cargo_figures(view)]
    return [(view.say(key), _shown(value, note)) for key, value, note in figures]


def _shown(value: Value, note: str) -> str:
    text = f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else str(value)
    return f"{text}   {note}".rstrip()


def _known(view: PlanView, value: Value) -> Value:
    return view.say("unknown") if value is None else value


def _departures(view: PlanView) -> SheetRows:
    columns = (
        Column("mode", "text", 8),
        Column("service", "wrap", 28),
        Column("from", "wrap", 16),
        Column("departs", "text", 21),
        Column("to", "wrap", 16),
        Column("arrives", "text", 21),
        Column("teu", "count", 6),
        Column("kg_header", "kg", 10),
        Column("m3_header", "m3", 9),
        Column("cutoffs", "wrap", 36),
        Column("loads", "wrap", 24),
        Column("loose_shipments", "wrap", 24),
    )
    lines = [Line(_departure(view, booking)) for booking in view.plan.bookings]
    return SheetRows(key="departures", columns=columns, lines=lines)


def _departure(view: PlanView, booking: Booking) -> tuple[Value, ...]:
    known = view.cutoffs.get((booking.service, booking.origin, booking.depart_min), {})
    cutoffs = [
        view.say("cutoff_line", task=view.say(task), at=view.when(at, booking.origin))
        for task, at in sorted(known.items(), key=lambda item: (item[1], item[0]))
    ]
    return (
        view.mode(booking),
        view.service(booking.service),
        view.place(booking.origin),
        view.when(booking.depart_min, booking.origin),
        view.place(booking.destination),
        view.when(booking.arrive_min, booking.destination),
        booking.teu,
        g_to_kg(booking.mass_g),
        cm3_to_m3(booking.volume_cm3),
        "\n".join(cutoffs),
        view.listed(booking.loads),
        view.listed(booking.shipments),
    )


def _boxes(view: PlanView) -> SheetRows:
    columns = (
        Column("load", "text", 10),
        Column("box", "text", 9),
        Column("shipment", "wrap", 16),
        Column("shipper", "wrap", 22),
        Column("pieces", "count", 8),
        Column("kg_header", "kg", 10),
        Column("m3_header", "m3", 9),
        Column("fill", "share", 8),
        Column("stuffed_at", "text", 21),
        Column("route", "wrap", 46),
        Column("seal", "text", 16),
        Column("sum_cny", "money", 13),
        Column("commitment", "text", 14),
    )
    lines = [line for load in view.plan.loads for line in _box(view, load)]
    return SheetRows(key="boxes", columns=columns, lines=lines)


def _box(view: PlanView, load: Load) -> list[Line]:
    """Return the row of a load unit and one for each shipment in it."""
    stuffed = next(
        (
            view.when(step.depart_min, step.origin)
            for code in load.shipments
            if code in view.journeys
            for step in view.journeys[code].steps
            if step.kind == "stuff"
        ),
        NOWHERE,
    )
    facts = (g_to_kg(load.mass_g), cm3_to_m3(load.volume_cm3), load.fill_ppm / 10**6, stuffed, view.route(load.steps))
    inside = [view.cargo.by_id[code] for code in load.shipments if code in view.cargo.by_id]
    pieces = sum(shipment.pieces for shipment in inside)
    last = (view.say("seal_line"), yuan(load.cost_cny_minor), view.committed(load))
    head = (load.id, load.box, view.say("total"), "", pieces, *facts, *last)
    return [Line(head, is_head=True), *(_content(view, load, code) for code in load.shipments)]


def _content(view: PlanView, load: Load, code: str) -> Line:
    shipment, journey = view.cargo.by_id.get(code), view.journeys.get(code)
    facts: tuple[Value, ...] = ("", None, None, None)
    if shipment is not None:
        facts = (shipment.shipper or "", shipment.pieces, g_to_kg(shipment.mass_g), cm3_to_m3(shipment.volume_cm3))
    share = None if journey is None else yuan(journey.share_cny_minor)
    return Line((load.id, "", code, *facts, None, "", "", "", share, ""), is_start=False)


def _shipments(view: PlanView) -> SheetRows:
    columns = (
        Column("shipment", "wrap", 13),
        Column("shipper", "wrap", 18),
        Column("kg_header", "kg", 9),
        Column("m3_header", "m3", 8),
        Column("collected", "text", 21),
        Column("route", "wrap", 40),
        Column("load", "text", 8),
        Column("own_cost", "money", 12),
        Column("share_cost", "money", 12),
        Column("penalty", "money", 10),
        *(Column(one.name, "money", 11) for one in view.counted),
        Column("total_cost", "money", 12),
        Column("alone_cost", "money", 12),
        Column("arrival", "text", 21),
        Column("days_late", "count", 8),
        Column("reason", "wrap", 24),
        Column("commitment", "text", 14),
        Column("why", "wrap", 56),
    )
    lines = [Line(_shipment(view, journey)) for journey in view.plan.journeys]
    return SheetRows(key="shipments", columns=columns, lines=lines)


def _shipment(view: PlanView, journey: Journey) -> tuple[Value, ...]:
    shipment, steps = view.cargo.by_id.get(journey.shipment), journey.steps
    return (
        journey.shipment,
        "" if shipment is None else shipment.shipper or "",
        None if shipment is None else g_to_kg(shipment.mass_g),
        None if shipment is None else cm3_to_m3(shipment.volume_cm3),
        view.when(steps[0].depart_min, steps[0].origin) if steps else NOWHERE,
        view.route(steps),
        journey.load or view.say("goes_alone"),
        yuan(journey.own_cny_minor),
        yuan(journey.share_cny_minor),
        yuan(journey.penalty_cny_minor),
        *(yuan(one.of(journey)) for one in view.counted),
        yuan(journey.cost_cny_minor),
        yuan(journey.alone_cny_minor),
        view.when(journey.arrive_min, steps[-1].destination) if steps else NOWHERE,
        journey.days_late,
        "\n".join(filter(None, (view.part(journey.shipment), _reason(view, journey)))),
        view.committed(journey),
        why_text(view, journey.shipment),
    )


def _reason(view: PlanView, part: Journey | Unserved) -> str:
    """Return why a shipment travels so, or stays behind."""
    return part.reason_zh if view.lang == "zh" else part.reason_en


def _sensitivity(view: PlanView) -> SheetRows:
    columns = (
        Column("what_if", "wrap", 26),
        Column("saves_at_least", "money", 18),
        Column("service", "wrap", 30),
        Column("from", "wrap", 16),
        Column("departs", "text", 21),
        Column("load", "text", 10),
        Column("affected", "wrap", 60),
    )
    lines = [
        Line(
            (
                condition_text(view, found),
                yuan(found.saving_minor),
                view.service(found.service),
                view.place(found.origin),
                view.when(found.depart_min, found.origin),
                found.load or view.say("goes_alone"),
                view.listed(found.shipments),
            )
        )
        for found in view.plan.sensitivities
    ]
    return SheetRows(key="sensitivity", columns=columns, lines=lines)


def work_rows(view: PlanView, scheduled: frozenset[str] = frozenset()) -> SheetRows:
    """Return the work list of a plan, without what is done by a schedule at the hubs it is about."""
    columns = (
        Column("when", "text", 21),
        Column("until", "text", 21),
        Column("place", "wrap", 22),
        Column("task", "text", 12),
        Column("load_or_shipment", "wrap", 40),
        Column("detail", "wrap", 44),
        Column("done", "text", 8),
    )
    tasks = [one for one in tasks_of(view) if one.place not in scheduled or one.kind not in _OF_HUBS]
    days = days_of(view, tasks)
    lines = []
    for index, (task, day) in enumerate(zip(tasks, days, strict=True)):
        until = "" if task.end_min is None else view.when(task.end_min, task.place)
        cells = (
            view.when(task.begin_min, task.place),
            until,
            view.place(task.place),
            view.say(f"task_{task.kind}"),
            view.listed(task.subjects),
            task.detail,
            "☐",
        )
        lines.append(Line(cells, is_start=index == 0 or day != days[index - 1]))
    return SheetRows(key="work", columns=columns, lines=lines)


def _unserved(view: PlanView) -> SheetRows:
    columns = (
        Column("shipment", "wrap", 16),
        Column("shipper", "wrap", 24),
        Column("route", "wrap", 30),
        Column("kg_header", "kg", 10),
        Column("m3_header", "m3", 9),
        Column("unserved_price", "money", 18),
        Column("reason", "wrap", 60),
    )
    lines = []
    for left in view.plan.unserved:
        shipment = view.cargo.by_id.get(left.shipment)
        facts: tuple[Value, ...] = ("", "", None, None)
        if shipment is not None:
            way = view.between(shipment.origin, shipment.destination)
            facts = (shipment.shipper or "", way, g_to_kg(shipment.mass_g), cm3_to_m3(shipment.volume_cm3))
        reason = "\n".join(filter(None, (view.part(left.shipment), _reason(view, left), why_text(view, left.shipment))))
        lines.append(Line((left.shipment, *facts, yuan(left.price_cny_minor), reason)))
    return SheetRows(key="unserved", columns=columns, lines=lines)


def _assumptions(view: PlanView) -> SheetRows:
    columns = (
        Column("table_row", "wrap", 34),
        Column("charge_name", "wrap", 28),
        Column("lines", "count", 8),
        Column("sum_cny", "money", 15),
        Column("source", "wrap", 70),
        Column("as_of", "text", 12),
    )
    lines = []
    for charge, count, cny_minor in view.assumptions():
        name = charge.name_zh if view.lang == "zh" else charge.name_en
        where = f"{charge.table} / {charge.row}"
        lines.append(Line((where, name, count, yuan(cny_minor), charge.source, charge.as_of)))
    for one in view.counted:
        row, note = (view.say(key, rate=one.rate) for key in (f"{one.name}_row", f"plan_{one.name}_note"))
        count = sum(one.of(journey) > 0 for journey in view.plan.journeys)
        lines.append(Line((row, view.say(one.name), count, yuan(_sum_of(view, one)), note, "")))
    return SheetRows(key="assumptions", columns=columns, lines=lines)


_SHEETS: tuple[Callable[[PlanView], SheetRows], ...] = (
    _summary,
    _departures,
    _boxes,
    _shipments,
    dues_sheet,
    _sensitivity,
    work_rows,
    _unserved,
    _assumptions,
)
