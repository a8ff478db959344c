"""Records of the tables about booking: how long things last, and what changes cost; columns as in ``schema/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.provenance import Row

if TYPE_CHECKING:
    from decimal import Decimal

    from data.codes import BookingAction, BookingTermKind, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTerm(Row):
    """How long something lasts; columns as in ``schema/booking_terms.csv``."""

    id: str
    term: BookingTermKind
    mode: Mode | None
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFee(Row):
    """What a change of a booking costs; columns as in ``schema/booking_fees.csv``."""

    id: str
    action: BookingAction
    mode: Mode | None
    hours_before: int
    percent: Decimal
    amount: Decimal
    currency: str
