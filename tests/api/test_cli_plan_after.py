"""``hubport plan`` with the schedule of the hubs and the papers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.cli import main
from data import load_catalogue
from data.cargo_write import write_cargo
from data.samples import sample_cargo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small week of cargo."""
    folder = tmp_path_factory.mktemp("week")
    catalogue = load_catalogue()
    write_cargo(folder / "week.csv", sample_cargo(catalogue, shipments=6, week="2026-W49", seed=9), catalogue)
    return folder


def run(folder: Path, *words: str) -> int:
    """Run the command on the week."""
    return main(["plan", str(folder / "week.csv"), "--time-limit", "10", "--deterministic", *words])


def test_one_command(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan, its schedule and its papers are of each other, and each is what its own command says is sound."""
    plan, schedule, papers = week / "plan.json", week / "schedule.json", week / "papers"
    words = ("-o", str(plan), "--schedule", str(schedule), "--schedule", str(week / "s.html"), "--papers", str(papers))
    assert run(week, *words, "--lang", "en") == 0
    said = capsys.readouterr()
    assert said.out.index("Consolidation plan") < said.out.index("Hub schedule") < said.out.index("Papers")
    assert main(["verify", str(plan)]) == main(["verify", str(schedule)]) == 0
    whole, timed = json.loads(plan.read_text()), json.loads(schedule.read_text())
    travelling = {journey["shipment"] for journey in whole["journeys"]}
    assert timed["plan"]["cargo_fingerprint"] == whole["cargo_fingerprint"]
    assert {journey["shipment"] for journey in timed["plan"]["journeys"]} == travelling
    assert (week / "s.html").read_text().lstrip().casefold().startswith("<!doctype html>")
    listed = json.loads((papers / "papers.json").read_text())["papers"]
    assert {paper["document"]["subject"] for paper in listed} <= travelling | {load["id"] for load in whole["loads"]}
    assert listed


@pytest.mark.parametrize(
    "words",
    [
        ("--schedule", "{}/s.pdf"),
        ("--schedule", "{}/none/s.json"),
        ("--schedule", "{}/s.json", "--schedule", "{}/s.json"),
        ("-o", "{}/p.json", "--schedule", "{}/p.json"),
        ("--papers", "{}/p.docx"),
        ("--papers", "{}/none/p.xlsx"),
    ],
)
def test_wrong_files_are_refused_before_anything_is_planned(week: Path, words: tuple[str, ...]) -> None:
    """Nobody waits for a plan whose schedule or papers have nowhere to go."""
    before = sorted(week.iterdir())
    assert run(week, *(word.format(week) for word in words)) == 2
    assert sorted(week.iterdir()) == before


def test_ctrl_c_while_hubs_are_scheduled_keeps_the_plan(week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before there is a schedule, the plan that was found is written all the same."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("optimizer.agree.agree", stop)
    plan, schedule = week / "kept.json", week / "kept-schedule.json"
    assert run(week, "-o", str(plan), "--schedule", str(schedule)) == 0
    assert main(["verify", str(plan)]) == main(["verify", str(schedule)]) == 0
    assert json.loads(schedule.read_text()).get("agreement") is None
