"""The page of stock abroad in a real browser: a sample, a file of one's own, a wrong one, on a desk and on a phone."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe

from api.app import create_app
from api.desk import Desk
from data import load_catalogue
from data.samples_stock import sample_stock
from data.stock_write import stock_bytes
from tests.api.fakes import FakePlanner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

NOW = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Serve the shipped data set, whose warehouses are real ones, and return the address of the page."""
    catalogue = load_catalogue()
    app = create_app(Desk(catalogue, FakePlanner(catalogue), lambda: NOW))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def grave(page: Page) -> list[str]:
    """Return what axe-core calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']} {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in {"serious", "critical"}]


def check(watched: Watched, shop: str) -> None:
    """Nothing leaves the machine, nothing is complained of, nothing runs over the edge, and everybody can read it."""
    page = watched.page
    assert [url for url in watched.requests if not url.startswith(f"{shop}/")] == []
    assert watched.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert grave(page) == []


def test_sample_and_own_file(watched: Watched, shop: str, tmp_path: Path) -> None:
    """A person tries the sample, sends the same as a workbook, and reads the same; on a phone, too."""
    page = watched.page
    page.goto(f"{shop}/warehouses?lang=zh")
    check(watched, shop)
    page.get_by_role("link", name="样例：20 个商品", exact=True).click()
    page.get_by_role("heading", name="要断货的市场").wait_for()
    sums = page.locator(".stat strong").all_inner_texts()
    assert len(sums) == 6
    assert page.locator("#where figure svg").count() >= 4
    assert page.locator("#old .card").count() > 0
    check(watched, shop)
    path = tmp_path / "库存.xlsx"
    path.write_bytes(
        stock_bytes(sample_stock(load_catalogue(), skus=20, week="2026-W49", seed=1), load_catalogue(), ".xlsx")
    )
    page.get_by_role("link", name="换一个文件").click()
    page.set_input_files("#file", path)
    page.get_by_role("button", name="查看").click()
    page.get_by_role("heading", name="老货处置").wait_for()
    assert page.locator(".stat strong").all_inner_texts() == sums
    assert "库存.xlsx" in page.locator("main").inner_text()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{shop}/warehouses?lang=en&sample=20")
    page.get_by_role("heading", name="Markets that run dry").wait_for()
    check(watched, shop)


def test_wrong_files(watched: Watched, shop: str, tmp_path: Path) -> None:
    """A wrong workbook is explained by row; one of another kind, and a script in a name, are shown as they are."""
    page = watched.page
    book = tmp_path / "stock.json"
    book.write_text(
        '{"skus": [{"sku": "<script>alert(1)</script>", "length_cm": -1, "width_cm": 1, "height_cm": 1, '
        '"weight_kg": 1}], "stock": [{"sku": "Z", "warehouse": "nowhere", "state": "on_hand", "units": -3}]}'
    )
    page.goto(f"{shop}/warehouses?lang=en")
    page.set_input_files("#file", book)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("alert").wait_for()
    text = page.locator("main").inner_text()
    assert "is no known warehouse" in text
    assert "is not in the sheet of SKUs" in text
    # The browser itself writes down that the answer was a refusal.
    watched.complaints[:] = [one for one in watched.complaints if "422" not in one]
    check(watched, shop)
    picture = tmp_path / "stock.png"
    picture.write_bytes(b"x")
    page.set_input_files("#file", picture)
    page.get_by_role("button", name="Show").click()
    page.locator("#file-fault").wait_for()
    assert "stock.png" in page.locator("#file-fault").inner_text()
