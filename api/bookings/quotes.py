"""Quotes that are kept: as they were answered, to be opened again, and to be booked at their price."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from isal import isal_zlib
from sqlalchemy import select

from api.bodies import rfc3339
from api.bookings.offers import Offer, Offers, shipment_json
from api.bookings.terms import Terms
from api.refusals import Refusal
from api.store.columns import new_id
from api.store.models import KeptQuote

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from api.identity.principal import Principal
    from api.requests import Ask
    from api.store.session import ReadSession

_QUICK = 1
"""Level of compression: most of the gain for little time. What it makes, the standard library reads as well."""


class Opened(NamedTuple):
    """What of a kept quote a booking needs."""

    id: str
    firm: str
    request: dict[str, Any]
    offers: list[Offer]


def new_quote(desk: Desk, ask: Ask, principal: Principal, now: dt.datetime) -> tuple[dict[str, Any], Json]:
    """
    Return the values of a quote to be kept, all but its answer, and the answer.

    Parameters
    ----------
    desk
        Answers.
    ask
        What is asked; refused with all its faults.
    principal
        Who asks.
    now
        The present.
    """
    answer = desk.ask(ask)
    rendered = desk.renderer.quote(*answer)
    catalogue = desk.catalogue
    offers = catalogue.derived(Offers).of(answer, rendered, now)
    for shown, offer in zip(rendered["options"], offers, strict=True):
        shown["bookable_until"] = offer["until"]
    expires_at = _expiry(catalogue.derived(Terms), offers, now)
    values = {
        "id": new_id("qt", now),
        "firm_id": principal.firm,
        "created_at": now,
        "created_by": principal.user,
        "expires_at": expires_at,
        "fingerprint": catalogue.fingerprint,
        "request": shipment_json(answer.request.shipment),
        "offers": offers,
    }
    head = {"id": values["id"], "created_at": rfc3339(now), "expires_at": rfc3339(expires_at)}
    return values, head | rendered


def packed(body: bytes) -> bytes:
    """Return an answer as it is kept."""
    return isal_zlib.compress(body, _QUICK)


def reopen(session: ReadSession, identifier: str) -> bytes:
    """
    Return the answer of a quote, byte for byte.

    Raises
    ------
    Refusal
        When there is no such quote for the caller.
    """
    kept = session.one(select(KeptQuote.answer).where(KeptQuote.id == identifier))
    if kept is None:
        raise Refusal(why="not-found", subject=identifier)
    return isal_zlib.decompress(kept)


def open_offers(session: ReadSession, identifier: str) -> Opened:
    """
    Return what of a quote a booking needs.

    Raises
    ------
    Refusal
        When there is no such quote for the caller.
    """
    columns = (KeptQuote.id, KeptQuote.firm_id, KeptQuote.request, KeptQuote.offers)
    rows = session.rows(select(*columns).where(KeptQuote.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    return Opened(*rows[0])


def offer_of(opened: Opened, option: int, now: dt.datetime) -> Offer:
    """
    Return the offer of an option that can be booked now.

    Raises
    ------
    Refusal
        When there is no such option, or it is too late for it.
    """
    if not 1 <= option <= len(opened.offers):
        raise Refusal(why="option-unknown", detail=f"1 to {len(opened.offers)}", subject=opened.id)
    offer = opened.offers[option - 1]
    if offer["until"] is None:
        raise Refusal(why="no-terms", detail=f"option {option}", subject=opened.id)
    if now >= instant(offer["until"]):
        why = "quote-expired" if now < instant(offer["depart_at"]) else "departed"
        raise Refusal(why=why, detail=str(offer["until"]), subject=opened.id)
    return offer


def instant(text: str) -> dt.datetime:
    """Return an instant of a kept document."""
    return dt.datetime.fromisoformat(text)


def _expiry(terms: Terms, offers: list[Offer], now: dt.datetime) -> dt.datetime:
    """Return when the last offer of a quote ends; with none, how long quotes are valid, or at once."""
    ends = [instant(offer["until"]) for offer in offers if offer["until"] is not None]
    return max(ends, default=now + (terms.known("quote_valid", "") or dt.timedelta()))
