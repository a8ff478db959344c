"""Many who fight for the last room on a few ships, on both databases: nothing is sold twice, nothing is half booked."""

from __future__ import annotations

import json
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.store.models import BookedLeg, Booking, Run
from api.store.session import WHOLE, Store
from tests.api.booking_world import KG, World, serving
from tests.api.bookings.test_bookings import check_books

if TYPE_CHECKING:
    from tests.databases import Databases

CLIENTS = 16
SHIPS = 3
EACH = 4
"""How many shipments of 2,500 kg one ship takes."""


def _attempts(world: World, quotes: list[dict[str, Any]], client: int, rounds: int) -> list[tuple[str, int, str]]:
    """Try to book every option of quotes, each with a key that another client uses as well."""
    found = []
    for number in range(rounds):
        for option in range(1, SHIPS + 1):
            key = f"pair-{client // 2}-{number}-{option}"
            quote = quotes[(client // 2 + number) % len(quotes)]
            body = {"quote": quote["id"], "option": option, "confirm": True}
            response = world.local.send("POST", "/v1/bookings", body, idempotency_key=key)
            found.append((key, response.status_code, response.json().get("id", "")))
    return found


def _check(world: World, found: list[tuple[str, int, str]]) -> None:
    """Say that what was sold is the capacity exactly, and that each key gave one answer."""
    assert {status for _, status, _ in found} <= {201, 409}
    by_key: dict[str, set[tuple[int, str]]] = {}
    for key, status, made in found:
        by_key.setdefault(key, set()).add((status, made))
    assert [key for key, answers in by_key.items() if len(answers) > 1] == []
    made = {booking for _, status, booking in found if status == 201}
    assert len(made) == SHIPS * EACH
    with world.store.read(WHOLE) as session:
        ships = session.all(select(Run).where(Run.departure_id.like("SEA-1@%")))
        assert len(ships) == SHIPS * 2
        assert {(run.taken_mass_g, run.capacity_mass_g) for run in ships} == {(10_000 * KG, 10_000 * KG)}
        assert set(session.all(select(Booking.id))) == made
        legs = session.rows(select(BookedLeg.booking_id, func.count()).group_by(BookedLeg.booking_id))
        assert {count for _, count in legs} == {2}
    check_books(world)


def test_threads(store: Store) -> None:
    """Threads of one service."""
    with serving(store) as world:
        quotes = [world.local.quote(**{"from": "CNWNZ", "weight_kg": 2500}) for _ in range(3)]
        start = threading.Barrier(CLIENTS)

        def work(client: int) -> list[tuple[str, int, str]]:
            start.wait()
            return _attempts(world, quotes, client, 3)

        with ThreadPoolExecutor(CLIENTS) as pool:
            found = [one for part in pool.map(work, range(CLIENTS)) for one in part]
        _check(world, found)


def _process(arguments: tuple[str, str, int]) -> list[tuple[str, int, str]]:
    """Try from a process of its own, with some threads."""
    location, quotes, number = arguments
    store = Store(location)
    try:
        with serving(store) as world, ThreadPoolExecutor(4) as pool:
            parts = pool.map(lambda client: _attempts(world, json.loads(quotes), client, 2), range(number, number + 4))
            return [one for part in parts for one in part]
    finally:
        store.close()


def test_processes(databases: Databases, backend: str) -> None:
    """Several services on one database, as of several machines."""
    location = databases.fresh(backend)
    store = Store(location)
    with serving(store) as world:
        quotes = [world.local.quote(**{"from": "CNWNZ", "weight_kg": 2500}) for _ in range(3)]
        # Numbers overlap, so that services share keys.
        jobs = [(location, json.dumps(quotes), number) for number in (0, 2)]
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            found = [one for part in pool.map(_process, jobs) for one in part]
        _check(world, found)
    store.close()


def test_cancelling_and_waiting_together(store: Store) -> None:
    """While some cancel, amend and wait, everything still adds up, and no room is lost."""
    with serving(store) as world:
        quote = world.local.quote(weight_kg=2500)
        taken = [world.local.booked(quote, confirm=True) for _ in range(EACH)]
        start = threading.Barrier(8)

        def work(number: int) -> set[int]:
            start.wait()
            if number < EACH:
                return {world.local.change(taken[number], "cancel").status_code}
            return {world.local.book(quote, wait=True).status_code for _ in range(2)}

        with ThreadPoolExecutor(8) as pool:
            assert set[int]().union(*pool.map(work, range(8))) == {200, 201}
        check_books(world)
        states = [item["state"] for item in world.local.get("/v1/bookings?limit=200")["items"]]
        assert (states.count("held"), states.count("waitlisted"), states.count("cancelled")) == (EACH, EACH, EACH)
