"""The pages: a form with its answer, and maps. Everything works without script but the maps."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from api import present
from api.answer_schema import Json
from api.avoid import MODES
from api.desk import Answer, Desk
from api.endpoints import DeskOf, read_modes
from api.faults import RequestFault, RequestFaultsError, fault
from api.identity.policy import page as page_policy
from api.local_words import for_templates, moment, money
from api.navigation import navigation
from api.requests import Ask
from api.similar import groups
from api.texts import say
from data.cargo_rules import GOODS
from data.itinerary import Option
from data.values import DAY_MIN
from viz.charts import ChartPoint, mark_label, pareto_svg
from viz.maps import land_script, page, served_assets
from viz.theme import Lang

router = APIRouter(include_in_schema=False, dependencies=[page_policy("network:read")])

_FIELDS = {
    "from": "origin",
    "to": "destination",
    "weight_kg": "weight_kg",
    "volume_m3": "volume_m3",
    "pieces": "pieces",
    "hs": "hs",
    "value": "value",
    "currency": "currency",
    "ready": "ready",
    "due": "due",
    "box": "box",
    "boxes": "boxes",
    "goods": "goods",
    "regime": "regime",
    "avoid": "avoid",
    "max_transfers": "max_transfers",
    "scenario": "scenario",
    "backward": "backward",
}
_FOLDED = frozenset({"avoid", "hs", "value", "regime", "max_transfers", "scenario", "modes", "backward"})
_CACHED = {"Cache-Control": "public, max-age=86400"}

templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
templates.globals.update(
    assumed_text=present.assumed_text,
    landed_text=present.landed_text,
    paper_by=present.paper_by,
    paper_note=present.paper_note,
    chain=present.chain,
    chance=present.chance,
    days=present.days,
    duration=present.duration,
    first_cutoff=present.first_cutoff,
    main_mode=present.main_mode,
    mode_name=present.mode_name,
    modes_in_short=present.modes_in_short,
    name_of=present.name_of,
    navigation=navigation,
    on_time_limit=present.on_time_limit,
    praise=present.praise,
    say=say,
    step_name=present.step_name,
    **for_templates(),
)


def language(request: Request) -> Lang:
    """Return the language a page is asked for in: Chinese, if not English."""
    return "en" if request.query_params.get("lang") == "en" else "zh"


def read_form(request: Request) -> tuple[Ask, dict[str, str]]:
    """Return the request a form makes, and its fields as they were typed."""
    query = request.query_params
    typed = {name: query[name] for name in _FIELDS if query.get(name, "").strip()}
    modes = _modes(request)
    values: dict[str, Any] = {_FIELDS[name]: text for name, text in typed.items()}
    return Ask(**values, modes=modes or None, local_times=True), typed


@router.get("/")
def get_form(request: Request, desk: DeskOf) -> Response:
    """Return the empty form."""
    return _page(request, desk, typed={})


@router.get("/quote")
def get_quote(request: Request, desk: DeskOf) -> Response:
    """Return the form with the answer to it, or with what is wrong with it."""
    ask, typed = read_form(request)
    try:
        answer = desk.ask(ask)
    except RequestFaultsError as error:
        return _page(request, desk, typed=typed, faults=error.faults, status=422)
    # The links of the page must mean the same shipment later, so they carry the ready time.
    typed.setdefault("ready", _local_ready(desk, answer))
    return _page(request, desk, typed=typed, answer=answer)


@router.get("/map/quote")
def get_quote_map(request: Request, desk: DeskOf) -> Response:
    """Return the map of one option of a quote."""
    lang = language(request)
    ask, _ = read_form(request)
    quote = desk.ask(ask).quote
    number = _chosen(request)
    options = quote.options or quote.nearest
    if not 1 <= number <= len(options):
        raise RequestFaultsError([fault("option", request.query_params.get("option"), "option", count=len(options))])
    layers = desk.option_layers(options[number - 1], lang, title=say(lang, "map_of", number=number))
    return HTMLResponse(page(layers, lang=lang, assets=served_assets("/static")))


@router.get("/map/network")
def get_network_map(request: Request, desk: DeskOf) -> Response:
    """Return the map of everything that runs."""
    lang = language(request)
    layers = desk.network_layers(lang, read_modes(request.query_params.get("modes")))
    return HTMLResponse(page(layers, lang=lang, assets=served_assets("/static")))


@router.get("/network")
def get_network_page(request: Request, desk: DeskOf) -> Response:
    """Return the page around the map of the network."""
    lang = language(request)
    html = templates.get_template("network.html").render(
        lang=lang, other=with_language(request, lang), fingerprint=desk.catalogue.fingerprint
    )
    return HTMLResponse(html)


@router.get("/static/land.js")
def get_land() -> Response:
    """Return the coastline for the maps."""
    return Response(land_script(), media_type="text/javascript", headers=_CACHED)


def _modes(request: Request) -> list[str]:
    """Return the modes that were ticked, none when all or none were."""
    modes = [mode for mode in request.query_params.getlist("modes") if mode]
    return [] if set(modes) >= set(MODES) else modes


def _chosen(request: Request) -> int:
    text = request.query_params.get("option", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0  # noqa: PLR2004 - no such option


def _local_ready(desk: Desk, answer: Answer) -> str:
    shipment = answer.request.shipment
    local = desk.axis.to_local(desk.axis.to_min(shipment.ready_at), desk.catalogue.location(shipment.origin).zone)
    return local.strftime("%Y-%m-%dT%H:%M")


def with_language(request: Request, lang: Lang) -> str:
    """Return the address of the same page in the other language."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', 'zh' if lang == 'en' else 'en')])}"


def _page(
    request: Request,
    desk: Desk,
    *,
    typed: dict[str, str],
    faults: tuple[RequestFault, ...] = (),
    answer: Answer | None = None,
    status: int = 200,
) -> HTMLResponse:
    lang = language(request)
    modes = [mode for mode in _modes(request) if mode in MODES]
    values: Json = {
        "lang": lang,
        "other": with_language(request, lang),
        "typed": typed,
        "faults": faults,
        "wrong": {item.field: item for item in faults},
        "is_open": bool(modes) or not _FOLDED.isdisjoint({*typed, *(item.field for item in faults)}),
        "checked_modes": modes or list(MODES),
        "time_types": {name: _time_type(typed.get(name)) for name in ("ready", "due")},
        "exponents": {row.currency: row.exponent for row in desk.catalogue.fx},
        "fingerprint": desk.catalogue.fingerprint,
        "answer": None,
    }
    values |= _choices(desk, lang)
    if answer is not None:
        values |= _result(request, desk, typed=typed, modes=modes, answer=answer)
    return HTMLResponse(templates.get_template("quote.html").render(values), status_code=status)


def _time_type(text: str | None) -> str:
    """Return the type of a field of time: a browser drops what it cannot read, and it is to be kept."""
    try:
        dt.datetime.fromisoformat(text or "2026-01-01T00:00")
    except ValueError:
        return "text"
    return "datetime-local"


def _choices(desk: Desk, lang: Lang) -> Json:
    """Return what can be chosen in the form, as pairs of what is sent and what is shown."""
    boxes = [unit for unit in desk.catalogue.load_units if unit.kind == "box"]
    currencies = sorted((row.currency for row in desk.catalogue.fx), key=lambda code: code != "CNY")
    return {
        "box_choices": [
            ("", say(lang, "loose")),
            *((unit.code, f"{unit.code} {unit.name_zh if lang == 'zh' else unit.name_en}") for unit in boxes),
        ],
        "goods_choices": [("", say(lang, "ordinary_goods")), *((code, say(lang, code)) for code in GOODS)],
        "currency_choices": [(code, code) for code in dict.fromkeys(["CNY", *currencies])],
        "mode_choices": [(mode, present.mode_name(mode, lang)) for mode in MODES],
    }


def _result(request: Request, desk: Desk, *, typed: dict[str, str], modes: list[str], answer: Answer) -> Json:
    """Return what the page shows of an answer."""
    lang = language(request)
    shown = desk.renderer.quote(*answer)
    options: list[Json] = shown["options"] or shown["nearest"]
    found: tuple[Option, ...] = answer.quote.options or answer.quote.nearest
    chosen = min(max(1, _chosen(request)), max(1, len(found)))
    query = urlencode([*typed.items(), *(("modes", mode) for mode in modes), ("lang", lang)])
    grouped = groups(options)
    seen = {group.number for group in grouped}
    points = [
        ChartPoint(
            number=number,
            cost=option["cost_minor"] / 10 ** shown["fx"]["exponent"],
            days=option["duration_min"] / DAY_MIN,
            mode=present.main_mode(option),
            label=_chart_label(option, number, shown["fx"]["exponent"], lang),
            href=f"/quote?{query}&option={number}#map",
            chosen=number == chosen,
        )
        for number, option in enumerate(options, 1)
        if number == chosen or number in seen
    ]
    used = [mode for mode in MODES if any(point.mode == mode for point in points)]
    return {
        "answer": shown,
        "groups": grouped,
        "chosen": chosen,
        "best": present.best_options(shown["options"]),
        "query": query,
        # Both are made by viz, which escapes every text in them.
        "chart": Markup(pareto_svg(points, lang=lang, currency=shown["fx"]["currency"])),  # noqa: S704
        "legend": [Markup(mark_label(mode, lang)) for mode in used],  # noqa: S704
    }


def _chart_label(option: Json, number: int, exponent: int, lang: Lang) -> str:
    return (
        f"{say(lang, 'option')} {number}: {present.modes_in_short(option, lang)}, "
        f"{money(option['cost_minor'], exponent, lang)} {option['currency']}, "
        f"{say(lang, 'arrives')} {moment(option['arrive_at'], lang)}"
    )
