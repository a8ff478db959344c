"""Feeding marketplaces in a real browser: from the stock on the page by keyboard, a wrong day, a workbook home."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from playwright.sync_api import expect

from api.app import create_app
from api.desk import Desk
from data import load_catalogue
from tests.api.fakes import FakePlanner
from tests.api.test_cli_stock_feed import ASKED, DAY, LOT, SKU, THERE
from tests.browser.checks import grave_findings, heading_faults, skips, too_wide, unlabelled
from tests.browser.served import on_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
NOW = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
LONG = SKU | {"sku": "A-SKU-WITH-A-VERY-LONG-NAME-<script>", "carton_units": ""}
SHEETS = {
    "skus": [SKU, LONG],
    "demand": [*ASKED, *(row | {"sku": LONG["sku"]} for row in ASKED)],
    "stock": [LOT, THERE, *(row | {"sku": LONG["sku"]} for row in (LOT, THERE))],
}


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Serve the shipped data set without a store, and return the address."""
    with on_loopback(create_app(Desk(load_catalogue(), FakePlanner(load_catalogue()), lambda: NOW))) as address:
        yield address


def check(page: Page) -> None:
    """Everybody can use a page, on a desk and on a phone."""
    assert grave_findings(page) == []
    assert unlabelled(page) == []
    assert heading_faults(page) == []
    assert too_wide(page) == []
    page.set_viewport_size({"width": 360, "height": 780})
    assert too_wide(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})


def test_feed(watched: Watched, shop: str, tmp_path: Path) -> None:
    """A file is sent, a wrong day is told beside its field, moves and covers are read in two languages."""
    page, path = watched.page, tmp_path / "stock.json"
    path.write_text(json.dumps(SHEETS))
    page.goto(f"{shop}/warehouses?lang=en")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Show").first.click()
    form = page.locator("#feed-today form")
    expect(form).to_be_visible()
    form.evaluate("one => { one.noValidate = true; }")
    page.get_by_label("Day of the transfer").fill("2026-11-01")
    page.keyboard.press("Enter")
    expect(page.locator("#feed-day-fault")).to_be_visible()
    expect(page.get_by_label("Day of the transfer")).to_have_value("2026-11-01")
    check(page)
    page.get_by_label("Day of the transfer").fill(DAY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Transfers today")).to_be_visible()
    expect(page.get_by_role("img", name="AMZ-DE: days of cover, before → after")).to_be_visible()
    expect(page.locator("main")).to_contain_text("pieces in a carton are not told")
    expect(page.locator("main")).to_contain_text("MP.DE")
    check(page)
    assert skips(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Transfers as Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    assert [sheet.max_row for sheet in book.worksheets][:2] == [2, 3]
    assert [url for url in watched.requests if not url.startswith(f"{shop}/")] == []
    assert [text for text in watched.complaints if "422" not in text] == []


def test_without_script_in_chinese(watched: Watched, shop: str) -> None:
    """A sample has nothing at a marketplace, and the page says what to do; nothing of it takes a script."""
    browser = watched.page.context.browser
    assert browser is not None
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{shop}/warehouses?lang=zh&sample=20")
    page.get_by_role("button", name="算补货").click()
    expect(page.get_by_role("heading", name="没有可补货的商品")).to_be_visible()
    expect(page.locator("main")).to_contain_text("数量为 0")
    page.close()
