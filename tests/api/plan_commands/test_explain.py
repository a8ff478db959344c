"""Why a shipment travels as it does, as the command tells it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.texts import catalogue
from data.plan_json import write_plan
from tests.api.plan_commands.solver import run
from tests.plans import planned, planned_cargo

if TYPE_CHECKING:
    from pathlib import Path

    from data import Catalogue


def test_explain(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Box mates, the binding cut-off, the sums, going alone and the reason are told."""
    assert run("explain", plan_file, "S-001", "--lang", "en") == 0
    text = capsys.readouterr().out
    for expected in (
        "L001 40HQ, 73.5 % full",
        "S-002",
        "Ningbo port box gate-in 2026-05-21 17:20 (+8), slack 20 h",
        "own 200.00 + share of box 7,000.00 + late penalty 0.00 = 7,200.00 CNY",
        "11,000.00 CNY; saves 3,800.00 (34.5 %)",
        "30 % below going alone",
        "export clearance",
    ):
        assert expected in text
    assert run("explain", plan_file, "S-001", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["load_mates"] == ["S-002"]
    assert shown["binding_cutoff"]["slack_min"] == 1_200
    assert (shown["cost_minor"], shown["alone_minor"], shown["saving_minor"]) == (720_000, 1_100_000, 380_000)


@pytest.mark.parametrize(
    ("shipment", "expected"),
    [
        ("S-001", ("等同箱货物 S-002（2026-05-20 05:20 (+8) 备好）", "在宁波港等班次 SEA-1", "最快", "4,000.00 CNY")),
        ("S-002", ("独装一箱 40HQ", "方案可再省 1.00 CNY")),
        (
            "S-003",
            ("赶不上 L001 装箱，晚 1.5 小时；否则最多可省 70.00 CNY", "L001 容积差 1.5 m³", "不得与任何货物拼箱"),
        ),
        ("S-003", ("若 2026-05-19 05:20 (+8) 备好（现为 2026-05-20 05:20 (+8)），可拼入 L001，至少省 70.00 CNY",)),
        ("S-003", ("若最晚到达为 2026-05-22 05:20 (+2)", "同样的安排至少省 500.00 CNY", "若少 1.5 m³")),
        (
            "S-004",
            ("不运：方案多花 50.00 CNY", "限制 R-1（空运禁运）", "宁波港的清关", "单证比 L001", "L001 载重差 2,000 kg"),
        ),
    ],
)
def test_explain_says_why(
    plan_file: Path, shipment: str, expected: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Waits, the next best, what hinders and what would change it are told with their numbers, in local time."""
    assert run("explain", plan_file, shipment) == 0
    shown = capsys.readouterr().out
    assert [text for text in expected if text not in shown] == []


def test_explain_says_why_in_english(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every sentence is there in English too, and no name of a text is shown instead of the text."""
    for shipment in ("S-001", "S-002", "S-003", "S-004"):
        assert run("explain", plan_file, shipment, "--lang", "en") == 0
        shown = capsys.readouterr().out
        assert not [key for _, key in catalogue("en") if "_" in key and key in shown]
    assert "Kept from" in shown
    assert "ready by" not in shown
    assert "with 2,000 kg less, or as much more payload, it could share L001 and save at least 1.00 CNY" in shown


def test_explain_says_why_in_json(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the numbers, and the sentences in both languages; a plan without reasons has neither."""
    assert run("explain", plan_file, "S-003", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    best = shown["next_best"]
    assert (best["kind"], best["load"], best["difference_minor"], best["services"]) == (
        "join",
        "L001",
        90_000,
        ["SEA-1"],
    )
    assert best["depart_at"] == "2026-05-22T17:20:00+08:00"
    assert [binding["rule"] for binding in shown["bindings"]] == ["stuffing", "volume", "mixing"]
    assert [change["by"] for change in shown["changes"]] == [1440, 1440, 1_500_000]
    told = [best, *shown["bindings"], *shown["changes"]]
    assert all("L001" in one["text_zh"] or one["load"] is None for one in told)
    assert all(one["text_en"] for one in told)
    assert run("explain", plan_file, "S-001", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["holds"][0]["since"] == "2026-05-20T05:20:00+08:00"
    assert shown["first"]["days_late"] == 2
    loaded = json.loads(plan_file.read_text(encoding="utf-8"))
    del loaded["insights"], loaded["sensitivities"]
    plan_file.write_text(json.dumps(loaded), encoding="utf-8")
    assert run("explain", plan_file, "S-001", "--json") == 0
    assert "next_best" not in json.loads(capsys.readouterr().out)
    assert run("explain", plan_file, "S-001") == 0
    assert "次优安排" not in capsys.readouterr().out


def test_explain_the_others(plan_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes alone, stays behind or is not known is told too."""
    assert run("explain", plan_file, "S-003") == 0
    text = capsys.readouterr().out
    assert "单独" in text
    assert "迟到 1 天" in text
    assert run("explain", plan_file, "S-004") == 0
    assert "3,000.00" in capsys.readouterr().out
    assert run("explain", plan_file, "S-004", "--json") == 0
    assert json.loads(capsys.readouterr().out)["served"] is False
    assert run("explain", plan_file, "S-00") == 2
    shown = capsys.readouterr().err
    assert "S-001" in shown
    assert "did you mean" in shown
    assert run("explain", plan_file, "nothing like it") == 2


def test_explain_with_other_data(tmp_path: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of another data set is explained with a note; unknown places stand by their codes."""
    plan = planned()
    step = replace(plan.journeys[0].steps[0], origin="XXXXX", destination="XXXXX", row="gone")
    journey = replace(plan.journeys[0], steps=(step, *plan.journeys[0].steps[1:]), alone_cny_minor=None)
    path = tmp_path / "other.json"
    write_plan(path, replace(plan, journeys=(journey, *plan.journeys[1:])), planned_cargo(), catalogue)
    assert run("explain", path, "S-001") == 0
    shown = capsys.readouterr()
    assert "另一套数据" in shown.err
    assert "XXXXX" in shown.out
    assert "单独没有可行方案" in shown.out
