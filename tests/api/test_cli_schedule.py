"""``hubport schedule``: files, what is refused, changes, and lists to plan again."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api import cli_schedule
from api.cli import main
from api.desk import Desk
from data.itinerary import Option, Quote, Step
from data.plan_json import plan_bytes
from data.values import DAY_MIN
from tests.hub_world import MONDAY, Box, catalogue, plan_file

if TYPE_CHECKING:
    from pathlib import Path

    from data.shipment import Filters, Shipment

BOXES = [Box(id="A", load="L1"), Box(id="B", load="L1"), Box(id="=1+1", gate=40 * 60), Box(id="M<b>", gate=500)]
AT = "2026-01-05T08:05Z"


class Planner:
    """A network that knows one way on, a day later."""

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """Return the way."""
        del filters, alternatives
        departs = MONDAY + 2 * DAY_MIN
        leg = Step(
            kind="leg", origin="H", destination="X", form="loose", status="R", ready_min=0, depart_min=departs,
            arrive_min=departs + 600, available_min=departs + 600, mode="sea", service="SHIP",
        )  # fmt: skip
        option = Option(
            steps=(leg,), charges=(), cost_cny_minor=12_345, depart_min=departs, arrive_min=departs + 600,
            emissions_g=0, emissions_complete=True, on_time_probability=1.0, arrive_p50_min=0, arrive_p90_min=0,
            assumed_ppm=0, latest_ready_min=0,
        )  # fmt: skip
        return Quote(shipment=shipment, options=(option,), blocked=(), nearest=(), fingerprint="")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a plan, and have commands use the small world."""
    monkeypatch.setattr(cli_schedule, "open_desk", lambda *_: Desk(catalogue(), Planner()))  # type: ignore[arg-type]
    file = plan_file(catalogue(), BOXES)
    (tmp_path / "plan.json").write_bytes(plan_bytes(file.plan, file.cargo, catalogue()))
    return tmp_path


def run(*words: object) -> int:
    """Run the command, so that it gives the same every time."""
    return main(["schedule", *map(str, words), "--deterministic"])


def test_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run writes the schedule, the workbook, the page and the picture; who misses stands first with a price."""
    names = [folder / f"s.{suffix}" for suffix in ("json", "xlsx", "html", "svg")]
    flags = [word for name in names for word in ("-o", name)]
    assert run(folder / "plan.json", *flags, "--lang", "en") == 0
    out = capsys.readouterr().out
    assert out.index("Cannot meet the booked departure") < out.index("Aim, in order")
    assert "M<b> H" in out
    assert "123.45 CNY" in out
    assert all(name.is_file() for name in names)
    assert main(["verify", str(names[0]), "--lang", "en"]) in {0, 3}


def test_workbook(folder: Path) -> None:
    """Sheets come in order, misses early; shippers' text is no formula."""
    assert run(folder / "plan.json", "-o", folder / "s.xlsx", "--lang", "en") == 0
    book = openpyxl.load_workbook(io.BytesIO((folder / "s.xlsx").read_bytes()))
    assert book.sheetnames == ["Summary", "Misses", "By resource", "By consignment", "Assumptions"]
    assert book["Misses"].cell(3, 2).value == "M<b>"
    cells = [cell.value for row in book["By consignment"].iter_rows() for cell in row]
    assert "'=1+1" in cells
    assert "=1+1" not in cells


def test_page(folder: Path) -> None:
    """The page escapes text, every bar can be focused and named, and a table has the same."""
    assert run(folder / "plan.json", "-o", folder / "s.html", "-o", folder / "s.json") == 0
    page = (folder / "s.html").read_text(encoding="utf-8")
    tasks = json.loads((folder / "s.json").read_text(encoding="utf-8"))["tasks"]
    bars = sum(len(task["resources"]) for task in tasks)
    assert "<b>" not in page
    assert page.count('<g tabindex="0" role="img" aria-label="') == bars
    assert len(re.findall(r'<th scope="row">', page)) == bars
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_strike(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An inspection changes the schedule; each change is explained, and the result is sound beside the one before."""
    assert run(folder / "plan.json", "-o", folder / "s.json") == 0
    capsys.readouterr()
    event = folder / "events.json"
    event.write_text(json.dumps([{"kind": "inspect", "at": AT, "subject": "L1"}]), encoding="utf-8")
    assert run(folder / "s.json", "--strike", event, "-o", folder / "s2.json", "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "L1 inspect: new" in out
    assert "customs inspect L1" in out
    loaded = json.loads((folder / "s2.json").read_text(encoding="utf-8"))
    assert loaded["now"] == "2026-01-05T08:05:00Z"
    assert {change["task"] for change in loaded["changes"]} >= {"H/L1/inspect", "H/L1/stuff"}


def test_replan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who misses stands in the hub in the new cargo list; everything else is booked."""
    assert run(folder / "plan.json", "--replan", folder) == 0
    assert "--freeze" in capsys.readouterr().err
    cargo = {
        row["id"]: row for row in json.loads((folder / "replan-cargo.json").read_text(encoding="utf-8"))["shipments"]
    }
    assert cargo["M<b>"]["from"] == "H"
    assert cargo["A"]["from"] == "P"
    plan = json.loads((folder / "replan-plan.json").read_text(encoding="utf-8"))
    assert [load["commitment"] for load in plan["loads"]] == ["booked"]
    alone = {journey["shipment"]: journey.get("commitment", "planned") for journey in plan["journeys"]}
    assert alone == {"A": "planned", "B": "planned", "=1+1": "booked", "M<b>": "planned"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{plan}", "--strike", "inspect A at " + AT], "needs a schedule"),
        (["{plan}", "--credit", "x=good"], "SHIPPER=GRADE"),
        (["{plan}", "--credit", "x=aeo", "--credit", "x=aeo"], "more than one"),
        (["{plan}", "-o", "s.txt"], "must end in"),
        (["{plan}", "--time-limit", "0"], "time_limit"),
        (["{plan}", "--seed", "-1"], "seed"),
        (["{plan}", "--replan", "nowhere"], "folder"),
        (["missing.json"], "not found"),
    ],
)
def test_refused(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    """Arguments that make no sense are refused before anything is done."""
    assert run(*(word.format(plan=folder / "plan.json") for word in words)) == 2
    assert said in capsys.readouterr().err


def test_events_refused_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All faults of events are told, and nothing is written."""
    assert run(folder / "plan.json", "-o", folder / "s.json") == 0
    words = ["--strike", f"inspect Q at {AT}", "--strike", f"close H gate at {AT} until 2026-01-06T08:00Z count 7"]
    assert run(folder / "s.json", *words, "-o", folder / "s2.json") == 2
    err = capsys.readouterr().err
    assert "event_unknown" in err
    assert "event_count" in err
    assert not (folder / "s2.json").exists()
