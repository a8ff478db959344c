"""Orders of a day on the page of stock: routed as the interface routes them, wrong ones told by row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from api.texts import LANGS, say
from api.warehouses_page import orders
from api.warehouses_page.ground import packed_text
from data.errors import SettingsError
from tests.api.stocking.conftest import worked
from tests.api.stocking.test_stock_page import HEADERS, start
from tests.api.stocking.test_stock_today import DAY, ROWS, SHEETS

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import World

NAMES = ("order", "market", "sku", "units", "placed_on")
TABLE = "\n".join([",".join(NAMES), *(",".join(str(row[name]) for name in NAMES) for row in ROWS)])


def send(world: World, table: str, name: str = "orders.csv", lang: str = "en", **fields: str) -> Response:
    """Send the form with a file of orders."""
    given = {"stock": packed_text(json.dumps(SHEETS)), "name": "week.xlsx", "on": DAY, "day": DAY} | fields
    files = {"orders": (name, table.encode())} if name else {}
    return world.client.post(f"/warehouses/orders?lang={lang}", data=given, files=files, headers=HEADERS)


def test_as_the_interface_says(plain: World) -> None:
    """Parcels with warehouse and price, what is not sent with its reason, in both languages."""
    rows = [{name: row[name] for name in NAMES} for row in ROWS]
    found = plain.local.send("POST", "/v1/stock:route", {"stock": SHEETS, "orders": rows, "on": DAY}).json()
    assert len(found["parcels"]) == len(found["unsent"]) == 1
    for lang in LANGS:
        answer = send(plain, TABLE, lang=lang)
        assert answer.status_code == 200
        for text in ("GC-DE", "A×2", f"{found['parcels'][0]['parcel_fen'] / 100:,.2f}", say(lang, "unsent_no_reach")):
            assert text in answer.text


def test_wrong_orders_are_told_by_row(plain: World) -> None:
    """Every fault with file, row, column and value; the form is there to send another file."""
    answer = send(plain, f"{TABLE}\n3,XX,B,0,{DAY}\n4,XX,Z,1,{DAY}\n5,DE,Z,0,{DAY}", "今天.csv")
    assert answer.status_code == 422
    rows = [int(found) for found in re.findall(r'<td data-label="Row">(\d+)</td>', answer.text)]
    assert rows == sorted(rows)
    assert {4, 5, 6} <= set(rows)
    for text in ('<td data-label="Sheet">今天.csv</td>', "<q>XX</q>", "<q>0</q>", "<q>Z</q>"):
        assert text in answer.text
    assert 'type="file"' in answer.text
    for table, name in (("", ""), ("x", "orders.pdf"), ("x", "orders.csv")):
        assert send(plain, table, name).status_code == 422
    assert send(plain, TABLE, day="soon").status_code == 422
    assert send(plain, TABLE, day="2026-11-01").status_code == 422
    assert send(plain, TABLE, stock="").status_code == 422


@pytest.mark.usefixtures("small")
def test_of_a_plan(plain: World, sheets: dict[str, Any]) -> None:
    """The stock of a kept plan is taken, and the answer leads back to the plan."""
    address = start(plain, sheets, "plan").headers["location"]
    worked(plain)
    plan = plain.client.get(address, follow_redirects=False).headers["location"].partition("?")[0]
    page = plain.client.get(f"{plan}?lang=en").text
    assert 'action="/warehouses/orders?lang=en"' in page
    lot = next(row for row in sheets["stock"] if row["state"] == "on_hand")
    row = f"7,DE,{lot['sku']},1,2026-12-01"
    answer = send(plain, f"{','.join(NAMES)}\n{row}", stock="", on="", day="2026-12-01", plan=plan.rpartition("/")[2])
    assert answer.status_code == 200, answer.text
    assert f'href="{plan}?lang=en"' in answer.text
    assert send(plain, TABLE, stock="", plan="st_x").status_code == 404


def test_settings_that_are_missing(plain: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the data set lacks is told on the page."""

    def lacks(*_: object) -> None:
        raise SettingsError(["route_days"])

    monkeypatch.setattr(orders, "read_route_ask", lacks)
    assert send(plain, TABLE).status_code == 422
