"""
The rules of bookings: made of an offer, confirmed, changed, moved, cancelled, ended.

Every change of a state goes through `api.bookings.states`, every change of room through `api.bookings.room`, and both
happen in the transaction of the caller, with the row of the booking locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from api.bookings.quotes import Opened, instant, offer_of
from api.bookings.room import release, take
from api.bookings.states import TAKING, Event, State, next_state
from api.events.own import note_booking
from api.refusals import Refusal
from api.statistics.count import count_booking
from api.store.columns import new_id
from api.store.models import BookedLeg, Booking, table_of
from api.writes import check_match

if TYPE_CHECKING:
    from api.bookings.offers import Offer
    from api.bookings.terms import Terms
    from api.identity.principal import Principal
    from api.store.session import ReadSession, WriteSession
    from data.codes import BookingAction

_WAITING_SEEN = 200
_LEGS = table_of(BookedLeg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What is to be booked.

    Parameters
    ----------
    quote, option
        A quote that was kept, and the number of one of its options.
    is_confirmed
        Whether it is confirmed at once, rather than held.
    may_wait
        Whether it waits if there is no room.
    reference, note
        The caller's own words.
    particulars
        What papers need, as it is kept.
    """

    quote: Opened
    option: int
    is_confirmed: bool = False
    may_wait: bool = False
    reference: str = ""
    note: str = ""
    particulars: dict[str, Any] | None = None


def book(session: WriteSession, terms: Terms, principal: Principal, order: Order) -> Booking:
    """
    Make a booking; its room is taken on every departure, or on none.

    Raises
    ------
    Refusal
        When the offer has ended, or there is no room and the booking may not wait.
    """
    offer = offer_of(order.quote, order.option, session.now)
    booking = Booking(
        id=new_id("bk", session.now),
        firm_id=order.quote.firm,
        created_at=session.now,
        created_by=principal.user,
        changed_at=session.now,
        reference=order.reference,
        note=order.note,
        particulars=order.particulars,
        state="",
        **_terms_of(order.quote, order.option, offer),
    )
    legs = _legs(booking, offer)
    event: Event = "book" if order.is_confirmed else "hold"
    if not order.may_wait:
        take(session, booking.firm_id, legs)
    elif not _could_take(session, booking.firm_id, legs):
        legs, event = _legs(booking, offer), "wait"
    _enter(session, booking, event, terms)
    session.insert([booking])
    _keep_legs(session, legs)
    return booking


def _could_take(session: WriteSession, firm: str, legs: Sequence[BookedLeg]) -> bool:
    """Take room and return True, or return False with nothing taken."""
    try:
        with session.nested():
            take(session, firm, legs)
    except Refusal as refusal:
        if refusal.name != "no-room":
            raise
        return False
    return True


def locked_booking(session: WriteSession, identifier: str, match: str | None) -> Booking:
    """
    Return a booking that nobody else changes meanwhile.

    Raises
    ------
    Refusal
        When there is none for the caller, or the caller has not seen it as it is.
    """
    rows = session.lock(select(Booking).where(Booking.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    check_match(match, identifier, rows[0].version)
    return rows[0]


def legs_of(session: ReadSession, booking: Booking) -> list[BookedLeg]:
    """Return the legs of a booking, in their order."""
    return list(session.all(select(BookedLeg).where(BookedLeg.booking_id == booking.id).order_by(BookedLeg.number)))


def confirm(session: WriteSession, terms: Terms, booking: Booking) -> None:
    """Confirm a booking that is held; refused when the hold has ended."""
    _check_open(session, booking, "confirm")
    _enter(session, booking, "confirm", terms)


def cancel(session: WriteSession, terms: Terms, booking: Booking) -> None:
    """Cancel a booking, with the fee of the tables if it was confirmed, and give its room to who waits for it."""
    next_state(_state(booking), "cancel", booking.id)
    _charge(session, terms, booking, "cancel")
    _leave(session, terms, booking, "cancel")


def amend(session: WriteSession, terms: Terms, booking: Booking, quote: Opened, option: int) -> None:
    """
    Put another offer in the place of the one that was booked, at its own price; the fee is that of the tables.

    Raises
    ------
    Refusal
        When the offer has ended or there is no room; then everything is as it was.
    """
    _check_open(session, booking, "amend")
    if quote.firm != booking.firm_id:
        raise Refusal(why="not-found", subject=quote.id)
    offer = offer_of(quote, option, session.now)
    _charge(session, terms, booking, "amend")
    _replace(session, terms, booking, offer, "amend", _terms_of(quote, option, offer))


def describe(session: WriteSession, booking: Booking, reference: str | None, note: str | None) -> None:
    """Change the caller's own words on a booking, which costs nothing in any state."""
    changed = {"reference": reference, "note": note}
    for name, value in changed.items():
        if value is not None and value != getattr(booking, name):
            setattr(booking, name, value)
            booking.changed_at = session.now
            booking.version += 1


def fill_in(session: WriteSession, booking: Booking, particulars: dict[str, Any] | None) -> None:
    """
    Change what papers need of a booking, which costs nothing.

    Raises
    ------
    Refusal
        When it has ended, so that there are no papers any more.
    """
    next_state(_state(booking), "amend", booking.id)
    if particulars != booking.particulars:
        booking.particulars, booking.changed_at = particulars, session.now
        booking.version += 1


def roll(session: WriteSession, terms: Terms, booking: Booking, quote: Opened, old: Opened, option: int) -> None:
    """
    Move a booking to later departures of the same services, at the price that was booked; the tables have the fee.

    Parameters
    ----------
    session, terms, booking
        What is moved.
    quote, option
        A quote for the same shipment, and the option with the later departures.
    old
        The quote that was booked.

    Raises
    ------
    Refusal
        When it is another shipment or another way, when the offer has ended, or when there is no room.
    """
    _check_open(session, booking, "roll")
    if quote.firm != booking.firm_id:
        raise Refusal(why="not-found", subject=quote.id)
    if quote.request != old.request:
        raise Refusal(why="other-shipment", subject=quote.id)
    offer = offer_of(quote, option, session.now)
    same = [leg["service"] for leg in offer["legs"]] == [leg["service"] for leg in booking.legs]
    if not same or instant(offer["depart_at"]) <= booking.depart_at:
        raise Refusal(why="other-way", subject=quote.id)
    _charge(session, terms, booking, "roll")
    kept = ("price_minor", "currency", "price_cny_minor")
    values = {name: value for name, value in _terms_of(quote, option, offer).items() if name not in kept}
    _replace(session, terms, booking, offer, "roll", values)


def _check_open(session: WriteSession, booking: Booking, event: Event) -> None:
    """Refuse what cannot happen to a booking in its state, or with a hold that is over."""
    next_state(_state(booking), event, booking.id)
    if booking.held_until is not None and booking.held_until <= session.now:
        raise Refusal(why="wrong-state", detail="the hold has ended", subject=booking.id)


def expire(session: WriteSession, terms: Terms, booking: Booking) -> None:
    """End a hold or a wait."""
    _leave(session, terms, booking, "expire")


def promote(session: WriteSession, terms: Terms, departures: Iterable[str]) -> list[str]:
    """
    Give room that became free to bookings that wait for it, and return their ids.

    Who waits longest comes first. Somebody later may pass only on departures on which nobody earlier lacks room.
    """
    promoted, lacking = [], set[str]()
    with session.seeing_all():
        waiting = select(BookedLeg.booking_id).where(
            BookedLeg.departure_id.in_(sorted(set(departures))), BookedLeg.is_waiting.is_(True)
        )
        for identifier in sorted(set(session.all(waiting)))[:_WAITING_SEEN]:
            open_ones = select(Booking).where(
                Booking.id == identifier, Booking.state == "waitlisted", Booking.depart_at > session.now
            )
            for booking in session.lock(open_ones, skip_locked=True):
                lack = _promote(session, terms, booking, lacking)
                lacking |= lack
                promoted += [] if lack else [booking.id]
    return promoted


def _promote(session: WriteSession, terms: Terms, booking: Booking, lacking: set[str]) -> set[str]:
    """Give a booking its room, or return the departures that have too little for it."""
    legs = legs_of(session, booking)
    lack = lacking & {leg.departure_id for leg in legs}
    if lack:
        return lack
    try:
        with session.nested():
            take(session, booking.firm_id, legs)
    except Refusal as refusal:
        return {refusal.subject or ""}
    _enter(session, booking, "promote", terms)
    return set()


def _replace(
    session: WriteSession, terms: Terms, booking: Booking, offer: Offer, event: Event, values: dict[str, Any]
) -> None:
    """Put the departures of an offer in the place of those a booking has."""
    old = legs_of(session, booking)
    freed = [leg.departure_id for leg in old]
    if _state(booking) in TAKING:
        release(session, booking.firm_id, old)
    session.change(delete(BookedLeg).where(BookedLeg.booking_id == booking.id))
    session.forget(old)
    for name, value in values.items():
        setattr(booking, name, value)
    legs = _legs(booking, offer)
    if _state(booking) in TAKING:
        take(session, booking.firm_id, legs)
    _enter(session, booking, event, terms)
    _keep_legs(session, legs)
    promote(session, terms, freed)


def _leave(session: WriteSession, terms: Terms, booking: Booking, event: Event) -> None:
    """End a booking, and give its room to who waits for it."""
    legs = legs_of(session, booking)
    was_taking = _state(booking) in TAKING
    _enter(session, booking, event, terms)
    if was_taking:
        release(session, booking.firm_id, legs)
    for leg in legs:
        leg.is_waiting = False
    session.flush()
    if was_taking:
        promote(session, terms, [leg.departure_id for leg in legs])


def _enter(session: WriteSession, booking: Booking, event: Event, terms: Terms) -> None:
    """Change the state of a booking: the one place that does, and tells of it."""
    now = session.now
    before = _state(booking) if booking.state else None
    after = next_state(before, event, booking.id)
    if after == "held":
        end = booking.held_until or now + terms.lasting("hold_valid", booking.mode)
        booking.held_until = min(end, booking.depart_at - terms.lasting("booking_close", booking.mode))
    else:
        booking.held_until = None
    if before is not None:
        booking.version += 1
    booking.state, booking.changed_at = after, now
    note_booking(session, booking, event, is_new=before is None)
    count_booking(session, booking, was_counted=before == "confirmed")


def _charge(session: WriteSession, terms: Terms, booking: Booking, action: BookingAction) -> None:
    """Add the fee of a change to a booking that was confirmed; before that, changes are free."""
    if _state(booking) != "confirmed":
        return
    fee = terms.fee(action, booking.mode, booking.price_cny_minor, booking.depart_at - session.now)
    booking.fees = [*booking.fees, fee.as_json(session.now)]
    booking.fees_cny_minor += fee.cny_minor


def _terms_of(quote: Opened, option: int, offer: Offer) -> dict[str, Any]:
    """Return what a booking has of an offer."""
    return {
        "quote_id": quote.id,
        "option": option,
        "origin": quote.request["origin"],
        "destination": quote.request["destination"],
        "mass_g": quote.request["mass_g"],
        "volume_cm3": quote.request["volume_cm3"],
        "pieces": quote.request["pieces"],
        "mode": offer["mode"],
        "depart_at": instant(offer["depart_at"]),
        "arrive_at": instant(offer["arrive_at"]),
        "price_minor": offer["cost_minor"],
        "currency": offer["currency"],
        "price_cny_minor": offer["cost_cny_minor"],
        "legs": offer["legs"],
        "regime": quote.request.get("regime"),
        "hs": offer.get("hs"),
        "value_cny_minor": offer.get("value_cny_minor"),
        "emissions_g": offer.get("emissions_g"),
    }


def _legs(booking: Booking, offer: Offer) -> list[BookedLeg]:
    """Return the legs of a booking, waiting for room."""
    return [
        BookedLeg(
            firm_id=booking.firm_id,
            booking_id=booking.id,
            number=number,
            departure_id=leg["departure"],
            first_call=leg["first_call"],
            last_call=leg["last_call"],
            is_waiting=True,
            teu_milli=leg["teu_milli"],
            mass_g=leg["mass_g"],
            volume_cm3=leg["volume_cm3"],
            own_teu_milli=0,
            own_mass_g=0,
            own_volume_cm3=0,
        )
        for number, leg in enumerate(offer["legs"], 1)
    ]


def _keep_legs(session: WriteSession, legs: Sequence[BookedLeg]) -> None:
    """Insert legs."""
    rows = [{name: getattr(leg, name) for name in _LEGS.c.keys()} for leg in legs]  # noqa: SIM118 - names of columns
    session.insert_plain(_LEGS, rows)


def _state(booking: Booking) -> State:
    found: State = booking.state  # type: ignore[assignment]
    return found


def departures_of(offers: Sequence[Offer]) -> list[str]:
    """Return the departures of offers."""
    return [leg["departure"] for offer in offers for leg in offer["legs"] if leg is not None]
