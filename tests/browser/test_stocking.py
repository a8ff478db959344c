"""The seller's journey in a real browser: a workbook in, a plan by a process, what to send, a workbook out."""

from __future__ import annotations

import datetime as dt
import io
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.app import create_app
from api.desk import Desk
from api.jobs.kinds import KINDS
from api.jobs.runner import LocalRunner, Setup
from api.jobs.worker import Pace, Worker
from api.store import migrate
from api.store.session import Store
from data import load_catalogue
from data.samples_stock import sample_stock
from data.stock_write import stock_bytes
from tests.api.fakes import FakePlanner
from tests.browser.served import on_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
NOW = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
_PATIENT_MS = 240_000
"""The process of the job loads the network and looks for ways of sending; a busy machine takes its time."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the shipped data set with a worker, and return the address."""
    folder, catalogue = tmp_path_factory.mktemp("shop"), load_catalogue()
    begun = time.monotonic()

    def clock() -> dt.datetime:
        return NOW + dt.timedelta(seconds=time.monotonic() - begun)

    with closing(Store(str(folder / "hubport.db"))) as store:
        migrate.upgrade(store.engines)
        app = create_app(Desk(catalogue, FakePlanner(catalogue), clock), store=store, auth="off")
        worker = Worker(store, LocalRunner(Setup(data=None)), KINDS, clock=clock, pace=Pace(lease_s=60))
        thread = threading.Thread(target=worker.run)
        with on_loopback(app) as address:
            thread.start()
            yield address
            worker.stop()
            thread.join()


def grave(page: Page) -> list[str]:
    """Return what axe-core calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']} {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in {"serious", "critical"}]


def check_phone(page: Page) -> None:
    """On a phone this week comes first, what is later is closed, and nothing runs over the edge when it is opened."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert page.evaluate("document.documentElement.scrollHeight") < 10 * 844
    assert page.locator("details.wh-fold[open]").count() == 0
    page.get_by_role("navigation", name="Parts").get_by_role("link", name="The stock of today").click()
    expect(page.locator("#where-title")).to_be_visible()
    page.evaluate("document.querySelectorAll('details.wh-fold').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert grave(page) == []


def test_from_file_to_list(watched: Watched, shop: str, tmp_path: Path) -> None:
    """A workbook is sent, a plan is started and watched, read in two languages, and taken home as a workbook."""
    page = watched.page
    page.set_default_timeout(_PATIENT_MS)
    catalogue = load_catalogue()
    path = tmp_path / "库存.xlsx"
    path.write_bytes(stock_bytes(sample_stock(catalogue, skus=4, week="2026-W49", seed=2), catalogue, ".xlsx"))
    page.goto(f"{shop}/warehouses?lang=zh")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="查看").click()
    page.get_by_label("计划周数").fill("8")
    page.get_by_label("最长秒数").fill("1")
    page.get_by_role("button", name="算备货方案").click()
    page.wait_for_url("**/warehouses/jobs/**")
    assert grave(page) == []
    page.wait_for_url("**/warehouses/plans/**")
    assert page.get_by_role("heading", name="本周发货清单").count() == 1
    assert grave(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with page.expect_download() as taken:
        page.locator("a[href*='plan.xlsx']").first.click()
    book = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    assert len(book.sheetnames) > 3
    page.goto(page.url.replace("lang=zh", "lang=en"))
    assert page.get_by_role("heading", name="To send this week").count() == 1
    check_phone(page)
    assert [url for url in watched.requests if not url.startswith(f"{shop}/")] == []
    assert watched.complaints == []
