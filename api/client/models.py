"""What the service answers, as typed values. A member that is newer than this client is kept, and harms nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

State = Literal["held", "confirmed", "waitlisted", "expired", "cancelled"]


class Answer(BaseModel):
    """Anything the service answers."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


class Tagged(Answer):
    """What has a version, which a change must name; `etag` is not part of the answer but of its headers."""

    id: str
    etag: str | None = Field(default=None, exclude=True)


class Place(Answer):
    """A place."""

    code: str
    name_zh: str
    name_en: str
    kind: str


class Room(Answer):
    """Room on a departure; None is no limit."""

    teu_milli: int | None
    mass_g: int | None
    volume_cm3: int | None


class Option(Answer):
    """A way to move a shipment; everything the service says of it besides is there as well."""

    cost_minor: int
    currency: str
    cost_cny_minor: int
    depart_at: AwareDatetime
    arrive_at: AwareDatetime
    duration_min: int
    emissions_g: int
    on_time_probability: float
    assumed_share: float
    best_in: list[str]
    legs: list[dict[str, Any]]
    charges: list[dict[str, Any]]
    papers: list[dict[str, Any]]
    bookable_until: AwareDatetime | None = None


class Quote(Answer):
    """A quote: every non-dominated option, or why there is none."""

    id: str | None = None
    created_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    shipment: dict[str, Any]
    options: list[Option]
    nearest: list[Option]
    blocked: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    fingerprint: str

    def bookable(self, now: dt.datetime) -> list[int]:
        """Return the numbers of the options that can be booked at an instant, from 1."""
        ends = [option.bookable_until for option in self.options]
        return [number for number, end in enumerate(ends, 1) if end is not None and end > now]


class KeptQuote(Answer):
    """A quote without its answer."""

    id: str
    firm: str
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    fingerprint: str
    shipment: dict[str, Any]


class Price(Answer):
    """A price in its own currency and in fen."""

    amount_minor: int
    currency: str
    cny_minor: int


class Booking(Tagged):
    """Room on every departure of an option, at the price it was quoted for."""

    firm: str
    state: State
    version: int
    quote: str
    option: int
    reference: str
    note: str
    origin: str = Field(alias="from")
    destination: str = Field(alias="to")
    mass_g: int
    volume_cm3: int
    pieces: int
    regime: str | None
    hs: str | None
    value_cny_minor: int | None
    emissions_g: int | None
    particulars: dict[str, Any] | None
    depart_at: AwareDatetime
    arrive_at: AwareDatetime
    price: Price
    fees_cny_minor: int
    fees: list[dict[str, Any]]
    legs: list[dict[str, Any]]
    held_until: AwareDatetime | None
    created_at: AwareDatetime
    changed_at: AwareDatetime


class Party(Answer):
    """Somebody in the address book."""

    id: str
    firm: str
    name_en: str
    name_zh: str
    address: str
    territory: str
    tax_id: str
    contact: str
    phone: str
    email: str
    created_at: AwareDatetime
    changed_at: AwareDatetime


class Milestone(Answer):
    """Something that is planned for a booking, or happened."""

    milestone: str
    name_zh: str
    name_en: str
    leg: int | None
    place: str | None
    place_name_zh: str | None
    place_name_en: str | None
    planned_at: AwareDatetime | None
    actual_at: AwareDatetime | None
    late_min: int | None
    is_late: bool
    status: Literal["done", "unreported", "planned", "overdue"]
    event: str | None
    dcsa: dict[str, Any] | None


class Milestones(Answer):
    """Where a booking is."""

    booking: str
    state: State
    is_late: bool
    items: list[Milestone]


class Allotment(Tagged):
    """Room that is kept for a firm on every run of a departure."""

    firm: str
    departure: str
    teu_milli: int
    mass_g: int
    volume_cm3: int
    release_at: AwareDatetime
    open: bool


class Departure(Tagged):
    """A departure: its calls, and what is free between them."""

    service: str
    mode: str
    start_at: AwareDatetime
    capacity: Room
    free: Room
    calls: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    allotments: list[Allotment]


class Firm(Tagged):
    """A firm that uses the service."""

    name: str
    house: bool
    created_at: AwareDatetime
    disabled_at: AwareDatetime | None


class User(Tagged):
    """Somebody of a firm."""

    firm: str
    name: str
    roles: list[str]
    created_at: AwareDatetime
    disabled_at: AwareDatetime | None


class Key(Tagged):
    """An API key, without its secret."""

    firm: str
    user: str
    name: str
    scopes: list[str]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    replaced_by: str | None


class NewKey(Key):
    """An API key that was just made; its secret is told once, and None when the same write is repeated."""

    secret: str | None


class Session(Answer):
    """A session of a browser."""

    id: str
    firm: str
    user: str
    key: str | None
    identity: str | None
    agent: str
    address: str
    created_at: AwareDatetime
    seen_at: AwareDatetime
    ends_at: AwareDatetime
    ended_at: AwareDatetime | None


class Identity(Answer):
    """To whom at an OpenID provider an account is open."""

    id: str
    firm: str
    user: str
    issuer: str | None
    email: str | None
    subject: str | None
    created_at: AwareDatetime
    bound_at: AwareDatetime | None


class Me(Answer):
    """Who asks, and what they may do."""

    firm: str
    user: str
    key: str | None
    scopes: list[str]
    sees_all_firms: bool
    identified: bool


class AuditEntry(Answer):
    """Who did what and when."""

    seq: int
    at: AwareDatetime
    firm: str | None
    user: str
    action: str
    kind: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    hash: str
