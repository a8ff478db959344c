"""What falls due without anybody asking: holds, waits and allotments that end, and what need not be kept any longer."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, or_, select

from api.bookings.service import expire, promote
from api.bookings.space import close_allotment
from api.store.models import Allotment, Booking, KeptAnswer, KeptQuote
from api.store.session import WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from api.bookings.terms import Terms
    from api.store.session import Store, WriteSession

ANSWERS_KEPT = dt.timedelta(days=2)
"""How long the answer to an idempotency key is kept."""
QUOTES_KEPT = dt.timedelta(days=30)
"""How long a quote that was never booked can be opened after it has ended."""
_AT_ONCE = 50


class Swept(NamedTuple):
    """How many of each have ended."""

    bookings: int
    allotments: int
    answers: int
    quotes: int


def sweep(store: Store, terms: Terms, now: dt.datetime) -> Swept:
    """End what is due; several processes may do so at once."""
    return Swept(
        end_bookings(store, terms, now),
        _end_allotments(store, terms, now),
        store.write(WHOLE, "answer.forget", now, _forget_answers),
        store.write(WHOLE, "quote.forget", now, _forget_quotes),
    )


def end_bookings(store: Store, terms: Terms, now: dt.datetime) -> int:
    """End holds and waits that are over, some in each transaction, and return how many."""
    total = 0
    while True:
        with store.read(WHOLE) as session:
            ids = session.all(_due(now).order_by(Booking.id).limit(_AT_ONCE))
        if not ids:
            return total
        ended = store.write(WHOLE, "booking.expire", now, partial(_expire, terms=terms, ids=ids))
        if not ended:
            # Somebody else is ending them.
            return total
        total += ended


def _due(now: dt.datetime) -> Select[str]:
    return select(Booking.id).where(
        or_(
            (Booking.state == "held") & (Booking.held_until <= now),
            (Booking.state == "waitlisted") & (Booking.depart_at <= now),
        )
    )


def _expire(session: WriteSession, terms: Terms, ids: Sequence[str]) -> int:
    """End those of some bookings that are over and that nobody is changing."""
    due = _due(session.now).where(Booking.id.in_(ids)).subquery()
    bookings = session.lock(select(Booking).where(Booking.id.in_(select(due.c.id))).order_by(Booking.id))
    for booking in bookings:
        expire(session, terms, booking)
    return len(bookings)


def _end_allotments(store: Store, terms: Terms, now: dt.datetime) -> int:
    def work(session: WriteSession) -> int:
        due = select(Allotment).where(Allotment.is_open, Allotment.release_at <= now).order_by(Allotment.id)
        found = session.lock(due.limit(_AT_ONCE), skip_locked=True)
        for allotment in found:
            close_allotment(session, allotment)
        promote(session, terms, [allotment.departure_id for allotment in found])
        return len(found)

    return store.write(WHOLE, "allotment.release", now, work)


def _forget_answers(session: WriteSession) -> int:
    return session.change(delete(KeptAnswer).where(KeptAnswer.created_at < session.now - ANSWERS_KEPT))


def _forget_quotes(session: WriteSession) -> int:
    booked = select(Booking.quote_id)
    old = KeptQuote.expires_at < session.now - QUOTES_KEPT
    return session.change(delete(KeptQuote).where(old, KeptQuote.id.not_in(booked)))
