"""Alerts and routed orders over HTTP: as the commands answer, in both forms, and everything wrong told at once."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.cli import main
from api.client import ProblemError
from api.stocking import today_endpoints
from api.stocking.ask_today import MOST_ORDERS
from api.stocking.schema_today import (
    ALERTS,
    ALERTS_BODY,
    ALERTS_EXAMPLE,
    ROUTE_BODY,
    ROUTE_EXAMPLE,
    ROUTING,
)
from data.stock_fields import ORDERS
from data.stock_read import read_stock
from data.stock_write import stock_bytes
from tests.api.client_world import hub_of
from tests.api.plans.test_plans import refused

if TYPE_CHECKING:
    from pathlib import Path

    from data.catalogue import Catalogue
    from tests.api.booking_world import World

DAY = "2026-11-30"
SKU = {
    "sku": "A", "length_cm": 20, "width_cm": 10, "height_cm": 10, "weight_kg": 0.8, "value": 60, "carton_units": 10
}  # fmt: skip
LOT = {
    "sku": "A", "state": "on_hand", "units": 10, "ages": "10@355", "counted_on": DAY, "warehouse": "GC-DE"
}  # fmt: skip
SHEETS: dict[str, Any] = {"skus": [SKU], "stock": [LOT]}
ORDER = {"order": "1", "market": "DE", "sku": "A", "units": 2, "placed_on": DAY, "promise": "2026-12-01"}
ROWS = [ORDER, ORDER | {"order": "2", "market": "US"}]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 - a function
    """Return what answers as a command does, about the same stock."""
    stock, orders = tmp_path / "stock.json", tmp_path / "orders.json"
    stock.write_text(json.dumps(SHEETS))
    orders.write_text(json.dumps({"orders": ROWS}))

    def run(*argv: str) -> dict[str, Any]:
        given = [str(orders) if part == "ORDERS" else part for part in argv]
        assert main(["stock", given[0], str(stock), *given[1:], "--on", DAY, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run


def test_alerts_are_those_of_the_command(plain: World, said: Any) -> None:  # noqa: ANN401
    """The same edges, sums and advice; on another card without advice; nothing is kept."""
    with hub_of(plain) as hub:
        found = hub.stock.alerts(SHEETS, on=DAY)
        assert found["alerts"][0]["advice"]["action"] == "destroy"
        assert found == found | said("alerts")
        assert found["advised"]
        other = hub.stock.alerts(SHEETS, on=DAY, within=60, card="FC.NL.flat")
        assert not other["advised"]
        assert other == other | said("alerts", "--within", "60", "--card", "FC.NL.flat")
    for one in (found, other):
        jsonschema.validate(one, ALERTS)
    assert plain.local.get("/v1/jobs")["items"] == []


def test_a_large_stock_has_no_advice(plain: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where advice would take too long the answer says so, and has everything else."""
    monkeypatch.setattr(today_endpoints, "MOST_ADVISED", 0)
    with hub_of(plain) as hub:
        found = hub.stock.alerts(SHEETS, on=DAY)
    assert found["alerts"]
    assert not found["advised"]
    assert all("advice" not in one for one in found["alerts"])


def test_routes_are_those_of_the_command(plain: World, said: Any) -> None:  # noqa: ANN401
    """The same parcels, reasons, shadow prices, cost and bound; files of a form give the same as JSON."""
    with hub_of(plain) as hub:
        found = hub.stock.route(SHEETS, ROWS, on=DAY)
    assert found == said("route", "--orders", "ORDERS")
    jsonschema.validate(found, ROUTING)
    assert found["bound_fen"] <= found["cost_fen"] + found["later_fen"] <= found["nearest_fen"]
    assert [(one["order"], one["reason"]) for one in found["unsent"]] == [("2", "no_reach")]
    names = list(ORDER)
    table = "\n".join(",".join(str(row[name]) for name in names) for row in ROWS)
    files = {
        "stock": ("stock.json", json.dumps(SHEETS).encode()),
        "orders": ("orders.csv", f"{','.join(names)}\n{table}\n".encode()),
    }
    answer = plain.client.post("/v1/stock:route", files=files, data={"on": DAY})
    assert answer.json() == found


def test_workbooks(plain: World, shipped: Catalogue, tmp_path: Path) -> None:
    """The seller's workbook gives the alerts of its JSON."""
    path = tmp_path / "stock.json"
    path.write_text(json.dumps(SHEETS))
    book = stock_bytes(read_stock(path, shipped), shipped, ".xlsx")
    answer = plain.client.post("/v1/stock:alerts", files={"stock": ("库存.xlsx", book)}, data={"on": DAY})
    with hub_of(plain) as hub:
        assert answer.json() == hub.stock.alerts(SHEETS, on=DAY)


def test_every_fault_at_once(plain: World) -> None:
    """Rows of both files and the options are told in one answer."""
    bad = copy.deepcopy(SHEETS)
    bad["stock"][0]["units"] = -3
    given: dict[str, Any] = {"stock": bad, "orders": [ORDER | {"units": 0}, ORDER | {"order": "3", "market": "x"}]}
    problem = refused(plain.local.send("POST", "/v1/stock:route", given | {"on": "2026-02-30", "within": 3}))
    fields = {one["field"] for one in problem["errors"]}
    assert {"on", "within", "stock.json[stock].units", "orders.json[orders].units"} <= fields
    assert "orders.json[orders].market" in fields
    assert "orders.json[orders].sku" not in fields
    asked = {"within": 0, "card": "FC.none", "on": "2026-11-01", "x": 1, "stock": SHEETS}
    problem = refused(plain.local.send("POST", "/v1/stock:alerts", asked))
    rules = {one["field"]: one["rule"] for one in problem["errors"]}
    assert rules == {"within": "min", "card": "unknown_choice", "on": "before_count", "x": "unknown_field"}
    for body in ({}, {"stock": 5, "orders": 5}, {"orders": []}):
        found = {
            one["field"].partition(".")[0]
            for one in refused(plain.local.send("POST", "/v1/stock:route", body))["errors"]
        }
        assert found == {"stock", "orders"}, body


def test_files_that_are_none(plain: World) -> None:
    """A file of another kind, one that is text, and one too many are told beside each other."""
    files = [("stock", ("a.pdf", b"x")), ("orders", ("a.csv", b"x")), ("orders", ("b.csv", b"x"))]
    errors = refused(plain.client.post("/v1/stock:route", files=files))["errors"]
    assert {(one["field"], one["rule"]) for one in errors} == {("stock", "unknown_choice"), ("orders", "too_many")}


def test_too_many_orders(plain: World) -> None:
    """More orders than can be routed while somebody waits are refused."""
    rows = [ORDER | {"order": str(number)} for number in range(MOST_ORDERS + 1)]
    with hub_of(plain) as hub, pytest.raises(ProblemError) as caught:
        hub.stock.route(SHEETS, rows, on=DAY)
    assert [(one.field, one.rule) for one in caught.value.faults] == [(ORDERS, "too_many")]


def test_examples(plain: World) -> None:
    """The examples keep to their schemas, and are answered."""
    jsonschema.validate(ALERTS_EXAMPLE, ALERTS_BODY)
    jsonschema.validate(ROUTE_EXAMPLE, ROUTE_BODY)
    assert plain.local.send("POST", "/v1/stock:alerts", ALERTS_EXAMPLE).status_code == 200
    assert plain.local.send("POST", "/v1/stock:route", ROUTE_EXAMPLE).status_code == 200
