"""The JSON of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.answer_schema import ANSWER_SCHEMA
from api.requests import Ask
from data.money import from_fen

if TYPE_CHECKING:
    from api.desk import Desk

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
