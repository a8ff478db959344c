"""A hub's schedule as Gantt charts: one page for all hubs, or a picture of the busiest."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from api.schedule_rows import rows_by_resource
from api.schedule_view import CUSTOMS, ScheduleView
from data.hub_schedule import HubTaskTime
from data.timeaxis import TimeAxis
from viz.gantt import COLOURS, Bar, Gantt, Lane, gantt_svg, gantt_table, pieces
from viz.popups import text

_PAPER_DAYS, _PAPER_HOUR = 1, 42.0
"""Days of a piece of a chart on a sheet of paper, and width of an hour there."""
_STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:1.2rem;color:#1d2733;background:#fff}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
.scroll{overflow-x:auto;border:1px solid #cfdae3;border-radius:6px}
.gantt g:focus{outline:none}.gantt g:focus rect{stroke:#000;stroke-width:3}
.missed{color:#a33c00;font-weight:600}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;list-style:none}
.key i{display:inline-block;width:1.1em;height:.8em;border-radius:2px;margin-right:.35em}
table{border-collapse:collapse;font-size:.9rem}
td,th{padding:.15rem .6rem;border-bottom:1px solid #cfdae3;text-align:left}
caption{text-align:left;font-weight:600;padding:.4rem 0}
summary{cursor:pointer;padding:.4rem 0}
.paper{display:none}
@page{size:A4 landscape;margin:10mm}
@media print{
body{margin:0;font-size:10px}.scroll,details{display:none}.paper{display:block}
.hub{break-before:page}.paper figure{margin:0 0 3mm;break-inside:avoid}
.paper svg{max-width:100%;height:auto;max-height:165mm}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
"""


def charts(view: ScheduleView) -> list[Gantt]:
    """Return one chart for each hub, customs left out where they only release."""
    lanes: dict[str, list[Lane]] = {}
    for hub, name, tasks in rows_by_resource(view):
        if name != CUSTOMS:
            lanes.setdefault(hub, []).append(Lane(view.resource(name), tuple(_bar(view, task) for task in tasks)))
    now = view.schedule.now_min
    return [
        Gantt(
            title=f"{view.say('gantt_chart')} · {view.plan.place_code(hub)}",
            lanes=tuple(some),
            now=None if now is None else _local(view, now, hub),
            now_label=view.say("gantt_now"),
        )
        for hub, some in lanes.items()
    ]


def _local(view: ScheduleView, minute: int, hub: str) -> dt.datetime:
    """Return the wall clock of a hub."""
    axis = view.catalogue.derived(TimeAxis)
    return axis.to_local(minute, view.plan.zone(hub)).replace(tzinfo=None)


def _bar(view: ScheduleView, task: HubTaskTime) -> Bar:
    kind = view.say(f"work_{task.kind}")
    is_missed = (task.hub, task.subject) in view.missed_subjects
    parts = [
        kind,
        view.subjects_of(task),
        f"{view.when(task.begin_min, task.hub)} – {view.when(task.end_min, task.hub)}",
    ]
    parts += [view.say("state_missed")] if is_missed else []
    parts += [view.say("hub_overtime")] if task.is_overtime else []
    return Bar(
        begin=_local(view, task.begin_min, task.hub),
        end=_local(view, task.end_min, task.hub),
        kind=task.kind,
        mark=f"{kind} {task.subject}",
        label=", ".join(parts),
        is_missed=is_missed,
        is_overtime=task.is_overtime,
        short=task.subject.rpartition("-")[2].lstrip("0"),
    )


def page(view: ScheduleView) -> str:
    """Return all charts as one page that needs no connection: misses first, each chart with a table."""
    title = view.say("schedule_title", plan=view.id)
    missed = "".join(f"<li>{text(line)}</li>" for line in view.missed_lines())
    key = "".join(
        f'<li><i style="background:{colour}"></i>{text(view.say(f"work_{kind}"))}</li>'
        for kind, colour in COLOURS.items()
        if kind != "release"
    )
    headers = [view.say(name) for name in ("resource", "hub_begin", "hub_end", "hub_task")]
    parts = [
        f'<!doctype html><html lang="{view.lang}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(title)}</title><style>{_STYLE}</style></head><body><main><h1>{text(title)}</h1>",
        f"<p>{text(view.counts())}</p>",
        f'<section class="missed"><h2>{text(view.say("missed_head"))}</h2><ul>{missed}</ul></section>'
        if missed
        else "",
        f'<p>{text(view.say("gantt_help"))}</p><ul class="key">{key}</ul>',
    ]
    parts += [
        (
            f'<section class="hub"><h2>{text(chart.title)}</h2><div class="scroll" tabindex="0" role="region" '
            f'aria-label="{text(chart.title)}">{gantt_svg(chart)}</div>'
            f"<details><summary>{text(view.say('gantt_table'))}</summary>{gantt_table(chart, headers)}</details>"
            f'<div class="paper" aria-hidden="true">{_on_paper(chart)}</div></section>'
        )
        for chart in charts(view)
    ]
    return "".join([*parts, "</main></body></html>\n"])


def _on_paper(chart: Gantt) -> str:
    """Return a chart in pieces that can be read on paper, which are only printed."""
    return "".join(
        f"<figure>{gantt_svg(piece, is_still=True)}</figure>" for piece in pieces(chart, _PAPER_DAYS, _PAPER_HOUR)
    )


def picture(view: ScheduleView) -> str:
    """Return the chart of the hub with the most tasks as SVG."""
    counts = Counter(task.hub for task in view.schedule.tasks)
    busiest = view.plan.place_code(max(sorted(counts), key=counts.__getitem__)) if counts else ""
    found = [chart for chart in charts(view) if busiest and chart.title.endswith(busiest)]
    return gantt_svg(found[0]) if found else '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
