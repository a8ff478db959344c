"""``hubport plan --schedule`` that agrees, and ``hubport schedule --hand-back``: a week with one bay shut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.cli import main
from data import load_catalogue
from data.cargo_write import write_cargo
from data.plan_json import DERIVED
from data.samples import sample_cargo

if TYPE_CHECKING:
    from pathlib import Path

HUB = "CNNBO-P"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a plan of a small week and a schedule that agrees with it."""
    made = tmp_path_factory.mktemp("week")
    catalogue = load_catalogue()
    write_cargo(made / "week.csv", sample_cargo(catalogue, shipments=20, week="2026-W49", seed=3), catalogue)
    words = ["-o", str(made / "plan.json"), "--schedule", str(made / "schedule.json")]
    assert main(["plan", str(made / "week.csv"), "--time-limit", "3", "--deterministic", *words]) == 0
    return made


def loaded(path: Path) -> dict[str, Any]:
    """Return what a file holds."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.fixture(scope="module")
def events(folder: Path) -> list[dict[str, Any]]:
    """Return that a consignment is to be seen when it comes, and that the bays are shut until its ship has gone."""
    made = loaded(folder / "schedule.json")
    units = {(unit["hub"], unit["id"]): unit for unit in made["units"]}
    here = [one for one in made["consignments"] if one["hub"] == HUB and one["odds_ppm"]]
    one = max(here, key=lambda one: (one["weight"], one["shipment"]))
    bay = {"location": HUB, "resource": "bay", "until": units[HUB, one["unit"]]["depart_at"]}
    at = one["arrive_at"]
    shut = [{"kind": "close", "at": at, "type": kind, **bay} for kind in ("manual", "scan")]
    return [{"kind": "inspect", "at": at, "subject": one["shipment"]}, *shut]


def test_plan_and_schedule_agree(folder: Path) -> None:
    """The plan that is written is the one that was scheduled, and the story of the rounds stands beside it."""
    plan, made = loaded(folder / "plan.json"), loaded(folder / "schedule.json")
    assert made["plan"] == {key: value for key, value in plan.items() if key not in DERIVED}
    story = made["agreement"]
    assert story["rounds"][0]["number"] == 0
    assert [one["shipment"] for one in story.get("unsaved", [])] == [
        one["shipment"] for one in made["consignments"] if one["is_missed"]
    ]
    assert main(["verify", str(folder / "plan.json")]) == main(["verify", str(folder / "schedule.json")]) == 0


def test_one_bay_less(folder: Path, events: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    """One command: a new plan, a new schedule, and who pays what; nobody misses silently, nothing begun moves."""
    (folder / "events.json").write_text(json.dumps(events))
    words = ["--strike", str(folder / "events.json"), "--hand-back", str(folder / "plan-2.json")]
    words += ["-o", str(folder / "schedule-2.json"), "-o", str(folder / "schedule-2.xlsx"), "--deterministic"]
    assert main(["schedule", str(folder / "schedule.json"), *words, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Who pays what" in said
    old, plan, made = (loaded(folder / name) for name in ("plan.json", "plan-2.json", "schedule-2.json"))
    assert made["plan"] == {key: value for key, value in plan.items() if key not in DERIVED}
    assert main(["verify", str(folder / "plan-2.json")]) == 0
    assert main(["verify", str(folder / "schedule-2.json"), "--frozen", str(folder / "schedule.json")]) == 0
    story = made["agreement"]
    assert story["rounds"][0]["missed"] > 0
    assert [one["shipment"] for one in story.get("unsaved", [])] == [
        one["shipment"] for one in made["consignments"] if one["is_missed"]
    ]
    more = sum(one["cny_minor"] - one["was_cny_minor"] for one in story.get("shifts", []))
    assert more == plan["cost_minor"] - old["cost_minor"]
    now = made["now"]
    departed = {
        (journey["shipment"], step["service"], step["depart_at"])
        for journey in old["journeys"]
        for step in journey["steps"]
        if step["kind"] == "leg" and step["depart_at"] < now
    }
    kept = {
        (journey["shipment"], step["service"], step["depart_at"])
        for journey in plan["journeys"]
        for step in journey["steps"]
        if step["kind"] == "leg"
    }
    assert departed <= kept
    sheets = openpyxl.load_workbook(folder / "schedule-2.xlsx").sheetnames
    assert "Plan and hubs" in sheets


@pytest.mark.parametrize(
    "words",
    [
        ["{}/plan.json", "--hand-back", "{}/new.json"],
        ["{}/schedule.json", "--hand-back", "{}/new.pdf"],
        ["{}/schedule.json", "--hand-back", "{}/none/new.json"],
        ["{}/schedule.json", "--hand-back", "{}/schedule.json"],
        ["{}/schedule.json", "--hand-back", "{}/new.json", "-o", "{}/new.json"],
        ["{}/schedule.json", "--hand-back", "{}/new.json", "--credit", "X=aeo"],
    ],
)
def test_refused(folder: Path, words: list[str]) -> None:
    """What cannot be done is said before anything is, and no file is written."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["schedule", *(word.format(folder) for word in words)]) == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_unsound_plan_is_refused(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan that somebody changed by hand is not built upon."""
    made = loaded(folder / "schedule.json")
    made["plan"]["journeys"][0]["own_cny_minor"] += 1
    (tmp_path / "s.json").write_text(json.dumps(made))
    assert main(["schedule", str(tmp_path / "s.json"), "--hand-back", str(tmp_path / "p.json"), "--lang", "en"]) == 2
    assert "breaks rules" in capsys.readouterr().err
    assert not (tmp_path / "p.json").exists()
