"""The client on what firms keep: shipments, events, webhooks, statistics, data sets, warehouses, who logs in."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.client import Hubport, ProblemError
from api.store.session import Store
from tests.api.booking_world import World, serving
from tests.api.client_world import hub_of
from tests.api.events.samples import document, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.client import Shipment
    from api.client.wire import Form
    from tests.databases import Databases

AT = "2026-05-18T08:30:00+08:00"
LINE = b'"from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 1, "volume_m3": 1, "ready": "2026-05-18"'


@pytest.fixture
def world(databases: Databases) -> Iterator[World]:
    """Return a service that asks nobody who they are."""
    store = Store(databases.migrated("sqlite"))
    with serving(store) as found:
        yield found
    store.close()


def _kept(hub: Hubport, reference: str = "PO-1", **more: Any) -> Shipment:  # noqa: ANN401 - any field
    fields = {"weight_kg": 1000, "volume_m3": 5, "ready": "2026-05-18", "pieces": 10}
    return hub.shipments.add(reference, "CNNGB-P", "DEHAM-P", **fields | more)


def test_from_shipment_to_statistics(world: World) -> None:
    """A shipment is kept, changed, quoted and booked; it is booked then, has milestones, and counts."""
    with hub_of(world) as hub:
        shipment = _kept(hub, hs="900311")
        assert (shipment.state, shipment.origin, shipment.model_extra) == ("open", "CNNGB-P", {})
        shipment = hub.shipments.change(shipment, hs=None, due="2026-08-01")
        assert (shipment.hs, shipment.version) == (None, 2)
        quote = hub.shipments.quote(shipment, alternatives=0)
        assert [kept.id for kept in hub.quotes.list()] == [quote.id]
        assert next(hub.quotes.list()).model_extra == {}
        booking = hub.bookings.book(quote, 1, confirm=True)
        assert hub.shipments.get(shipment.id).state == "booked"
        assert [one.id for one in hub.shipments.list(state="booked", origin="CNNGB-P", sort="-due")] == [shipment.id]
        with pytest.raises(ProblemError, match="in-use"):
            hub.shipments.delete(hub.shipments.get(shipment.id))
        where = hub.bookings.milestones(booking.id)
        assert (where.booking, where.model_extra) == (booking.id, {})
        assert {mark.status for mark in where.items} == {"done", "planned"}
        assert all(mark.model_extra == {} for mark in where.items)
        assert booking.id in hub.bookings.export("ndjson", state="confirmed").decode()
        totals = hub.statistics.totals(by=["destination"], period="year")
        assert [(row["destination"], row["shipments"]) for row in totals["rows"]] == [("DEHAM-P", 1)]
        assert hub.statistics.workbook().startswith(b"PK")
        (counted,) = hub.statistics.shipments(destination="DEHAM-P")
        assert (counted.booking, counted.model_extra) == (booking.id, {})
        assert [*hub.statistics.shipments(last="2026-01")] == []


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
def test_files_of_shipments(world: World, form: Form) -> None:
    """Cargo lists that are exported are taken again; lines of JSON have the fields of cargo lists."""
    lines = b"".join(b'{"id": "N-%d", %s}\n' % (row, LINE) for row in range(3))
    with hub_of(world) as hub:
        made = [_kept(hub, f"PO-{number}") for number in range(3)]
        sent = hub.shipments.export(form)
        for shipment in made:
            assert hub.shipments.delete(shipment).id == shipment.id
        done = hub.shipments.load(lines if form == "ndjson" else sent, form)
        assert (done.rows, done.model_extra) == (3, {})
        found = [*hub.shipments.list(imported=done.id, limit=2)]
        names = {"PO-0", "PO-1", "PO-2"}
        assert {one.reference for one in found} == ({"N-0", "N-1", "N-2"} if form == "ndjson" else names)
        assert form == "xlsx" or all(name.encode() in sent for name in names)


def test_faults_of_a_file(world: World) -> None:
    """A file with faults is refused with all of them, each in its line."""
    with hub_of(world) as hub, pytest.raises(ProblemError) as caught:
        hub.shipments.load(b"id,from\nA,nowhere\n")
    assert len(caught.value.faults) > 1


def test_webhooks(world: World) -> None:
    """A webhook is made, listed, read, changed, given a new secret and told again; its secrets are told once."""
    with hub_of(world) as hub:
        made = hub.webhooks.add("https://hooks.example/in", ["booking.held", "event.captured"], note="ERP", key="once")
        assert (made.note, made.active, made.model_extra) == ("ERP", True, {})
        assert str(made.secret).startswith("whsec_")
        assert hub.webhooks.add(made.url, made.kinds, note="ERP", key="once").secret is None
        (listed,) = hub.webhooks.list()
        assert (listed.id, listed.model_extra) == (made.id, {})
        read = hub.webhooks.get(made.id)
        assert (read.etag, read.url) == (made.etag, "https://hooks.example/in")
        changed = hub.webhooks.change(read, kinds=["event.captured"])
        assert changed.kinds == ["event.captured"]
        with pytest.raises(ProblemError, match="match-failed"):
            hub.webhooks.rotate(read)
        rotated = hub.webhooks.rotate(changed)
        assert rotated.secret not in {None, made.secret}
        assert hub.epcis.capture(document(seen(AT, "departing", "CNNGB-P"))).known == 0
        (delivery,) = hub.webhooks.deliveries(made.id, state="pending")
        assert (delivery.kind, delivery.attempts, delivery.model_extra) == ("event.captured", 0, {})
        again = hub.webhooks.replay(rotated, since="2026-01-01T00:00:00Z")
        assert (again.queued, again.rest_from, again.model_extra) == (1, None, {})
        with pytest.raises(ProblemError) as caught:
            hub.webhooks.add("http://127.0.0.1/", ["event.captured"])
        assert [fault.field for fault in caught.value.faults] == ["url"]


def test_events_of_shipments(world: World) -> None:
    """Events are captured once, found by the parameters of EPCIS over all pages, and read by their ids."""
    with hub_of(world) as hub:
        sent = [seen(f"2026-05-18T0{hour}:00:00+08:00", "departing", "CNNGB-P") for hour in range(5)]
        done = hub.epcis.capture(document(*sent))
        assert (len(done.events), done.known, done.model_extra) == (5, 0, {})
        assert hub.epcis.capture(document(*sent)).known == 5
        found = [*hub.epcis.list(EQ_bizStep="departing", GE_eventTime="2026-05-18T01:00:00+08:00", perPage=2)]
        assert len(found) == 4
        assert hub.epcis.get(found[0]["hubport:id"]) == found[0]


def test_data_sets(world: World) -> None:
    """A changed table is kept as a data set of its own, compared, and activated."""
    with hub_of(world) as hub:
        before = hub.data_sets.activate(world.desk.catalogue.fingerprint)
        assert before.active
        assert hub.data_sets.get(before.id).tables == hub.data_sets.get().tables is not None
        rows = [*hub.data_sets.table("fx", limit=1)]
        text = hub.data_sets.table_csv("fx")
        assert [*csv.DictReader(io.StringIO(text.decode(), newline=""))] == rows
        line = next(line for line in text.decode().splitlines() if line.startswith("EUR,"))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("fx.csv", text.replace(line.encode(), b"EUR,9.5" + line[line.index(",", 4) :].encode()))
        made = hub.data_sets.add(packed.getvalue(), name="rates", base="active")
        assert (made.active, made.base, made.model_extra) == (False, before.id, {})
        (difference,) = hub.data_sets.diff(before.id, made.id)
        assert difference["table"] == "fx"
        assert hub.data_sets.activate(made.id).active
        assert hub.data_sets.get().id == made.id
        assert [one.name for one in hub.data_sets.list(name="rate")] == ["rates"]


def test_who_logs_in(world: World) -> None:
    """Sessions are listed and ended, identities opened and removed, keys narrowed."""
    with hub_of(world) as hub:
        user = hub.users.add("王芳", ["forwarder"])
        key = hub.keys.add(user.id, "ERP", scopes=["bookings:read", "quotes:read"])
        world.browser(world.caller("house", "admin"))
        (session,) = hub.sessions.list()
        assert (session.agent, session.ended_at, session.model_extra) == ("Firefox", None, {})
        assert hub.sessions.end(session.id).ended_at is not None
        assert hub.sessions.get(session.id).ended_at is not None
        identity = world.identity(user.id)
        (listed,) = hub.identities.list()
        assert (listed.id, listed.user, listed.model_extra) == (identity, user.id, {})
        assert hub.identities.get(identity) == hub.identities.remove(identity) == listed
        with pytest.raises(ProblemError):
            hub.identities.invite(user.id, email="wang@example.com")
        assert hub.keys.narrow(key.id, ["quotes:read"]).scopes == ["quotes:read"]


def test_watching_goes_on() -> None:
    """A stream that the service ends before the job is taken up again after its last event."""
    job = {
        "id": "job_1", "firm": "house", "kind": "plan", "name": "", "state": "running", "priority": 5,
        "created_at": "2026-12-01T00:00:00Z", "created_by": "local", "started_at": None, "ended_at": None,
        "cancel_requested_at": None, "attempt": 1, "failures": 0, "about": None, "fingerprint": "", "progress": None,
        "reason": None, "result": None, "events": "/v1/jobs/job_1/events",
    }  # fmt: skip
    ended = job | {"state": "done", "ended_at": "2026-12-01T00:01:00Z", "result": "/v1/plans/pl_1"}
    left = [
        httpx.Response(200, content=b"retry: 2000\n\nid: 1\nevent: state\ndata: {}\n\n"),
        httpx.Response(200, content=b"retry: 2000\n\n"),
        httpx.Response(200, json=job),
        httpx.Response(200, content=b"id: 2\nevent: end\ndata: {}\n\n"),
        httpx.Response(200, json=ended),
    ]
    sent, waited = list[httpx.Request](), list[float]()

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return left.pop(0)

    with Hubport("http://test", transport=httpx.MockTransport(handle), wait=waited.append) as hub:
        assert hub.jobs.wait("job_1").result_id == "pl_1"
    assert [request.headers.get("last-event-id") for request in sent] == [None, "1", None, "1", None]
    assert waited == [2.0, 2.0]
