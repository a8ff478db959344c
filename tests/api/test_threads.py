"""Work in threads ends before whoever waits for it does."""

from __future__ import annotations

import asyncio
import threading

import pytest

from api.threads import to_the_end


def test_cancelled() -> None:
    """Who is cancelled goes on only when the thread has ended."""
    begun, may_end, has_ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert may_end.wait(30)
        has_ended.set()

    async def cancel() -> None:
        task = asyncio.create_task(to_the_end(work))
        assert await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert has_ended.is_set()

    asyncio.run(cancel())


def test_result_and_error() -> None:
    """What the work returns or raises arrives."""
    assert asyncio.run(to_the_end(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(to_the_end(divmod, 7, 0))
