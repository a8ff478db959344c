"""The view of the network: what runs, how much it takes, how full it is, and the feeders below it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from api.faults import Findings
from api.planner.shown import Later, View
from api.present import mode_name
from api.store.models import Departure, Run
from api.texts import say
from data.fields import read_list
from viz.sheet_network import RUNNING, STATUSES, Use, capacity, feeder_sheet, network_sheet, runs_a_week
from viz.sheet_words import number, sheet_word
from viz.theme import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import Request

    from api.desk import Desk
    from api.store.session import Scope, Store
    from data.records import Service
    from viz.sheet import Sheet
    from viz.theme import Lang

USE_DAYS = 28
_MOST_ROWS = 300


class _Asked(NamedTuple):
    """What a page of the network is asked to show."""

    modes: tuple[str, ...]
    statuses: tuple[str, ...]
    is_feeders: bool
    search: str


def network_view(request: Request, desk: Desk, store: Store | None, scope: Scope, lang: Lang) -> View:
    """Return the view of the network that a request asks for."""
    asked, found = _read(request)
    use = None if store is None else booked(store, scope, desk.clock())
    title = sheet_word("feeders" if asked.is_feeders else "network", lang)

    def make() -> Sheet:
        if asked.is_feeders:
            return feeder_sheet(desk.book, lang)
        return network_sheet(desk.book, lang, modes=asked.modes, statuses=asked.statuses, use=use, use_days=USE_DAYS)

    services = [
        row for row in desk.catalogue.services
        if row.mode in asked.modes and row.status in asked.statuses and _matches(row, asked.search)
    ]  # fmt: skip
    rows = sorted(services, key=lambda row: (list(MODES).index(row.mode), -runs_a_week(row), row.id))
    return View(
        template="network",
        name="feeders" if asked.is_feeders else "network",
        sheets={} if found.faults else {"map": Later(title, make)},
        values={
            "asked": asked,
            "modes": [(mode, mode_name(mode, lang)) for mode in MODES],
            "statuses": [(status, say(lang, f"status_{status}")) for status in STATUSES],
            "totals": _totals(services, use, lang),
            "rows": [_row(desk, row, use, lang) for row in rows[:_MOST_ROWS]],
            "count": len(rows),
            "most": _MOST_ROWS,
            "use_days": USE_DAYS,
            "has_use": use is not None,
        },
        faults=tuple(found.faults),
    )


def _read(request: Request) -> tuple[_Asked, Findings]:
    """Return what is asked for, and what is wrong with it."""
    found = Findings()
    given: dict[str, tuple[str, ...]] = {}
    for name, known in (("modes", tuple(MODES)), ("status", STATUSES)):
        items = [item for text in request.query_params.getlist(name) for item in read_list(found, name, text)]
        for item in items:
            if item not in known:
                found.add(name, item, "choice", choices=", ".join(known))
        given[name] = tuple(item for item in known if item in items)
    show = request.query_params.get("show", "")
    if show not in {"", "feeders"}:
        found.add("show", show, "choice", choices="feeders")
    search = request.query_params.get("search", "")[:80].strip()
    return _Asked(given["modes"] or tuple(MODES), given["status"] or RUNNING, show == "feeders", search), found


def _matches(row: Service, search: str) -> bool:
    wanted = search.casefold()
    return not wanted or any(
        wanted in text.casefold() for text in (row.id, row.name_zh, row.name_en, row.operator or "")
    )


def booked(store: Store, scope: Scope, now: dt.datetime) -> dict[str, Use]:
    """Return what is booked on the departures of the next weeks, by service; of each the fullest run counts."""
    of_run = [func.max(column) for column in (Run.taken_teu_milli, Run.taken_mass_g)]
    room = [func.min(column) for column in (Run.capacity_teu_milli, Run.capacity_mass_g)]
    asked = (
        select(Departure.service, *of_run, *room)
        .join(Run, Run.departure_id == Departure.id)
        .where(Departure.start_at >= now, Departure.start_at < now + dt.timedelta(days=USE_DAYS))
        .group_by(Departure.id, Departure.service)
    )
    with store.read(scope) as session:
        rows = session.rows(asked)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for service, teu, grams, room_teu, room_g in rows:
        total = sums[service]
        total[0] += 1
        # Where there is no limit there is no share of it either.
        total[1] += teu if room_teu else 0
        total[2] += room_teu or 0
        total[3] += grams if room_g else 0
        total[4] += room_g or 0
    return {service: Use(*total) for service, total in sums.items()}


def _share(uses: Iterable[Use]) -> str:
    """Return how full departures are, of TEU if any names them, else of mass; a dash where nothing is known."""
    known = list(uses)
    for taken, room in (("taken_teu_milli", "room_teu_milli"), ("taken_g", "room_g")):
        offered = sum(getattr(one, room) for one in known)
        if offered:
            return f"{100 * sum(getattr(one, taken) for one in known) / offered:.0f} %"
    return "–"


def _totals(services: list[Service], use: dict[str, Use] | None, lang: Lang) -> list[dict[str, Any]]:
    """Return one row for each mode and status."""
    groups: dict[tuple[str, str], list[Service]] = defaultdict(list)
    for row in services:
        groups[str(row.mode), str(row.status)].append(row)
    order = [(mode, status) for mode in MODES for status in STATUSES if (mode, status) in groups]
    found = []
    for mode, status in order:
        rows = groups[mode, status]
        teu, tonnes = capacity(rows)
        found.append(
            {
                "mode": mode, "mode_name": mode_name(mode, lang), "status": status,
                "status_name": say(lang, f"status_{status}"), "services": number(len(rows)),
                "runs": number(sum(runs_a_week(row) for row in rows)),
                "teu": "–" if teu is None else number(teu), "tonnes": "–" if tonnes is None else number(tonnes),
                "use": "–" if use is None else _share(use[row.id] for row in rows if row.id in use),
            }
        )  # fmt: skip
    return found


def _row(desk: Desk, row: Service, use: dict[str, Use] | None, lang: Lang) -> dict[str, Any]:
    """Return what the table says of one service."""
    teu, tonnes = capacity([row])
    runs = runs_a_week(row)
    return {
        "id": row.id, "name": row.name_zh if lang == "zh" else row.name_en, "mode": row.mode,
        "mode_name": mode_name(row.mode, lang), "status": row.status, "status_name": say(lang, f"status_{row.status}"),
        "calls": " – ".join(_calls(desk, row.id, lang)), "runs": number(runs, 0 if runs.is_integer() else 1),
        "teu": "–" if teu is None else number(teu), "tonnes": "–" if tonnes is None else number(tonnes),
        "use": "–" if use is None or row.id not in use else _share([use[row.id]]),
        "passages": "、".join(row.passages) if lang == "zh" else ", ".join(row.passages),
    }  # fmt: skip


def _calls(desk: Desk, service: str, lang: Lang) -> list[str]:
    rows = [desk.book.locations[call.location] for call in desk.catalogue.calls_of(service)]
    return [row.name_zh if lang == "zh" else row.name_en for row in rows]
