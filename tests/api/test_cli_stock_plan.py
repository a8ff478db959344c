"""``hubport stock plan`` and ``verify``: from a seller's file to a plan that was checked, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from api.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a sample, its plan as JSON and as a workbook."""
    folder = tmp_path_factory.mktemp("stock")
    sample = ["sample", "--stock", "--skus", "4", "--seed", "2", "--week", "2026-W49", "-o", str(folder / "s.xlsx")]
    assert main(sample) == 0
    outputs = ["-o", str(folder / "plan.json"), "-o", str(folder / "plan.xlsx")]
    argv = ["stock", "plan", str(folder / "s.xlsx"), "--from", "义乌", "--weeks", "12", "--time-limit", "2"]
    assert main([*argv, *outputs]) == 0
    return folder


def test_the_plan_is_written_and_sound(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has what every plan has at its top, and the checker agrees with it."""
    written = json.loads((planned / "plan.json").read_text())
    assert written["cost_minor"] == sum(written["cost_fen"].values()) >= written["bound_minor"]
    assert {"status", "gap", "currency", "fingerprint", "seed", "runtime_s"} <= set(written)
    argv = ["stock", "verify", str(planned / "plan.json"), str(planned / "s.xlsx")]
    assert main([*argv, "--lang", "en"]) == 0
    assert "sound" in capsys.readouterr().out
    assert len(load_workbook(planned / "plan.xlsx").sheetnames) == 6


def test_a_changed_plan_is_found_out(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cost that was changed by hand is named, with code 3."""
    written = json.loads((planned / "plan.json").read_text())
    written["cost_fen"]["serve"] -= 100
    changed = planned / "changed.json"
    changed.write_text(json.dumps(written))
    assert main(["stock", "verify", str(changed), str(planned / "s.xlsx"), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    # A plan that was proven best is not any more if it costs less than its bound.
    assert {"cost_serve"} <= {one["rule"] for one in answer["violations"]} <= {"cost_serve", "bound", "optimal"}


def test_files_that_are_no_plan(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything wrong with a file is told at once."""
    written = json.loads((planned / "plan.json").read_text())
    written |= {"seed": "x", "start": "soon", "sendings": [{"sku": 1}]}
    broken = planned / "broken.json"
    broken.write_text(json.dumps(written))
    assert main(["stock", "verify", str(broken), str(planned / "s.xlsx")]) == 2
    told = capsys.readouterr().err
    assert all(part in told for part in ("seed", "start", "sendings[0].sku", "sendings[0].lane"))


@pytest.mark.parametrize(
    ("argv", "parts"),
    [
        (["--from", "义乌", "--weeks", "0", "--seed", "-1"], ["weeks", "seed"]),
        (["--from", "Atlantis"], ["Atlantis"]),
        (["--from", "义乌", "-o", "plan.pdf"], ["plan.pdf"]),
    ],
)
def test_what_is_refused(planned: Path, argv: list[str], parts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers, places and files that make no sense end the command with code 2 and say why."""
    assert main(["stock", "plan", str(planned / "s.xlsx"), *argv]) == 2
    told = capsys.readouterr().err
    assert all(part in told for part in parts)
