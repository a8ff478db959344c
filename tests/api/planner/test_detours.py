"""A closed passage sends ships the longer way that the tables know, at their speed, and says so."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.planner.compare import Comparison, Outcome, Pair, Question, Ride
from api.planner.detours import detour_of
from api.planner.effect_view import days_more, effect_rows, effects_json
from api.planner.effects import effects_of
from api.planner.scenario import Scenario, applied
from api.planner.scenario_read import longest_days, typed_question
from api.planner.scenario_view import sheets_of
from api.texts import LANGS, say
from data.loading import load_catalogue
from data.passages import Ways
from data.shipment import Filters
from tests.data.world import build, find, small
from viz.lines import LineBook

if TYPE_CHECKING:
    from api.desk import Desk
    from data import Catalogue
    from viz.sheet import Sheet
    from viz.theme import Lang

PASSAGES = ("suez", "malacca", "sunda", "cape", "lombok", "SEA-1")
NAMES: dict[Lang, dict[str, str]] = {
    lang: {name: say(lang, f"passage_{name}") for name in PASSAGES[:-1]} | {"SEA-1": "Ocean"} for lang in LANGS
}
MIN, LENGTH_M = 43_200, 20_000_000


def line(via: str, distance_m: int | str, middle: str = "70 1") -> dict[str, Any]:
    """Return a way from Ningbo to Hamburg."""
    known = find(small(), "geometry", origin="CNNGB-P")
    wkt = f"LINESTRING (121.85 29.93, {middle}, 9.93 53.54)"
    return known | {"via": via, "distance_m": str(distance_m), "wkt": wkt}


WAYS = (
    line("sunda;suez", 21_000_000, "105 -6"),
    line("lombok;suez", 22_000_000),
    line("sunda;cape", 26_000_000, "19 -35"),
    line("arctic", 14_000_000),
    line("panama", ""),
)


@pytest.fixture(scope="module")
def world() -> Catalogue:
    """Return the small data set with other ways to Hamburg."""
    rows = small()
    rows["geometry"] += WAYS
    return build(rows)


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


@pytest.mark.parametrize(
    ("closed", "passages", "run"),
    [
        (("malacca",), ("sunda", "suez"), 45_360),
        (("malacca", "sunda"), ("lombok", "suez"), 47_520),
        (("suez",), ("sunda", "cape"), 56_160),
        (("cape",), ("malacca", "suez"), MIN),
        (("suez", "cape"), None, MIN),
        (("suez", "sunda"), None, MIN),
    ],
)
def test_way_round(world: Catalogue, closed: tuple[str, ...], passages: tuple[str, ...] | None, run: int) -> None:
    """The shortest open way that is longer is taken at the same speed; never one shorter, or of a length not known."""
    after = applied(world, Scenario(closed=closed))
    service = after.service("SEA-1")
    assert service.status == ("suspended" if passages is None else "active")
    assert service.passages == (passages or ("malacca", "suez"))
    start, end = after.calls_of("SEA-1")
    usual = world.calls_of("SEA-1")
    assert start == usual[0]
    assert (end.run_min, end.distance_m) == (run, LENGTH_M * run // MIN)
    for name in ("run_p10_min", "run_p90_min"):
        assert getattr(end, name) == round(getattr(usual[1], name) * run / MIN)
    assert after.tariffs == world.tariffs
    assert service.days == world.service("SEA-1").days


@given(closed=st.sets(st.sampled_from([*PASSAGES[:-1], "panama", "arctic"])))
def test_never_through_what_is_closed(closed: set[str]) -> None:
    """What runs on passes nothing closed, and is no faster and no shorter than before."""
    rows = small()
    rows["geometry"] += WAYS
    world = _made.setdefault("world", build(rows))
    service, calls = world.service("SEA-1"), world.calls_of("SEA-1")
    found = detour_of(service, calls, world.derived(Ways), closed)
    lengths = [int(row["distance_m"]) for row in WAYS if row["distance_m"] and not closed & set(row["via"].split(";"))]
    if not closed & set(service.passages):
        assert found == (service, calls)
    elif not [length for length in lengths if length >= LENGTH_M]:
        assert found is None
    else:
        assert found is not None
        assert closed.isdisjoint(found.service.passages)
        assert found.calls[-1].distance_m == min(length for length in lengths if length >= LENGTH_M)
        assert found.calls[-1].run_p10_min <= found.calls[-1].run_min <= found.calls[-1].run_p90_min


_made: dict[str, Catalogue] = {}


def test_unknown_leg_is_no_way_round(world: Catalogue) -> None:
    """A passage that no known way of the service goes through cannot be gone round; other closures still act."""
    bare = world.replace(geometry=())
    assert applied(bare, Scenario(closed=("suez",))).service("SEA-1").status == "suspended"
    both = applied(world, Scenario(closed=("malacca", "DEHAM-P")))
    assert both.service("SEA-1").status == "suspended"
    assert applied(world, Scenario(closed=("malacca", "SEA-1"))).service("SEA-1").status == "suspended"


def outcome(days: float) -> Outcome:
    """Return a way by sea."""
    ride = Ride("sea", "SEA-1", "CNNGB-P", "DEHAM-P")
    return Outcome(
        cost_cny_minor=1, days=days, emissions_g=1, mode="sea", rides=(ride,), fastest_days=days, dues_cny_minor=None
    )


PAIR = Pair(label="x", origin="CNNGB-P", destination="DEHAM-P", before=outcome(30), after=outcome(31.5))


def test_said_in_both_languages_and_to_programs(world: Catalogue) -> None:
    """Page and answer tell how many go which other way, and how much longer; what has no way is told beside it."""
    scenario = Scenario(closed=("malacca", "hormuz"))
    after = applied(world, scenario)
    found = Comparison((PAIR,), effects_of(world, after, scenario, (PAIR,)))
    effect = found.effects[0]
    assert (effect.stopped, effect.rerouted[0][2:]) == ((), (("sunda",), 2160, 1_000_000))
    (en, _), (zh, _) = (effect_rows(world, found, NAMES[lang], lang) for lang in ("en", "zh"))
    assert en["said"].startswith("1 services are re-routed via Sunda Strait: +1.5 days")
    assert zh["said"].startswith("1 条班次改走巽他海峡：航行 +1.5 天")
    assert en["rerouted"] == ["Ocean: via Sunda Strait, +1.5 days of sailing"]
    (plain, idle) = effects_json(found, NAMES)
    assert plain["rerouted_services"] == [
        {"service": "SEA-1", "passages": ["sunda", "suez"], "via": ["sunda"], "extra_min": 2160, "extra_m": 1_000_000}
    ]
    assert json.loads(json.dumps(plain))["stopped_services"] == idle["rerouted_services"] == []
    assert days_more([2160, 2880]) == "+1.5 … +2.0"


def points(sheet: Sheet) -> set[tuple[float, float]]:
    """Return all points of the lines of a sheet."""
    return {(round(lat), round(lon)) for path in sheet.paths for lat, lon in path.line}


def test_map_goes_the_other_way(world: Catalogue) -> None:
    """The map of the scenario draws the ship through Sunda and says so; that of things as they are does not."""
    scenario = Scenario(closed=("malacca",))
    found = Comparison((PAIR,), effects_of(world, applied(world, scenario), scenario, (PAIR,)))
    desk = cast("Desk", SimpleNamespace(catalogue=world, book=LineBook(world)))
    sheets = sheets_of(desk, Question(scenario, (), Filters()), found, "en")
    before, after = (sheets[side].make() for side in ("before", "after"))
    assert (-6, 105) in points(after) - points(before)
    assert {path.properties.get("rerouted") for path in before.paths} == {None}
    (path,) = after.paths
    assert path.properties["rerouted"] == "via Sunda Strait, +1.5 days of sailing"
    assert ("Re-routed", "via Sunda Strait, +1.5 days of sailing") in path.facts


def test_longest_time_is_the_default(world: Catalogue) -> None:
    """As long as nothing is typed, arrivals count as late as the network searches; what is typed counts."""
    desk = cast("Desk", SimpleNamespace(catalogue=world))
    request: Any = SimpleNamespace(query_params={})
    assert longest_days(desk) == 90
    assert typed_question(request, desk, "zh")["within"] == "90"
    request.query_params = {"within": "30"}
    assert typed_question(request, desk, "zh") == {"within": "30"}


def test_shipped_malacca(shipped: Catalogue) -> None:
    """With Malacca closed, Colombo and Suez are reached by Sunda some two days later; Port Klang is not reached."""
    after = applied(shipped, Scenario(closed=("malacca",)))
    running = {row.id for row in after.services if row.status in {"active", "seasonal"}}
    for code, days in (("S-NBO-CMB", 2.12), ("S-CEX-NBO-WVN", 1.39)):
        assert code in running
        assert after.service(code).passages[0] == "sunda"
        extra = sum(call.run_min for call in after.calls_of(code)) - sum(c.run_min for c in shipped.calls_of(code))
        assert extra / 1440 == pytest.approx(days, abs=0.01)
    assert "S-NBO-PKG" not in running
    assert "S-NBO-RTM-CAPE" in running
    assert after.calls_of("S-NBO-RTM-CAPE") == shipped.calls_of("S-NBO-RTM-CAPE")
