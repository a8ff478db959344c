"""Work in threads that is not left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

P = ParamSpec("P")
T = TypeVar("T")


async def to_the_end(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """
    Return what some work in a thread returns; who is cancelled meanwhile waits for its end first.

    A thread cannot be cancelled. Were it left behind when the service ends, it would still use a connection to the
    database when all of them are closed.
    """
    running = asyncio.ensure_future(run_in_threadpool(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
