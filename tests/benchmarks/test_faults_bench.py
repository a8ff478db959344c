"""What a storm of blows is judged by: each rule finds what breaks it, and a sound database breaks none."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from api.identity.principal import LOCAL
from api.jobs import queue
from api.jobs.claimed import packed, unpacked
from api.jobs.kinds import KINDS, Made
from api.jobs.reasons import reason_json
from api.jobs.submit import Order
from api.jobs.submit import submit as submit_job
from api.shipments.work import read_import
from api.store import migrate
from api.store.session import WHOLE, Store
from benchmarks.__main__ import main
from benchmarks.askers import IMPORTED, JobBook
from benchmarks.kept import Snapshots, ledger_faults, room_faults
from benchmarks.kept_jobs import job_faults
from benchmarks.writers import Ledger
from tests.api.booking_world import FIRST, KG, M3, World, serving
from tests.api.shipments.test_files import TOP
from tests.api.shipments.test_import_jobs import Listener, asked

if TYPE_CHECKING:
    from pathlib import Path

    from api.jobs.claimed import Claimed
    from benchmarks.kept import Snapshot


class Kept:
    """A database with a booking on two departures, one that waits, one that was cancelled, and an allotment."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.ledger, self.book = Ledger(), JobBook()
        with closing(Store(location)) as store, serving(store) as world:
            self.quote = world.local.quote(**{"from": "CNWNZ", "weight_kg": 6000})
            self._note(world.local.booked(self.quote, confirm=True, reference="a"))
            self._note(world.local.booked(self.quote, wait=True, reference="b"))
            cancelled = world.local.booked(world.local.quote(weight_kg=500), reference="c")
            self._note(world.local.change(cancelled, "cancel").json())
            room = {"teu_milli": 0, "mass_g": 2000 * KG, "volume_cm3": 8 * M3}
            made = world.local.send("POST", "/v1/allotments", {"firm": "house", "departure": FIRST} | room)
            assert made.status_code == 201, made.text
            self._note(world.local.booked(world.local.quote(weight_kg=1000), reference="d"))
            self.jobs = self._jobs(world)
        self.ledger.quotes.append(self.quote["id"])
        self.ledger.orders["e"] = None

    def _jobs(self, world: World) -> dict[str, str]:
        """Have jobs end in every way, one run and one wait; return their ids."""
        store, found = world.store, {}

        def submit(name: str) -> None:
            order = Order(kind=KINDS["plan"], question=packed({}), fingerprint="f")
            made = store.write(WHOLE, "job.submit", world.clock(), lambda session: submit_job(session, LOCAL, order))
            found[name] = made.id

        def take() -> Claimed:
            claimed = queue.claim(store, KINDS, "w", world.clock(), 30)
            assert claimed is not None
            return claimed

        submit("done")
        claimed = take()
        queue.beat(store, claimed, {"phase": "share"}, world.clock(), 30)
        queue.finish(store, KINDS["plan"], claimed, Made(content=b"{}"), world.clock(), 1)
        submit("failed")
        queue.fail(store, take(), reason_json("refused"), world.clock(), 1)
        row = ",CNNGB-P,DEHAM-P,1000,5,10,2026-06-01\n"
        found["import"] = asked(world.local, TOP + "".join(f"J1-{number}{row}" for number in range(IMPORTED)))
        self.book.imports[found["import"]] = "J1-"
        claimed = take()
        made = read_import(unpacked(claimed.question), Listener(world.desk))  # type: ignore[arg-type]
        queue.finish(store, KINDS["import"], claimed, made, world.clock(), 1)
        submit("running")
        take()
        submit("waiting")
        for job in found.values():
            self.book.note(world.local.get(f"/v1/jobs/{job}"))
        return found

    def _note(self, booking: Any) -> None:  # noqa: ANN401 - any JSON
        self.ledger.note_booking(booking)
        self.ledger.orders[booking["reference"]] = booking["id"]

    def now(self) -> Snapshot:
        """Return the rows."""
        with closing(Snapshots(self.location)) as snapshots:
            return snapshots.take()

    def broken(self, *statements: str) -> Snapshot:
        """Return the rows as they would be after some statements."""
        with closing(sqlite3.connect(self.location)) as connection:
            for statement in ("PRAGMA ignore_check_constraints = ON", *statements):
                connection.execute(statement)
            connection.commit()
        return self.now()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Return a database that nothing is wrong with."""
    location = str(tmp_path / "kept.db")
    with closing(Store(location)) as store:
        migrate.upgrade(store.engines)
    found = Kept(location)
    assert room_faults(found.now()) == []
    assert ledger_faults(found.now(), found.ledger, is_over=True) == []
    assert job_faults(found.now().jobs, found.book) == []
    return found


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        # More or less is said to be taken than bookings take: a hold that leaked, or one that was forgotten.
        ("UPDATE run SET taken_mass_g = taken_mass_g + 1 WHERE departure_id LIKE 'SEA%'", "said to be taken"),
        ("UPDATE run SET taken_teu_milli = -1 WHERE departure_id LIKE 'ROAD%'", "said to be taken"),
        ("UPDATE allotted_run SET taken_mass_g = 0 WHERE call = 1", "said to be taken"),
        # Oversold.
        ("UPDATE run SET capacity_mass_g = taken_mass_g - 1 WHERE departure_id LIKE 'SEA%'", "is taken of"),
        # Half a booking.
        ("DELETE FROM booked_leg WHERE number = 2", "its legs are not"),
        ("UPDATE booked_leg SET is_waiting = true WHERE departure_id LIKE 'ROAD%'", "a leg says otherwise"),
        ("UPDATE booking SET state = 'confirmed' WHERE state = 'waitlisted'", "a leg says otherwise"),
        ("UPDATE booking SET state = 'expired', held_until = NULL WHERE state = 'held'", "said to be taken"),
        # Rows without what they belong to.
        ("DELETE FROM run WHERE departure_id LIKE 'ROAD%'", "there is no such run"),
        ("UPDATE allotment SET is_open = false", "open allotments"),
        ("UPDATE booked_leg SET own_mass_g = mass_g WHERE departure_id LIKE 'ROAD%'", "not allotted"),
    ],
)  # fmt: skip
def test_room(kept: Kept, statement: str, fault: str) -> None:
    """Every rule about room finds what breaks it."""
    assert any(fault in found for found in room_faults(kept.broken(statement))), room_faults(kept.now())


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM booking WHERE reference = 'd'", "was acknowledged and is gone"),
        ("UPDATE booking SET version = 1 WHERE reference = 'c'", "version 2 was acknowledged and is gone"),
        ("UPDATE booking SET note = 'x' WHERE reference = 'a'", "note '' was acknowledged, and now is 'x'"),
        ("UPDATE booking SET price_cny_minor = 1 WHERE reference = 'a'", "another price"),
        ("UPDATE booking SET reference = 'b' WHERE reference = 'a'", "b: 2 bookings"),
        ("UPDATE booking SET reference = 'e' WHERE reference = 'a'", "e: refused, but booked"),
        ("UPDATE booking SET version = 2, state = 'cancelled' WHERE reference = 'a'", "by itself"),
    ],
)
def test_acknowledged(kept: Kept, statement: str, fault: str) -> None:
    """What was acknowledged and is not there is found."""
    found = ledger_faults(kept.broken(statement), kept.ledger, is_over=True)
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("statement", "name", "fault"),
    [
        # What was acknowledged or told is gone.
        ("DELETE FROM job WHERE id = ?", "waiting", "is gone"),
        ("UPDATE job SET state = 'running', lease_until = 1, ended_at = NULL WHERE id = ?", "done", "ended as done"),
        ("UPDATE job SET attempt = 0 WHERE id = ?", "running", "attempt 1 was told"),
        # Nobody holds it, or nobody knows how it ended.
        ("UPDATE job SET lease_until = NULL WHERE id = ?", "running", "a lease says otherwise"),
        ("UPDATE job SET ended_at = NULL WHERE id = ?", "failed", "its end says otherwise"),
        ("UPDATE job SET reason = NULL WHERE id = ?", "failed", "does not say why"),
        ("UPDATE job SET result_id = NULL WHERE id = ?", "done", "without a result"),
        ("DELETE FROM kept_result WHERE job_id = ?", "done", "its result is not there"),
        ("UPDATE job SET result_id = 'x' WHERE id = ?", "done", "no job has this result"),
        # Events that were lost.
        ("DELETE FROM job_event WHERE seq = 2 AND job_id = ?", "done", "not numbered"),
        ("UPDATE job_event SET kind = 'end' WHERE seq = 2 AND job_id = ?", "running", "its events say otherwise"),
        ("DELETE FROM job_event WHERE kind = 'end' AND job_id = ?", "failed", "its events say otherwise"),
        # Half an import, one that was not asked for any more, and one that was taken over twice.
        ("DELETE FROM shipment WHERE reference = 'J1-7' AND '' <> ?", "import", "299 of its shipments"),
        ("UPDATE job SET state = 'failed', reason = '{}' WHERE id = ?", "import", "300 of its shipments"),
        ("UPDATE shipment SET reference = 'J2-' || id WHERE '' <> ?", "import", "0 of its shipments"),
    ],
)  # fmt: skip
def test_jobs(kept: Kept, statement: str, name: str, fault: str) -> None:
    """Every rule about jobs finds what breaks it."""
    broken = kept.broken(statement.replace("?", f"'{kept.jobs[name]}'"))
    found = job_faults(broken.jobs, kept.book)
    assert any(fault in one for one in found), found


def test_quotes(kept: Kept) -> None:
    """A quote that was acknowledged and is gone is found."""
    kept.ledger.quotes.append("qt_gone")
    assert ledger_faults(kept.now(), kept.ledger) == ["qt_gone: a quote that was acknowledged is gone"]


def test_what_may_change(kept: Kept) -> None:
    """Room may be given to one that waits, and holds may end, without anybody's asking; while writes go on, all may."""
    later = kept.broken(
        "UPDATE booking SET version = version + 1, state = 'expired', held_until = NULL WHERE reference IN ('b', 'd')"
    )
    assert ledger_faults(later, kept.ledger, is_over=True) == []
    cancelled = kept.broken("UPDATE booking SET version = version + 1, state = 'cancelled' WHERE reference = 'a'")
    assert ledger_faults(cancelled, kept.ledger) == []


@pytest.mark.slow
@pytest.mark.postgresql
def test_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """Some blows on both databases lose nothing."""
    assert main(["faults", "--smoke", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    values = {row["name"]: row["value"] for row in rows}
    for backend in ("sqlite", "postgresql"):
        assert sum(value for name, value in values.items() if name.startswith(f"faults/{backend}/blows/")) == 3
        assert values[f"faults/{backend}/acknowledged"] > 0
        assert values[f"faults/{backend}/blows/worker"] >= 1
        assert values[f"faults/{backend}/jobs/done"] >= 1
        assert values[f"faults/{backend}/faults"] == 0
