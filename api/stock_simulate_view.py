"""Simulated stock as plain JSON, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from api.answer_schema import Json
from api.human import columns
from api.stock_simulate import run_name
from api.texts import say
from optimizer.stock.simulate_result import CONFIDENCE, Estimate, Simulated, quantile_of
from optimizer.stock.simulate_world import PARTS
from viz.theme import Lang

if TYPE_CHECKING:
    from optimizer.stock.policies import Settings
    from optimizer.stock.problem import Problem

OLD_WEEKS = 13
"""Age from which stock is counted as old."""
_WORST = 5
_FEN = 100
_DIGITS = 6


def simulated_json(problem: Problem, runs: Sequence[Json], *, seed: int, futures: int, fingerprint: str) -> Json:
    """Return what was simulated."""
    return {
        "start": problem.start.isoformat(),
        "weeks": problem.weeks,
        "seed": seed,
        "futures": futures,
        "confidence": CONFIDENCE,
        "service": problem.service,
        "runs": list(runs),
        "fingerprint": fingerprint,
    }


def run_json(
    problem: Problem, found: Simulated, *, settings: Settings | None = None, promised: float | None = None
) -> Json:
    """
    Return what came of one plan or rule.

    Parameters
    ----------
    problem
        That was simulated.
    found
        What came of it.
    settings
        Of a rule.
    promised
        Share of demand that a plan says it meets.
    """
    modes: dict[str, float] = {}
    for lane, pieces in zip(problem.lanes, found.sent.mean(axis=0), strict=True):
        modes[lane.mode] = modes.get(lane.mode, 0.0) + float(pieces)
    return {
        "name": found.name,
        "settings": None if settings is None else _used(found.name, settings),
        "promised": promised,
        "cost_fen": _estimate(found.total()),
        "cost_p50_fen": _estimate(quantile_of(found.totals, 0.5)),
        "cost_p90_fen": _estimate(quantile_of(found.totals, 0.9)),
        "parts_fen": {name: _estimate(found.part(name)) for name in PARTS},
        "fill": _estimate(found.fill()),
        "asked_early": round(float(found.early[:, 0].mean()), 1),
        "fill_early": _estimate(found.fill_early()),
        "fill_later": _estimate(found.fill_later()),
        "markets": [
            {"market": market, "fill": _estimate(found.fill(at))} for at, market in enumerate(problem.markets)
        ],
        "made_units": None if problem.made is None else _estimate(found.made()),
        "bought_fen": _estimate(found.bought()),
        "pieces_by_mode": {mode: round(pieces, 1) for mode, pieces in sorted(modes.items())},
        "age_weeks": _estimate(found.age()),
        "old_share": _estimate(found.older(OLD_WEEKS)),
        "over_capacity_weeks": float(found.over.mean()),
        "worst": [
            {"sku": problem.skus[at], "fill": round(found.fill_of(at), _DIGITS),
             "shortage_fen": round(float(found.short_sku[at]) / found.futures)}
            for at in found.worst(_WORST)
        ],
    }  # fmt: skip


def _used(name: str, settings: Settings) -> dict[str, float]:
    """Return the settings that a rule has a use for."""
    from optimizer.stock.policies_tune import USED  # noqa: PLC0415 - compiled code

    return {setting: getattr(settings, setting) for setting in USED[name]}


def _estimate(found: Estimate) -> Json:
    """Return a number with its interval; an end that is not known is null."""
    low, high = (None if not np.isfinite(end) else round(end, _DIGITS) for end in (found.low, found.high))
    return {"value": round(found.value, _DIGITS), "low": low, "high": high}


def simulated_text(answer: Json, lang: Lang) -> str:
    """Return what was simulated: one row for each plan or rule, then what is behind it."""
    title = say(
        lang, "sim_title",
        start=answer["start"], weeks=answer["weeks"], futures=f"{answer['futures']:,}", seed=answer["seed"],
    )  # fmt: skip
    lines = [title, "", *_overview(answer, lang), "", say(lang, "sim_parts"), *_parts(answer, lang)]
    lines += ["", say(lang, "sim_markets"), *_markets(answer, lang), "", say(lang, "sim_modes"), *_modes(answer, lang)]
    for run in answer["runs"]:
        lines += ["", say(lang, "sim_worst", name=run_name(run["name"], lang)), *_worst(run, lang)]
    return "\n".join([*lines, *_notes(answer, lang)])


def _overview(answer: Json, lang: Lang) -> list[str]:
    heads = ("what", "cost", "p50", "p90", "fill", "age", "old")
    rows = [[say(lang, f"sim_{head}") for head in heads]]
    rows += [
        [
            run_name(run["name"], lang), _money(run["cost_fen"]), _money(run["cost_p50_fen"]),
            _money(run["cost_p90_fen"]), _share(run["fill"]), _plain(run["age_weeks"]), _share(run["old_share"]),
        ]
        for run in answer["runs"]
    ]  # fmt: skip
    return columns(rows, right=(1, 2, 3, 4, 5, 6))


def _parts(answer: Json, lang: Lang) -> list[str]:
    names = [name for name in PARTS if any(run["parts_fen"][name]["value"] for run in answer["runs"])]
    rows = [[say(lang, "sim_what"), *(say(lang, f"part_{name}") for name in names)]]
    rows += [
        [run_name(run["name"], lang), *(f"{run['parts_fen'][name]['value'] / _FEN:,.0f}" for name in names)]
        for run in answer["runs"]
    ]
    return columns(rows, right=tuple(range(1, len(names) + 1)))


def _markets(answer: Json, lang: Lang) -> list[str]:
    markets = [one["market"] for one in answer["runs"][0]["markets"]]
    rows = [[say(lang, "sim_what"), *markets]]
    rows += [[run_name(run["name"], lang), *(_share(one["fill"]) for one in run["markets"])] for run in answer["runs"]]
    return columns(rows, right=tuple(range(1, len(markets) + 1)))


def _modes(answer: Json, lang: Lang) -> list[str]:
    modes = sorted({mode for run in answer["runs"] for mode in run["pieces_by_mode"]})
    rows = [[say(lang, "sim_what"), *(say(lang, f"mode_{mode}") for mode in modes)]]
    rows += [
        [run_name(run["name"], lang), *(f"{run['pieces_by_mode'].get(mode, 0):,.0f}" for mode in modes)]
        for run in answer["runs"]
    ]
    return columns(rows, right=tuple(range(1, len(modes) + 1)))


def _worst(run: Json, lang: Lang) -> list[str]:
    if not run["worst"]:
        return [say(lang, "sim_no_worst")]
    rows = [[say(lang, key) for key in ("stock_sku", "sim_sku_fill", "sim_sku_short")]]
    rows += [[one["sku"], f"{one['fill']:.1%}", f"{one['shortage_fen'] / _FEN:,.2f}"] for one in run["worst"]]
    return columns(rows, right=(1, 2))


def _notes(answer: Json, lang: Lang) -> list[str]:
    """Return what a plan promised, what was in production, the settings of rules, and shelves that were too small."""
    notes = ["", say(lang, "sim_wanted", fill=f"{answer['service']:.1%}")]
    for run in answer["runs"]:
        said = []
        if run["promised"] is not None:
            said.append(say(lang, "sim_promised", fill=f"{run['promised']:.1%}", found=_share(run["fill"])))
        if run["asked_early"]:
            early, later = f"{run['fill_early']['value']:.1%}", f"{run['fill_later']['value']:.1%}"
            said.append(say(lang, "sim_early", units=f"{run['asked_early']:,.1f}", early=early, later=later))
        if run["made_units"] is not None:
            bought, units = f"{run['bought_fen']['value'] / _FEN:,.0f}", f"{run['made_units']['value']:,.1f}"
            said.append(say(lang, "sim_made", units=units, bought=bought))
        if run["settings"] is not None:
            shown = ", ".join(f"{name} {value:g}" for name, value in run["settings"].items())
            said.append(say(lang, "sim_settings", settings=shown))
        if run["over_capacity_weeks"]:
            said.append(say(lang, "sim_over", count=f"{run['over_capacity_weeks']:.1f}"))
        notes += [f"{run_name(run['name'], lang)}: {text}" for text in said]
    return notes


def _money(found: Json) -> str:
    return _with_interval(found, lambda value: f"{value / _FEN:,.0f}")


def _share(found: Json) -> str:
    return _with_interval(found, lambda value: f"{100 * value:.1f}") + " %"


def _plain(found: Json) -> str:
    return _with_interval(found, lambda value: f"{value:.1f}")


def _with_interval(found: Json, shown: Callable[[float], str]) -> str:
    ends = ["?" if found[end] is None else shown(found[end]) for end in ("low", "high")]
    return f"{shown(found['value'])} ({ends[0]}–{ends[1]})"
