"""One search to all places gives what a quote to each of them gives: the same fronts in cost and arrival."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from data.errors import UnknownIdError
from data.shipment import Filters, Shipment
from network import Network
from network.kernel import new_space
from network.reach import DAY_MIN, reach
from network.reach_kernel import _find_all
from network.timeline import timeline
from tests.data.world import build, small
from tests.oracles.networks import question

if TYPE_CHECKING:
    from network.reach import Reach

_READY = dt.datetime(2026, 5, 18, 1, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def network() -> Network:
    """Compile the small data set."""
    return Network(build(small()))


def _asked(origin: str = "CNWNZ", **values: object) -> Shipment:
    facts = {"mass_g": 800_000, "volume_cm3": 4_200_000, "ready_at": _READY, "pieces": 40} | values
    return Shipment(origin=origin, destination=origin, **facts)  # type: ignore[arg-type]


def _front(points: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the points that no other beats in both, earliest first."""
    kept: list[tuple[int, int]] = []
    for arrive, cost in sorted(points):
        if not kept or cost < kept[-1][1]:
            kept.append((arrive, cost))
    return kept


def _by_quotes(network: Network, shipment: Shipment, filters: Filters, end: int) -> dict[str, list[tuple[int, int]]]:
    """Return the same by a quote to each place."""
    found = {}
    for row in network.catalogue.locations:
        if row.code != shipment.origin:
            paths = network.find(replace(shipment, destination=row.code), filters).paths
            points = _front({(path.arrive_min, path.cost_cny_minor) for path in paths if path.arrive_min <= end})
            if points:
                found[row.code] = points
    return found


def _points(found: Reach) -> dict[str, list[tuple[int, int]]]:
    return {code: [(way.arrive_min, way.cost_cny_minor) for way in ways] for code, ways in found.ways.items()}


def test_equals_quotes_on_the_small_data_set(network: Network) -> None:
    """Every place of the small data set, from every other, has the front of its quotes."""
    seen = set()
    asked = [(row.code, kg) for row in network.catalogue.locations for kg in (60, 800, 9000)]
    for code, kg in asked:
        shipment = _asked(code, mass_g=kg * 1000, volume_cm3=kg * 5000)
        found = reach(network, shipment, Filters(), days=90)
        assert found.is_complete
        assert _points(found) == _by_quotes(network, shipment, Filters(), found.start_min + 90 * DAY_MIN)
        seen |= {(code, place) for place in found.ways}
    assert ("CNWNZ", "CNNGB-P") in seen


@settings(max_examples=25, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(7 * 10**6, 8 * 10**6))
def test_equals_quotes_on_random_networks(seed: int) -> None:
    """Boxes, restrictions, storage, holidays, filters: on random networks the fronts are those of the quotes."""
    asked = question(seed)
    note(f"question({seed})")
    filters = replace(asked.filters, via=())
    network = Network(asked.catalogue)
    shipment = replace(asked.shipment, due_at=None)
    found = reach(network, shipment, filters, days=13)
    end = min(found.start_min + 13 * DAY_MIN, network.compiled.horizon_min - 1)
    quotes = _by_quotes(network, shipment, filters, end)
    assert _points(found) == quotes


@pytest.fixture(scope="module")
def busy() -> tuple[Network, Shipment, str]:
    """Return a random network with a shipment and a place that several of its ways lead to."""
    for seed in range(100):
        asked = question(seed)
        network = Network(asked.catalogue)
        found = reach(network, asked.shipment, Filters(), days=13)
        several = [code for code, ways in found.ways.items() if len(ways) > 1]
        if several:
            return network, asked.shipment, several[0]
    pytest.fail("no random network has a place with several ways")


def test_limits(busy: tuple[Network, Shipment, str]) -> None:
    """Fewer days and less money leave out what takes longer or costs more, and nothing else."""
    network, shipment, place = busy
    found = reach(network, shipment, Filters(), days=13)
    whole = _points(found)
    fast, cheap = whole[place][0], whole[place][-1]
    days = (fast[0] - found.start_min) // DAY_MIN
    if days:
        assert place not in reach(network, shipment, Filters(), days=days).ways
    assert place not in reach(network, shipment, Filters(), days=13, most_cny_minor=cheap[1] - 1).ways
    exact = reach(network, shipment, Filters(), days=13, most_cny_minor=cheap[1]).ways[place]
    assert [way.cost_cny_minor for way in exact] == [cheap[1]]
    only = reach(network, shipment, Filters(), days=13, places=frozenset({place}))
    assert _points(only) == {place: whole[place]}


def test_hops_lead_there(busy: tuple[Network, Shipment, str]) -> None:
    """The legs of a way, run through the timetable, arrive when it says, at the place it is for."""
    network, shipment, _ = busy
    found = reach(network, shipment, Filters(), days=13)
    for code, ways in found.ways.items():
        for way in ways:
            moments = timeline(network.compiled.forward, way.hops, found.start_min)
            assert moments[-1].available == way.arrive_min
            assert network.legs[way.hops[-1].leg].destination == code


def test_own_boxes_too_small(network: Network) -> None:
    """What does not fit its boxes reaches nothing; an unknown origin is refused."""
    assert reach(network, _asked(box="40HQ", boxes=1, mass_g=60_000_000), Filters(), days=60).ways == {}
    with pytest.raises(UnknownIdError):
        reach(network, _asked("NOWHERE"), Filters(), days=10)


def test_memory_grows() -> None:
    """A search that begins with room for one label finds the same as one that has room."""
    from network import reach as reaching  # noqa: PLC0415
    from network import reach_kernel  # noqa: PLC0415

    for seed in range(8):
        asked = question(seed)
        network = Network(asked.catalogue)
        calls: list[tuple[object, ...]] = []

        def listening(*args: object, kept: list[tuple[object, ...]] = calls) -> reach_kernel.Ends:
            kept.append(args)
            return reach_kernel.find_all(*args)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reaching, "find_all", listening)
            reach(network, asked.shipment, asked.filters, days=13)
        for args in calls:
            wide = reach_kernel.find_all(*args)  # type: ignore[arg-type]
            rows, _, hops, _ = _find_all(*args, new_space(1))  # type: ignore[call-arg, arg-type]
            assert np.array_equal(rows[:, :3], wide.rows[:, :3])
            assert np.array_equal(hops, wide.hops)
