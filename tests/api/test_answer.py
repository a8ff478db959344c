"""The JSON of an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.answer_schema import ANSWER_SCHEMA
from api.desk import Desk
from api.requests import Ask, check_request
from data.itinerary import Block
from data.money import from_fen
from tests.api.fakes import FakePlanner, clock

if TYPE_CHECKING:
    from data import Catalogue

ASK = {"origin": "CNWNZ", "destination": "DEHAM-P", "weight_kg": 800, "volume_m3": 4.2, "ready": "2026-05-20"}


def answer(desk: Desk, **changes: object) -> dict[str, Any]:
    """Return the answer to the usual request with some fields changed."""
    return desk.quote_json(Ask(**(ASK | changes)))


@pytest.mark.parametrize("changes", [{}, {"due": "2026-06-01"}, {"currency": "JPY", "value": 5, "box": "40HQ"}])
def test_schema(desk: Desk, changes: dict[str, Any]) -> None:
    """What is printed is what is promised."""
    jsonschema.Draft202012Validator.check_schema(ANSWER_SCHEMA)
    jsonschema.validate(answer(desk, **changes), ANSWER_SCHEMA)


@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", "JPY", "TWD"])
def test_cost_is_the_sum_of_the_lines(desk: Desk, currency: str) -> None:
    """In every currency the cost is exactly the sum of lines that were each rounded."""
    rate = desk.catalogue.exchange_rate(currency)
    for option in answer(desk, currency=currency)["options"]:
        lines = option["charges"]
        assert option["cost_minor"] == sum(line["amount_minor"] for line in lines)
        assert option["currency"] == currency
        assert [line["amount_minor"] for line in lines] == [from_fen(line["cny_minor"], rate) for line in lines]
        assert option["cost_cny_minor"] == sum(line["cny_minor"] for line in lines)


def test_conversion_by_hand(desk: Desk) -> None:
    """260000 fen at 0.047 CNY a yen and no minor unit are 2600 / 0.047 = 55319.1 yen; 123.45 CNY are 2626.6."""
    lines = answer(desk, currency="JPY")["options"][0]["charges"]
    assert [line["amount_minor"] for line in lines[:2]] == [55_319, 2_627]
    assert lines[2]["original_currency"] == "USD"
    assert lines[2]["original_amount_minor"] == 245_050


def test_times_are_local(desk: Desk) -> None:
    """Every instant has the offset of the place it is about, and its zone."""
    option = answer(desk)["options"][0]
    assert option["depart_at"] == "2026-05-20T11:00:00+08:00"
    assert option["depart_zone"] == "Asia/Shanghai"
    # 33 days after 01:00 UTC; Hamburg is on summer time.
    assert option["arrive_at"] == "2026-06-22T03:00:00+02:00"
    assert option["arrive_zone"] == "Europe/Berlin"
    assert option["legs"][1]["depart_at"].endswith("+08:00")


def test_legs_and_steps(desk: Desk) -> None:
    """Legs are the movements in order; the steps hold clearance too, with its papers."""
    option = answer(desk)["options"][0]
    assert [leg["mode"] for leg in option["legs"]] == ["road", "sea"]
    assert [step["kind"] for step in option["steps"]] == ["leg", "clearance", "leg"]
    assert option["steps"][1]["papers"] == ["invoice", "packing list"]
    assert option["steps"][1]["direction"] == "export"


def test_cutoffs(desk: Desk) -> None:
    """The binding cut-off is told with its slack."""
    road, sea = answer(desk)["options"][0]["legs"]
    assert (road["binding_cutoff"], road["slack_min"]) == (None, None)
    assert sea["binding_cutoff"]["type"] == "fcl_delivery"
    assert sea["slack_min"] == 300
    assert [item["binding"] for item in sea["cutoffs"]] == [False, True]


def test_what_is_not_included(desk: Desk) -> None:
    """Import taxes and insurance are never in the price, and unpriced things are named."""
    option = answer(desk)["options"][0]
    assert [item["code"] for item in option["not_included"]] == [
        "import_duty",
        "import_vat",
        "insurance",
        "handling_in",
    ]
    assert option["assumed_share"] == pytest.approx(0.129)


def test_emission_methods(desk: Desk) -> None:
    """Each leg names the factors its emissions come from, or none."""
    road, sea = answer(desk)["options"][0]["legs"]
    assert [factor["id"] for factor in road["emission_factors"]] == ["road-hgv"]
    assert sea["emission_factors"] == []


def test_nearest_and_reasons(desk: Desk) -> None:
    """When nothing arrives in time there are reasons, and what comes closest."""
    shown = answer(desk, due="2026-06-01")
    assert shown["options"] == []
    assert len(shown["nearest"]) == 1
    assert shown["blocked"][0]["rule"] == "arrives_after_due"


def test_alternatives(desk: Desk) -> None:
    """Alternatives are whole options."""
    assert answer(desk)["options"][1]["alternatives"][0]["cost_cny_minor"] == 2_012_200


def test_pieces_that_were_not_given(desk: Desk) -> None:
    """The answer says that one piece was taken, and which limits that brought into force."""
    assert answer(desk, pieces=4)["notes"] == []
    assert answer(desk, pieces=4)["shipment"]["pieces_given"] is True
    (light,) = answer(desk)["notes"]
    assert (light["code"], light["message_en"]) == ("pieces_assumed", "Pieces not given: taken as 1")
    # The small data set lets aircraft take no piece above 1,000 kg.
    (heavy,) = answer(desk, weight_kg=1500, volume_m3=8)["notes"]
    assert heavy["code"] == "pieces_limits"
    assert "适用的单件限重：单件限重" in heavy["message_zh"]
    assert "1 of 1,500 kg; limits per piece applied: Piece limit" in heavy["message_en"]
    # What the filters bar anyway is not worth a word.
    (by_sea,) = answer(desk, weight_kg=1500, volume_m3=8, modes="sea,road")["notes"]
    assert by_sea["code"] == "pieces_assumed"


def test_what_on_time_means(desk: Desk) -> None:
    """Without a due time the percentage counts against the plan and a day, else against the due time."""
    shown = answer(desk)["on_time"]
    assert (shown["measure"], shown["tolerance_min"]) == ("planned_arrival", 1440)
    assert "计划到达后 1 天" in shown["message_zh"]
    assert "1 d after the planned arrival" in shown["message_en"]
    assert answer(desk, due="2026-08-01")["on_time"]["measure"] == "due"


def test_backward(desk: Desk) -> None:
    """Planned backward, an option counts from its latest ready instant, and the one that leaves last is marked."""
    forward = answer(desk)["options"]
    assert [option["duration_min"] for option in forward] == [33 * 1440, 36 * 60]
    shown = answer(desk, due="2026-08-01", backward=True)
    sea, air = shown["options"]
    assert shown["shipment"]["backward"] is True
    assert (sea["duration_min"], air["duration_min"]) == (33 * 1440 - 300, 34 * 60)
    assert sea["best_in"] == ["cost", "latest_ready", "emissions"]
    assert air["best_in"] == []
    jsonschema.validate(shown, ANSWER_SCHEMA)


def test_backward_without_a_way(desk: Desk) -> None:
    """When nothing arrives in time, planning backward gives the reasons of planning forward."""
    shown = answer(desk, due="2026-06-01", backward=True)
    assert shown["options"] == []
    assert shown["blocked"]
    assert shown["nearest"]


def test_reasons_are_said_once(catalogue: Catalogue) -> None:
    """Reasons in the same words are one entry, in order, with everything they are about."""
    planner = FakePlanner(catalogue)
    reasons = [
        Block(rule="restriction", subject=subject, message_zh=text, message_en=text)
        for subject, text in (("R-2", "b"), ("R-1", "a"), ("R-3", "b"), ("R-2", "b"))
    ]
    desk = Desk(catalogue, planner, clock)
    request = check_request(Ask(**ASK), catalogue, clock())
    quote = replace(planner.quote(request.shipment), blocked=tuple(reasons))
    shown = desk.renderer.quote(request, quote)["blocked"]
    assert [(block["subject"], block["subjects"]) for block in shown] == [("R-2", ["R-2", "R-3"]), ("R-1", ["R-1"])]
