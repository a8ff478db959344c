"""Watching jobs: streams replay, wait, breathe and end; one question to the database serves all of them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from api.clock import system_clock
from api.jobs import queue, watch
from api.jobs.kinds import Made
from api.jobs.reasons import reason_json
from api.jobs.watch import Watches
from api.store.engine import StoreError
from api.store.session import WHOLE, Scope
from tests.api.jobs.conftest import eventually
from tests.api.jobs.small_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from api.jobs.claimed import Claimed
    from tests.api.jobs.conftest import Jobs

T = TypeVar("T")


def parsed(text: str) -> tuple[int, str, dict[str, Any]] | None:
    """Return the number, kind and data of a message, None if it is none."""
    fields = dict(line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith(":"))
    return (int(fields["id"]), fields["event"], json.loads(fields["data"])) if "id" in fields else None


async def heard(stream: AsyncIterator[str]) -> list[tuple[int, str, dict[str, Any]]]:
    """Return all events of a stream."""
    return [found async for text in stream if (found := parsed(text)) is not None]


def run_all(watches: Watches, work: Coroutine[Any, Any, T]) -> T:
    """Run something, and end what watches."""

    async def whole() -> T:
        found = await work
        await watches.end()
        return found

    return asyncio.run(whole())


def taken(jobs: Jobs) -> Claimed:
    """Take a job for a worker that is not there."""
    found = queue.claim(jobs.store, KINDS, "w", system_clock(), 60)
    assert found is not None
    return found


def told(jobs: Jobs, claimed: Claimed, cost: int) -> None:
    """Tell how far a job is."""
    assert queue.beat(jobs.store, claimed, {"cost_minor": cost}, system_clock(), 60)


def done(jobs: Jobs, claimed: Claimed) -> None:
    """End a job."""
    assert queue.finish(jobs.store, KINDS["echo"], claimed, Made(content=b"{}"), system_clock(), 1)


def test_many_streams_of_many_jobs(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred streams hear everything once, in order, and the database is asked once for all of them."""
    ids = [jobs.submit("echo") for _ in range(4)]
    claimed = [taken(jobs) for _ in ids]
    watches = Watches(jobs.store, look_s=0.02)
    looks: list[Scope] = []
    mine = Scope("house", "somebody", sees_all=True)
    read = watches._read

    def counted(scope: Any, seen: dict[str, int]) -> Any:  # noqa: ANN401
        looks.append(scope)
        return read(scope, seen)

    monkeypatch.setattr(watches, "_read", counted)

    async def run() -> list[list[tuple[int, str, dict[str, Any]]]]:
        tasks = [asyncio.create_task(heard(watches.stream(ids[number % 4], mine, 0))) for number in range(200)]
        await asyncio.to_thread(eventually, lambda: looks.count(mine) == 200)
        for cost in (3, 2, 1):
            for one in claimed:
                await asyncio.to_thread(told, jobs, one, cost)
        for one in claimed:
            await asyncio.to_thread(done, jobs, one)
        return list(await asyncio.gather(*tasks))

    for stream in run_all(watches, run()):
        assert [number for number, _, _ in stream] == list(range(1, 7))
        assert [kind for _, kind, _ in stream] == ["state", "state", "progress", "progress", "progress", "end"]
        assert [data.get("cost_minor") for _, _, data in stream[2:5]] == [3, 2, 1]
        assert stream[-1][2]["state"] == "done"
    # Each stream has read what there was before it; from then on one task asks for all.
    assert looks.count(mine) == 200
    assert WHOLE in looks
    assert watches.count == 0


@pytest.mark.parametrize("known", range(7))
def test_replay(jobs: Jobs, known: int) -> None:
    """Whoever knows the first events of a job hears the others, and those only."""
    jobs.submit("echo")
    claimed = taken(jobs)
    for cost in (3, 2, 1):
        told(jobs, claimed, cost)
    done(jobs, claimed)
    watches = Watches(jobs.store, look_s=0.02)

    async def run() -> list[int]:
        stream = watches.stream(claimed.id, WHOLE, known)
        if known < 6:
            return [number for number, _, _ in await heard(stream)]
        # Of a job that has ended nothing more comes; who asks is told so before there is a stream.
        return []

    assert run_all(watches, run()) == list(range(known + 1, 7))


def test_it_breathes(jobs: Jobs) -> None:
    """A stream without events says now and then that it is there, and ends when the service goes down."""
    job_id = jobs.submit("echo")
    watches = Watches(jobs.store, look_s=0.02, heartbeat_s=0.02)

    async def run() -> list[str]:
        texts = []
        async for text in watches.stream(job_id, WHOLE, 0):
            texts.append(text)
            if len(texts) == 6:
                watches.is_over = lambda: True
        return texts

    texts = run_all(watches, run())
    assert texts[0].startswith("retry:")
    assert texts.count(": \n\n") >= 4
    assert watches.count == 0


def test_a_stream_does_not_last_for_ever(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour whoever watches has to come again, with a key that is still good."""
    monkeypatch.setattr(watch, "MOST_S", 0.2)
    job_id = jobs.submit("echo")
    watches = Watches(jobs.store, look_s=0.02, heartbeat_s=0.05)
    assert [number for number, _, _ in run_all(watches, heard(watches.stream(job_id, WHOLE, 0)))] == [1]


def test_a_database_that_is_away(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database cannot be asked streams wait; then they go on."""
    job_id = jobs.submit("echo")
    watches = Watches(jobs.store, look_s=0.02)
    read = watches._read
    failures = iter(range(5))

    def failing(scope: Any, seen: dict[str, int]) -> Any:  # noqa: ANN401
        if scope is WHOLE and job_id in seen and seen[job_id] == 0 and next(failures, None) is not None:
            raise StoreError
        return read(scope, seen)

    async def run() -> list[str]:
        monkeypatch.setattr(watches, "_read", read)
        stream = watches.stream(job_id, WHOLE, 1)
        assert (await anext(stream)).startswith("retry:")
        monkeypatch.setattr(watches, "_read", failing)
        rest = asyncio.create_task(heard(stream))
        await asyncio.sleep(0.1)
        claimed = await asyncio.to_thread(taken, jobs)
        await asyncio.to_thread(queue.fail, jobs.store, claimed, reason_json("internal"), system_clock(), 0)
        return [kind for _, kind, _ in await rest]

    assert run_all(watches, run()) == ["state", "end"]
    assert next(failures, None) is None


def test_those_who_leave(jobs: Jobs) -> None:
    """A stream that nobody reads any more is forgotten, and nothing is asked for nobody."""
    job_id = jobs.submit("echo")
    watches = Watches(jobs.store, look_s=0.02)

    async def run() -> None:
        stream = watches.stream(job_id, WHOLE, 0)
        await anext(stream)
        await anext(stream)
        assert watches.count == 1
        await stream.aclose()  # type: ignore[attr-defined]
        assert watches.count == 0
        assert watches._task is not None
        await watches._task

    run_all(watches, run())
