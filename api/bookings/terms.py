"""How long things last and what changes cost: the rows of `booking_terms` and `booking_fees` that count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from api.bodies import rfc3339
from api.refusals import Refusal
from data.money import round_half_up, to_fen, to_minor

if TYPE_CHECKING:
    from data import Catalogue
    from data.codes import BookingAction, BookingTermKind

_PERCENT = 100
_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What a change costs, and the row that says so."""

    action: BookingAction
    cny_minor: int
    row: str
    assumed: bool

    def as_json(self, at: dt.datetime) -> dict[str, Any]:
        """Return it as it stands in a booking."""
        return {
            "action": self.action,
            "at": rfc3339(at),
            "cny_minor": self.cny_minor,
            "row": self.row,
            "assumed": self.assumed,
        }


class Terms:
    """
    The terms of booking of one data set.

    Parameters
    ----------
    catalogue
        With the tables of terms and fees.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._minutes = {(row.term, row.mode): row.minutes for row in catalogue.booking_terms}

    def lasting(self, term: BookingTermKind, mode: str) -> dt.timedelta:
        """
        Return how long something lasts.

        Parameters
        ----------
        term
            What.
        mode
            Of the main leg.

        Raises
        ------
        Refusal
            When the data set does not say.
        """
        found = self.known(term, mode)
        if found is None:
            raise Refusal(why="no-terms", detail=term)
        return found

    def known(self, term: BookingTermKind, mode: str) -> dt.timedelta | None:
        """Return how long something lasts, None if the data set does not say."""
        minutes = next((self._minutes[key] for key in ((term, mode), (term, None)) if key in self._minutes), None)
        return None if minutes is None else dt.timedelta(minutes=minutes)

    def fee(self, action: BookingAction, mode: str, price_cny_minor: int, left: dt.timedelta) -> Fee:
        """
        Return what a change of a confirmed booking costs.

        Parameters
        ----------
        action
            What is done.
        mode
            Of the main leg.
        price_cny_minor
            The price that was booked, in fen.
        left
            Time until the first departure.

        Raises
        ------
        Refusal
            When no row allows it.

        Notes
        -----
        ``price * percent / 100 + amount``, each rounded half up to fen. Of the rows for the mode, or else of those for
        any, the one with the most hours counts that are still left.
        """
        rows = [row for row in self._catalogue.booking_fees if row.action == action]
        named = [row for row in rows if row.mode == mode] or [row for row in rows if row.mode is None]
        holding = [row for row in named if row.hours_before * _HOUR <= left]
        if not holding:
            raise Refusal(why="no-rule", detail=f"{action}: {max(0, left // _HOUR)} h")
        row = max(holding, key=lambda row: row.hours_before)
        currency = self._catalogue.exchange_rate(row.currency)
        share = round_half_up(Fraction(row.percent) * price_cny_minor / _PERCENT)
        fixed = to_fen(to_minor(row.amount, currency), currency)
        return Fee(action=action, cny_minor=share + fixed, row=row.id, assumed=row.assumed or currency.assumed)
