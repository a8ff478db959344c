"""Forecasts: what stock-outs hide, seasons, series that fade, and new SKUs."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from optimizer.stock.forecast import (
    SEASONS,
    YEAR,
    History,
    forecast,
    gamma_quantile,
    like_others,
    over_weeks,
    seasons,
    uncensored,
)

WEEKS = 2 * YEAR


def history(units: np.ndarray, is_out: np.ndarray | None = None, listed_from: int = 0) -> History:
    """Return a history of one group."""
    nothing = np.zeros(units.shape, dtype=np.bool_)
    is_listed = np.ones(units.shape, dtype=np.bool_)
    is_listed[-1, :listed_from] = False
    return History(
        units=units.astype(float), is_out=nothing if is_out is None else is_out, is_listed=is_listed,
        group=np.zeros(len(units), dtype=np.int64),
    )  # fmt: skip


def test_what_was_not_there_was_asked_for_all_the_same() -> None:
    """Mean demand is found although a third of the weeks end without stock; the plain mean is far below."""
    rng = np.random.default_rng(2)
    asked = rng.negative_binomial(4, 0.4, 4_000).astype(float)
    stock = np.where(rng.random(len(asked)) < 1 / 2, rng.integers(0, 9, len(asked)), 1_000)
    units, is_out = np.minimum(asked, stock), asked > stock
    found = uncensored(units, is_out, np.ones(len(asked), dtype=np.bool_))
    assert units.mean() < 0.87 * asked.mean()
    assert found.mean() == pytest.approx(asked.mean(), rel=0.06)
    assert (found >= units).all()


def test_a_season_is_found_and_chance_is_not_one() -> None:
    """Summer goods are forecast for summer; a few pieces that came by chance make no season."""
    rng = np.random.default_rng(1)
    wave = 1 + 0.8 * np.sin(2 * np.pi * np.arange(WEEKS + 26) / YEAR)
    units = rng.poisson(20 * wave[None, :WEEKS], (8, WEEKS))
    found = forecast(history(units), 26)
    assert np.corrcoef(found.mean.mean(axis=0), wave[WEEKS:])[0, 1] > 0.9
    assert found.mean.mean() == pytest.approx(20 * wave[WEEKS:].mean(), rel=0.1)
    flat = rng.poisson(0.2, (3, WEEKS)).astype(float)
    place = np.arange(WEEKS) % YEAR * SEASONS // YEAR
    index = seasons(flat, np.ones(flat.shape, dtype=np.bool_), place)
    assert index.mean() == pytest.approx(1)
    raw = np.array([flat[:, place == part].mean() for part in range(SEASONS)]) / flat.mean()
    assert np.abs(index - 1).max() < 0.5 * np.abs(raw - 1).max()


def test_what_stops_selling_fades_and_thin_series_keep_their_spread() -> None:
    """The dead one is near nothing; the thin one has its mean, and a variance above it."""
    rng = np.random.default_rng(3)
    dead = np.concatenate([rng.poisson(6, 70), np.zeros(WEEKS - 70)])
    thin = rng.negative_binomial(0.2, 0.2, WEEKS)
    found = forecast(history(np.stack([dead, thin, rng.poisson(5, WEEKS)])), 4)
    assert found.mean[0].max() < 0.4
    assert found.mean[2].mean() == pytest.approx(5, rel=0.3)
    assert (found.sd[1] ** 2 > 1.5 * found.mean[1]).all()


def test_a_new_sku_begins_with_its_group_and_goes_its_own_way() -> None:
    """No week: the group's mean, and great doubt; eight weeks of much more: near its own."""
    others = np.array([4.0, 5.0, 6.0])
    none, eight = like_others(0, 0, others), like_others(8 * 20, 8, others)
    assert none[0] == 5
    assert eight[0] > 12
    assert like_others(0, 0, np.zeros(0)) == (0.0, 0.0)
    rng = np.random.default_rng(5)
    units = np.concatenate([rng.poisson(10, (5, WEEKS)), np.zeros((1, WEEKS))])
    found = forecast(history(units, listed_from=WEEKS), 3)
    assert found.mean[5] == pytest.approx(found.mean[:5].mean(axis=0), rel=0.2)


def test_nothing_gives_nothing() -> None:
    """No sale in any week is a forecast of 0, not a fault."""
    found = forecast(history(np.zeros((2, 5))), 3)
    assert (found.mean == 0).all()
    assert np.isfinite(found.sd).all()


@pytest.mark.parametrize("spread", [0.3, 0.8, 1.4])
def test_quantiles_are_those_of_demand(spread: float) -> None:
    """Of a sum of weeks, against numbers drawn at random: as often below as they say."""
    rng = np.random.default_rng(6)
    mean = np.full(4, 9.0)
    sd = mean * spread
    drawn = rng.gamma(1 / spread**2, 9.0 * spread**2, (20_000, 4)).sum(axis=1)
    for share in (0.5, 0.9, 0.99):
        assert (drawn <= over_weeks(mean, sd, NormalDist().inv_cdf(share))).mean() == pytest.approx(share, abs=0.015)
    assert gamma_quantile(np.array(3.0), np.array(0.0), 2.0) == 3
