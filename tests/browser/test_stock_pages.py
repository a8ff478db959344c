"""Simulating a plan and routing today's orders in a real browser: right and wrong, by keyboard, on a phone."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest
from playwright.sync_api import expect

from api.app import create_app
from api.desk import Desk
from api.jobs import queue
from api.jobs.claimed import unpacked
from api.jobs.kinds import KINDS
from api.stocking import simulating, work
from api.store.session import Store
from benchmarks.stock_problem import drawn
from data import load_catalogue
from data.samples_stock import sample_stock
from data.stock_write import stock_bytes
from tests.api.fakes import FakePlanner
from tests.api.listener import Listener
from tests.browser.checks import grave_findings, heading_faults, skips, too_wide, unlabelled
from tests.browser.served import on_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from data.stock import Stock
    from optimizer.stock.problem import Problem
    from tests.browser.conftest import Watched
    from tests.databases import Databases

pytestmark = pytest.mark.browser
NOW = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
DAY = "2026-11-30"
PHONE = {"width": 360, "height": 780}
HEADER = ("order", "market", "sku", "units", "placed_on", "promise")
SCRIPT = "<script>alert(1)</script>"


class Shop(NamedTuple):
    """Pages as they are served, the address of a plan, and what makes the jobs that are asked for."""

    address: str
    plan: str
    stock: Stock
    store: Store
    desk: Desk

    def work(self) -> None:
        """Do the job whose turn it is, here."""
        now = self.desk.clock()
        claimed = queue.claim(self.store, KINDS, "here", now, 60)
        assert claimed is not None
        kind = KINDS[claimed.kind]
        made = kind.load()(unpacked(claimed.question), Listener(self.desk, ""))
        assert queue.finish(self.store, kind, claimed, made, now, 1.0)


def problem_of(stock: Stock) -> Problem:
    """Return a small problem in the words of a seller's stock, so that no way of sending is searched for."""
    problem = drawn(len(stock.skus), 2, 8, 1, markets=2)
    return replace(
        problem, skus=tuple(sku.id for sku in stock.skus), warehouses=("GC-DE", "GC-US-LA"), markets=("DE", "US")
    )


@pytest.fixture(scope="module")
def shop(databases: Databases) -> Iterator[Shop]:
    """Serve the shipped data set with a plan that was made already."""
    catalogue = load_catalogue()
    stock = sample_stock(catalogue, skus=4, week="2026-W49", seed=2)
    desk = Desk(catalogue, FakePlanner(catalogue), lambda: NOW)
    with closing(Store(databases.migrated("sqlite"))) as store, pytest.MonkeyPatch.context() as patch:
        for module in (work, simulating):
            patch.setattr(module, "problem_of", lambda *_: problem_of(stock))
        with on_loopback(create_app(desk, store=store, auth="off")) as address:
            found = Shop(address, "", stock, store, desk)
            yield found._replace(plan=_planned(found, stock_bytes(stock, catalogue, ".json")))


def _planned(shop: Shop, content: bytes) -> str:
    """Have a plan made over HTTP, and return the path of its page."""
    body = {"stock": json.loads(content), "from": "义乌", "weeks": 8, "time_limit": 1}
    with httpx.Client(base_url=shop.address, timeout=120) as client:
        answer = client.post("/v1/stock:plan", json=body, headers={"Idempotency-Key": "plan"})
        assert answer.status_code == 202, answer.text
        shop.work()
        leads = client.get(f"/warehouses/jobs/{answer.json()['id']}").headers["location"]
    return str(leads).partition("?")[0]


def orders_of(stock: Stock, *more: tuple[object, ...]) -> bytes:
    """Return a file of orders: two that stock on hand can send, one nobody reaches, and more rows."""
    lots = [lot for lot in stock.lots if lot.state == "on_hand" and lot.units > 1][:2]
    markets = ["US" if lot.warehouse.startswith("GC-US") else "DE" for lot in lots]
    rows = [(f"A-{at}", market, lot.sku, 1, DAY, "2026-12-01")
            for at, (lot, market) in enumerate(zip(lots, markets, strict=True))]  # fmt: skip
    rows.append((SCRIPT, "JP", lots[0].sku, 3, DAY, ""))
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows, *more])
    return text.getvalue().encode()


def check(page: Page) -> None:
    """Everybody can use a page, on a desk and on a phone."""
    assert grave_findings(page) == []
    assert unlabelled(page) == []
    assert heading_faults(page) == []
    assert too_wide(page) == []
    desk = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert too_wide(page) == []
    page.set_viewport_size(desk)  # type: ignore[arg-type]


def finish(watched: Watched, shop: Shop, refused: int = 0) -> None:
    """Nothing was asked for elsewhere, and the console has nothing but the refusals that were provoked."""
    assert [url for url in watched.requests if not url.startswith(f"{shop.address}/")] == []
    told = [text for text in watched.complaints if "422" not in text]
    assert told == []
    assert len(watched.complaints) <= refused


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a field by its name and type over what is there."""
    page.get_by_label(name).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_simulate_a_plan(watched: Watched, shop: Shop) -> None:
    """Nonsense is refused beside its field; by keyboard a simulation is started, watched, read, and found again."""
    page = watched.page
    page.goto(f"{shop.address}{shop.plan}?lang=en#simulate")
    form = page.locator("#simulate form")
    # What the browser itself would stop is sent all the same.
    form.evaluate("one => { one.noValidate = true; }")
    type_into(page, "Futures", "1")
    type_into(page, "Seed", "-5")
    page.keyboard.press("Enter")
    expect(page.locator("#futures-fault")).to_be_visible()
    expect(page.locator("#seed-fault")).to_be_visible()
    expect(page.get_by_label("Futures")).to_have_value("1")
    assert page.get_by_label("Futures").get_attribute("aria-invalid") == "true"
    check(page)
    type_into(page, "Futures", "60")
    type_into(page, "Seed", "3")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Simulate")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/warehouses/jobs/**")
    expect(page.get_by_role("button", name="Stop and keep what was played")).to_be_visible()
    check(page)
    shop.work()
    page.wait_for_url("**/warehouses/simulations/**")
    for lang, words in (("en", "Fill rate promised"), ("zh", "方案承诺的满足率")):
        page.goto(page.url.replace("lang=en", f"lang={lang}"))
        expect(page.get_by_text(words)).to_be_visible()
        check(page)
    assert skips(page)
    page.get_by_role("link", name="回到方案").click()
    page.locator("#simulate a[href*='/warehouses/simulations/']").click()
    page.wait_for_url("**/warehouses/simulations/**")
    finish(watched, shop, refused=1)


def test_orders_of_today(watched: Watched, shop: Shop, tmp_path: Path) -> None:
    """Wrong files are told by row and shown as they are typed; a right one says who sends what, in two languages."""
    page = watched.page
    wrong, right = tmp_path / "orders.csv", tmp_path / "今天的订单.csv"
    wrong.write_bytes(orders_of(shop.stock, (SCRIPT, "Nowhere", "NO-SKU", -4, "someday", "")))
    right.write_bytes(orders_of(shop.stock))
    page.goto(f"{shop.address}{shop.plan}?lang=en")
    page.set_input_files("#orders", wrong)
    page.get_by_role("button", name="Route orders").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    for text in ("Nowhere", "NO-SKU", "-4", "someday"):
        expect(page.locator("main")).to_contain_text(text)
    check(page)
    picture = tmp_path / "orders.png"
    picture.write_bytes(b"x")
    page.set_input_files("#orders", picture)
    page.get_by_role("button", name="Route orders").click()
    expect(page.get_by_role("alert")).to_contain_text("orders.png")
    page.set_input_files("#orders", right)
    page.get_by_label("Day of sending").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Parcels")).to_be_visible()
    expect(page.get_by_role("rowheader", name=SCRIPT)).to_be_visible()
    expect(page.locator("main script")).to_have_count(0)
    check(page)
    page.get_by_role("link", name="Back to the plan").click()
    page.goto(page.url.replace("lang=en", "lang=zh"))
    page.set_input_files("#orders", right)
    page.get_by_role("button", name="分仓").click()
    expect(page.locator("main")).to_contain_text("今天的订单.csv")
    check(page)
    assert skips(page)
    finish(watched, shop, refused=2)
