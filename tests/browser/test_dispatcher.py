"""The dispatcher's main journey in a real browser: Excel, plan, freeze, replan, drag, schedule, print."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.app import create_app
from api.clock import system_clock
from api.desk import Desk
from api.jobs.kinds import KINDS
from api.jobs.runner import LocalRunner, Setup
from api.jobs.worker import Pace, Worker
from api.store import migrate
from api.store.session import Store
from data.cargo import Cargo
from data.cargo_write import cargo_bytes
from data.export import export_folder
from tests.agree_world import DAY, MONDAY, network, shipment, tables
from tests.api.dispatcher.conftest import MARKUP, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
_SERIOUS = {"serious", "critical"}
_SIZES = (8, 9, 7, 9, 8, 6)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a desk with a worker, and return its address."""
    folder = tmp_path_factory.mktemp("desk")
    export_folder(tables(), folder / "tables")
    with closing(Store(str(folder / "hubport.db"))) as store, socket.create_server(("127.0.0.1", 0)) as listener:
        migrate.upgrade(store.engines)
        app = create_app(Desk(tables(), network(), lambda: NOW), store=store, auth="off")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        runner = LocalRunner(Setup(data=folder / "tables"))
        worker = Worker(store, runner, KINDS, clock=system_clock, pace=Pace(tick_s=0.05, lease_s=20))
        threads = [
            threading.Thread(target=server.run, kwargs={"sockets": [listener]}),
            threading.Thread(target=worker.run),
        ]
        for thread in threads:
            thread.start()
        while not server.started:
            threads[0].join(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        worker.stop()
        for thread in threads:
            thread.join()


@pytest.fixture
def excel(tmp_path: Path) -> Path:
    """Return a workbook of cargo for two boxes; a shipper calls itself a script."""
    rows = [
        shipment(
            f"S-{number}", mass_g=900_000, volume_cm3=size * 1_000_000, shipper=MARKUP if number == 1 else "温州眼镜厂"
        )
        for number, size in enumerate(_SIZES, 1)
    ]
    late = replace(shipment("S-9", MONDAY + DAY, volume_cm3=1_000_000), unserved_minor=1)
    path = tmp_path / "本周货物.xlsx"
    path.write_bytes(cargo_bytes(Cargo(shipments=(*rows, late)), tables(), ".xlsx"))
    return path


def check_page(page: Page) -> None:
    """Find no serious fault of access, and nothing that is wider than the window."""
    found = Axe().run(page).response["violations"]
    serious = [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found if one["impact"] in _SERIOUS
    ]
    assert serious == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


def plan_of(page: Page, other: str = "-") -> str:
    """Return the id of the plan on the page, once it is there, and is not another one."""
    page.wait_for_url(lambda url: "/dispatcher/plans/pl_" in url and other not in url, timeout=60_000)
    return str(re.findall(r"pl_\w+", page.url)[0])


def test_journey(watched: Watched, address: str, excel: Path) -> None:
    """Excel in, plan made and looked at, boxes pinned, planned anew, a shipment dragged, scheduled, printed."""
    page = watched.page
    page.goto(f"{address}/dispatcher")
    check_page(page)
    page.get_by_role("link", name="新建方案").first.click()
    check_page(page)
    page.get_by_label("把文件拖到这里").set_input_files(excel)
    page.get_by_label("名称").fill("第 2 周")
    page.get_by_label("时限").fill("10")
    page.get_by_role("button", name="开始计算").click()
    page.wait_for_url("**/dispatcher/jobs/**")
    check_page(page)
    first = plan_of(page)
    for view in ("summary", "boxes", "departures", "shipments", "unserved", "work", "replan", "schedule"):
        page.goto(f"{address}/dispatcher/plans/{first}?view={view}")
        check_page(page)
    page.goto(f"{address}/dispatcher/plans/{first}?view=replan&lang=en")
    page.get_by_role("checkbox", name=re.compile("^L001")).check()
    page.get_by_role("button", name="Plan anew").click()
    second = plan_of(page, first)
    assert page.request.get(f"{address}/v1/plans/{second}/plan.json").json()["frozen_loads"] == ["L001"]
    third = drag(page, address, second)
    page.goto(f"{address}/dispatcher/compare?one={first}&other={third}&lang=en")
    check_page(page)
    expect(page.get_by_role("heading", name="Shipments that move (1 of")).to_be_visible()
    page.goto(f"{address}/dispatcher/plans/{third}?view=schedule&lang=en")
    page.get_by_role("button", name="Make the schedule").click()
    expect(page.frame_locator("iframe").locator("svg.gantt").first).to_be_attached(timeout=60_000)
    page.goto(f"{address}/dispatcher/plans/{third}/print")
    check_page(page)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.goto(f"{address}/dispatcher?lang=en")
    check_page(page)
    assert page.locator("script", has_text="alert").count() == 0
    assert [url for url in watched.requests if not url.startswith((f"{address}/", "data:", "blob:"))] == []
    assert watched.complaints == []


def drag(page: Page, address: str, plan: str) -> str:
    """Drag a shipment where it does not fit, then out of its box, and keep that; return the new version."""
    page.goto(f"{address}/dispatcher/plans/{plan}?view=boxes&lang=en")
    verdict = page.get_by_role("dialog")
    page.locator("#L001 .piece").first.drag_to(page.locator("#L002 .card-head"))
    expect(verdict.get_by_text("The box cannot hold this volume")).to_be_visible()
    verdict.get_by_role("button", name="Close").click()
    name = str(page.locator("#L002 .piece").first.get_attribute("data-shipment"))
    page.locator("#L002 .piece").first.get_by_text("Move to…").click()
    page.get_by_label(f"Move {name} to").select_option(label="Alone")
    page.get_by_role("button", name=f"Check {name}").click()
    expect(verdict.get_by_text("no rule is broken")).to_be_visible()
    check_page(page)
    verdict.get_by_role("button", name="Keep as a new version").click()
    return plan_of(page, plan)


def test_left_behind_and_a_new_box(watched: Watched, address: str, excel: Path) -> None:
    """A card dropped on “left behind” tells that price; on “a new box” it asks who comes along, and keeps that."""
    page = watched.page
    number = made(page, address, excel)
    page.goto(f"{address}/dispatcher/plans/{number}?view=boxes&lang=en")
    verdict = page.get_by_role("dialog")
    page.locator("#L001 .piece").first.drag_to(page.locator(".lane[data-load=behind] .card-head"))
    expect(verdict.get_by_text("it has no price for being left behind")).to_be_visible()
    check_page(page)
    page.keyboard.press("Escape")
    names = page.locator("#L001 .piece").evaluate_all("pieces => pieces.map(piece => piece.dataset.shipment)")
    page.locator("#L001 .piece").first.drag_to(page.locator(".lane[data-load=new] .card-head"))
    expect(verdict.get_by_text("In the box it would bear more than alone")).to_be_visible()
    verdict.get_by_text("Others in it as well").first.click()
    for name in names[1:]:
        verdict.get_by_role("checkbox", name=re.compile(f"^{name} ")).check()
    verdict.get_by_role("button", name="Check").click()
    expect(verdict.get_by_text("no rule is broken")).to_be_visible()
    check_page(page)
    verdict.get_by_role("button", name="Keep as a new version").click()
    new = plan_of(page, number)
    loads = page.request.get(f"{address}/v1/plans/{new}/plan.json").json()["loads"]
    assert {load["id"]: load["shipments"] for load in loads}["L003"] == names
    assert watched.complaints == []


def test_a_new_box_without_script(browser: Browser, address: str, excel: Path, watched: Watched) -> None:
    """The same by forms alone: “a new box” of a card, who comes along, and kept."""
    number = made(watched.page, address, excel)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/dispatcher/plans/{number}?view=boxes&lang=en")
    names = page.locator("#L001 .piece strong").all_inner_texts()
    page.locator("#L001 .piece").first.get_by_text("Move to…").click()
    page.get_by_label(f"Move {names[0]} to").select_option(label="A new box…")
    page.get_by_role("button", name=f"Check {names[0]}").click()
    page.get_by_text("Others in it as well").first.click()
    for name in names[1:]:
        page.get_by_role("checkbox", name=re.compile(f"^{name} ")).check()
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Keep as a new version").click()
    new = plan_of(page, number)
    page.get_by_label(f"Move {names[0]} to").locator("xpath=ancestor::details").first.evaluate(
        "one => { one.open = true; }"
    )
    choice = page.get_by_label(f"Move {names[0]} to")
    expect(choice.locator("option[value=behind]")).to_be_disabled()
    expect(choice.locator("option[value=behind]")).to_have_text("Leave behind – it has no price for that")
    assert new in page.url
    context.close()


def test_two_dispatchers(watched: Watched, browser: Browser, address: str, excel: Path) -> None:
    """Both look at the same plan and change it: the second is told in the dialog, and nothing is overwritten."""
    page = watched.page
    number = made(page, address, excel)
    page.goto(f"{address}/dispatcher/plans/{number}?view=boxes&lang=en")
    name = str(page.locator("#L001 .piece").first.get_attribute("data-shipment"))
    other = browser.new_page()
    other.goto(f"{address}/dispatcher/plans/{number}/move?shipment={name}&lang=en")
    other.get_by_role("button", name="Keep as a new version").click()
    plan_of(other, number)
    other.close()
    page.locator("#L001 .piece").nth(1).drag_to(page.locator(".lane[data-load=''] .card-head"))
    # Looked at before the other was kept, or after: either way it is told.
    expect(page.get_by_role("dialog").get_by_text("Your change was not kept")).to_be_visible()
    assert number in page.url


def made(page: Page, address: str, excel: Path) -> str:
    """Have a plan made, and return its id."""
    page.goto(f"{address}/dispatcher/new")
    page.get_by_label("把文件拖到这里").set_input_files(excel)
    page.get_by_label("时限").fill("10")
    page.get_by_role("button", name="开始计算").click()
    return plan_of(page)
