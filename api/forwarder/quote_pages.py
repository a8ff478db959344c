"""Pages of quotes that are kept: listed, opened again, printed, sent to a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.bookings.quotes import instant
from api.endpoints import DeskOf
from api.faults import RequestFaultsError
from api.forwarder.frame import PER_PAGE, Id, SentOf, Visit, VisitOf, number_of
from api.forwarder.keeping import Kept, keep, kept_quote
from api.forwarder.quote_view import Places, read_compared, result_view
from api.forwarder.rebuilt import Rebuilder, form_fields
from api.forwarder.signed import opened, sign
from api.identity.page_faults import NO_STORE
from api.identity.policy import form, page, public
from api.identity.principal import Principal
from api.office import OfficeOf, StoreOf
from api.pages import address_of, chosen_option, known_modes, map_of_options, read_form
from api.paging import After, Order, sorted_page
from api.store.models import Booking, KeptQuote

if TYPE_CHECKING:
    import datetime as dt

    from api.answer_schema import Json
    from api.desk import Desk
    from api.store.session import ReadSession, Store

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Query(max_length=300)]
Show = Annotated[str, Query(pattern="^(|open|over)$")]
_DESK = "/forwarder/quotes"


@router.get(_DESK, dependencies=[page("quotes:read")])
def get_quotes(visit: VisitOf, store: StoreOf, show: Show = "", after: After = None) -> Response:
    """Return the quotes that are kept, newest first."""
    statement = select(KeptQuote)
    if show:
        is_open = KeptQuote.expires_at > visit.now
        statement = statement.where(is_open if show == "open" else ~is_open)
    order = Order("-id", KeptQuote.id, KeptQuote.id)
    with store.read(visit.principal.scope) as session:
        found = sorted_page(session, statement, order, limit=PER_PAGE, after=after, show=_row)
        booked = _booked(session, [item["id"] for item in found["items"]])
    return visit.show("quotes.html", tab="quotes", show=show, booked=booked, after=after, **found)


@router.post(_DESK, dependencies=[form("quotes:write")])
async def post_quote(request: Request, sent: SentOf) -> Response:
    """Keep the answer to the request that a form holds, and go to it, or on to booking one of its options."""
    fields = await request.form()
    ask, typed = read_form(fields)
    desk, seen, option = sent.visit.desk, _text(fields.get("seen")), _text(fields.get("option"))
    try:
        identifier = await run_in_threadpool(keep, sent.call(), desk, ask, typed | {"option": option})
    except RequestFaultsError:
        # The page of the request tells what is wrong, beside each field.
        query = address_of(typed, known_modes(fields), lang=sent.visit.lang)
        return RedirectResponse(f"/quote?{query}", status_code=303, headers=NO_STORE)
    more = {"changed": "yes"} if seen and seen != desk.catalogue.fingerprint else {}
    if number_of(option) and not more:
        return sent.to(f"{_DESK}/{identifier}/book", option=str(number_of(option)))
    return sent.to(f"{_DESK}/{identifier}", **more)


@router.get(f"{_DESK}/{{quote_id}}", dependencies=[page("quotes:read")])
def get_quote(quote_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return a kept quote as it was answered."""
    with store.read(visit.principal.scope) as session:
        kept = kept_quote(session, quote_id)
    base = str(visit.request.base_url).rstrip("/")
    shared = sign(store, visit.principal, quote_id)
    values = _result(visit.request, visit, kept, Places(*_addresses(quote_id, visit.lang)))
    return visit.show(
        "quote.html",
        tab="quotes",
        changed=visit.request.query_params.get("changed") == "yes",
        link=f"{base}{_DESK}/{quote_id}",
        shared=None if shared is None else f"{base}/forwarder/shared?{urlencode({'token': shared})}",
        again=again_address(kept.answer, visit.lang),
        **values,
    )


@router.get(f"{_DESK}/{{quote_id}}/sheet", dependencies=[page("quotes:read")])
def get_sheet(quote_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return the sheet of one option, to be printed on A4."""
    with store.read(visit.principal.scope) as session:
        kept = kept_quote(session, quote_id)
    return visit.show("sheet.html", tab="quotes", back=f"{_DESK}/{quote_id}", **sheet_of(visit.request, kept))


@router.get("/map/quotes/{quote_id}", dependencies=[page("quotes:read")])
def get_map(quote_id: Id, request: Request, visit: VisitOf, store: StoreOf) -> Response:
    """Return the map of the options of a kept quote."""
    with store.read(visit.principal.scope) as session:
        kept = kept_quote(session, quote_id)
    return _map(request, visit.desk, kept)


@router.get("/forwarder/shared", dependencies=[public()])
def get_shared(request: Request, desk: DeskOf, office: OfficeOf, store: StoreOf, token: Token = "") -> Response:
    """Return a kept quote to whoever has its link: to look at and to print, not to book."""
    now = office.clock()
    kept, principal = _shared(store, token, now)
    visit = Visit(request, office, desk, principal, "")
    query = urlencode({"token": token, "lang": visit.lang})
    places = Places(f"/forwarder/shared?{query}&option=", f"/map/shared?{query}&option=")
    values = _result(request, visit, kept, places)
    values |= {"permissions": frozenset[str](), "asked": [("token", token)]}
    return visit.show("shared.html", **values)


@router.get("/map/shared", dependencies=[public()])
def get_shared_map(request: Request, desk: DeskOf, office: OfficeOf, store: StoreOf, token: Token = "") -> Response:
    """Return the map of a quote to whoever has its link."""
    return _map(request, desk, _shared(store, token, office.clock())[0])


def again_address(answer: Json, lang: str) -> str:
    """Return the address that asks the same again, from now on."""
    shown = answer["shipment"]
    typed = form_fields(shown)
    del typed["ready"]
    return f"/quote?{address_of(typed, shown['modes'] or [], lang=lang)}"


def bookable(answer: Json, now: dt.datetime) -> set[int]:
    """Return the numbers of the options that can still be booked."""
    ends = {number: option.get("bookable_until") for number, option in enumerate(answer["options"], 1)}
    return {number for number, end in ends.items() if end is not None and instant(end) > now}


def sheet_of(request: Request, kept: Kept) -> dict[str, Any]:
    """Return what the sheet of one option shows; the first one if there is none of the number that is asked for."""
    options = kept.answer["options"] or kept.answer["nearest"]
    number = chosen_option(request)
    number = number if 1 <= number <= len(options) else 1
    option = options[number - 1] if options else None
    cutoffs = [(leg, cutoff) for leg in (option["legs"] if option else ()) for cutoff in leg["cutoffs"]]
    return {
        "kept": kept,
        "answer": kept.answer,
        "option": option,
        "number": number,
        "cutoffs": sorted(cutoffs, key=lambda pair: instant(pair[1]["cutoff_at"])),
    }


def _result(request: Request, visit: Visit, kept: Kept, places: Places) -> dict[str, Any]:
    """Return what the page of a kept quote shows of its answer."""
    chosen, query = chosen_option(request), request.query_params
    compared = read_compared(query.getlist("compare"))
    found = result_view(kept.answer, places, lang=visit.lang, chosen=chosen, compared=compared)
    return found | {"kept": kept, "bookable": bookable(kept.answer, visit.now), "asked": [], "keep_form": None}


def _addresses(quote: str, lang: str) -> tuple[str, str]:
    return f"{_DESK}/{quote}?lang={lang}&option=", f"/map/quotes/{quote}?lang={lang}&option="


def _map(request: Request, desk: Desk, kept: Kept) -> Response:
    rebuilder = desk.catalogue.derived(Rebuilder)
    shown = kept.answer["options"] or kept.answer["nearest"]
    return map_of_options(request, desk, [rebuilder.option(option) for option in shown])


def _shared(store: Store, token: str, now: dt.datetime) -> tuple[Kept, Principal]:
    """Return the quote of a link, with whoever made the link."""
    identifier, principal = opened(store, token, now, scope="quotes:read")
    with store.read(principal.scope) as session:
        return kept_quote(session, identifier), principal


def _row(quote: KeptQuote) -> dict[str, Any]:
    return {
        "id": quote.id,
        "created_at": quote.created_at,
        "expires_at": quote.expires_at,
        "from": quote.request["origin"],
        "to": quote.request["destination"],
        "mass_g": quote.request["mass_g"],
        "volume_cm3": quote.request["volume_cm3"],
    }


def _booked(session: ReadSession, quotes: list[str]) -> set[str]:
    """Return those of some quotes of which something was booked."""
    return set(session.all(select(Booking.quote_id).where(Booking.quote_id.in_(quotes)))) if quotes else set()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
