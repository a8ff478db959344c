"""The table of known answers about stock, what the benchmark measures, and how it notices what is wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.stock_exact import (
    FLOWS,
    Mode,
    Single,
    States,
    average,
    base_surge,
    best_indexed,
    best_surge,
    indexed,
    optimum,
)  # fmt: skip
from benchmarks.stock_known import is_met, known_answers, ours
from benchmarks.stock_orlib import FOLDER, FormatError, least_cost, medians_of, solved, warehouses_of
from benchmarks.stock_textbook import Echelon, newsvendor, serial

QUICK = ("GSM", "SSM", "NV", "EOQ", "WW", "SS-", "JRP-spp", "AGE", "DS-2", "TBS")
SINGLE = Single(modes=(Mode(20.0, 0), Mode(0.0, 2)), holding=5.0, short=95.0)


@pytest.mark.parametrize("row", [row for row in known_answers() if row.id.startswith(QUICK)], ids=lambda row: row.id)
def test_known_answers(row) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Each is reproduced, and a value that is a little off is noticed."""
    value = ours(row)
    assert value is not None
    assert is_met(row, value)
    assert not is_met(row, value * 1.01)


def test_no_policy_is_below_the_optimum_and_fractions_help() -> None:
    """The capped dual index is near; a flow of half pieces beats whole ones where the fast mode is dear."""
    least = optimum(SINGLE, low=-6, high=14, most=5, cap=5)
    capped, choice = best_indexed(SINGLE, caps=(1, 2, 3))
    assert least <= capped <= 1.02 * least
    assert choice[1] > choice[0]
    whole, any_flow = best_surge(SINGLE, ((0,), (1,))), best_surge(SINGLE, FLOWS)
    assert least < any_flow < 0.9 * whole


def test_averages_are_those_of_a_long_run() -> None:
    """Half a million periods drawn at random."""
    rng = np.random.default_rng(1)
    stock, due, cost = 4, [0], 0.0
    demand = rng.integers(0, 5, 500_000)
    for units in demand.tolist():
        fast = max(0, 4 - stock)
        slow = min(2, max(0, 8 - (stock + fast + sum(due))))
        left = stock + fast - units
        cost += 20 * fast + 5 * max(left, 0) + 95 * max(-left, 0)
        due.append(slow)
        stock = left + due.pop(0)
    exact = average(States(SINGLE, -9, 16, 2), indexed(SINGLE, (4, 8), 2))
    assert cost / len(demand) == pytest.approx(exact, rel=0.01)
    even = base_surge(SINGLE, (1, 2), 4)
    level, stock, cost = 4, 4, 0.0
    for at, units in enumerate(demand.tolist()):
        left = max(stock, level) - units
        cost += 20 * max(0, level - stock) + 5 * max(left, 0) + 95 * max(-left, 0)
        stock = left + (1, 2)[at % 2]
    assert cost / len(demand) == pytest.approx(even, rel=0.02)


def test_one_stage_in_a_row_is_a_newsvendor() -> None:
    """With a lead time of one period and holding paid on what is left."""
    found = serial([Echelon(0.18, 1.0)], 0.70, 50, 8)
    assert found == pytest.approx(newsvendor(0.18, 0.70, 8), rel=1e-3)


def test_public_instances_are_read_and_solved(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Two small ones of the same forms; what is not of the form is refused, what is not there is said."""
    text = "2 3\n10 7.5\n10 20.\n1 4 1\n1 2 9\n1 3 5\n"
    opening, serving = warehouses_of(text)
    assert opening.tolist() == [7.5, 20.0]
    assert least_cost(opening, serving) == pytest.approx(7.5 + 4 + 2 + 3)
    with pytest.raises(FormatError):
        warehouses_of(text + "1")
    way, wanted = medians_of("4 3 2\n1 2 3\n2 3 4\n3 4 5\n")
    assert way[0].tolist() == [0, 3, 7, 12]
    assert least_cost(np.zeros(4), way, wanted) == pytest.approx(3 + 4)
    with pytest.raises(FormatError):
        medians_of("4 3 2\n1 2 3\n")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert solved("cap71") is None
    (tmp_path / "cap71.txt").write_text(text, encoding="ascii")
    assert solved("cap71") == pytest.approx(16.5)


def test_the_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing fails, and rules are measured beside the best baseline, with the service asked for and without."""
    assert main(["stock", "--smoke", "--seeds", "1", "--json"]) == 0
    rows = {(row["name"], row["size"]): row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    values = {name: row for (name, _), row in rows.items()}
    assert values["stock/known/failed"]["value"] == 0
    names = ("sea", "air-when-short", "own-base-stock")
    free = [values[f"stock/free/{name}/cost"] for name in names]
    assert min(one["value"] for one in free) == free[0]["baseline"]
    fills = {name: values[f"stock/{name}/fill"] for name in names}
    reaching = [name for name in names if fills[name]["value"] > 94.5] or names
    asked = {values[f"stock/{name}/cost"]["value"] for name in reaching}
    assert values["stock/plan/cost"]["baseline"] in asked
