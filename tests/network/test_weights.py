"""Weights of random shipments on the shipped tables: storage, restrictions, prices; slack and outlook of paths."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data import load_catalogue
from data.money import line_minor, to_fen
from data.shipment import Filters
from network import Network
from network.prices import MOST_DAYS
from network.reliability import LEVELS, Outlook
from network.timeline import latest_readies, latest_ready, timeline, timelines
from network.timetable import FAR
from network.weights import boxes_of
from tests.network.test_rederive import _shipment as random_shipment

if TYPE_CHECKING:
    from data.shipment import Shipment
    from network.search import Path
    from network.timetable import Ints

_DAYS = (0, 1, 2, 3, 7, 8, 15, 16, 31, MOST_DAYS)


@cache
def _network() -> Network:
    """Return the network of the shipped tables."""
    return Network(load_catalogue())


def _storage(shipment: Shipment, scheme: int, days: int) -> int:
    """Return the storage of some days, line by line, in exact fractions."""
    network = _network()
    tiers, form = network.weigher.storage.schemes[scheme]
    boxes = boxes_of(network.catalogue, shipment)
    total = 0
    for tier, after in zip(tiers, [*tiers[1:], None], strict=True):
        charged = (days if after is None else min(days, after.from_day - 1)) - tier.from_day + 1
        measure = max(shipment.mass_g, shipment.volume_cm3)
        quantity = {
            "per_box": Fraction(boxes.get(form, 0)),
            "per_kg": Fraction(shipment.mass_g, 1_000),
            "per_wm": Fraction(measure, 1_000_000),
        }[str(tier.basis)]
        fx = network.catalogue.exchange_rate(tier.currency)
        total += to_fen(line_minor(max(0, charged) * quantity, tier.rate, fx), fx)
    return total


@pytest.mark.parametrize("mass_g", [1, 999, 23_456_789, 10**13, 10**16])
def test_storage_is_the_sum_of_its_lines(mass_g: int) -> None:
    """The table of storage has what its lines cost one by one, and more than machine integers hold on the way."""
    shipment = replace(
        random_shipment(_network().catalogue, 1), mass_g=mass_g, volume_cm3=mass_g + 7, box=None, boxes=0
    )
    table = _network().weigher.storage.costs(shipment, boxes_of(_network().catalogue, shipment))
    for scheme in range(0, len(table), 5):
        assert table[scheme, _DAYS].tolist() == [_storage(shipment, scheme, days) for days in _DAYS]


@pytest.mark.parametrize("number", range(40))
def test_allowed_leaves_out_what_is_broken(number: int) -> None:
    """The legs allowed are those allowed without restrictions, less those of the restrictions broken."""
    rules, shipment = _network().weigher.rules, random_shipment(_network().catalogue, number)
    shipment = replace(
        shipment, goods=frozenset(["battery_loose", "machinery_electronics"]) if number % 2 else frozenset()
    )
    boxes = boxes_of(_network().catalogue, shipment)
    expected = rules.allowed_without_restrictions(shipment, Filters(), boxes)
    for _, legs in rules.broken(shipment, boxes):
        expected[legs] = False
    assert np.array_equal(rules.allowed(shipment, Filters(), boxes), expected)


@pytest.mark.parametrize("number", range(10))
def test_legs_barred_are_the_only_ones_not_priced(number: int) -> None:
    """A leg costs the same whether or not others are allowed; one that is not allowed cannot be bought."""
    network, shipment = _network(), replace(random_shipment(_network().catalogue, number), box="40HQ", boxes=9)
    priced = network.weigher.weigh(shipment, Filters())
    allowed = network.weigher.rules.allowed(shipment, Filters(), priced.boxes)
    every = network.weigher.leg_costs(priced.quantities)
    assert np.array_equal(priced.weights.leg_cost, np.where(allowed, every, -1))


@pytest.mark.parametrize("number", range(10))
def test_latest_ready_is_the_last_minute(number: int) -> None:
    """Cargo ready at the latest instant catches every departure; a minute later it, or its papers, miss one."""
    network, shipment = _network(), random_shipment(_network().catalogue, number)
    tt = network.compiled.forward
    for path in network.find(shipment, Filters()).paths[:5]:
        latest = latest_ready(tt, path.hops, path.ready_min)

        def catches(ready: int, path: Path = path) -> bool:
            moving = [
                (h, m) for h, m in zip(path.hops, timeline(tt, path.hops, ready), strict=True) if h.departure >= 0
            ]
            return all(
                m.ready + tt.leg_pre[h.leg] <= m.depart
                and (tt.leg_doc[h.leg] < 0 or ready + tt.leg_doc[h.leg] <= m.depart)
                for h, m in moving
            )

        assert catches(latest)
        assert not catches(latest + 1)


def _opens(calendar: int, times: Ints) -> Ints:
    """Return the least open minute at or after each instant."""
    tt = _network().compiled.forward
    if calendar < 0:
        return times
    begin, end = tt.cal_ptr[calendar : calendar + 2]
    starts, ends = tt.cal_start[begin:end], tt.cal_end[begin:end]
    i = np.searchsorted(ends, times, side="right")
    return np.where(i < len(ends), np.maximum(times, starts[np.minimum(i, len(ends) - 1)]), FAR)


def _outlook(path: Path, due: int) -> Outlook:
    """Return the outlook of a path, all samples of a step at once; the draws are made again."""
    network, tt = _network(), _network().compiled.forward
    count = network.catalogue.setting_int("reliability_samples")
    rng = np.random.default_rng(network.catalogue.setting_int("reliability_seed"))
    draws = np.stack([rng.permutation((np.arange(count) + 0.5) / count) for _ in range(128)]).reshape(64, 2, count)
    times = np.full(count, path.ready_min)
    for (leg, departure), (quantile, strike) in zip(path.hops, draws, strict=False):
        points, row = network.answers.reliability._points(network.legs[leg]), network.legs[leg].row
        spent = np.rint(np.interp(quantile, LEVELS, points)).astype(np.int64)
        if departure < 0:
            struck = strike < (getattr(row, "inspection_ppm", 0) or 0) / 1e6
            extra = np.where(struck, getattr(row, "inspection_min", 0) or 0, 0)
            times = _opens(tt.leg_cal_in[leg], times) + spent + extra
            continue
        departs = tt.departures[tt.leg_lo[leg] : tt.leg_hi[leg]] + tt.leg_offset[leg]
        planned = tt.departures[departure] + tt.leg_offset[leg]
        i = np.searchsorted(departs, np.maximum(times + tt.leg_pre[leg], planned))
        arrives = departs[np.minimum(i, len(departs) - 1)] + spent
        times = np.where(i < len(departs), _opens(tt.leg_cal_out[leg], arrives) + tt.leg_post[leg], FAR)
    p50, p90 = np.quantile(times, [0.5, 0.9], method="inverted_cdf").tolist()
    return Outlook(float(np.mean(times <= due)), p50, p90)


@pytest.mark.parametrize("number", range(20))
def test_outlook_is_that_of_plain_samples(number: int) -> None:
    """On-time probability and quantiles are those of section 9, computed step by step; late paths miss departures."""
    network, shipment = _network(), random_shipment(_network().catalogue, number)
    horizon = network.compiled.horizon_min
    for path in network.find(shipment, Filters()).paths[:6]:
        hops = tuple(hop for hop in path.hops if network.legs[hop.leg].kind != "land")
        for ready in (path.ready_min, path.ready_min + 900, path.ready_min + 4 * 1440, horizon - 20_000):
            moved = replace(path, hops=hops, ready_min=ready)
            due = path.arrive_min + 600
            assert network.answers.reliability.outlook(hops, ready, due) == _outlook(moved, due)


@pytest.mark.parametrize("number", range(10))
def test_paths_together_are_as_each_alone(number: int) -> None:
    """What is sampled, timed and delayed for all paths of a front at once is what it is for each of them."""
    network, shipment = _network(), random_shipment(_network().catalogue, number)
    tt, reliability = network.compiled.forward, network.answers.reliability
    paths = network.find(shipment, Filters()).paths
    # The same way with other instants, and a way that is the beginning of another one.
    ways = [path.hops for path in paths] + [path.hops for path in paths[:2]] + [path.hops[:-1] for path in paths[:2]]
    ready = [path.ready_min for path in paths] + [path.ready_min + 700 for path in paths[:2]] * 2
    due = [moments[-1].available for moments in timelines(tt, ways, ready)]
    alone = [reliability.outlook(*one) for one in zip(ways, ready, due, strict=True)]
    assert reliability.outlooks(ways, ready, due) == alone
    assert timelines(tt, ways, ready) == [timeline(tt, *one) for one in zip(ways, ready, strict=True)]
    assert latest_readies(tt, ways, ready) == [latest_ready(tt, *one) for one in zip(ways, ready, strict=True)]
