"""What must be said beside an answer: values that were assumed, and what a percentage stands for."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple

from api.answer_schema import Json
from api.present import duration
from api.requests import Request
from api.texts import LANGS, say
from data import Catalogue
from data.records import Restriction, Service
from data.shipment import Filters
from viz.theme import Lang

_PIECE_RULE = "max_piece_g"
_LAST = "\uffff"
"""Sorts after every character of a service id."""


class PieceLimit(NamedTuple):
    """A limit of weight per piece, with the services it is about and the customs areas each of them calls at."""

    row: Restriction
    services: tuple[tuple[Service, frozenset[str]], ...]


def notes(catalogue: Catalogue, request: Request) -> list[Json]:
    """Return what was assumed of a request, with what follows from it."""
    if request.has_pieces:
        return []
    shipment = request.shipment
    limits = _limits_applied(catalogue, request)
    if not limits:
        return [note("pieces_assumed", "pieces")]
    weight = f"{shipment.mass_g / 1000:,g}"
    reasons = {lang: say(lang, "semicolon").join(_reason(row, lang) for row in limits) for lang in LANGS}
    return [note("pieces_limits", "pieces", weight=dict.fromkeys(LANGS, weight), limits=reasons)]


def on_time_meaning(catalogue: Catalogue, request: Request) -> Json:
    """Return against which instant the on-time probability counts."""
    if request.shipment.due_at is not None:
        return {"measure": "due", "tolerance_min": None, **_message("on_time_due")}
    minutes = catalogue.setting_int("on_time_tolerance_min")
    limit = {lang: duration(minutes, lang) for lang in LANGS}
    return {"measure": "planned_arrival", "tolerance_min": minutes, **_message("on_time_plan", limit=limit)}


def note(code: str, subject: str, **values: dict[Lang, str]) -> Json:
    """Return a note in both languages; each value has one form for each."""
    return {"code": code, "subject": subject, **_message(code, **values)}


def _message(key: str, **values: dict[Lang, str]) -> Json:
    """Return a text in both languages; each value has one form for each."""
    said = {lang: {name: forms[lang] for name, forms in values.items()} for lang in LANGS}
    return {f"message_{lang}": say(lang, key, **said[lang]) for lang in LANGS}


def _reason(row: Restriction, lang: Lang) -> str:
    return row.reason_zh if lang == "zh" else row.reason_en


def _limits_applied(catalogue: Catalogue, request: Request) -> list[Restriction]:
    """Return the limits that bar a service the request could have used, one for each reason, in order of the table."""
    shipment = request.shipment
    areas = {row.code: row.customs_area for row in catalogue.territories}
    ends = frozenset(areas[catalogue.location(code).territory] for code in (shipment.origin, shipment.destination))
    found: dict[str, Restriction] = {}
    for row, services in catalogue.derived(piece_limits):
        is_broken = shipment.mass_g > (row.value or 0) * shipment.pieces and row.goods in {"any", *shipment.goods}
        if is_broken and any(_could_use(request.filters, service, touched, ends) for service, touched in services):
            found.setdefault(row.reason_zh, row)
    return list(found.values())


def _could_use(filters: Filters, service: Service, touched: frozenset[str], ends: frozenset[str]) -> bool:
    """Return whether cargo between two customs areas could go by a service, if no limit barred it."""
    return (
        (filters.modes is None or service.mode in filters.modes)
        and service.id not in filters.avoid_services
        and (service.status != "scenario" or service.id in filters.scenarios)
        # What stays within one customs area matters only at the ends.
        and (len(touched) > 1 or touched <= ends)
    )


def piece_limits(catalogue: Catalogue) -> tuple[PieceLimit, ...]:
    """Return the limits of a catalogue with the services they are about."""
    areas = {row.code: row.customs_area for row in catalogue.territories}
    territories = {row.code: row.territory for row in catalogue.locations}
    calls: dict[str, set[str]] = defaultdict(set)
    for call in catalogue.calls:
        calls[call.service].add(territories[call.location])
    services = sorted(catalogue.services, key=lambda service: service.id)
    ids = [service.id for service in services]
    limits = []
    for row in catalogue.restrictions:
        if row.rule == _PIECE_RULE:
            prefix = row.service_prefix or ""
            found = services[bisect_left(ids, prefix) : bisect_left(ids, f"{prefix}{_LAST}")]
            about = [service for service in found if _is_about(row, service, calls[service.id])]
            touched = [frozenset(areas[code] for code in calls[service.id]) for service in about]
            limits.append(PieceLimit(row, tuple(zip(about, touched, strict=True))))
    return tuple(limits)


def _is_about(row: Restriction, service: Service, territories: set[str]) -> bool:
    """Return whether a restriction is about a service, apart from its prefix."""
    return (
        row.mode in {None, service.mode}
        and row.service in {None, service.id}
        and (row.territory is None or row.territory in {*territories, *service.transits})
    )
