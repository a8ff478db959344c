"""What the documents tell somebody new to type is typed here, and answered as they say."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("docs/service.md", "README.md", "docs/stock.md")
"""In the order in which they are followed: the service, with keys, is started by the first."""
MARKED = re.compile(r"^<!-- executed -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "8000"
_END = "=== end of command ==="


class Step(NamedTuple):
    """A command, and the answer that is shown."""

    command: str
    shown: str


def steps(text: str) -> list[Step]:
    """Return the commands of the marked blocks of a document."""
    found: list[Step] = []
    for block in MARKED.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            length = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\\n"))
            found.append(Step("".join(lines[:length]), "".join(lines[length:]).strip()))
    return found


def fits(shown: str, answer: str) -> bool:
    """Say whether an answer is as shown; dots stand for anything, an answer that is cut short goes on."""
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    return re.fullmatch(pattern, answer.strip(), re.DOTALL) is not None


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_documents_are_true(tmp_path: Path) -> None:
    """Start, first key, firm, quote, booking, confirmation, papers, cancellation: every command, in one shell."""
    found = [step for name in DOCUMENTS for step in steps((ROOT / name).read_text(encoding="utf-8"))]
    assert len(found) >= 18
    port = _free_port()
    program = "\n".join(f"{step.command.replace(PORT, port)}\necho; echo '{_END}'" for step in found)
    program = f'hubport() {{ "{sys.executable}" -m api.cli "$@"; }}\n{program}\n'
    environment = os.environ | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "HUBPORT_DB": str(tmp_path / "h.db")}
    environment.pop("HUBPORT_AUTH", None)
    with subprocess.Popen(
        ["bash", "-s"], cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True, encoding="utf-8",
    ) as shell:  # fmt: skip
        try:
            assert shell.stdin is not None
            assert shell.stdout is not None
            shell.stdin.write(program)
            shell.stdin.close()
            answers = _answers(shell.stdout, len(found))
        finally:
            os.killpg(shell.pid, signal.SIGTERM)
    for step, answer in zip(found, answers, strict=True):
        assert fits(step.shown, answer), f"{step.command}\n{answer[:2000]}"


def _answers(stream: Iterable[str], number: int) -> list[str]:
    """Return what each command printed."""
    found: list[str] = []
    lines: list[str] = []
    for line in stream:
        if line.strip() == _END:
            found.append("".join(lines))
            lines = []
            if len(found) == number:
                break
        else:
            lines.append(line)
    return found


@pytest.mark.parametrize(
    ("shown", "answer", "expected"),
    [
        ('{"id":"bk_…","state":"held",…', '{"id":"bk_1","state":"held","n":1}\n', True),
        ('{"id":"bk_…","state":"held",…', '{"id":"bk_1","state":"confirmed","n":1}', False),
        ('{"a":1}', '{"a":1,"b":2}', False),
        ("", "", True),
        ("", '{"type":"urn:hubport:problem:x"}', False),
    ],
)
def test_fits(shown: str, answer: str, *, expected: bool) -> None:
    """Dots stand for anything; everything else must be there, and nothing where nothing is shown."""
    assert fits(shown, answer) is expected


def test_steps() -> None:
    """Only marked blocks are typed; a command goes on after a backslash."""
    text = "```console\n$ no\n```\n\n<!-- executed -->\n```console\n$ one \\\n    two\n{…\n$ three\n```\n"
    assert steps(text) == [Step("one \\\n    two\n", "{…"), Step("three\n", "")]
