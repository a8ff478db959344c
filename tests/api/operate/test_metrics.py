"""Figures for Prometheus: they count what happened, by few and fixed names, and only some may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from api.app import create_app
from api.metrics import Figures
from api.store.engine import StoreError
from api.store.session import WHOLE, Store
from tests.api.booking_world import World, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.desk import Desk

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Values:
    """Return the samples of a text, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(values: Values, name: str, **labels: str) -> float:
    """Return one sample, 0 if there is none."""
    return values.get((name, frozenset(labels.items())), 0.0)


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """Return a service that wants keys."""
    with serving(store, "on") as found:
        yield found


def test_who_may_read(world: World) -> None:
    """Those of the house who oversee may read figures, with a key for nothing else as well; nobody else."""
    assert world.client.get("/metrics").status_code == 401
    assert world.caller(world.firm("A"), "admin").send("GET", "/metrics").status_code == 403
    assert world.caller("house", "planner").send("GET", "/metrics").status_code == 403
    scraper = world.caller("house", "auditor", scopes=("metrics:read",))
    found = scraper.send("GET", "/metrics")
    assert (found.status_code, found.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert scraper.send("GET", "/v1/bookings").status_code == 403


def test_what_is_counted(world: World) -> None:
    """Requests by route, writes by outcome, problems by name and bookings by state are what was done."""
    caller = world.caller(world.firm("A"), "forwarder")
    scraper = world.caller("house", "auditor")
    before = read(scraper.send("GET", "/metrics").text)
    quote = caller.quote()
    order = {"quote": quote["id"], "option": 1}
    held, _ = (caller.send("POST", "/v1/bookings", order, idempotency_key="same") for _ in range(2))
    caller.booked(quote, confirm=True)
    caller.change(held.json(), "cancel")
    caller.book(quote, option=9)
    for number in range(3):
        caller.send("GET", f"/v1/bookings/bk_{number}")
        world.client.get(f"/nowhere/{number}")
    after = read(scraper.send("GET", "/metrics").text)

    def more(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    route = "/v1/bookings/{booking_id}"
    assert more("hubport_requests_total", method="GET", route=route, status="404") == 3
    assert more("hubport_requests_total", method="GET", route="-", status="404") == 3
    assert more("hubport_request_seconds_count", method="POST", route="/v1/quotes") == 1
    assert more("hubport_writes_total", action="quote.make", outcome="done") == 1
    assert more("hubport_writes_total", action="booking.make", outcome="done") == 2
    assert more("hubport_writes_total", action="booking.make", outcome="replayed") == 1
    assert more("hubport_writes_total", action="booking.make", outcome="option-unknown") == 1
    assert more("hubport_problems_total", problem="not-found") == 6
    assert value(after, "hubport_database_up") == 1
    assert value(after, "hubport_requests_running") == 1
    assert value(after, "process_open_fds") > 0
    assert not [labels for _, labels in after if any("nowhere" in text for _, text in labels)]


def test_bookings_by_state(world: World) -> None:
    """Rows are counted by their state when somebody asks for the first time."""
    caller = world.caller(world.firm("A"), "forwarder")
    quote = caller.quote()
    caller.booked(quote)
    caller.booked(quote, confirm=True)
    caller.change(caller.booked(quote), "cancel")
    found = read(world.caller("house", "admin").send("GET", "/metrics").text)
    states = {"held": 1, "confirmed": 1, "cancelled": 1, "waitlisted": 0}
    assert {state: value(found, "hubport_bookings", state=state) for state in states} == states


def test_database_gone() -> None:
    """A database that does not answer is counted, and the figures are still told."""
    gone = Store("postgresql://nobody:word@/none?unix_sock=/nowhere/.s.PGSQL.1")
    figures = Figures(gone)
    with pytest.raises(StoreError), gone.read(WHOLE) as session:
        session.one(select(1))
    found = read(figures.text().decode())
    assert value(found, "hubport_database_up") == 0
    assert sum(number for (name, _), number in found.items() if name == "hubport_database_errors_total") >= 1
    gone.close()


def test_without_a_store(desk: Desk) -> None:
    """A service that keeps nothing tells of its requests."""
    with TestClient(create_app(desk), base_url="http://localhost") as client:
        client.get("/healthz")
        found = read(client.get("/metrics").text)
    assert value(found, "hubport_requests_total", method="GET", route="/healthz", status="200") == 1
    assert not [name for name, _ in found if name.startswith("hubport_database")]
