"""The queue, on both databases: whose turn it is, who holds a job, and what happens to jobs nobody holds any more."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from api.identity.principal import LOCAL
from api.jobs import queue
from api.jobs.claimed import Claimed, packed, unpacked
from api.jobs.events import events_after
from api.jobs.kinds import KINDS as REAL_KINDS
from api.jobs.kinds import Made
from api.jobs.reasons import reason_json
from api.jobs.submit import MOST_WAITING, Order, cancel, submit
from api.refusals import Refusal
from api.store import audit
from api.store.engine import StoreError
from api.store.models import AuditEntry, Firm
from api.store.models_jobs import Job, JobEvent, KeptResult
from api.store.session import WHOLE, Scope, Store
from tests.api.fakes import NOW
from tests.api.jobs.small_kinds import KINDS

if TYPE_CHECKING:
    from api.store.session import WriteSession
    from tests.databases import Databases

LEASE_S = 30


class Line:
    """A queue with a clock of its own."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW

    def forward(self, seconds: int) -> None:
        """Let time pass."""
        self.now += dt.timedelta(seconds=seconds)

    def firm(self, name: str) -> None:
        """Add a firm."""
        self.store.write(
            WHOLE, "test", self.now, lambda session: session.add(Firm(id=name, name=name, created_at=self.now))
        )

    def put(self, kind: str = "echo", **more: object) -> str:
        """Submit a job, a second after the one before, and return its id."""
        self.forward(1)
        order = Order(kind=KINDS[kind], question=packed({"a": 1}), fingerprint="f", **more)  # type: ignore[arg-type]
        return self.store.write(WHOLE, "job.submit", self.now, lambda session: submit(session, LOCAL, order)).id

    def take(self, worker: str = "w") -> Claimed | None:
        """Take the job whose turn it is."""
        return queue.claim(self.store, KINDS, worker, self.now, LEASE_S)

    def taken(self) -> Claimed:
        """Take a job; there must be one."""
        found = self.take()
        assert found is not None
        return found

    def end(self, claimed: Claimed, worked_s: float = 1) -> bool:
        """End a job as done."""
        made = Made(content=b"{}", summary={"n": 1}, fingerprint="f")
        return queue.finish(self.store, KINDS[claimed.kind], claimed, made, self.now, worked_s)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job."""
        return self.store.write(WHOLE, "job.cancel", self.now, lambda session: cancel(session, LOCAL, job_id, KINDS))

    def job(self, job_id: str) -> Job:
        """Return a job as it is."""
        with self.store.read(WHOLE) as session:
            found = session.one(select(Job).where(Job.id == job_id))
        assert found is not None
        return found

    def events(self, job_id: str) -> list[dict[str, Any]]:
        """Return the events of a job."""
        with self.store.read(WHOLE) as session:
            return events_after(session, {job_id: 0}).get(job_id, [])

    def actions(self) -> list[tuple[str, str]]:
        """Return what stands in the audit trail: what was done with rows of which table."""
        with self.store.read(WHOLE) as session:
            return [
                tuple(row) for row in session.rows(select(AuditEntry.action, AuditEntry.kind).order_by(AuditEntry.seq))
            ]


@pytest.fixture
def line(store: Store) -> Line:
    """Return a queue without jobs."""
    return Line(store)


def test_a_job_goes_through(line: Line) -> None:
    """Submitted, taken, told of, ended: each step is an event; submitting and ending are entries of the audit trail."""
    job_id = line.put(name="one", priority=7)
    claimed = line.taken()
    assert (claimed.id, claimed.kind, claimed.attempt, unpacked(claimed.question)) == (job_id, "echo", 1, {"a": 1})
    assert line.take() is None
    line.forward(5)
    assert queue.beat(line.store, claimed, {"cost_minor": 5}, line.now, LEASE_S)
    assert queue.beat(line.store, claimed, None, line.now, LEASE_S)
    running = line.job(job_id)
    assert (running.state, running.progress, running.started_at) == (
        "running",
        {"cost_minor": 5},
        NOW + dt.timedelta(seconds=1),
    )
    assert running.lease_until == line.now + dt.timedelta(seconds=LEASE_S)
    assert line.end(claimed, 4.6)
    done = line.job(job_id)
    assert (done.state, done.worked_s, done.ended_at, done.lease_until) == ("done", 5, line.now, None)
    with line.store.read(WHOLE) as session:
        (result,) = session.all(select(KeptResult))
    assert (result.id, result.job_id, result.name, result.summary) == (done.result_id, job_id, "one", {"n": 1})
    events = line.events(job_id)
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert [(event["kind"], event["data"].get("state")) for event in events] == [
        ("state", "queued"), ("state", "running"), ("progress", None), ("end", "done"),
    ]  # fmt: skip
    assert line.actions() == [("job.submit", "job"), ("job.end", "kept_result"), ("job.end", "job")]
    with line.store.read(WHOLE) as session:
        assert audit.verify(session).breaks == []


def test_priority_and_age(line: Line) -> None:
    """Within a firm the highest priority comes first, then the oldest."""
    low, early, late, high = (line.put(priority=priority) for priority in (1, 5, 5, 9))
    assert [line.taken().id for _ in range(4)] == [high, early, late, low]


def test_fairness_between_firms(line: Line) -> None:
    """A firm with a thousand jobs does not keep another waiting: few running, then little work, then age decide."""
    for name in ("many", "few"):
        line.firm(name)
    many = [line.put(firm="many", priority=9) for _ in range(4)]
    few = [line.put(firm="few", priority=0) for _ in range(2)]
    first, second, third = line.taken(), line.taken(), line.taken()
    # The oldest job of all, then the firm without a running one, then again the oldest.
    assert [first.id, second.id, third.id] == [many[0], few[0], many[1]]
    line.end(first, 100)
    line.end(third, 100)
    line.end(second, 10)
    # Nobody runs anything; for the firm with few less has been done.
    assert line.taken().id == few[1]
    line.forward(2 * 86_400)
    assert line.taken().id == many[2]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_turn_is_the_least_of_all(databases: Databases, data: st.DataObject) -> None:
    """Whatever waits and runs, the job taken is the one that the rule names, worked out here by sorting."""
    store = Store(databases.migrated("sqlite"))
    try:
        line = Line(store)
        firms = ["a", "b", "c"]
        for name in firms:
            line.firm(name)
        waiting: list[tuple[str, int, str]] = []
        busy = dict.fromkeys(firms, 0)
        worked = dict.fromkeys(firms, 0)
        for _ in range(data.draw(st.integers(1, 8))):
            firm, priority = data.draw(st.sampled_from(firms)), data.draw(st.integers(0, 9))
            waiting.append((firm, priority, line.put(firm=firm, priority=priority)))
        while waiting:
            oldest = {firm: min(job for one, _, job in waiting if one == firm) for firm, _, _ in waiting}
            turn = min(oldest, key=lambda firm: (busy[firm], worked[firm], oldest[firm]))
            expected = min((-priority, job) for firm, priority, job in waiting if firm == turn)[1]
            claimed = line.taken()
            assert claimed.id == expected
            waiting = [row for row in waiting if row[2] != expected]
            if data.draw(st.booleans()):
                seconds = data.draw(st.integers(0, 50))
                line.end(claimed, seconds)
                worked[turn] += seconds
            else:
                busy[turn] += 1
    finally:
        store.close()


def test_two_workers_never_have_one_job(line: Line) -> None:
    """Many workers take at once: every job is taken by exactly one."""
    wanted = {line.put() for _ in range(24)}
    taken: list[str] = []

    def work(name: str) -> None:
        while (claimed := line.take(name)) is not None:
            taken.append(claimed.id)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Losing a race three times in a row ends a look at the queue, so some may be left.
    while (claimed := line.take()) is not None:
        taken.append(claimed.id)
    assert sorted(taken) == sorted(wanted)


def test_a_lost_worker(line: Line) -> None:
    """A job whose lease is over is taken again; the worker that lost it changes nothing any more."""
    job_id = line.put("abort")
    first = line.taken()
    assert queue.reap(line.store, KINDS, line.now) == 0
    line.forward(LEASE_S + 1)
    assert queue.reap(line.store, KINDS, line.now) == 1
    assert queue.reap(line.store, KINDS, line.now) == 0
    second = line.taken()
    assert (second.id, second.attempt) == (job_id, 2)
    assert not queue.beat(line.store, first, {"cost_minor": 1}, line.now, LEASE_S)
    assert not queue.beat(line.store, first, None, line.now, LEASE_S)
    assert not line.end(first)
    assert not queue.fail(line.store, first, reason_json("internal"), line.now, 0)
    assert not queue.lose(line.store, KINDS, first, reason_json("lost"), line.now)
    assert not queue.release(line.store, first, line.now, 0)
    assert queue.still_mine(line.store, [first]) == {}
    assert queue.still_mine(line.store, [second]) == {job_id: False}
    line.forward(LEASE_S + 1)
    assert queue.reap(line.store, KINDS, line.now) == 1
    job = line.job(job_id)
    assert (job.state, job.failures, job.reason) == ("failed", 2, reason_json("lost"))
    assert line.take() is None
    with line.store.read(WHOLE) as session:
        assert session.one(select(func.count()).select_from(KeptResult)) == 0


def test_a_lease_renewed_meanwhile(line: Line) -> None:
    """Whoever renews in time keeps the job, whatever is reaped."""
    line.put()
    claimed = line.taken()
    for _ in range(4):
        line.forward(LEASE_S - 1)
        assert queue.beat(line.store, claimed, None, line.now, LEASE_S)
        assert queue.reap(line.store, KINDS, line.now) == 0
    assert line.end(claimed)


def test_pauses_before_attempts(line: Line) -> None:
    """A crash is followed by a pause, as the kind of job wants it; other jobs need not wait."""
    kinds = {"plan": REAL_KINDS["plan"]}
    order = Order(kind=kinds["plan"], question=packed({}), fingerprint="f")
    line.store.write(WHOLE, "job.submit", line.now, lambda session: submit(session, LOCAL, order))
    pauses = []
    for _ in range(kinds["plan"].attempts - 1):
        claimed = queue.claim(line.store, kinds, "w", line.now, LEASE_S)
        assert claimed is not None
        queue.lose(line.store, kinds, claimed, reason_json("crashed"), line.now)
        pauses.append(int((line.job(claimed.id).ready_at - line.now).total_seconds()))
        assert queue.claim(line.store, kinds, "w", line.now, LEASE_S) is None
        line.forward(pauses[-1])
    assert pauses == [1, 10]


def test_putting_back_is_no_failure(line: Line) -> None:
    """A worker that stops puts its job back, as often as it likes."""
    job_id = line.put("abort")
    for attempt in range(1, 6):
        claimed = line.taken()
        assert claimed.attempt == attempt
        assert queue.release(line.store, claimed, line.now, 2)
    job = line.job(job_id)
    assert (job.state, job.failures, job.worked_s) == ("queued", 0, 10)


def test_cancel(line: Line) -> None:
    """A job that waits ends at once; one that runs is asked, once; one that has ended otherwise cannot be."""
    waiting = line.put()
    assert line.cancel(waiting).state == "cancelled"
    assert line.cancel(waiting).state == "cancelled"
    running = line.put()
    claimed = line.taken()
    assert claimed.id == running
    first, second = line.cancel(running), line.cancel(running)
    assert (first.state, first.cancel_at, second.last_event) == ("running", line.now, first.last_event)
    assert queue.still_mine(line.store, [claimed]) == {running: True}
    made = Made(content=b"{}", is_partial=True)
    assert queue.finish(line.store, KINDS["echo"], claimed, made, line.now, 1)
    job = line.job(running)
    assert (job.state, job.result_id is not None, job.reason) == ("cancelled", True, None)
    done = line.put()
    line.end(line.taken())
    with pytest.raises(Refusal) as refused:
        line.cancel(done)
    assert refused.value.name == "wrong-state"
    with pytest.raises(Refusal) as refused:
        line.cancel("job_none")
    assert refused.value.name == "not-found"
    assert [action for action, _ in line.actions()].count("job.cancel") == 2


def test_cancelled_jobs_are_not_tried_again(line: Line) -> None:
    """Whether its worker crashes, is lost or stops: a job that was cancelled ends."""
    ends = (
        lambda claimed: queue.lose(line.store, KINDS, claimed, reason_json("crashed"), line.now),
        lambda claimed: queue.release(line.store, claimed, line.now, 0),
        lambda _: (line.forward(LEASE_S + 1), queue.reap(line.store, KINDS, line.now)),
    )
    for end in ends:
        job_id = line.put()
        claimed = line.taken()
        line.cancel(job_id)
        end(claimed)
        job = line.job(job_id)
        assert (job.state, job.failures <= 1, job.reason is not None) == ("cancelled", True, True)
        assert line.take() is None


def test_too_many_waiting(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A firm may not fill the queue; others still may submit."""
    monkeypatch.setattr("api.jobs.submit.MOST_WAITING", 2)
    line.firm("other")
    line.put()
    line.put()
    with pytest.raises(Refusal) as refused:
        line.put()
    assert refused.value.name == "too-many-jobs"
    assert line.put(firm="other")
    assert MOST_WAITING >= 100


def test_what_is_forgotten(line: Line) -> None:
    """A month after its end a job has lost its question and its events, and keeps its result; others keep all."""
    old = line.put()
    line.end(line.taken())
    line.forward(20 * 86_400)
    young = line.put()
    line.end(line.taken())
    waiting = line.put()
    assert queue.forget(line.store, line.now) == 0
    line.forward(11 * 86_400)
    assert queue.forget(line.store, line.now) == 1 + 3
    assert line.events(old) == []
    assert len(line.events(young)) == 3
    assert line.job(old).result_id is not None
    assert line.taken().id == waiting


def test_unknown_kinds_wait(line: Line) -> None:
    """A worker leaves what it does not know to others."""
    line.put("echo")
    assert queue.claim(line.store, {"abort": KINDS["abort"]}, "w", line.now, LEASE_S) is None
    assert line.take() is not None


def test_progress_is_not_kept_for_ever(line: Line) -> None:
    """Of very many events, those of progress long ago are forgotten; states and the order stay."""
    job_id = line.put()
    claimed = line.taken()
    for number in range(600):
        queue.beat(line.store, claimed, {"cost_minor": number}, line.now, LEASE_S)
    line.end(claimed)
    events = line.events(job_id)
    numbers = [event["seq"] for event in events]
    assert numbers == sorted(set(numbers))
    assert len(events) < 600
    assert [event["kind"] for event in events][:2] == ["state", "state"]
    assert events[-2]["data"] == {"cost_minor": 599}
    assert events[-1]["kind"] == "end"


@pytest.mark.parametrize(
    "values",
    [{"state": "running"}, {"state": "gone"}, {"state": "done"}, {"lease_until": NOW}, {"ended_at": NOW}],
)
def test_states_are_checked_by_the_database(line: Line, values: dict[str, Any]) -> None:
    """Even a statement that no rule looked at cannot make a state that is none."""
    job_id = line.put()

    def work(session: WriteSession) -> int:
        return session.change(update(Job).where(Job.id == job_id).values(**values))

    with pytest.raises((DBAPIError, StoreError)):
        line.store.write(WHOLE, "test", line.now, work)


def test_nothing_of_others(line: Line) -> None:
    """Events belong to the firm of their job, and are read within a scope."""
    line.firm("a")
    job_id = line.put(firm="a")
    with line.store.read(Scope("house", "u")) as session:
        assert session.all(select(Job)) == []
        assert session.all(select(JobEvent)) == []
        assert events_after(session, {job_id: 0}) == {}
    with line.store.read(Scope("a", "u")) as session:
        assert list(events_after(session, {job_id: 0})) == [job_id]
