"""Kinds of jobs that are small, or that go wrong on purpose."""

from __future__ import annotations

import json
import os
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from api.jobs.kinds import Context, JobError, Kind, Made
from data.errors import LogisticsError

if TYPE_CHECKING:
    from api.answer_schema import Json


def echo(question: Json, context: Context) -> Made:
    """Return the question."""
    context.tell({"phase": "echo", "cost_minor": 1})
    return Made(content=json.dumps(question).encode(), summary={"size": len(question)}, fingerprint="f")


def count_down(question: Json, context: Context) -> Made:
    """Find something cheaper every few milliseconds, until it costs nothing or is cancelled; says who does it."""
    (Path(question["folder"]) / f"began-{time.monotonic_ns()}").write_text(str(os.getpid()), encoding="utf-8")
    left = question["from"]
    while left and not context.is_cancelled:
        context.tell({"phase": "down", "cost_minor": left, "bound_minor": 0})
        time.sleep(0.01)
        left -= 1
    return Made(content=json.dumps({"left": left}).encode(), summary={"left": left}, is_partial=left > 0)


def linger_once(question: Json, context: Context) -> Made:
    """Linger when it is tried for the first time; later, be done at once."""
    folder = Path(question["folder"])
    attempt = len(list(folder.glob("began-*"))) + 1
    return count_down(question | {"from": 10**6 if attempt == 1 else 1}, context)


def deaf(question: Json, context: Context) -> Made:
    """Begin, and never end, whoever asks."""
    (Path(question["folder"]) / "began-deaf").write_text(str(os.getpid()), encoding="utf-8")
    for number in count():
        context.tell({"phase": "deaf", "cost_minor": number})
        time.sleep(0.05)
    raise AssertionError


def abort(question: Json, _: Context) -> Made:
    """Crash as compiled code does."""
    (Path(question["folder"]) / f"began-{time.monotonic_ns()}").touch()
    os.abort()


def take_memory(question: Json, _: Context) -> Made:
    """Take more memory than there is."""
    held = bytearray(question["bytes"])
    return Made(content=str(len(held)).encode())


def refuse(_: Json, __: Context) -> Made:
    """Find that what is asked cannot be."""
    msg = "no such thing"
    raise LogisticsError(msg)


def fail(_: Json, __: Context) -> Made:
    """Make a mistake."""
    return Made(content=str(1 // 0).encode())


def be_unsound(_: Json, __: Context) -> Made:
    """Find that the result breaks a rule."""
    raise JobError(why="unsound", detail="rule 7")


def _kind(name: str, work: str = "", *, most_s: int = 60, attempts: int = 3) -> Kind:
    work = f"{__name__}:{work or name}"
    return Kind(
        name=name, scope="plans:write", prefix="rs", work=work, question={}, most_s=most_s, attempts=attempts,
        pauses_s=(0,),
    )  # fmt: skip


_ALL = (
    *(_kind("echo"), _kind("count_down"), _kind("linger_once"), _kind("abort", attempts=2)),
    *(_kind("deaf"), _kind("late", "deaf", most_s=1)),
    *(_kind("take_memory"), _kind("refuse"), _kind("fail"), _kind("be_unsound")),
)
KINDS = {kind.name: kind for kind in _ALL}
