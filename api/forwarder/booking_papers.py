"""The papers of an option that is booked, or about to be, filled with what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.bookings.filling import booked_of, filling_of
from api.bookings.particulars import Particulars
from api.forwarder.rebuilt import Rebuilder
from api.papers_ask import option_view
from network.papers import option_case

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from api.papers_view import PapersView
    from api.store.models import Booking
    from viz.theme import Lang

_SUBJECT = "1"


def view_of(desk: Desk, answer: Json, number: int, lang: Lang, booking: Booking | None = None) -> PapersView:
    """
    Return the papers of an option of a kept answer.

    Parameters
    ----------
    desk, lang
        Has the tables; language of names.
    answer, number
        The answer, and the number of the option.
    booking
        Of the option, with what is known for its papers; None before it is booked.

    Raises
    ------
    Refusal
        When the data set does not have its places or services any more.
    """
    rebuilder = desk.catalogue.derived(Rebuilder)
    booked = booked_of(answer["shipment"], desk.catalogue)
    given = None if booking is None else booking.particulars
    filling = filling_of(Particulars.model_validate(given or {}), desk.catalogue, booked)
    shipment = filling.pieces_of(rebuilder.shipment(answer["shipment"]), booked)
    name, about = _SUBJECT, {"quote": answer["id"], "option": number}
    if booking is not None:
        name, about = booking.reference or booking.id, {"booking": booking.id, **about}
    case = option_case(shipment, (rebuilder.option(answer["options"][number - 1]),), name, filling.goods)
    return option_view([case], desk, {name: filling.facts}, name=name, about=about, lang=lang)
