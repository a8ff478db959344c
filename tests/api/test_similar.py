"""Which options hardly differ."""

from __future__ import annotations

from typing import Any

import pytest

from api.similar import groups, is_similar


def leg(mode: str, service: str, start: str = "A", end: str = "B") -> dict[str, str]:
    """Return a leg."""
    return {"mode": mode, "service": service, "from": start, "to": end}


def option(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - values of an answer
    """Return what matters of an option: a truck and a ship for 10,000 CNY."""
    return {
        "legs": [leg("road", "ROAD-1"), leg("sea", "SEA-1")],
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
        ({"cost_cny_minor": 1_200_000}, True),
        ({"cost_cny_minor": 999_999}, False),
        ({"arrive_at": "2026-06-22T13:59:00+01:00"}, True),
        ({"arrive_at": "2026-06-22T15:00:00+02:00"}, False),
        ({"arrive_at": "2026-06-21T14:59:00+02:00"}, False),
        ({"latest_ready_at": "2026-05-20T21:00:00+08:00"}, False),
        ({"emissions_g": 101_999}, True),
        ({"emissions_g": 103_000}, False),
        # Another truck or ship between the same ports is hardly another way, another port is.
        ({"legs": [leg("road", "ROAD-2", "C"), leg("sea", "SEA-2")]}, True),
        ({"legs": [leg("road", "ROAD-1"), leg("sea", "SEA-1", end="C")]}, False),
        ({"legs": [leg("sea", "SEA-1")]}, False),
    ],
)
def test_similar(changes: dict[str, Any], *, expected: bool) -> None:
    """No cheaper, less than 12 hours and 2 % of the emissions apart, by the same modes and hubs."""
    assert is_similar(option(), option(**changes)) is expected


def test_road_alone_counts_its_places() -> None:
    """Without a ship, train or aircraft the places of the trucks are the hubs."""
    one, other = ([leg("road", "ROAD-1", end=name)] for name in "BC")
    assert not is_similar(option(legs=one), option(legs=other))


def test_groups() -> None:
    """Similarity is to the first of a group, not from one to the next; what is cheaper or best stands for itself."""
    hours = [3, 14, 16, 17]
    options = [option(arrive_at=f"2026-06-22T{hour:02}:00:00+02:00") for hour in hours]
    options[3]["best_in"] = ["time"]
    options.append(option(cost_cny_minor=900_000))
    found = groups(options)
    assert [(group.number, [number for number, _ in group.similar]) for group in found] == [
        (1, [2]), (3, []), (4, []), (5, []),
    ]  # fmt: skip


def test_nothing_is_lost() -> None:
    """Every option stands somewhere, once."""
    options = [option(cost_cny_minor=cost) for cost in (5, 4, 7, 6, 4)]
    numbers = [number for group in groups(options) for number in (group.number, *(one for one, _ in group.similar))]
    assert sorted(numbers) == [1, 2, 3, 4, 5]
