"""Feeding marketplaces on the page of stock: as the interface answers, as a workbook, and what is refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.texts import LANGS, say
from api.warehouses_page import feeding
from api.warehouses_page.ground import packed_text
from data.errors import SettingsError
from tests.api.stocking.conftest import worked
from tests.api.stocking.test_stock_page import HEADERS, start
from tests.api.test_cli_stock_feed import ASKED, DAY, LOT, SKU, THERE

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import World

BARE = SKU | {"sku": "<b>B", "carton_units": ""}
SHEETS = {
    "skus": [SKU, BARE],
    "demand": [*ASKED, *(row | {"sku": BARE["sku"]} for row in ASKED)],
    "stock": [LOT, THERE, *(row | {"sku": BARE["sku"]} for row in (LOT, THERE))],
}


def send(world: World, lang: str = "en", sheets: dict[str, Any] | None = None, **fields: str) -> Response:
    """Send the form of a stock."""
    given = {"stock": packed_text(json.dumps(sheets or SHEETS)), "name": "week.xlsx", "on": DAY, "day": DAY} | fields
    return world.client.post(f"/warehouses/feed?lang={lang}", data=given, headers=HEADERS)


def test_as_the_interface_says(plain: World) -> None:
    """Moves and covers in words and with prices, bands, sums and assumptions in both languages; texts stay texts."""
    found = plain.local.send("POST", "/v1/stock:feed", {"stock": SHEETS, "on": DAY}).json()
    (move,) = found["moves"]
    for lang in LANGS:
        answer = send(plain, lang)
        assert answer.status_code == 200
        for text in (
            "GC-DE", "AMZ-DE", "&lt;b&gt;B", f"{move['cost_fen'] / 100:,.2f}", say(lang, "fba_why_kept"),
            say(lang, "fba_why_no_carton"), "28", "154", *found["assumed"], "<svg", say(lang, "paper_assumed"),
        ):  # fmt: skip
            assert text in answer.text
        assert "<b>B" not in answer.text


def test_as_a_workbook(plain: World) -> None:
    """The same stock and day as a file, with every move and cover."""
    answer = send(plain, shape="xlsx")
    assert f'filename="fba-{DAY}.xlsx"' in answer.headers["content-disposition"]
    moves, covers, _ = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    assert moves.max_row == 2
    assert covers.max_row == 3


def test_nothing_to_feed_and_nothing_to_send(plain: World) -> None:
    """A stock without a row at a marketplace says how to have one; one that is full there says that it is."""
    text = send(plain, sheets=SHEETS | {"stock": [LOT]}).text
    assert "a row with 0 pieces" in text
    assert "<svg class" not in text
    full = send(plain, sheets=SHEETS | {"stock": [LOT, THERE | {"units": 5000, "ages": "5000@20"}]}).text
    assert say("en", "wh_feed_no_moves") in full
    assert say("en", "fba_why_over") in full


@pytest.mark.parametrize("day", ["soon", "2026-11-29"])
def test_a_wrong_day_stands_beside_its_field(plain: World, day: str) -> None:
    """What was typed is kept, and a workbook is not made of it."""
    for fields in ({}, {"shape": "xlsx"}):
        answer = send(plain, day=day, **fields)
        assert answer.status_code == 422
        assert 'id="feed-day-fault"' in answer.text
        assert f'value="{day}"' in answer.text


def test_stock_that_cannot_be_read(plain: World) -> None:
    """A field that holds no stock leads back to the page; a settings fault and a sample's own page are told."""
    for stock in ("", "x", packed_text("[]")):
        assert send(plain, stock=stock).status_code == 422
    assert send(plain, stock="", sample="20").status_code == 200
    assert 'action="/warehouses/feed?lang=en"' in plain.client.get("/warehouses?lang=en&sample=20").text


@pytest.mark.usefixtures("small")
def test_of_a_plan(plain: World, sheets: dict[str, Any]) -> None:
    """The stock of a kept plan is taken, and the answer leads back to the plan."""
    address = start(plain, sheets, "plan").headers["location"]
    worked(plain)
    plan = plain.client.get(address, follow_redirects=False).headers["location"].partition("?")[0]
    assert 'action="/warehouses/feed?lang=en"' in plain.client.get(f"{plan}?lang=en").text
    answer = send(plain, stock="", on="", day="2026-12-01", plan=plan.rpartition("/")[2])
    assert answer.status_code == 200, answer.text
    assert f'href="{plan}?lang=en"' in answer.text
    assert send(plain, stock="", plan="st_x").status_code == 404


@pytest.mark.parametrize("error", [SettingsError(["feed_quantile"]), feeding.UnsoundFeedError("broken")])
def test_what_the_data_set_lacks(plain: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """It is told on the page."""

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(feeding, "fed", fails)
    answer = send(plain)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_sample_shows_what_it_is_about(plain: World) -> None:
    """A sample without stock at marketplaces leads to the one that has some, of which something is sent."""
    day = DAY
    without = send(plain, stock="", sample="20", on=day, day=day)
    assert "sample=20-fba" in without.text
    page = plain.client.get("/warehouses?lang=en&sample=20-fba", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "AMZ-" in page.text
    fed = send(plain, stock="", sample="20-fba", on=day, day=day)
    assert fed.status_code == 200
    assert say("en", "fba_moves") in fed.text
    assert "AMZ-" in fed.text
