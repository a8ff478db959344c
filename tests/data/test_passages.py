"""Which of the known ways a service takes, and that the shipped services pass what the lines they are drawn on pass."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from data.loading import load_catalogue
from data.passages import Ways, passed_on
from tests.data.world import build, find, small

if TYPE_CHECKING:
    from data import Catalogue

ENDS = ("CNNGB-P", "DEHAM-P")


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


def ways_of(*more: dict[str, Any]) -> Ways:
    """Return the ways of the small data set, with some more lines."""
    rows = small()
    line = find(rows, "geometry", origin=ENDS[0])
    rows["geometry"] += [line | cells for cells in more]
    return build(rows).derived(Ways)


def test_way_of_a_movement() -> None:
    """A service takes what passes nothing but its passages, and most of them; a line leads back as well."""
    ways = ways_of({"via": "", "distance_m": ""}, {"via": "malacca", "distance_m": ""}, {"via": "cape"})
    names = [way.via for way in ways.between("sea", *ENDS)]
    assert names == [("malacca", "suez"), (), ("malacca",), ("cape",)]
    for passages, via in (
        (("suez", "malacca"), ("malacca", "suez")),
        (("malacca", "arctic"), ("malacca",)),
        (("suez",), ()),
        (("cape",), ("cape",)),
        ((), ()),
    ):
        way = ways.taken("sea", *ENDS, passages)
        assert way is not None
        assert (way.via, way.is_reversed) == (via, False)
    back = ways.taken("sea", *ENDS[::-1], ("suez", "malacca"))
    assert back is not None
    assert (back.via, back.is_reversed, back.distance_m) == (("suez", "malacca"), True, 20_000_000)
    assert ways.taken("rail", *ENDS, ()) is None
    assert ways_of().taken("sea", *ENDS, ("malacca",)) is None
    assert passed_on([back, None, ways.taken("sea", *ENDS, ("cape", "suez"))]) == ("suez", "malacca", "cape")


def test_line_of_the_direction_comes_first() -> None:
    """Where a line of the same passages is given for both directions, each direction has its own, once."""
    turned = {"origin": ENDS[1], "destination": ENDS[0], "via": "suez;malacca", "distance_m": "20000001"}
    ways = ways_of(turned)
    for ends, length in ((ENDS, 20_000_000), (ENDS[::-1], 20_000_001)):
        (way,) = ways.between("sea", *ends)
        assert (way.distance_m, way.is_reversed) == (length, False)


def test_services_pass_what_their_ways_pass(shipped: Catalogue) -> None:
    """Every sea service names the passages of its ways in order, and its legs are as long as these to 0.5 %."""
    ways, count = shipped.derived(Ways), 0
    for service in shipped.services:
        if service.mode != "sea":
            continue
        calls = shipped.calls_of(service.id)
        taken = ways.legs(service, [call.location for call in calls])
        assert passed_on(taken) == service.passages, service.id
        for (start, call), way in zip(pairwise(calls), taken, strict=True):
            assert way is not None, (service.id, start.location, call.location)
            assert way.distance_m is not None
            assert call.distance_m == pytest.approx(way.distance_m, rel=0.005), (service.id, call.location)
            count += 1
    assert count > 300


def test_round_the_cape_by_sunda(shipped: Catalogue) -> None:
    """No service passes both Malacca and the Cape, since lines and distances of those round the Cape lead by Sunda."""
    cape = [row for row in shipped.services if "cape" in row.passages]
    assert len(cape) > 80
    assert {"sunda" in row.passages for row in cape} == {True}
    assert not [row.id for row in cape if "malacca" in row.passages]


def test_ways_differ_by_what_published_distances_do(shipped: Catalogue) -> None:
    """Shanghai-Rotterdam is 10,600 nm by Suez and 13,800 nm by the Cape in print; the tables are within a percent."""
    lengths = {way.via: way.distance_m for way in shipped.derived(Ways).between("sea", "CNSHA-P", "NLRTM-P")}
    for via, printed_nm in ((("malacca", "babalmandab", "suez"), 10_600), (("sunda", "cape"), 13_800)):
        length = lengths[via]
        assert length is not None
        assert length / 1852 == pytest.approx(printed_nm, rel=0.01)
    assert set(lengths) >= {("sunda", "babalmandab", "suez"), ("lombok", "cape"), ("malacca", "cape")}
