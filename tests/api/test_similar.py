"""Which options hardly differ."""

from __future__ import annotations

from typing import Any

import pytest

from api.similar import groups, is_similar


def option(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - values of an answer
    """Return what matters of an option: a truck and a ship for 10,000 CNY."""
    legs = [{"mode": "road", "service": "ROAD-1"}, {"mode": "sea", "service": "SEA-1"}]
    return {
        "legs": legs,
        "cost_cny_minor": 1_000_000,
        "emissions_g": 100_000,
        "arrive_at": "2026-06-22T03:00:00+02:00",
        "latest_ready_at": "2026-05-20T09:00:00+08:00",
        "best_in": [],
    } | changes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"cost_cny_minor": 1_009_999}, True),
        ({"cost_cny_minor": 1_010_102}, False),
        ({"arrive_at": "2026-06-22T07:59:00+01:00"}, True),
        ({"arrive_at": "2026-06-22T09:00:00+02:00"}, False),
        ({"latest_ready_at": "2026-05-20T15:00:00+08:00"}, False),
        ({"emissions_g": 101_999}, True),
        ({"emissions_g": 103_000}, False),
        # Another truck to the same ship is hardly another way, another ship is.
        ({"legs": [{"mode": "road", "service": "ROAD-2"}, {"mode": "sea", "service": "SEA-1"}]}, True),
        ({"legs": [{"mode": "road", "service": "ROAD-1"}, {"mode": "sea", "service": "SEA-2"}]}, False),
        ({"legs": [{"mode": "sea", "service": "SEA-1"}]}, False),
    ],
)
def test_similar(changes: dict[str, Any], *, expected: bool) -> None:
    """Less than 1 % of the cost, 6 hours and 2 % of the emissions apart, the same modes and main services."""
    assert is_similar(option(), option(**changes)) is expected
    assert is_similar(option(**changes), option()) is expected


def test_road_alone_counts_its_trucks() -> None:
    """Without a ship, train or aircraft the trucks are the main services."""
    one, other = ([{"mode": "road", "service": name}] for name in ("ROAD-1", "ROAD-2"))
    assert not is_similar(option(legs=one), option(legs=other))


def test_groups() -> None:
    """Similarity is to the first of a group, not from one to the next; what is best stands for itself."""
    costs = [1_000_000, 1_006_000, 1_012_000, 1_013_000]
    options = [option(cost_cny_minor=cost) for cost in costs]
    options[3]["best_in"] = ["time"]
    found = groups(options)
    assert [(group.number, [number for number, _ in group.similar]) for group in found] == [(1, [2]), (3, []), (4, [])]
