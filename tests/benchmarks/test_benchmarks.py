"""The benchmarks run, print what they promise, and notice a wrong answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.reference import build_graph, front
from benchmarks.search import NotExactError, compare
from benchmarks.synthetic import SEARCH_DAYS, generate
from network.kernel import pareto

if TYPE_CHECKING:
    from benchmarks.synthetic import Generated

FIELDS = ["name", "size", "seed", "value", "unit", "baseline", "ratio"]
SEED = 3
LIMIT_S = 120.0


def measured(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what a run prints, by name and size."""
    assert main([*arguments, "--smoke", "--seeds", str(SEED), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(list(row) == FIELDS for row in rows)
    assert {row["seed"] for row in rows} == {SEED}
    return {(row["name"], row["size"]): row for row in rows}


@pytest.fixture(scope="module")
def small() -> Generated:
    """Return a network that the reference search handles in a moment."""
    return generate(60, 2_000, SEED)


def test_search(capsys: pytest.CaptureFixture[str]) -> None:
    """One seed gives one network and the same fronts; all questions of the comparison are answered by both searches."""
    first, second = (measured(capsys, "search") for _ in range(2))
    assert list(first) == list(second)
    timeless = {key for key, row in first.items() if row["unit"] != "ms"}
    assert {key: first[key]["value"] for key in timeless} == {key: second[key]["value"] for key in timeless}
    values = {name: row for (name, _), row in first.items()}
    assert values["search/exact-compared"]["value"] == 3
    assert values["search/exact-unfinished"]["value"] == 0
    assert values["search/no-route"]["value"] == 0
    assert values["search/front-median"]["value"] >= 3
    total = values["search/exact-total"]
    assert total["ratio"] == pytest.approx(total["baseline"] / total["value"])


@pytest.mark.slow
def test_quote(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything about quotes is measured, and every random shipment has a way."""
    values = {name: row["value"] for (name, _), row in measured(capsys, "quote").items()}
    assert set(values) >= {
        "quote/load", "quote/compile", "quote/memory", "quote/first-quote", "quote/median", "quote/p95",
        "quote/http-first-answer", "quote/http-p95", "quote/file-total", "quote/no-route",
    }  # fmt: skip
    assert values["quote/no-route"] == 0


@pytest.mark.slow
def test_match(capsys: pytest.CaptureFixture[str]) -> None:
    """Every planted fault is found, which the others do not see."""
    values = {name: row for (name, _), row in measured(capsys, "match").items()}
    assert values["match/planted"]["value"] > 0
    for other in ("dict", "pandas"):
        assert values[f"match/{other}/matched"]["value"] < 500
        assert values[f"match/{other}/matched"]["baseline"] > 0
        assert values[f"match/{other}/seconds"]["ratio"] > 0


def test_landed(capsys: pytest.CaptureFixture[str]) -> None:
    """Both paths of landed cost come to the same totals, of the same consignments for one seed."""
    first, second = (measured(capsys, "landed") for _ in range(2))
    values = {name: row for (name, _), row in first.items()}
    assert values["landed/faults"]["value"] == 0
    assert 50 <= values["landed/consignments"]["value"] <= 200
    assert values["landed/total"]["baseline"] > 0
    assert first["landed/consignments", "200"]["value"] == second["landed/consignments", "200"]["value"]


def test_seeds_differ() -> None:
    """Another seed is another network."""
    costs = [generate(60, 2_000, seed).weights.leg_cost.tolist() for seed in (1, 2)]
    assert costs[0] != costs[1]


def test_exact(small: Generated) -> None:
    """Both searches find the same fronts, some of them with storage charged on the way."""
    compare(small.timetable, small.weights, small.questions(6, SEED), LIMIT_S)
    free = small.weights._replace(storage_cost=np.zeros_like(small.weights.storage_cost))
    graphs = [build_graph(small.timetable, weights) for weights in (small.weights, free)]
    fronts = [[front(graph, q, LIMIT_S) for q in small.questions(6, SEED)] for graph in graphs]
    assert fronts[0] != fronts[1]


@pytest.mark.parametrize("column", ["leg_cost", "leg_emissions"])
def test_one_wrong_weight_is_noticed(small: Generated, column: str) -> None:
    """One leg that is dearer by a fen, or dirtier by a gram, for the other search makes the comparison fail."""
    question = small.questions(1, SEED)[0]
    last_leg = pareto(small.timetable, small.weights, question).hops[0][-1, 0]
    wrong = getattr(small.weights, column).copy()
    wrong[last_leg] += 1
    with pytest.raises(NotExactError):
        compare(small.timetable, small.weights, [question], LIMIT_S, small.weights._replace(**{column: wrong}))


def test_wrong_hours_are_noticed(small: Generated) -> None:
    """Opening a minute later changes some front."""
    shifted = small.timetable._replace(cal_start=small.timetable.cal_start + 1)
    graph = build_graph(small.timetable, small.weights)
    questions = small.questions(6, SEED)
    fronts = [{tuple(row) for row in pareto(shifted, small.weights, q).front.tolist()} for q in questions]
    assert fronts != [front(graph, q, LIMIT_S) for q in questions]


def test_nothing_passes_through_places(small: Generated) -> None:
    """No leg leaves a state in which a place receives, and every question ends in one."""
    tt = small.timetable
    for question in small.questions(20, SEED):
        assert tt.out_ptr[question.target] == tt.out_ptr[question.target + 1]
        assert question.end - question.start == SEARCH_DAYS * 1440
