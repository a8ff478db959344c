"""The forwarder's journey in a real browser, driven like a person: type, compare, choose, book, download, open."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from pypdf import PdfReader

from api.app import create_app
from api.store import migrate
from api.store.session import Store
from tests.api.booking_world import ShipDesk, ShipPlanner, World, catalogue
from tests.api.fakes import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser


@dataclass
class Visit:
    """A browser in which a forwarder has logged in, with what it asked for and complained about."""

    address: str
    context: BrowserContext
    page: Page
    key: str
    asked: list[str]
    complaints: list[str]

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.address}{path}")

    def check_quiet(self) -> None:
        """Nothing left the machine, and nothing was complained about."""
        assert [url for url in self.asked if not url.startswith((f"{self.address}/", "data:"))] == []
        assert self.complaints == []


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Serve with log-in on, and return the address with the key of a forwarder whose firm has a name of markup."""
    store = Store(str(tmp_path_factory.mktemp("desk") / "hubport.db"))
    migrate.upgrade(store.engines)
    facts = catalogue()
    desk = ShipDesk(facts, ShipPlanner(facts), clock)
    app = create_app(desk, store=store, auth="on")
    world: Any = World(None, store, clock, desk)  # type: ignore[arg-type] - asks nothing over a client here
    secret = world.caller(world.firm("欧海 <script>alert(1)</script>"), "forwarder").secret
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", str(secret)
        server.should_exit = True
        thread.join()
    store.close()


@pytest.fixture
def visit(browser: Browser, service: tuple[str, str]) -> Iterator[Visit]:
    """Log in."""
    address, key = service
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    found = Visit(address, context, page, key, [], [])
    page.on("request", lambda request: found.asked.append(request.url))
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    log_in(found)
    yield found
    context.close()


def log_in(visit: Visit) -> None:
    """Log in on the page for it."""
    if "/login" not in visit.page.url:
        visit.go("/login?return=/account")
    visit.page.locator("input[name=key]").fill(visit.key)
    visit.page.locator("form button[type=submit]").click()
    visit.page.wait_for_load_state()


def ask(visit: Visit, *, lang: str = "zh") -> None:
    """Fill in the form of a quote the way a person does, and send it."""
    page = visit.page
    visit.go(f"/?lang={lang}")
    page.locator("#from").press_sequentially("ningbo", delay=5)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#to").fill("DEHAM-P")
    page.locator("#weight_kg").fill("1 t")
    page.locator("#volume_m3").fill("5000 L")
    page.locator("#pieces").fill("10")
    page.locator("#ready").fill("2026-05-18T10:00")
    page.locator("form.ask button[type=submit]").click()
    page.locator("#results").wait_for()


def test_journey(visit: Visit, tmp_path: Path) -> None:
    """From typing a place to the papers of a booking, opened."""
    page = visit.page
    ask(visit)
    page.locator("input[name=compare][value='1']").check()
    page.locator("input[name=compare][value='3']").check()
    comparison = page.locator("#comparison")
    comparison.wait_for()
    assert comparison.locator("thead th:visible").count() == 3
    page.locator("tbody[data-option='2'] button[name=option]").click()
    page.wait_for_url("**/book?*")
    page.locator("#reference").fill("OH-2026 <b>118</b>")
    page.get_by_role("button", name="确认订舱").dblclick()
    page.wait_for_url("**/forwarder/bookings/*")
    assert "OH-2026 <b>118</b>" in page.locator("h1").inner_text()
    assert "9,000.00 CNY" in page.content()
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-tooltip.place", has_text="汉堡港").wait_for()
    with page.expect_download() as pdf:
        page.get_by_role("link", name="下载 PDF").click()
    pdf.value.save_as(tmp_path / "papers.pdf")
    assert "OH-2026" in PdfReader(tmp_path / "papers.pdf").pages[0].extract_text()
    with page.expect_download() as book:
        page.get_by_role("link", name="下载 Excel").click()
    book.value.save_as(tmp_path / "papers.xlsx")
    assert load_workbook(tmp_path / "papers.xlsx").sheetnames
    fill_in(visit)
    visit.go("/forwarder/bookings")
    assert page.locator("tbody tr").count() == 1
    visit.check_quiet()


def fill_in(visit: Visit) -> None:
    """Type whom the papers name and what is in the boxes, wrong at first, with a party that is remembered."""
    page = visit.page
    page.get_by_role("link", name="填写单证资料").click()
    page.wait_for_url("**/particulars?*")
    shipper, goods = (page.get_by_role("group", name=name, exact=True) for name in ("发货人", "货物 1"))
    shipper.get_by_label("英文（拉丁字母）名称").fill("Wenzhou Ouhai Optical Co., Ltd.")
    shipper.get_by_label("中文名称").fill("温州瓯海光学有限公司")
    shipper.get_by_label("存入本企业通讯录").check()
    goods.get_by_label("英文品名").fill("Spectacle frames")
    goods.get_by_label("毛重 (kg)").fill("1001")
    page.get_by_role("button", name="保存资料").click()
    page.locator(".notice.bad a").click()
    assert goods.locator(".fault").count() == 1
    # The browser itself says of a page that it was refused.
    assert [("422" in text) for text in visit.complaints] == [True]
    visit.complaints.clear()
    goods.get_by_label("毛重 (kg)").fill("1000")
    page.get_by_role("button", name="保存资料").click()
    page.locator(".notice.good").wait_for()
    page.get_by_role("link", name="填写单证资料").click()
    page.get_by_role("group", name="收货人", exact=True).get_by_label("中文名称").fill("温州瓯海光学有限公司")
    page.get_by_role("button", name="按名称从通讯录填入").click()
    page.locator("input[name='particulars.consignee.name_en'][value^='Wenzhou']").wait_for()
    page.locator("a", has_text="返回订舱").first.click()


def test_filters_and_choice(visit: Visit) -> None:
    """Filters act on chart, table, cards and map at once, without a request; so does the choice of another option."""
    page = visit.page
    ask(visit, lang="en")
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-tooltip.place").first.wait_for()
    before = len(visit.asked)
    assert page.locator("tbody[data-option]:visible").count() == 3
    page.locator("[data-sieve-cost]").fill("9500")
    assert page.locator("tbody[data-option]:visible").count() == 2
    assert page.locator(".chart a[data-option]:visible").count() == 2
    assert "2 of 3" in page.locator("[data-sieve-count]").inner_text()
    # The first option fell out, so that the map shows the next.
    assert page.locator("[data-map-title]").inner_text() == "Map of option 2"
    page.locator("[data-sieve-mode][value=sea]").uncheck()
    assert page.locator("[data-sieve-none]").is_visible()
    page.locator("[data-sieve-reset]").click()
    assert page.locator("tbody[data-option]:visible").count() == 3
    page.locator(".chart a[data-option='3']").click()
    assert page.locator("tbody.chosen").get_attribute("id") == "option-3"
    assert len(visit.asked) == before
    visit.check_quiet()


def test_session_that_ended(visit: Visit) -> None:
    """What was typed before the session was over is there again after log-in, on the same page."""
    page = visit.page
    visit.go("/forwarder/table")
    page.locator("#pasted").fill("起运地\t目的地\t重量kg\t体积m3\nCNNGB-P\tDEHAM-P\t800\t4")
    visit.context.clear_cookies()
    page.locator("button[value=page]").click()
    page.wait_for_url("**/login?*")
    log_in(visit)
    assert page.url.startswith(f"{visit.address}/forwarder/table")
    assert "CNNGB-P" in page.locator("#pasted").input_value()
    page.locator("button[value=page]").click()
    page.locator("#quoted").wait_for()
    visit.check_quiet()


def test_large_file_is_told_at_once(visit: Visit, tmp_path: Path) -> None:
    """A file of 50 MB is refused in words before anything is sent."""
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    page = visit.page
    visit.go("/forwarder/table?lang=en")
    page.locator("#file").set_input_files(path)
    before = len(visit.asked)
    assert "50.0 MB" in page.locator("[data-drop-told]").inner_text()
    page.locator("button[value=page]").click()
    assert len(visit.asked) == before
    visit.check_quiet()


def test_without_script(browser: Browser, service: tuple[str, str]) -> None:
    """Comparing, booking and cancelling work without script."""
    address, key = service
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{address}/login?return=/account")
    page.locator("input[name=key]").fill(key)
    page.locator("form button[type=submit]").click()
    query = "from=CNNGB-P&to=DEHAM-P&weight_kg=100&volume_m3=1&ready=2026-05-18T10:00&lang=en"
    page.goto(f"{address}/quote?{query}")
    page.locator("input[name=compare][value='1']").check()
    page.locator("input[name=compare][value='2']").check()
    page.get_by_role("button", name="Compare side by side").click()
    assert page.locator("#comparison thead th:visible").count() == 3
    page.locator("tbody[data-option='1'] button[name=option]").click()
    page.get_by_role("button", name="Hold the room").click()
    assert "/forwarder/bookings/" in page.url
    page.locator("summary", has_text="Cancel the booking").click()
    page.get_by_role("button", name="Yes, cancel").click()
    assert page.get_by_text("Cancelled", exact=True).first.is_visible()
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_access(visit: Visit, tmp_path: Path, lang: str) -> None:
    """No serious finding of axe on any page of the desk, at either width, and no page scrolls sideways."""
    page = visit.page
    ask(visit, lang=lang)
    page.locator("form#keep button[value='']").click()
    page.wait_for_url("**/forwarder/quotes/*")
    quote = page.url.split("?")[0].rpartition("/")[2]
    visit.go(f"/forwarder/quotes/{quote}/book?option=3&lang={lang}")
    page.locator("button[value=hold]").click()
    page.wait_for_url("**/forwarder/bookings/*")
    booking = page.url.split("?")[0].rpartition("/")[2]
    paths = [f"quotes/{quote}", f"quotes/{quote}/sheet", f"quotes/{quote}/book", f"bookings/{booking}"]
    visit.go(f"/forwarder/quotes/{quote}/sheet?lang={lang}")
    (tmp_path / "sheet.pdf").write_bytes(page.pdf(format="A4"))
    assert len(PdfReader(tmp_path / "sheet.pdf").pages) == 1
    for path in ("", "table", "quotes", "bookings", "shipments", *paths):
        visit.go(f"/forwarder{f'/{path}' if path else ''}?lang={lang}&option=1&compare=1&compare=2")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page).response["violations"]
        assert [item["id"] for item in found if item["impact"] in {"serious", "critical"}] == [], path
    visit.check_quiet()
