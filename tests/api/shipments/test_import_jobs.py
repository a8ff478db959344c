"""Files of shipments taken over by jobs, on both databases: whole or not at all, once, with every fault told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import select

from api.identity.principal import LOCAL
from api.jobs import queue
from api.jobs.claimed import unpacked
from api.jobs.kinds import KINDS, JobError
from api.jobs.submit import cancel
from api.shipments.imports import digest_of_rows
from api.shipments.work import Brought, read_import
from api.store import audit
from api.store.models_jobs import Job
from api.store.models_shipments import KeptShipment, ShipmentImport
from api.store.session import WHOLE, Store
from api.uploads import MEDIA
from tests.agree_world import shipment, tables
from tests.api.booking_world import Caller, World
from tests.api.bookings.test_bookings import problem
from tests.api.plans import conftest as plans
from tests.api.shipments.test_files import TOP, lines, references
from tests.api.shipments.test_shipments import keep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx import Response

    from api.desk import Desk
    from api.jobs.claimed import Claimed
    from api.jobs.kinds import Made
    from tests.databases import Databases

LEASE_S = 30


class Listener:
    """Hears what work tells, and cancels it after some tellings."""

    def __init__(self, desk: Desk, cancel_after: int | None = None) -> None:
        self.desk, self.told = desk, list[dict[str, Any]]()
        self._cancel_after = cancel_after

    @property
    def is_cancelled(self) -> bool:
        """Whether enough was told."""
        return self._cancel_after is not None and len(self.told) >= self._cancel_after

    def tell(self, progress: dict[str, Any]) -> None:
        """Note how the work goes."""
        self.told.append(progress)


class Turn(NamedTuple):
    """A job that somebody took, and what was read from its file."""

    claimed: Claimed
    made: Made


def send(caller: Caller, content: bytes | str, kind: str = "csv", **headers: str) -> Response:
    """Ask for a job that takes over a file."""
    found = {"content-type": MEDIA[kind], "idempotency-key": f"ij{next(Caller._numbers)}"} | headers
    if caller.secret is not None:
        found["authorization"] = f"Bearer {caller.secret}"
    return caller.client.post("/v1/shipments:import?job=true", content=content, headers=found)


def asked(caller: Caller, content: bytes | str, kind: str = "csv") -> str:
    """Return the id of a job that takes over a file."""
    response = send(caller, content, kind)
    assert response.status_code == 202, response.text
    assert (response.json()["kind"], response.json()["state"]) == ("import", "queued")
    return str(response.json()["id"])


def take(world: World) -> Turn:
    """Take the job whose turn it is, and read its file."""
    claimed = queue.claim(world.store, KINDS, "w", world.clock(), LEASE_S)
    assert claimed is not None
    return Turn(claimed, read_import(unpacked(claimed.question), Listener(world.desk)))  # type: ignore[arg-type]


def finish(world: World, turn: Turn) -> bool:
    """End a job; say whether it was still held."""
    return queue.finish(world.store, KINDS["import"], turn.claimed, turn.made, world.clock(), 1)


def test_a_file(world: World) -> None:
    """All rows are kept with the job's end, for whom they belong to, with one entry of the trail; never twice."""
    job = asked(world.local, lines(1200))
    assert references(world) == []
    turn = take(world)
    assert turn.made.fingerprint == world.desk.catalogue.fingerprint
    assert references(world) == []
    assert finish(world, turn)
    assert not finish(world, turn)
    shown = world.local.get(f"/v1/jobs/{job}")
    assert (shown["state"], shown["reason"]) == ("done", None)
    result = world.local.get(shown["result"])
    assert (result["rows"], result["faults"]) == (1200, [])
    assert len(references(world)) == 1200
    assert len(world.local.get(f"/v1/shipments?import={result['import']}&limit=200")["items"]) == 200
    with world.store.read(WHOLE) as session:
        (made,) = session.all(select(ShipmentImport))
        assert (made.id, made.digest) == (result["import"], digest_of_rows(session.all(select(KeptShipment))))
        assert (made.firm_id, made.created_by) == ("house", LOCAL.user)
        assert audit.verify(session).breaks == []


def test_all_faults(world: World) -> None:
    """What is wrong with each row, or is kept already, is the result; nothing is kept, and nothing tried again."""
    keep(world.local, reference="R9")
    rows = [
        "R1,CNNGB-P,nowhere,heavy,5,10,2026-06-01",
        "R9,CNNGB-P,DEHAM-P,1000,5,10,2026-06-01",
        "R2,CNNGB-P,DEHAM-P,1000,5,0,June",
        "R3,CNNGB-P,DEHAM-P,1000,5,10,2026-06-01",
    ]
    job = asked(world.local, TOP + "\n".join(rows))
    assert finish(world, take(world))
    shown = world.local.get(f"/v1/jobs/{job}")
    assert (shown["state"], shown["reason"]["code"], shown["reason"]["detail"]) == ("failed", "faulty", "5")
    result = world.local.get(shown["result"])
    assert (result["import"], result["rows"]) == (None, 0)
    found = {(one["row"], one["rule"]) for one in result["faults"]}
    assert found == {(2, "unknown_place"), (2, "number"), (3, "kept_already"), (4, "min"), (4, "instant")}
    assert references(world) == ["R9"]
    many = asked(world.local, TOP + "x,,,,,,\n" * 3000)
    assert finish(world, take(world))
    told = world.local.get(f"/v1/jobs/{many}/result")["faults"]
    assert (len(told), told[-1]["rule"]) == (1001, "more-faults")


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancelled_while_it_is_read(world: World, after: int) -> None:
    """Whoever cancels in the middle finds nothing; how many rows were read is told every few hundred of them."""
    asked(world.local, lines(1800))
    claimed = queue.claim(world.store, KINDS, "w", world.clock(), LEASE_S)
    assert claimed is not None
    context = Listener(world.desk, after)
    with pytest.raises(JobError, match="stopped"):
        read_import(unpacked(claimed.question), context)  # type: ignore[arg-type]
    assert [(one["phase"], one["rows"]) for one in context.told] == [
        ("check", 500 * number) for number in range(1, after + 1)
    ]
    assert references(world) == []


def test_cancelled_at_the_end(world: World) -> None:
    """A job that is cancelled after its file was read keeps nothing."""
    job = asked(world.local, lines(10))
    turn = take(world)
    world.store.write(WHOLE, "job.cancel", world.clock(), lambda session: cancel(session, LOCAL, job, KINDS))
    assert finish(world, turn)
    shown = world.local.get(f"/v1/jobs/{job}")
    assert (shown["state"], shown["reason"]["code"], shown["result"]) == ("cancelled", "stopped", None)
    assert references(world) == []


def test_a_worker_that_is_gone(world: World) -> None:
    """Who lost a job keeps nothing of it, whenever they come; the next attempt keeps everything once."""
    job = asked(world.local, lines(700))
    first = take(world)
    world.clock.forward(seconds=LEASE_S + 1)
    assert queue.reap(world.store, KINDS, world.clock()) == 1
    world.clock.forward(seconds=60)
    assert not finish(world, first)
    second = take(world)
    assert not finish(world, first)
    assert references(world) == []
    assert finish(world, second)
    assert not finish(world, first)
    shown = world.local.get(f"/v1/jobs/{job}")
    assert (shown["state"], shown["attempt"], shown["failures"]) == ("done", 2, 1)
    assert len(references(world)) == len(set(references(world))) == 700


def test_two_at_once(world: World) -> None:
    """Of two files with a row in common that end at the same moment, one is kept and the other says which row."""
    jobs = [asked(world.local, lines(600)), asked(world.local, lines(600, 600))]
    turns = [take(world), take(world)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda turn: finish(world, turn), turns)) == [True, True]
    ended = sorted((world.local.get(f"/v1/jobs/{job}") for job in jobs), key=lambda job: str(job["state"]))
    assert [job["state"] for job in ended] == ["done", "failed"]
    (fault,) = world.local.get(ended[1]["result"])["faults"]
    assert (fault["rule"], fault["value"]) == ("kept_already", "R600")
    assert len(references(world)) == 600


def test_whose_they_are(firms: World) -> None:
    """The rows belong to the firm that asked; nobody else meets job, result or rows; its forwarder may cancel it."""
    one, other = (firms.caller(firms.firm(name), "forwarder") for name in ("A", "B"))
    job = asked(one, lines(5))
    assert finish(firms, take(firms))
    assert [row["firm"] for row in one.get("/v1/shipments")["items"]] == [one.firm] * 5
    assert other.get("/v1/shipments")["items"] == []
    for address in (f"/v1/jobs/{job}", f"/v1/jobs/{job}/result"):
        problem(other.send("GET", address), 404, "not-found")
    waiting = asked(one, lines(5, 50))
    problem(other.send("POST", f"/v1/jobs/{waiting}/cancel"), 404, "not-found")
    assert one.send("POST", f"/v1/jobs/{waiting}/cancel").json()["state"] == "cancelled"
    # The same references in another firm are others.
    asked(other, lines(5))
    assert finish(firms, take(firms))
    assert len(references(firms)) == 10


def test_what_is_no_file(world: World) -> None:
    """What is no list is refused at once; the same key is the same job."""
    problem(send(world.local, "x", "zip"), 415, "media-type")
    problem(send(world.local, ""), 422, "invalid-request")
    first, again = (send(world.local, lines(3), **{"idempotency-key": "a"}) for _ in range(2))
    assert first.json() == again.json()
    problem(send(world.local, lines(4), **{"idempotency-key": "a"}), 422, "key-reused")
    with world.store.read(WHOLE) as session:
        assert len(session.all(select(Job))) == 1


def test_what_a_process_gives_back(world: World) -> None:
    """What is found in a file is the same after its way to the worker, whatever stands in the file."""
    row = 'R1,CNNGB-P,DEHAM-P,1000,5,10,2026-06-01,"甲""乙\\, 丙"\n'
    asked(world.local, TOP.replace("\n", ",发货人\n") + row)
    turn = take(world)
    found = Brought.of(turn.made.content)
    assert (len(found.lines), found.numbers, found.references) == (1, [2], ["R1"])
    assert found.as_bytes() == turn.made.content
    assert finish(world, turn)
    assert world.local.get("/v1/shipments")["items"][0]["shipper"] == '甲"乙\\, 丙'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data set of a hub and few departures, as processes of jobs load it."""
    found = tmp_path_factory.mktemp("tables") / "small"
    plans.export_folder(tables(), found)
    return found


@pytest.fixture
def hub(databases: Databases) -> Iterator[World]:
    """Return a service whose data set processes of jobs can load."""
    with closing(Store(databases.migrated("sqlite"))) as store, plans.serving(store) as found:
        yield found


def test_by_a_process(hub: World, folder: Path) -> None:
    """A worker and a process of its own take over a list, and tell how far they are."""
    ready = shipment("A").ready_at.isoformat()
    rows = "".join(f"R{n},P,X,1000,5,10,{ready}\n" for n in range(1200))
    job = asked(hub.local, TOP + rows)
    with plans.planning(hub.store, folder):
        told = hub.local.send("GET", f"/v1/jobs/{job}/events").text
    shown = hub.local.get(f"/v1/jobs/{job}")
    assert shown["state"] == "done", (shown, hub.local.send("GET", f"/v1/jobs/{job}/result").text)
    assert shown["progress"] == {"phase": "keep", "rows": 1200, "faults": 0}
    assert '"phase":"keep"' in told
    assert len(references(hub)) == 1200
