"""Feeding marketplaces over HTTP: as the command answers, in both forms, and everything wrong told at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema

from api.cli import main
from api.stocking.schema_today import FEED, FEED_BODY, FEED_EXAMPLE
from tests.api.client_world import hub_of
from tests.api.plans.test_plans import refused
from tests.api.test_cli_stock_feed import ASKED, DAY, LOT, SKU, THERE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.api.booking_world import World

SHEETS = {"skus": [SKU], "demand": ASKED, "stock": [LOT, THERE]}


def test_the_answer_is_that_of_the_command(plain: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The client, a form and the command say the same, by the schema."""
    path = tmp_path / "stock.json"
    path.write_text(json.dumps(SHEETS))
    assert main(["stock", "feed", str(path), "--on", DAY, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    with hub_of(plain) as hub:
        found = hub.stock.feed(SHEETS, on=DAY)
    assert found == said
    assert found["moves"]
    jsonschema.validate(found, FEED)
    answer = plain.client.post("/v1/stock:feed", files={"stock": ("a.json", path.read_bytes())}, data={"on": DAY})
    assert answer.json() == found


def test_the_example_is_answered(plain: World) -> None:
    """It keeps to its schema; it has no marketplace, so nothing is fed."""
    jsonschema.validate(FEED_EXAMPLE, FEED_BODY)
    answer = plain.local.send("POST", "/v1/stock:feed", FEED_EXAMPLE)
    assert answer.status_code == 200
    jsonschema.validate(answer.json(), FEED)


def test_every_fault_at_once(plain: World) -> None:
    """Rows of the file, options and unknown fields are told in one answer; without a file that is told."""
    bad = SHEETS | {"stock": [LOT | {"units": -1}, THERE | {"warehouse": "AMZ-XX"}]}
    errors = refused(plain.local.send("POST", "/v1/stock:feed", {"stock": bad, "on": "soon", "x": 1}))["errors"]
    fields = {one["field"] for one in errors}
    assert {"on", "x", "stock.json[stock].units", "stock.json[stock].warehouse"} <= fields
    rules = {one["field"]: one["rule"] for one in refused(plain.local.send("POST", "/v1/stock:feed", {}))["errors"]}
    assert rules == {"stock": "required"}
    early = refused(plain.local.send("POST", "/v1/stock:feed", {"stock": SHEETS, "on": "2026-11-29"}))["errors"]
    assert [(one["field"], one["rule"]) for one in early] == [("on", "before_count")]


def test_nothing_is_planned_where_a_marketplace_sells_everything(plain: World) -> None:
    """A plan of a stock whose marketplace has all that will be asked for is refused at once, as one without demand."""
    full = SHEETS | {"stock": [LOT, THERE | {"units": 9000, "ages": "9000@20"}]}
    body = {"stock": full, "from": "义乌", "weeks": 8}
    answer = plain.client.post("/v1/stock:plan", json=body, headers={"Idempotency-Key": "full"})
    assert answer.status_code == 422
    assert [one["rule"] for one in answer.json()["errors"]] == ["no_demand_planned"]
