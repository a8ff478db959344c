"""A generated network with very many flows: what the planner's maps have to stay fluid with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from api.bookings.sailings import departure_id
from api.identity.principal import LOCAL
from api.store.models import BookedLeg, Booking, KeptQuote, table_of
from api.store.session import WHOLE
from data import Catalogue
from data.schedule import departures
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from api.store.session import Store, WriteSession

NOW = dt.datetime(2026, 5, 18, 1, 0, tzinfo=dt.UTC)
_CALLS, _PER_BOOKING = 5, 10
_MODES = ("sea", "sea", "rail", "air", "road")
_DAYS = 20
_WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "24h")


class Size(NamedTuple):
    """How many locations, services and flows."""

    locations: int
    services: int
    flows: int


FULL = Size(300, 600, 5000)
SMALL = Size(30, 40, 200)


def flows_catalogue(size: Size, seed: int = 1) -> Catalogue:
    """Return a data set of places all over the world and daily services of five calls each."""
    dice = np.random.default_rng(seed)
    rows: dict[str, list[dict[str, Any]]] = {
        "territories": [{"code": "T1", "name_zh": "甲", "name_en": "One", "customs_area": "T1", "currency": "CNY"}],
        "calendars": [{"code": "always", "name_zh": "总开", "name_en": "always", "holidays": "open", **_WEEK}],
        "fx": [{"currency": "CNY", "cny_per_unit": "1", "exponent": 2}],
        "settings": [
            {"key": key, "value": value, "meaning": "generated"}
            for key, value in (
                ("planning_epoch", "2026-01-01T00:00Z"), ("horizon_days", "365"), ("search_days", "60"),
                ("base_currency", "CNY"), ("home_territory", "T1"),
            )
        ],
        "locations": [_location(number, dice) for number in range(size.locations)],
        "services": [],
        "calls": [],
    }  # fmt: skip
    for number in range(size.services):
        _add_service(rows, number, size, dice)
    return Catalogue.from_rows(rows)


def _location(number: int, dice: np.random.Generator) -> dict[str, Any]:
    return {
        "code": f"L{number:03d}", "name_zh": f"地点{number}", "name_en": f"Place {number}", "kind": "seaport",
        "lat": f"{dice.uniform(-40, 62):.3f}", "lon": f"{dice.uniform(-179, 179):.3f}", "zone": "UTC",
        "territory": "T1", "calendar": "always",
    }  # fmt: skip


def _add_service(rows: dict[str, list[dict[str, Any]]], number: int, size: Size, dice: np.random.Generator) -> None:
    code, mode = f"S{number:03d}", _MODES[number % len(_MODES)]
    rows["services"].append(
        {"id": code, "name_zh": f"班次{number}", "name_en": f"Service {number}", "mode": mode, "status": "scenario",
         "departs": "08:00"}
    )  # fmt: skip
    for seq, place in enumerate(dice.choice(size.locations, _CALLS, replace=False).tolist(), 1):
        run = 0 if seq == 1 else int(dice.integers(600, 4000))
        rows["calls"].append(
            {"service": code, "seq": seq, "location": f"L{place:03d}", "run_min": run, "run_p10_min": run,
             "run_p90_min": run, "stop_min": 60}
        )  # fmt: skip


def book_flows(store: Store, catalogue: Catalogue, size: Size, seed: int = 1) -> None:
    """Book as many legs as there are to be flows, each between other calls, on days of the next weeks."""
    dice = np.random.default_rng(seed)
    axis = catalogue.derived(TimeAxis)
    pairs = [(row, a, b) for row in catalogue.services for a in range(_CALLS - 1) for b in range(a + 1, _CALLS)]
    chosen = [pairs[at] for at in dice.choice(len(pairs), size.flows, replace=False).tolist()]
    first = axis.to_min(NOW) + 1440
    legs = []
    for number, (service, start, end) in enumerate(chosen):
        runs = departures(catalogue, service)
        at = int(runs[runs >= first + int(dice.integers(_DAYS)) * 1440][0])
        identifier = departure_id(service.id, axis.from_min(at))
        grams = int(dice.integers(10**5, 2 * 10**7))
        legs.append(
            {
                "firm_id": LOCAL.firm, "booking_id": f"bkg_{number // _PER_BOOKING}", "number": number % _PER_BOOKING,
                "departure_id": identifier, "first_call": start, "last_call": end, "is_waiting": False,
                "teu_milli": 0, "mass_g": grams, "volume_cm3": grams * 6, "own_teu_milli": 0, "own_mass_g": 0,
                "own_volume_cm3": 0,
            }
        )  # fmt: skip
    store.write(WHOLE, "generated", NOW, lambda session: _insert(session, catalogue, legs))


def _insert(session: WriteSession, catalogue: Catalogue, legs: list[dict[str, Any]]) -> None:
    """Insert a quote, bookings and their legs."""
    quote = KeptQuote(
        id="quo_generated", firm_id=LOCAL.firm, created_at=NOW, created_by=LOCAL.user, expires_at=NOW,
        fingerprint=catalogue.fingerprint, request={}, offers=[], answer=b"",
    )  # fmt: skip
    session.insert([quote])
    session.insert_plain(
        table_of(Booking), [_booking(code) for code in dict.fromkeys(leg["booking_id"] for leg in legs)]
    )
    session.insert_plain(table_of(BookedLeg), legs)


def _booking(code: str) -> dict[str, Any]:
    return {
        "id": code, "firm_id": LOCAL.firm, "quote_id": "quo_generated", "option": 1, "state": "confirmed", "version": 1,
        "reference": "", "note": "", "origin": "L000", "destination": "L001", "mass_g": 1, "volume_cm3": 1, "pieces": 1,
        "mode": "sea", "depart_at": NOW, "arrive_at": NOW + dt.timedelta(days=60), "price_minor": 0, "currency": "CNY",
        "price_cny_minor": 0, "fees_cny_minor": 0, "fees": [], "legs": [], "created_at": NOW, "created_by": LOCAL.user,
        "changed_at": NOW,
    }  # fmt: skip
