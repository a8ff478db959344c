"""Quotes, bookings, departures and allotments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.client.models import Allotment, Booking, Departure, KeptQuote, Milestones, Party, Quote, State
from api.client.operations import Resource, at, given, match_of, operation, tagged
from api.client.wire import Form


class Quotes(Resource):
    """Every sensible way to move a shipment, with its price."""

    @operation("post_quote")
    def ask(
        self,
        origin: str,
        destination: str,
        *,
        weight_kg: float,
        volume_m3: float,
        key: str | None = None,
        **more: Any,  # noqa: ANN401 - any JSON
    ) -> Quote:
        """
        Ask for a quote.

        Parameters
        ----------
        origin, destination
            Codes or unambiguous names.
        weight_kg, volume_m3
            Of all pieces together.
        key
            Idempotency key; a new one if there is none.
        more
            Other fields of the request, such as ``pieces``, ``ready``, ``due``, ``hs``, ``value``, ``currency``.
        """
        body = {"from": origin, "to": destination, "weight_kg": weight_kg, "volume_m3": volume_m3} | given(**more)
        return Quote.model_validate(self._wire.write("POST", at("quotes"), body, key=key).json())

    @operation("get_quote")
    def get(self, identifier: str) -> Quote:
        """Open a quote again, as it was answered."""
        return Quote.model_validate(self._wire.get(at("quotes", identifier)).json())

    @operation("get_quotes")
    def list(
        self, *, fingerprint: str | None = None, user: str | None = None, limit: int = 50, **more: str | None
    ) -> Iterator[KeptQuote]:
        """
        Yield quotes without their answers, oldest first.

        Parameters
        ----------
        fingerprint, user
            Only by this data set, only those that this user asked for.
        limit
            Size of a page.
        more
            Other filters: ``created_since``, ``created_before``, ``expires_since``, ``expires_before``.
        """
        params = {"fingerprint": fingerprint, "user": user, **more}
        return self._all(at("quotes"), KeptQuote, params, limit)


class Bookings(Resource):
    """Room on every departure of an option at once, or on none."""

    @operation("post_booking")
    def book(
        self,
        quote: Quote | str,
        option: int,
        *,
        confirm: bool = False,
        wait: bool = False,
        reference: str = "",
        note: str = "",
        particulars: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> Booking:
        """
        Book an option of a quote.

        Parameters
        ----------
        quote, option
            A quote that is kept, or its id, and the number of the option, from 1.
        confirm
            Whether it is confirmed at once; otherwise room is held for a while.
        wait
            Whether it waits for room if there is none.
        reference, note
            The caller's own words.
        particulars
            What papers need: ``shipper``, ``consignee``, ``notify``, ``goods`` and ``facts``.
        key
            Idempotency key; a new one if there is none.

        Raises
        ------
        ProblemError
            Such as ``no-room`` or ``quote-expired``.
        """
        words: dict[str, Any] = {"confirm": confirm, "wait": wait, "reference": reference, "note": note}
        words |= given(particulars=particulars)
        return tagged(Booking, self._wire.write("POST", at("bookings"), _offer(quote, option) | words, key=key))

    @operation("get_booking")
    def get(self, identifier: str) -> Booking:
        """Read a booking."""
        return tagged(Booking, self._wire.get(at("bookings", identifier)))

    @operation("get_bookings")
    def list(self, *, state: State | None = None, reference: str | None = None, limit: int = 50) -> Iterator[Booking]:
        """Yield bookings, oldest first; `limit` is the size of a page."""
        return self._all(at("bookings"), Booking, {"state": state, "reference": reference}, limit)

    @operation("get_booking_file")
    def export(self, form: Form = "csv", **only: str | None) -> bytes:
        """Return all bookings that fit as a file; `only` has filters, such as ``state`` and ``depart_since``."""
        return self._wire.get(at(f"bookings.{form}"), only).content

    @operation("get_milestones")
    def milestones(self, identifier: str) -> Milestones:
        """Return what is planned for a booking, what happened, and what is late."""
        return Milestones.model_validate(self._wire.get(at("bookings", identifier, "milestones")).json())

    @operation("post_confirmation")
    def confirm(self, booking: Booking, *, key: str | None = None) -> Booking:
        """Confirm a booking that is held."""
        return self._step(booking, "confirm", key=key)

    @operation("post_cancellation")
    def cancel(self, booking: Booking, *, key: str | None = None) -> Booking:
        """Cancel a booking; what was confirmed pays the fee of the tables."""
        return self._step(booking, "cancel", key=key)

    @operation("post_roll")
    def roll(self, booking: Booking, quote: Quote | str, option: int, *, key: str | None = None) -> Booking:
        """Move a booking to later departures of the same services, at the booked price."""
        return self._step(booking, "roll", _offer(quote, option), key=key)

    @operation("patch_booking")
    def amend(
        self,
        booking: Booking,
        *,
        reference: str | None = None,
        note: str | None = None,
        quote: Quote | str | None = None,
        option: int | None = None,
        particulars: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> Booking:
        """Change the caller's words or what papers need, or put another offer in the place of the booked one."""
        offer = {} if quote is None or option is None else _offer(quote, option)
        body = given(reference=reference, note=note, particulars=particulars) | offer
        path, match = at("bookings", booking.id), match_of(booking)
        return tagged(Booking, self._wire.write("PATCH", path, body, key=key, match=match))

    def _step(self, booking: Booking, step: str, body: object = None, *, key: str | None) -> Booking:
        path, match = at("bookings", booking.id, step), match_of(booking)
        return tagged(Booking, self._wire.write("POST", path, body, key=key, match=match))


class Parties(Resource):
    """The address book: parties that bookings were told to remember."""

    @operation("get_parties")
    def list(self, *, limit: int = 50) -> Iterator[Party]:
        """Yield parties, oldest first; `limit` is the size of a page."""
        return self._all(at("parties"), Party, {}, limit)

    @operation("delete_party")
    def forget(self, identifier: str, *, key: str | None = None) -> Party:
        """Take a party out of the address book; bookings that name it keep it."""
        return Party.model_validate(self._wire.write("DELETE", at("parties", identifier), key=key).json())


class Departures(Resource):
    """Dated runs of services, and what is free on them."""

    @operation("get_departures")
    def board(
        self,
        location: str,
        *,
        after: str | None = None,
        to: str | None = None,
        mode: str | None = None,
        limit: int = 20,
    ) -> list[dict[str, Any]]:
        """Return the next departures from a place."""
        params = {"location": location, "after": after, "to": to, "mode": mode, "limit": limit}
        found: list[dict[str, Any]] = self._wire.get(at("departures"), params).json()
        return found

    @operation("get_departure")
    def get(self, identifier: str) -> Departure:
        """Read a departure."""
        return tagged(Departure, self._wire.get(at("departures", identifier)))

    @operation("put_capacity")
    def set_capacity(
        self,
        identifier: str,
        *,
        teu_milli: int | None,
        mass_g: int | None,
        volume_cm3: int | None,
        key: str | None = None,
    ) -> Departure:
        """Set what every run of a departure can take; None is no limit."""
        body = {"teu_milli": teu_milli, "mass_g": mass_g, "volume_cm3": volume_cm3}
        return tagged(Departure, self._wire.write("PUT", at("departures", identifier, "capacity"), body, key=key))


class Allotments(Resource):
    """Room that is kept for firms."""

    @operation("get_allotments")
    def list(self, *, limit: int = 50) -> Iterator[Allotment]:
        """Yield allotments; `limit` is the size of a page."""
        return self._all(at("allotments"), Allotment, {}, limit)

    @operation("get_allotment")
    def get(self, identifier: str) -> Allotment:
        """Read an allotment."""
        return tagged(Allotment, self._wire.get(at("allotments", identifier)))

    @operation("post_allotment")
    def add(
        self,
        firm: str,
        departure: str,
        *,
        teu_milli: int = 0,
        mass_g: int = 0,
        volume_cm3: int = 0,
        release_at: str | None = None,
        key: str | None = None,
    ) -> Allotment:
        """Keep room on a departure for a firm until it is released."""
        amount = {"teu_milli": teu_milli, "mass_g": mass_g, "volume_cm3": volume_cm3}
        body = {"firm": firm, "departure": departure, **amount} | given(release_at=release_at)
        return tagged(Allotment, self._wire.write("POST", at("allotments"), body, key=key))

    @operation("delete_allotment")
    def release(self, identifier: str, *, key: str | None = None) -> Allotment:
        """Free what is left of an allotment for all."""
        return tagged(Allotment, self._wire.write("DELETE", at("allotments", identifier), key=key))


def _offer(quote: Quote | str, option: int) -> dict[str, Any]:
    return {"quote": quote if isinstance(quote, str) else quote.id, "option": option}
