"""What pages show of a plan: its sheets as tables, its boxes with bars, figures first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from api.local_words import moment, money, number
from api.plan_rows import sheets_of, work_rows
from api.plan_view import NOWHERE, PlanView, gap_text
from api.present import percent
from data.units import cm3_to_m3, g_to_kg

if TYPE_CHECKING:
    from api.plan_sheet import Column, Kind, Line, SheetRows, Value
    from api.schedule_view import ScheduleView
    from data.itinerary import Step
    from data.plan import Journey, Load
    from viz.theme import Lang

ROWS = 100
"""Of a table that are shown at once; on paper and in workbooks stand all."""
_NUMBERS = frozenset({"money", "kg", "m3", "share", "count"})
_PERCENT, _LONG, _WIDE = 100, 36, 22
_MILLION = 10**6


class DeskView(PlanView):
    """Tells of a plan on pages: instants as readers of the language write them."""

    def when(self, minute: int, code: str) -> str:
        """Return an instant in the local time of a place, for people."""
        return moment(self.local(minute, code), self.lang)


class Cell(NamedTuple):
    """
    A cell of a table as text.

    Parameters
    ----------
    label
        Its header.
    text
        What stands in it.
    shape
        ``number``, ``plain`` (in one line), ``text``, ``wide`` or ``long``.
    """

    label: str
    text: str
    shape: str


class Row(NamedTuple):
    """Cells of a row, and whether it heads those after it."""

    cells: tuple[Cell, ...]
    is_head: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet of a plan as a page shows it: all of its rows, or the numbered page of so many."""

    title: str
    heads: tuple[Cell, ...]
    rows: list[Row]
    page: int = 1
    pages: int = 1

    def at(self, number: int) -> Table:
        """Return one page of the table, the last one if there are fewer."""
        pages = max(1, -(-len(self.rows) // ROWS))
        page = min(max(1, number), pages)
        return replace(self, rows=self.rows[(page - 1) * ROWS : page * ROWS], page=page, pages=pages)


class Left(NamedTuple):
    """A shipment that is left behind as a card: its name, where it should go, and why it does not."""

    shipment: str
    to: str
    reason: str


class Inside(NamedTuple):
    """A shipment as a card: its name, who sends it, where to, its size and what it bears."""

    id: str
    shipper: str
    to: str
    kg: str
    m3: str
    cost: str
    note: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCard:
    """
    A load unit as a lane of cards.

    `to` is where it is stripped; what is in it may go on from there.
    `mass` and `volume` are per cent of what the box carries; `is_fixed` says that nobody may leave or join it.
    """

    id: str
    box: str
    to: str
    route: str
    departs: str
    cutoff: str
    mass: int
    volume: int
    mass_text: str
    volume_text: str
    cost: str
    commitment: str
    is_frozen: bool
    is_fixed: bool
    is_over: bool
    inside: list[Inside]


def table_of(view: PlanView, key: str) -> Table:
    """Return one sheet of a plan as a table."""
    return shown_sheet(view, next(sheet for sheet in sheets_of(view) if sheet.key == key))


def paper_tables(view: PlanView, schedule: ScheduleView | None) -> list[Table]:
    """Return what is printed of a plan: work by place, with that of scheduled hubs as it is scheduled, and boxes."""
    others = [table_of(view, key) for key in ("boxes", "departures")]
    if schedule is None:
        return [table_of(view, "work"), *others]
    from api.schedule_rows import resource_rows  # noqa: PLC0415 - loads with the first schedule

    hubs = frozenset(unit.hub for unit in schedule.schedule.units)
    in_hubs = replace(shown_sheet(schedule, resource_rows(schedule)), title=view.say("desk_paper_hubs"))
    return [in_hubs, shown_sheet(view, work_rows(view, hubs)), *others]


def shown_sheet(view: PlanView | ScheduleView, sheet: SheetRows) -> Table:
    """Return a sheet as a table."""
    heads = tuple(Cell("", view.say(column.key), _shape(column)) for column in sheet.columns)
    kinds = [column.kind for column in sheet.columns]
    return Table(
        title=view.say(f"sheet_{sheet.key}"),
        heads=heads,
        rows=[_row(line, heads, kinds, view.lang) for line in sheet.lines],
    )


def _shape(column: Column) -> str:
    """Return how the cells of a column are set."""
    if column.kind in _NUMBERS:
        return "number"
    if column.kind == "text":
        return "plain"
    return "long" if column.width >= _LONG else "wide" if column.width >= _WIDE else "text"


def _row(line: Line, heads: tuple[Cell, ...], kinds: list[Kind], lang: Lang) -> Row:
    cells = tuple(
        Cell(head.text, figure(value, kind, lang), head.shape)
        for head, value, kind in zip(heads, line.cells, kinds, strict=True)
    )
    return Row(cells, line.is_head)


def figure(value: Value, kind: Kind, lang: Lang) -> str:
    """
    Return a value of a sheet as text.

    Examples
    --------
    >>> figure(1234.5, "money", "zh"), figure(0.256, "share", "en"), figure(None, "kg", "en"), figure(12.0, "m3", "zh")
    ('1,234.50', '25.6 %', '', '12.00')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind == "share":
        return percent(float(value))
    if kind in {"kg", "count"}:
        return number(value, lang, 0)
    return number(value, lang, 2 if kind in {"money", "m3"} or isinstance(value, Decimal) else None)


def first_leg(unit: Load | Journey) -> Step:
    """Return the first ride of a load unit, or of a shipment."""
    return next(step for step in unit.steps if step.kind == "leg")


def box_card(view: PlanView, load: Load) -> BoxCard:
    """Return a load unit with its bars and all in it."""
    unit = next((one for one in view.catalogue.load_units if one.code == load.box), None)
    payload_g, usable_cm3 = (unit.payload_g, unit.usable_cm3) if unit is not None else (0, 0)
    first = first_leg(load)
    members = [view.journeys[name] for name in load.shipments if name in view.journeys]
    cutoff = min(first.cutoffs, key=lambda one: one.at_min, default=None)
    mass, volume = _share(load.mass_g, payload_g), _share(load.volume_cm3, usable_cm3)
    return BoxCard(
        id=load.id, box=load.box, to=view.place(load.destination), route=view.route(load.steps),
        departs=view.when(first.depart_min, first.origin),
        cutoff="" if cutoff is None else view.say(
            "cutoff_line", task=view.say(cutoff.type), at=view.when(cutoff.at_min, first.origin)
        ),
        mass=mass, volume=volume,
        mass_text=_of(g_to_kg(load.mass_g), g_to_kg(payload_g), 0, "kg", view.lang),
        volume_text=_of(cm3_to_m3(load.volume_cm3), cm3_to_m3(usable_cm3), 1, "m³", view.lang),
        cost=money(load.cost_cny_minor, 2, view.lang), commitment=view.committed(load), is_frozen=view.is_frozen(load),
        is_fixed=load.commitment != "planned", is_over=max(mass, volume) > _PERCENT,
        inside=[inside(view, journey) for journey in members],
    )  # fmt: skip


def _of(part: float | Decimal, whole: float | Decimal, digits: int, unit: str, lang: Lang) -> str:
    return f"{number(part, lang, digits)} / {number(whole, lang, digits)} {unit}"


def _whole(fen: int, lang: Lang) -> str:
    """Return an amount in whole yuan."""
    return number(Decimal(fen).scaleb(-2), lang, 0)


def _share(part: int, whole: int) -> int:
    """
    Return a part in per cent of a whole.

    Examples
    --------
    >>> _share(1, 3), _share(5, 0)
    (33, 0)
    """
    return round(part * _PERCENT / whole) if whole else 0


def inside(view: PlanView, journey: Journey) -> Inside:
    """Return a travelling shipment as a card."""
    shipment = view.cargo.by_id.get(journey.shipment)
    kg, m3 = (None, None) if shipment is None else (g_to_kg(shipment.mass_g), cm3_to_m3(shipment.volume_cm3))
    late = view.say("desk_days_late", days=journey.days_late) if journey.days_late else ""
    return Inside(
        id=journey.shipment,
        shipper="" if shipment is None else shipment.shipper or "",
        to=NOWHERE if shipment is None else view.place(shipment.destination),
        kg=NOWHERE if kg is None else f"{number(kg, view.lang, 0)} kg",
        m3=NOWHERE if m3 is None else f"{number(m3, view.lang, 2)} m³",
        cost=money(journey.cost_cny_minor, 2, view.lang),
        note=late,
        is_late=bool(journey.days_late),
    )


def left_behind(view: PlanView) -> list[Left]:
    """Return what is left behind as cards."""
    found = []
    for left in view.plan.unserved:
        shipment = view.cargo.by_id.get(left.shipment)
        to = NOWHERE if shipment is None else view.place(shipment.destination)
        found.append(Left(left.shipment, to, left.reason_zh if view.lang == "zh" else left.reason_en))
    return found


class Stat(NamedTuple):
    """A figure of a plan with its name, and how it is to be taken: good, warn, bad or nothing."""

    name: str
    value: str
    mood: str = ""


def stats_of(view: PlanView) -> list[Stat]:
    """Return the figures that people look at first."""
    plan, summary = view.plan, view.summary
    late = summary.due - summary.on_time
    on_time = NOWHERE if summary.on_time_share is None else percent(summary.on_time_share)
    saving = plan.alone_minor - plan.cost_minor
    return [
        Stat("plan_cost", _whole(plan.cost_minor, view.lang)),
        Stat("plan_gap", gap_text(plan.gap) or NOWHERE),
        Stat("plan_saving", _whole(saving, view.lang), "good" if saving > 0 else ""),
        Stat("plan_boxes", number(len(plan.loads), view.lang)),
        Stat("plan_fill", NOWHERE if summary.fill is None else percent(summary.fill)),
        Stat("plan_on_time", on_time, "bad" if late else ""),
        Stat("plan_unserved", number(len(plan.unserved), view.lang), "bad" if plan.unserved else ""),
    ]
