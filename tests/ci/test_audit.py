"""The audit: what is found fails, what cannot be reached is said, and what is no secret is known by file and hash."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

FILE = Path(__file__).parents[2] / ".ci" / "audit.py"
SOUND = {"name": "a", "version": "1", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "not found"}
FAULT = {"id": "PYSEC-1", "fix_versions": ["2"]}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("audit", FILE)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_what_is_locked(audit: ModuleType) -> None:
    """Each locked version is one line, without its hashes."""
    lock = "a==1 \\\n    --hash=sha256:00\n    # via b==2\nb==2 ; sys_platform == 'win32' \\\n    --hash=sha256:11\n"
    assert audit.requirements(lock) == ["a==1", "b==2 ; sys_platform == 'win32'"]


@pytest.mark.parametrize(
    ("answer", "faults", "reached", "skipped"),
    [
        (None, [], 0, 0),
        ({"dependencies": [SKIPPED]}, [], 0, 1),
        ({"dependencies": [SOUND, SKIPPED]}, [], 1, 1),
        ({"dependencies": [SOUND | {"vulns": [FAULT]}]}, ["a 1: PYSEC-1, fixed in 2"], 1, 0),
    ],
)
def test_what_is_told(audit: ModuleType, answer: Any, faults: list[str], reached: int, skipped: int) -> None:  # noqa: ANN401
    """Vulnerabilities are named, and who could not be looked up counts as that."""
    assert audit.told(answer) == (faults, reached, skipped)


def answering(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, dependencies: list[Any] | None) -> list[int]:
    """Let the program that looks up answer the same each time; return how many it was asked for."""
    asked: list[int] = []

    def run(command: list[Any], **_: object) -> None:
        asked.append(len(Path(command[command.index("--requirement") + 1]).read_text().splitlines()))
        if dependencies is not None:
            Path(command[command.index("--output") + 1]).write_text(json.dumps({"dependencies": dependencies}))

    monkeypatch.setattr(audit.subprocess, "run", run)
    return asked


def test_out_of_reach(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no advisories can be reached that is said after a few look-ups, and nothing fails."""
    for dependencies in (None, [SKIPPED]):
        asked = answering(audit, monkeypatch, dependencies)
        assert audit.audit_dependencies() == []
        assert asked == [audit.PROBED]
        assert "cannot be reached" in capsys.readouterr().out


def test_vulnerable(audit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vulnerability is told; everything that is locked was looked up."""
    asked = answering(audit, monkeypatch, [SOUND | {"vulns": [FAULT]}])
    assert audit.audit_dependencies() == ["vulnerable: a 1: PYSEC-1, fixed in 2"]
    assert asked[1] > 50


def test_secrets(audit: ModuleType, tmp_path: Path) -> None:
    """Something that looks like a secret is found in a file of the tree; known by file and hash it is none."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "x.py").write_text("url = 'https://me:" + "hunter2hunter" + "@host.example/'\n")
    subprocess.run(["git", "add", "x.py"], cwd=tmp_path, check=True)
    found = audit.scan(tmp_path)
    ((file, (one,)),) = found.items()
    assert file == "x.py"
    assert len(audit.unknown(found, set())) == 1
    assert audit.unknown(found, {("x.py", one["hashed_secret"])}) == []
    assert audit.unknown(found, {("y.py", one["hashed_secret"])}) != []
