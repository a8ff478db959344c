"""What the changes of a scenario touch is said plainly: on the page, in its table and to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.planner.compare import Comparison, Outcome, Pair, Ride
from api.planner.effect_view import effect_rows, effect_text, effects_json, passages_used, verdict
from api.planner.effects import effects_of, is_without_use
from api.planner.scenario import Scenario, applied
from tests.api.planner.test_planner_pages import SCENARIO, get
from tests.data.world import build, find, small

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from api.planner.effects import Effect
    from data import Catalogue

NAMES = {"suez": "Suez Canal", "SEA-1": "Ocean", "CNNGB-P": "Ningbo port"}


@pytest.fixture(scope="module")
def world() -> Catalogue:
    """Return the small data set with a ship through Suez that is suspended."""
    rows = small()
    sea = find(rows, "services", id="SEA-1")
    rows["services"].append(sea | {"id": "SEA-2", "name_zh": "停", "name_en": "Idle", "status": "suspended"})
    rows["calls"] += [call | {"service": "SEA-2"} for call in rows["calls"] if call["service"] == "SEA-1"]
    return build(rows)


def way(*rides: Ride, cost: int = 100, dues: int | None = None) -> Outcome:
    """Return a way of some rides."""
    return Outcome(
        cost_cny_minor=cost, days=30.0, emissions_g=1, mode="sea", rides=rides, fastest_days=30.0, dues_cny_minor=dues
    )


ROAD = Ride("road", "ROAD-1", "CNWNZ", "CNNGB-P")
SEA = Ride("sea", "SEA-1", "CNNGB-P", "DEHAM-P")
FAR = Pair(label="far", origin="CNWNZ", destination="DEHAM-P", before=way(ROAD, SEA), after=None)
NEAR = Pair(label="near", origin="CNWNZ", destination="CNNGB-P", before=way(ROAD), after=way(ROAD))
NONE = Pair(label="none", origin="CNWNZ", destination="DEWHV-W", before=None, after=None)


def found(world: Catalogue, scenario: Scenario, *pairs: Pair) -> Comparison:
    """Return a comparison of some consignments."""
    return Comparison(pairs, effects_of(world, applied(world, scenario), scenario, pairs))


def one(world: Catalogue, scenario: Scenario, *pairs: Pair) -> Effect:
    """Return the one effect of a scenario."""
    (effect,) = found(world, scenario, *pairs).effects
    return effect


def test_closed_passage(world: Catalogue) -> None:
    """What runs through stops and is named, what does not run anyway is told apart, and who used it is counted."""
    scenario = Scenario(closed=("suez",))
    effect = one(world, scenario, FAR, NEAR, NONE)
    assert (effect.kind, effect.services, effect.idle, effect.stopped, effect.used) == (
        "passage", ("SEA-1",), ("SEA-2",), ("SEA-1",), (0,),
    )  # fmt: skip
    comparison = found(world, scenario, FAR, NEAR, NONE)
    (row,) = effect_rows(world, comparison, NAMES, "en")
    assert (row["name"], row["services"], row["runs"], row["used"]) == ("Suez Canal closed", "1", "1.0", 1)
    assert row["stopped"] == ["Ocean"]
    assert "1 services are cancelled: the tables know no way round." in row["said"]
    assert verdict(world, comparison, NAMES, "en") == "1 of 3 consignments change."
    (plain,) = effects_json(comparison, {"zh": NAMES, "en": NAMES})
    assert plain["running_services"] == plain["stopped_services"] == ["SEA-1"]
    assert plain["consignments"] == ["far"]
    assert "没有绕行的航路" in plain["effect_zh"]


def test_closed_for_nobody(world: Catalogue) -> None:
    """What no running service uses changes nothing, and the verdict says so with what is passed instead."""
    comparison = found(world, Scenario(closed=("panama",)), NEAR)
    (effect,) = comparison.effects
    assert is_without_use(effect)
    assert effect_text(effect, NAMES, "zh") == "没有在运行的班次使用它，因此什么也不改变。"
    assert "no running service uses" in verdict(world, comparison, NAMES, "en")
    kept = Pair(label="far", origin="CNWNZ", destination="DEHAM-P", before=FAR.before, after=FAR.before)
    passing = found(world, Scenario(closed=("panama",)), kept)
    assert passages_used(world, passing) == {"suez": 1, "malacca": 1}
    assert "Suez Canal (1)" in verdict(world, passing, NAMES, "en")


def test_closed_but_not_asked_about(world: Catalogue) -> None:
    """A closure that touches services, but no way that was asked about, says that."""
    comparison = found(world, Scenario(closed=("suez",)), NEAR)
    assert comparison.effects[0].stopped == ("SEA-1",)
    assert "none of them uses a service that is touched" in verdict(world, comparison, NAMES, "en")
    assert verdict(world, found(world, Scenario(closed=("ROAD-1",)), NEAR), NAMES, "en").startswith("None of 1")


def test_closed_place_and_service(world: Catalogue) -> None:
    """A place counts who loads or discharges there; a service can be closed itself, and nothing else stops."""
    place = one(world, Scenario(closed=("CNNGB-P",)), FAR, NEAR)
    assert (place.kind, place.used) == ("place", (0, 1))
    assert set(place.services) == {"ROAD-1", "SEA-1"}
    service = one(world, Scenario(closed=("SEA-1",)), FAR, NEAR)
    assert (service.kind, service.services, service.stopped, service.used) == ("service", ("SEA-1",), ("SEA-1",), (0,))


def test_other_changes(world: Catalogue) -> None:
    """Prices, departures and duties say what they change, and when they change nothing."""
    scenario = Scenario(prices=(("sea", 10),), runs=(("sea", 5), ("road", -50)), duty=10)
    price, same, fewer, duty = found(world, scenario, FAR, NEAR).effects
    assert (price.services, price.used) == (("SEA-1",), (0,))
    assert is_without_use(same)
    assert "whole days" in effect_text(same, NAMES, "en")
    assert (fewer.services, fewer.used) == (("ROAD-1",), (0, 1))
    assert effect_text(duty, NAMES, "en").startswith("No consignment")
    known = Pair(label="d", origin="CNWNZ", destination="DEHAM-P", before=way(SEA, dues=5), after=way(SEA, dues=6))
    assert one(world, Scenario(duty=10), known).used == (0,)
    added = one(world, Scenario(added=("AIR-1",)), NEAR)
    assert (added.kind, added.services, added.used) == ("add", ("AIR-1",), ())
    assert verdict(world, found(world, Scenario(), NEAR), NAMES, "en") == "Nothing is different"


@pytest.mark.parametrize(("lang", "word"), [("zh", "没有在运行的班次"), ("en", "no running service uses")])
def test_page_says_so(client: TestClient, lang: str, word: str) -> None:
    """The page has the verdict and the table, the stream and the answer for programs have the same."""
    query = SCENARIO | {"close": "panama", "lang": lang}
    text = get(client, "/planner/scenario", **query, run="yes").text
    assert word in text
    assert 'class="fold effects"' in text
    last = json.loads(get(client, "/planner/scenario/compare", **query).text.splitlines()[-1])
    assert last["changed"] == 0
    assert last["effects"][0]["running_services"] == []
    assert word in last[f"verdict_{lang}"]
    answer = get(client, "/planner/scenario", **query, format="json").json()
    assert answer["effects"] == last["effects"]
    assert answer["pairs"][0]["fate"] == "same"
    assert answer["pairs"][0]["before"]["rides"][0]["service"] == "ROAD-1"


def test_answer_is_refused_where_there_is_none(client: TestClient) -> None:
    """A faulty scenario has a fault in place of an answer, and no other page has such an answer."""
    faulty = get(client, "/planner/scenario", 422, **(SCENARIO | {"to": "", "format": "json"})).json()
    assert {one["field"] for one in faulty["errors"]} == {"to"}
    none = get(client, "/planner/scenario", 422, **(SCENARIO | {"to": "CNWNZ", "format": "json"})).json()
    assert [one["rule"] for one in none["errors"]] == ["nothing_to_draw"]
    assert get(client, "/planner", 422, format="json").json()["errors"][0]["rule"] == "choice"
