"""The pages: a form with its answer, and maps. Everything works without script but the maps."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from starlette.datastructures import ImmutableMultiDict

from api import present
from api.accepted import accepted_language
from api.answer_schema import Json
from api.avoid import MODES
from api.desk import Answer, Desk
from api.endpoints import DeskOf, read_modes
from api.faults import RequestFault, RequestFaultsError, fault
from api.forwarder.quote_view import Places, is_direct, left, modes_of, read_compared, result_view
from api.forwarder.units import cubic_metres, kilograms
from api.identity.policy import PrincipalOf, TokenOf
from api.identity.policy import page as page_policy
from api.local_words import for_templates
from api.navigation import navigation
from api.office import OfficeOf
from api.requests import Ask
from api.texts import say
from data.cargo_rules import GOODS
from data.itinerary import Option
from viz.choice_layers import choice_layers
from viz.maps import land_script, page, served_assets
from viz.theme import Lang

router = APIRouter(include_in_schema=False, dependencies=[page_policy("network:read")])

FIELDS = {
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
_MEASURES: dict[str, Callable[[str], str]] = {"weight_kg": kilograms, "volume_m3": cubic_metres}
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
    is_direct=is_direct,
    main_mode=present.main_mode,
    mode_name=present.mode_name,
    modes_in_short=present.modes_in_short,
    modes_of=modes_of,
    name_of=present.name_of,
    navigation=navigation,
    odds=present.odds,
    on_time_limit=present.on_time_limit,
    praise=present.praise,
    say=say,
    step_name=present.step_name,
    **for_templates(),
)


def language(request: Request) -> Lang:
    """Return the language of a page: that of its address, else what the browser asks for; Chinese, if not English."""
    chosen = request.query_params.get("lang")
    if chosen is None:
        # Tells whoever sends the answer that it varies; see `SecureHeaders`.
        request.state.is_language_accepted = True
        return accepted_language(request.headers.get("accept-language", ""))
    return "en" if chosen == "en" else "zh"


def read_form(fields: ImmutableMultiDict[str, Any]) -> tuple[Ask, dict[str, str]]:
    """
    Return the request a form makes, and its fields as they were typed.

    Weights and volumes may have the units people write; what is not understood is left to the check of the request.
    """
    typed = {name: text for name in FIELDS if (text := _text(fields, name)).strip()}
    values: dict[str, Any] = {FIELDS[name]: text for name, text in typed.items()}
    for name, read in _MEASURES.items():
        if name in values:
            values[name] = read(values[name])
    return Ask(**values, modes=_modes(fields) or None, local_times=True), typed


def address_of(typed: dict[str, str], modes: Sequence[str], **more: str) -> str:
    """Return the fields of a form as the query of an address."""
    return urlencode([*typed.items(), *(("modes", mode) for mode in modes), *more.items()])


def _text(fields: ImmutableMultiDict[str, Any], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


@router.get("/")
def get_form(request: Request, desk: DeskOf) -> Response:
    """Return the empty form."""
    return _page(request, desk, typed={})


@router.get("/quote")
def get_quote(request: Request, desk: DeskOf, office: OfficeOf, principal: PrincipalOf, token: TokenOf) -> Response:
    """Return the form with the answer to it, or with what is wrong with it."""
    ask, typed = read_form(request.query_params)
    try:
        answer = desk.ask(ask)
    except RequestFaultsError as error:
        return _page(request, desk, typed=typed, faults=error.faults, status=422)
    # The links of the page must mean the same shipment later, so they carry the ready time.
    typed.setdefault("ready", _local_ready(desk, answer))
    may_keep = office.store is not None and "quotes:write" in principal.permissions
    form = None
    if may_keep:
        form = {"token": token, "once": secrets.token_urlsafe(16), "permissions": principal.permissions}
    return _page(request, desk, typed=typed, answer=answer, keep_form=form)


@router.get("/map/quote")
def get_quote_map(request: Request, desk: DeskOf) -> Response:
    """Return the map of the options of a quote, with one of them chosen."""
    ask, _ = read_form(request.query_params)
    quote = desk.ask(ask).quote
    return map_of_options(request, desk, quote.options or quote.nearest)


def map_of_options(request: Request, desk: Desk, options: Sequence[Option]) -> Response:
    """
    Return the map of options, with the one chosen that the address names.

    Raises
    ------
    RequestFaultsError
        When there is no such option.
    """
    lang, number = language(request), chosen_option(request)
    if not 1 <= number <= len(options):
        raise RequestFaultsError([fault("option", request.query_params.get("option"), "option", count=len(options))])
    title = say(lang, "map_of", number=number)
    layers = choice_layers(desk.book, desk.axis, list(enumerate(options, 1)), number, lang=lang, title=title)
    return HTMLResponse(page(layers, lang=lang, assets=served_assets("/static")))


@router.get("/map/network")
def get_network_map(request: Request, desk: DeskOf) -> Response:
    """Return the map of everything that runs."""
    lang = language(request)
    layers = desk.network_layers(lang, read_modes(request.query_params.get("modes")))
    return HTMLResponse(page(layers, lang=lang, assets=served_assets("/static")))


@router.get("/static/land.js")
def get_land() -> Response:
    """Return the coastline for the maps."""
    return Response(land_script(), media_type="text/javascript", headers=_CACHED)


def _modes(fields: ImmutableMultiDict[str, Any]) -> list[str]:
    """Return the modes that were ticked, none when all or none were."""
    modes = [mode for mode in fields.getlist("modes") if isinstance(mode, str) and mode]
    return [] if set(modes) >= set(MODES) else modes


def known_modes(fields: ImmutableMultiDict[str, Any]) -> list[str]:
    """Return the modes that were ticked and exist."""
    return [mode for mode in _modes(fields) if mode in MODES]


def chosen_option(request: Request) -> int:
    """Return the number of the option that an address names, 1 if it names none, 0 if there can be no such option."""
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
    keep_form: dict[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    lang = language(request)
    modes = known_modes(request.query_params)
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
        query = address_of(typed, modes, lang=lang)
        places = Places(f"/quote?{query}&option=", f"/map/quote?{query}&option=")
        values |= result_view(
            desk.renderer.quote(*answer),
            places,
            lang=lang,
            chosen=chosen_option(request),
            compared=read_compared(request.query_params.getlist("compare")),
        )
        now = desk.clock()
        values |= {"now": now, "left": partial(left, now=now, lang=lang), "keep_form": keep_form, "kept": None}
        values["permissions"] = keep_form["permissions"] if keep_form else frozenset()
        from_now = {name: text for name, text in typed.items() if name != "ready"}
        values["again"] = f"/quote?{address_of(from_now, modes, lang=lang)}"
        values["asked"] = [*typed.items(), *(("modes", mode) for mode in modes)]
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
