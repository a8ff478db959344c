"""The planner's desk in a real browser: a scenario made, compared, saved and opened; maps that are looked at."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

import geopandas
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from api.app import create_app
from api.desk import Desk
from api.store import migrate
from api.store.session import Store
from benchmarks.flows_world import FULL, book_flows, flows_catalogue
from benchmarks.flows_world import NOW as FLOWS_NOW
from benchmarks.pages import pan
from tests.api.fakes import clock
from tests.data.world import build, small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
SEVERE = {"serious", "critical"}
PAGES = (
    "/planner",
    "/network?show=feeders",
    "/planner/flows",
    "/planner/reach?from=CNWNZ&weight_kg=800&volume_m3=4.2&days=2,60&kinds=seaport",
    "/planner/catchments",
    "/planner/scenario?from=CNWNZ&to=CNNGB-P&weight_kg=800&volume_m3=4.2&price_road=20",
)


def _serve(app: object) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """Serve the small data set with its real network."""
    yield from _serve(create_app(Desk(build(small()), clock=clock)))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve 300 places, 600 services and 5,000 booked legs."""
    store = Store(str(tmp_path_factory.mktemp("flows") / "flows.db"))
    migrate.upgrade(store.engines)
    catalogue = flows_catalogue(FULL)
    book_flows(store, catalogue, FULL)
    yield from _serve(create_app(Desk(catalogue, clock=lambda: FLOWS_NOW), store=store))
    store.close()


def ready(page: Page, count: int = 1) -> None:
    """Wait until the maps of a page are drawn."""
    expect(page.locator(".sheet[data-ready]")).to_have_count(count, timeout=90_000)


def quiet(watched: Watched, address: str) -> None:
    """Everything asked for came from our server, and the console is empty."""
    assert [url for url in watched.requests if not url.startswith((f"{address}/", "data:", "blob:"))] == []
    assert watched.complaints == []


def saved(page: Page, name: str, index: int, folder: Path) -> bytes:
    """Click a link that saves a map, and return the file."""
    with page.expect_download() as begun:
        page.get_by_role("link", name=name).nth(index).click()
    path = folder / begun.value.suggested_filename
    begun.value.save_as(path)
    return path.read_bytes()


def test_scenario_compare_export(watched: Watched, real: str, tmp_path: Path) -> None:
    """A planner closes a port, sees what is lost side by side, and saves both the picture and the data."""
    page = watched.page
    page.goto(f"{real}/planner?lang=en")
    page.get_by_role("link", name="Scenarios").click()
    page.get_by_label("Name of the scenario").fill("No Ningbo")
    page.get_by_label("Close (border, passage, port or any place)").fill("Ningbo port")
    page.get_by_label("From (with commas)").fill("Wenzhou")
    page.get_by_label("To (with commas)").fill("Ningbo port")
    page.get_by_label("Weight (kg)").fill("800")
    page.get_by_label("Volume (m³)").fill("4.2")
    page.get_by_role("button", name="Compare").click()
    page.locator("table.compared").wait_for()
    ready(page, 2)
    assert page.locator("h1").inner_text() == "No Ningbo"
    assert "Wenzhou → Ningbo port" in page.locator("table.compared").inner_text()
    assert page.locator("table.compared tr.bad td", has_text="no way").count() == 1
    # The link is the scenario: another visitor finds the same.
    assert "close=Ningbo+port" in page.url
    picture = Image.open(io.BytesIO(saved(page, "Picture, PNG", 1, tmp_path)))
    picture.load()
    assert picture.size == (1600, 1000)
    assert len(PdfReader(io.BytesIO(saved(page, "PDF page", 0, tmp_path))).pages) == 1
    (tmp_path / "one.gpkg").write_bytes(saved(page, "GeoPackage data", 0, tmp_path))
    assert set(geopandas.read_file(tmp_path / "one.gpkg", layer="places")["code"]) == {"CNWNZ", "CNNGB-P"}
    (tmp_path / "one.geojson").write_bytes(saved(page, "GeoJSON data", 1, tmp_path))
    assert "lost" in set(geopandas.read_file(tmp_path / "one.geojson")["change"])
    quiet(watched, real)


def test_maps_move_together(watched: Watched, real: str) -> None:
    """Both sides of a comparison show the same part of the world, whichever is moved."""
    page = watched.page
    page.goto(f"{real}{PAGES[-1]}")
    ready(page, 2)
    page.locator(".sheet").first.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(500)
    zooms = page.evaluate("[...document.querySelectorAll('.sheet')].map((one) => one.hubport.map.getZoom())")
    assert zooms[0] == zooms[1]
    quiet(watched, real)


def test_stopping(watched: Watched, real: str) -> None:
    """A comparison that takes long can be stopped, and says that it was."""
    page = watched.page
    page.route("**/planner/scenario/compare**", lambda _: None)
    # The search may have to be compiled first.
    page.set_default_timeout(90_000)
    # Before the script asks, a click on the button stops nothing.
    with page.expect_request("**/planner/scenario/compare**"):
        page.goto(f"{real}{PAGES[-1]}&lang=en", wait_until="commit")
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped. Change something").wait_for()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_accessible(watched: Watched, real: str, lang: str) -> None:
    """No page has a serious or critical finding, in both languages; nothing is asked for elsewhere."""
    page = watched.page
    # The search may have to be compiled first.
    page.set_default_timeout(90_000)
    for path in PAGES:
        page.goto(f"{real}{path}{'&' if '?' in path else '?'}lang={lang}")
        expect(page.locator("[aria-busy]")).to_have_count(0, timeout=90_000)
        found = Axe().run(page).response["violations"]
        severe = [
            (one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found if one["impact"] in SEVERE
        ]
        assert severe == [], path
    quiet(watched, real)


def test_legend_popup_and_keyboard(watched: Watched, real: str) -> None:
    """A layer can be switched off, a place tells about itself, and the arrow keys move the map."""
    page = watched.page
    page.goto(f"{real}/planner?lang=en")
    ready(page)
    holder = page.locator(".sheet")
    at = page.evaluate(
        """() => { const { map } = document.querySelector('.sheet').hubport;
        const spot = map.latLngToContainerPoint([53.54, 9.93]); return [spot.x, spot.y]; }"""
    )
    holder.click(position={"x": at[0], "y": at[1]})
    assert "DEHAM-P" in holder.locator(".leaflet-popup .sheet-card").inner_text()
    page.keyboard.press("Escape")
    places = page.locator(".sheet-legend").get_by_label("Places")
    places.uncheck()
    assert page.evaluate("document.querySelector('.sheet').hubport.picture.shown.at(-1)") is False
    # The popup moved the map into view; Leaflet drops keys while it moves.
    page.wait_for_function("() => !document.querySelector('.sheet').hubport.map._panAnim?._inProgress")
    holder.focus()
    before = page.evaluate("document.querySelector('.sheet').hubport.map.getCenter().lng")
    page.keyboard.press("ArrowRight")
    moved = "before => document.querySelector('.sheet').hubport.map.getCenter().lng > before"
    page.wait_for_function(moved, arg=before)
    quiet(watched, real)


def test_five_thousand_flows(watched: Watched, many: str) -> None:
    """All flows are on the map, a drag redraws it in slices, and the slider shows one day alone."""
    page = watched.page
    page.set_default_timeout(90_000)
    page.goto(f"{many}/planner/flows?lang=en")
    ready(page)
    picture = "document.querySelector('.sheet').hubport.picture"
    assert page.evaluate(f"{picture}.paths.length") > 4_900
    pan(page)
    slider = page.locator(".sheet-steps input")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(f"{picture}.step") == 0
    assert page.locator(".sheet-steps output").inner_text().startswith("2026-05-")
    shown = page.evaluate(f"{picture}.paths.filter((path) => {picture}.width(path) !== undefined).length")
    assert 0 < shown < 1_000
    quiet(watched, many)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_place_is_under_the_legend(browser: Browser, real: str, width: int) -> None:
    """The legend stands below its map, on telephones folded and unfolded."""
    page = browser.new_page(viewport={"width": width, "height": 850})
    page.set_default_timeout(90_000)
    page.goto(f"{real}{PAGES[-1]}")
    ready(page, 2)
    for _ in range(2):
        for number in range(2):
            map_box = page.locator(".sheet").nth(number).bounding_box()
            legend = page.locator(".sheet-legend").nth(number).bounding_box()
            assert map_box
            assert legend
            assert legend["y"] >= map_box["y"] + map_box["height"]
            assert legend["x"] + legend["width"] <= width
        for summary in page.locator(".sheet-legend summary").all():
            summary.click()
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_sideways_scrolling(browser: Browser, real: str, width: int) -> None:
    """Every page fits telephones and desks."""
    page = browser.new_page(viewport={"width": width, "height": 850})
    page.set_default_timeout(90_000)
    for path in PAGES:
        page.goto(f"{real}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.close()


def test_without_script(browser: Browser, real: str) -> None:
    """Forms, tables and files work without script; a comparison is one link away."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{real}{PAGES[3]}&lang=en")
    assert "CNNGB-P" in page.locator("table").first.inner_text()
    page.goto(f"{real}{PAGES[-1].replace('800', '790')}&lang=en")
    page.get_by_role("link", name="compare here").click()
    page.locator("table.compared").wait_for()
    context.close()
