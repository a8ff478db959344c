"""
What a database of the service must keep to, found from its rows alone.

Nothing here is shared with the service but the names of tables and columns.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from benchmarks.kept_jobs import JobRows, job_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Row

    from benchmarks.writers import Ledger

_NAMES = ("teu_milli", "mass_g", "volume_cm3")
_TAKING = ("held", "confirmed")
_BY_ITSELF = frozenset(
    {("waitlisted", "held"), ("waitlisted", "expired"), ("held", "expired")}
)  # a booking that got room at last may have lost its hold since


class Snapshot(NamedTuple):
    """Rows of one instant, by their tables."""

    bookings: Sequence[Row[Any]]
    legs: Sequence[Row[Any]]
    runs: Sequence[Row[Any]]
    allotments: Sequence[Row[Any]]
    allotted: Sequence[Row[Any]]
    quotes: frozenset[str]
    jobs: JobRows


class Snapshots:
    """
    Takes rows of one instant out of a database that is being written.

    Parameters
    ----------
    location
        Path of a SQLite file, or the URL of a PostgreSQL database.
    """

    def __init__(self, location: str) -> None:
        if "://" in location:
            # A connection of its own each time: one that is kept may be of a server that was killed since.
            url = make_url(location).set(drivername="postgresql+pg8000")
            self._engine = create_engine(url, isolation_level="REPEATABLE READ", poolclass=NullPool)
        else:
            self._engine = create_engine(f"sqlite+pysqlite:///{location}")

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def take(self) -> Snapshot:
        """Return the rows as they are now."""
        with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")

            def rows(table: str) -> Sequence[Row[Any]]:
                return connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - our own names

            quotes = frozenset(row.id for row in connection.execute(text("SELECT id FROM quote")))
            return Snapshot(
                rows("booking"), rows("booked_leg"), rows("run"), rows("allotment"), rows("allotted_run"), quotes,
                job_rows(connection),
            )  # fmt: skip


def room_faults(found: Snapshot) -> list[str]:
    """
    Return everything wrong with room.

    On each run, what is taken is what live bookings take of it and not of an allotment, and what is allotted to firms;
    of each allotted run, what live bookings of the firm take of it. Nothing is beyond a capacity, and a booking has all
    of its departures or none.
    """
    return [*_leg_faults(found), *_run_faults(found), *_allotted_faults(found)]


def _leg_faults(found: Snapshot) -> Iterator[str]:
    legs = defaultdict(list)
    for leg in found.legs:
        legs[leg.booking_id].append(leg)
    for booking in found.bookings:
        shown = json.loads(booking.legs)
        wanted = Counter((leg["departure"], leg["first_call"], leg["last_call"]) for leg in shown)
        rows = legs.pop(booking.id, [])
        if Counter((leg.departure_id, leg.first_call, leg.last_call) for leg in rows) != wanted:
            yield f"{booking.id}: its legs are not those that were booked"
        if any(bool(leg.is_waiting) != (booking.state == "waitlisted") for leg in rows):
            yield f"{booking.id}: {booking.state}, but a leg says otherwise"
        if booking.quote_id not in found.quotes:
            yield f"{booking.id}: its quote is gone"
    yield from (f"{booking}: legs without a booking" for booking in legs)


def _taking(found: Snapshot) -> Iterator[tuple[Row[Any], Any]]:
    """Yield the legs of live bookings, with each of their runs."""
    live = {booking.id for booking in found.bookings if booking.state in _TAKING}
    for leg in found.legs:
        if leg.booking_id in live:
            yield from ((leg, (leg.departure_id, call)) for call in range(leg.first_call, leg.last_call))


def _run_faults(found: Snapshot) -> Iterator[str]:
    taken: dict[Any, Counter[str]] = defaultdict(Counter)
    for leg, run in _taking(found):
        taken[run].update({name: getattr(leg, name) - getattr(leg, f"own_{name}") for name in _NAMES})
    for allotted in found.allotted:
        run = (allotted.departure_id, allotted.call)
        taken[run].update({name: getattr(allotted, f"capacity_{name}") for name in _NAMES})
    for row in found.runs:
        yield from _differences(row, taken.pop((row.departure_id, row.call), Counter()))
    yield from (f"{run}: taken, but there is no such run" for run, amounts in taken.items() if any(amounts.values()))


def _allotted_faults(found: Snapshot) -> Iterator[str]:
    taken: dict[Any, Counter[str]] = defaultdict(Counter)
    for leg, run in _taking(found):
        taken[leg.firm_id, *run].update({name: getattr(leg, f"own_{name}") for name in _NAMES})
    for row in found.allotted:
        yield from _differences(row, taken.pop((row.firm_id, row.departure_id, row.call), Counter()))
    yield from (f"{run}: taken, but not allotted" for run, amounts in taken.items() if any(amounts.values()))
    open_ones = {allotment.id for allotment in found.allotments if allotment.is_open}
    if {row.allotment_id for row in found.allotted} != open_ones:
        yield "allotted runs are not those of the open allotments"


def _differences(row: Row[Any], taken: Counter[str]) -> Iterator[str]:
    for name in _NAMES:
        said, capacity = getattr(row, f"taken_{name}"), getattr(row, f"capacity_{name}")
        if said != taken[name]:
            yield f"{row.departure_id} {row.call}: {name} {said} is said to be taken, {taken[name]} is"
        if capacity is not None and taken[name] > capacity:
            yield f"{row.departure_id} {row.call}: {name} {taken[name]} is taken of {capacity}"


def ledger_faults(found: Snapshot, ledger: Ledger, *, is_over: bool = False) -> list[str]:
    """
    Return everything that was acknowledged and is not there, and every order that made two bookings.

    Parameters
    ----------
    found
        Rows of an instant.
    ledger
        What was acknowledged before it.
    is_over
        Whether nothing was sent since: then only the service itself may have changed a booking, by giving room to one
        that waited or by ending one that had an end.
    """
    rows = {booking.id: booking for booking in found.bookings}
    faults = [f"{quote}: a quote that was acknowledged is gone" for quote in set(ledger.quotes) - found.quotes]
    for identifier, shown in ledger.bookings.items():
        row = rows.get(identifier)
        if row is None or row.version < shown["version"]:
            faults.append(f"{identifier}: version {shown['version']} was acknowledged and is gone")
        elif row.version > shown["version"]:
            if is_over and (shown["state"], row.state) not in _BY_ITSELF:
                faults.append(f"{identifier}: {shown['state']} became {row.state} by itself")
        else:
            faults += _changes(row, shown)
    made = Counter(booking.reference for booking in found.bookings if booking.reference)
    faults += [f"{reference}: {count} bookings" for reference, count in made.items() if count > 1]
    faults += [f"{one}: refused, but booked" for one, booking in ledger.orders.items() if booking is None and made[one]]
    return faults


def _changes(row: Row[Any], shown: dict[str, Any]) -> Iterator[str]:
    """Yield what of a booking differs although its version is the same."""
    kept = {"quote": row.quote_id, "option": row.option, "fees_cny_minor": row.fees_cny_minor} | {
        name: getattr(row, name) for name in ("state", "reference", "note")
    }
    for name, value in kept.items():
        if value != shown[name]:
            yield f"{row.id}: {name} {shown[name]!r} was acknowledged, and now is {value!r}"
    if row.price_cny_minor != shown["price"]["cny_minor"] or json.loads(row.legs) != shown["legs"]:
        yield f"{row.id}: another price, or other legs, than were acknowledged"
