"""Import taxes beside the options of a quote."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.answer_schema import ANSWER_SCHEMA
from api.app import create_app
from api.desk import Desk
from api.human import quote_text
from api.requests import Ask

NOW = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
GLASSES = {
    "origin": "WZ-OH", "destination": "DEHAM", "weight_kg": 800, "volume_m3": 4.2, "pieces": 40, "hs": "900410",
    "value": 12_000, "currency": "EUR",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Return a desk on the shipped tables."""
    return Desk.open(clock=lambda: NOW)


def answer(desk: Desk, **changes: object) -> dict[str, Any]:
    """Return the answer to a question with some changes."""
    given = {name: value for name, value in (GLASSES | changes).items() if value is not None}
    found: dict[str, Any] = desk.quote_json(Ask(**given))
    jsonschema.validate(found, ANSWER_SCHEMA)
    return found


@pytest.mark.parametrize("currency", ["EUR", "CNY", "JPY"])
def test_sums(desk: Desk, currency: str) -> None:
    """Duty, fees and VAT are the sums of their lines, and add up; the range holds them."""
    found = answer(desk, currency=currency, value={"EUR": 12_000, "CNY": 95_000, "JPY": 1_900_000}[currency])
    assert len(found["options"]) > 3
    for option in found["options"]:
        landed = option["landed"]
        for kind in ("duty", "fee", "vat"):
            lines = [one["asked_minor"] for one in landed["amounts"] if one["kind"] == kind]
            assert landed[f"{kind}_minor"] == sum(lines)
        assert landed["total_minor"] == sum(landed[f"{kind}_minor"] for kind in ("duty", "excise", "fee", "vat")) > 0
        assert landed["with_way_minor"] == landed["total_minor"] + option["cost_minor"]
        assert landed["low_minor"] <= landed["total_minor"] <= landed["high_minor"]
        assert next(item["code"] for item in option["not_included"]) == "insurance"


def test_a_dearer_way_is_taxed_more(desk: Desk) -> None:
    """The way to the border is part of what duty is a share of."""
    options = answer(desk)["options"]
    air = next(option for option in options if "air" in {leg["mode"] for leg in option["legs"]})
    assert air["landed"]["duty_minor"] > options[0]["landed"]["duty_minor"]


@pytest.mark.parametrize("lacking", ["hs", "value"])
def test_not_said(desk: Desk, lacking: str) -> None:
    """Without code or value nothing is guessed, and the answer says what to give."""
    for option in answer(desk, **{lacking: None})["options"]:
        assert option["landed"] is None
        assert [item["code"] for item in option["not_included"]][:2] == ["import_duty", "import_vat"]
        assert "海关编码" in option["not_included"][0]["message_zh"]


def test_a_code_that_does_not_exist(desk: Desk) -> None:
    """The way is quoted, and why there are no taxes is told with it."""
    option = answer(desk, hs="770110")["options"][0]
    assert option["landed"] is None
    assert option["not_included"][0]["code"] == "import_taxes"
    assert "77" in option["not_included"][0]["message_en"]


def test_at_home(desk: Desk) -> None:
    """Goods that cross no border owe nothing, and nothing is left out but insurance."""
    option = answer(desk, destination="CNSHA")["options"][0]
    assert option["landed"] is None
    assert [item["code"] for item in option["not_included"]][:1] == ["insurance"]


def test_people_see_it(desk: Desk) -> None:
    """The terminal and the page name what is due, in both languages."""
    shown = answer(desk)
    assert "到岸税费" in quote_text(shown, "zh")
    assert "Due on arrival" in quote_text(shown, "en")
    with TestClient(create_app(desk)) as client:
        asked = {"from": "WZ-OH", "to": "DEHAM"} | {
            k: str(v) for k, v in GLASSES.items() if k not in ("origin", "destination")
        }
        page = client.get("/quote", params={**asked, "lang": "en"})
        body = client.post(
            "/v1/quotes", json={**asked, "weight_kg": 800, "volume_m3": 4.2, "pieces": 40, "value": 12_000}
        )
    assert page.status_code == body.status_code == 200
    assert "Due on arrival" in page.text
    assert body.json()["options"][0]["landed"]["total_minor"] > 0
