"""``hubport stock simulate``: what it prints, what it refuses, and what it makes of a plan."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from api import cli_stock_simulate
from api.cli import main
from benchmarks.stock_problem import drawn
from data.stock_plan import COST_PARTS, Sending, SentBoxes, StockPlan
from data.stock_plan_json import Asked, write_plan
from optimizer.stock.policies import RULES
from optimizer.stock.simulate import simulate
from optimizer.stock.simulate_futures import Futures

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.stock.problem import Problem


@pytest.fixture
def problem(monkeypatch: pytest.MonkeyPatch) -> Problem:
    """Put a small problem in the place of the file's."""
    small = drawn(4, 2, 12, 1, markets=2)
    monkeypatch.setattr(cli_stock_simulate, "_problem", lambda *_: small)
    return small


@pytest.fixture
def plan(problem: Problem) -> StockPlan:
    """Return a plan with a box and something loose."""
    sendings = (
        Sending(sku=problem.skus[0], lane="sea:W00", week=1, units=40),
        Sending(sku=problem.skus[1], lane="air:W01", week=2, units=20),
    )
    return StockPlan(
        start=problem.start, weeks=12, sendings=sendings,
        boxes=(SentBoxes(lane="sea:W00", unit="20GP", week=1, count=1),), warehouses=("W00", "W01"),
        cost_fen=dict.fromkeys(COST_PARTS, 0), bound_fen=0, service=0.93, status="feasible", seed=1, runtime_s=1.0,
        fingerprint="f",
    )  # fmt: skip


def written(plan: StockPlan, folder: Path) -> Path:
    """Return the file of a plan."""
    path = folder / "plan.json"
    write_plan(path, plan, Asked(origin="CNYIW"))
    return path


PLAIN = ("stock", "simulate", "stock.xlsx", "--futures", "30", "--seed", "3")
ASK = (*PLAIN, "--from", "CNYIW")


def test_the_usual_rules_are_played(problem: Problem, capsys: pytest.CaptureFixture[str]) -> None:
    """Three rows with intervals in Chinese; with --json the same numbers in full."""
    assert main([*ASK, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [run["name"] for run in answer["runs"]] == ["sea", "air-when-short", "own-base-stock"]
    for run in answer["runs"]:
        cost = run["cost_fen"]
        assert cost["low"] < cost["value"] < cost["high"]
        assert sum(part["value"] for part in run["parts_fen"].values()) == pytest.approx(cost["value"], abs=1e-3)
        assert [one["market"] for one in run["markets"]] == list(problem.markets)
    assert main(list(ASK)) == 0
    text = capsys.readouterr().out
    for words in ("只走海运加安全库存", "满足率", "缺货损失最大的商品", "参数 every"):
        assert words in text
    first = answer["runs"][0]["fill"]
    assert f"{100 * first['value']:.1f} ({100 * first['low']:.1f}–{100 * first['high']:.1f}) %" in text


def test_a_plan_is_played_as_it_is_and_kept_up(
    problem: Problem, plan: StockPlan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it promises stands beside what is found; no rule is played unless one is named."""
    file = written(plan, tmp_path)
    assert main([*PLAIN, "--plan", str(file), "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [run["name"] for run in runs] == ["plan", "plan-followed"]
    assert runs[0]["promised"] == 0.93
    found = simulate(problem, plan, futures=Futures(problem, 30, 3))
    assert runs[0]["cost_fen"]["value"] == pytest.approx(found.total().value, abs=1)
    assert main([*PLAIN, "--plan", str(file), "--policy", "dual-index", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert "the plan promises 93.0%" in text
    assert re.search(r"^dual index +[\d,]+ \([\d,]+–[\d,]+\)", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--futures", "1", "--seed", "x", "--weeks", "0"], ("futures", "seed", "weeks")),
        (["--plan", "missing.json"], ("missing.json",)),
    ],
)
@pytest.mark.usefixtures("problem")
def test_bad_arguments_are_told_at_once(
    arguments: list[str], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its name."""
    assert main([*ASK, *arguments]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in words)


@pytest.mark.parametrize("broken", ["[]", "{", '{"start": "2026-11-30"}', '{"start": 7}', "null"])
@pytest.mark.usefixtures("problem")
def test_what_is_no_plan_is_refused(broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it is, without a traceback."""
    path = tmp_path / "plan.json"
    path.write_text(broken, encoding="utf-8")
    assert main([*PLAIN, "--plan", str(path)]) == 2
    assert "does not fit this stock" in capsys.readouterr().err


def test_a_plan_of_other_stock_is_refused(plan: StockPlan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the names that are not known."""
    path = written(plan, tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("sea:W00", "sea:W77"), encoding="utf-8")
    assert main([*PLAIN, "--plan", str(path)]) == 2
    assert "sea:W77" in capsys.readouterr().err


def test_a_plan_says_from_where(plan: StockPlan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without one the origin must be given, with one it must not."""
    assert main(list(PLAIN)) == 2
    assert "--from" in capsys.readouterr().err
    assert main([*ASK, "--plan", str(written(plan, tmp_path))]) == 2
    assert "cannot be given with it" in capsys.readouterr().err


def test_a_file_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """Is named."""
    assert main(list(ASK)) == 2
    assert "stock.xlsx" in capsys.readouterr().err


def test_every_rule_has_its_name() -> None:
    """The command knows all rules without loading them."""
    assert set(cli_stock_simulate.RULE_NAMES) == set(RULES)
