"""The pages in a real browser: from the form to the map, in both languages, and nothing leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.data.world import build, small
from viz.layers import network_layers
from viz.lines import LineBook
from viz.maps import page as map_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

QUERY = "from=CNWNZ&to=DEHAM-P&weight_kg=800&volume_m3=4.2"


def check_quiet(watched: Watched, address: str) -> None:
    """Everything asked for came from our server, and the console is empty."""
    outside = [url for url in watched.requests if not url.startswith((f"{address}/", "data:"))]
    assert outside == []
    assert watched.complaints == []


def fill(page: Page) -> None:
    """Fill in the form the way a person does, and send it."""
    page.get_by_role("combobox").nth(0).press_sequentially("wenzhou", delay=5)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#to").fill("DEHAM-P")
    page.locator("#weight_kg").fill("800")
    page.locator("#volume_m3").fill("4.2")
    page.locator("button[type=submit]").click()
    page.locator("#results").wait_for()


@pytest.mark.parametrize(
    ("lang", "chosen", "cost"), [("zh", "温州 (CNWNZ)", "运输成本"), ("en", "Wenzhou (CNWNZ)", "Transport cost")]
)
def test_from_form_to_map(watched: Watched, address: str, lang: str, chosen: str, cost: str) -> None:
    """A person fills in the form, gets options, and sees the way on a map."""
    page = watched.page
    page.goto(f"{address}/?lang={lang}")
    fill(page)
    assert page.locator("#from").input_value() == chosen
    assert cost in page.locator("table.options > thead").inner_text()
    assert page.locator("tbody[data-option]").count() == 2
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-overlay-pane path").first.wait_for(state="attached")
    # Truck, ship and their three places, and behind them two flights and theirs; the coast is in a pane of its own.
    assert frame.locator(".leaflet-overlay-pane path.leaflet-interactive").count() == 10
    assert frame.locator(".leaflet-backdrop-pane path").count() > 2
    assert frame.locator(".leaflet-tooltip.place").first.is_visible()
    check_quiet(watched, address)


def test_choosing_an_option(watched: Watched, address: str) -> None:
    """A click on another option, in the table or the chart, changes the map without loading the page again."""
    page = watched.page
    page.goto(f"{address}/quote?{QUERY}")
    page.locator("[data-show='2']").click()
    page.frame_locator("iframe").locator(".leaflet-tooltip.place", has_text="法兰克福机场").wait_for()
    assert page.locator("[data-map-title]").inner_text() == "方案 2 路线图"
    assert page.locator("tbody.chosen").get_attribute("id") == "option-2"
    page.locator(".chart [data-option='1']").click()
    page.frame_locator("iframe").locator(".leaflet-tooltip.place", has_text="汉堡港").wait_for()
    assert sum("/quote?" in url and "/map/" not in url for url in watched.requests) == 1
    check_quiet(watched, address)


def test_details_that_come_when_asked_for(watched: Watched, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long list the details of later options are fetched into their place; if that fails, their page opens."""
    monkeypatch.setattr("api.forwarder.quote_view.MOST_WHOLE", 0)
    page = watched.page
    page.goto(f"{address}/quote?{QUERY}&lang=en&option=2")
    option = page.locator("#option-1")
    assert page.locator("#option-2 details[open]").count() == 1
    assert option.locator("details").count() == 0
    page.locator("#option-2 [name=compare]").check()
    option.locator("a[data-details]").click()
    option.locator("details[open] table.inner").first.wait_for()
    assert option.locator("a[data-details]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert "left" in option.locator("details .countdown").first.inner_text()
    # The page is still the same one.
    assert page.locator("#option-2 [name=compare]").is_checked()
    check_quiet(watched, address)
    page.reload()
    page.route(
        "**/quote?*", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_()
    )
    option.locator("a[data-details]").click()
    page.wait_for_url("**option=1#option-1")
    assert option.locator("details[open]").count() == 1


def test_details_without_script(browser: Browser, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without script the link leads to the page on which they are open."""
    monkeypatch.setattr("api.forwarder.quote_view.MOST_WHOLE", 1)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/quote?{QUERY}")
    page.locator("#option-2 a[data-details]").click()
    page.locator("#option-2 details[open] table.inner").first.wait_for()
    assert page.locator("#option-1 details").count() == 1
    assert page.locator("#option-1 details[open]").count() == 0
    context.close()


def test_details_and_popups(watched: Watched, address: str) -> None:
    """Charges fold out, and a click on a line tells about the leg."""
    page = watched.page
    page.goto(f"{address}/quote?{QUERY}&lang=en")
    page.locator("tbody[data-option='1'] summary").click()
    assert page.get_by_text("2,450.50 USD").is_visible()
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-overlay-pane path.leaflet-interactive").first.dispatch_event("click")
    frame.locator(".leaflet-popup .card h3").wait_for()
    check_quiet(watched, address)


def test_keyboard(watched: Watched, address: str) -> None:
    """The first tab leads past the header, and every control can be reached."""
    page = watched.page
    page.goto(f"{address}/quote?{QUERY}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.dataset.option || ''"))
    assert {"from", "to", "weight_kg", "currency", "1", "2"} <= seen
    check_quiet(watched, address)


def test_without_script(browser: Browser, address: str) -> None:
    """Without script the form still leads to options, and a link to another option's page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/?lang=en")
    page.locator("#from").fill("Wenzhou")
    page.locator("#to").fill("DEHAM-P")
    page.locator("#weight_kg").fill("800")
    page.locator("#volume_m3").fill("4.2")
    page.get_by_role("button", name="Find plans").click()
    assert page.locator("tbody[data-option]").count() == 2
    page.get_by_role("link", name="Show map Option 2").click()
    assert "option=2" in page.url
    assert page.locator("tbody.chosen").get_attribute("id") == "option-2"
    context.close()


@pytest.mark.parametrize("width", [360, 768, 1360])
def test_no_sideways_scrolling(browser: Browser, address: str, width: int) -> None:
    """The page fits telephones and desks."""
    page = browser.new_page(viewport={"width": width, "height": 800}, locale="zh-CN")
    for path in ("/", f"/quote?{QUERY}", f"/quote?{QUERY}&lang=en"):
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_file_needs_nothing(watched: Watched, tmp_path: Path) -> None:
    """A map written to a file opens without a server, and asks for nothing."""
    path = tmp_path / "map.html"
    path.write_text(map_page(network_layers(LineBook(build(small())), lang="zh"), lang="zh"), encoding="utf-8")
    watched.page.goto(path.as_uri())
    watched.page.locator(".leaflet-overlay-pane path.leaflet-interactive").first.wait_for(state="attached")
    assert watched.page.locator(".map-title").inner_text() == "运输网络"
    assert [url for url in watched.requests if not url.startswith(("file:", "data:"))] == []
    assert watched.complaints == []


def test_legend_is_folded_on_a_telephone(browser: Browser, address: str) -> None:
    """On a narrow screen the legend does not cover the map, and a touch unfolds it."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{address}/quote?{QUERY}")
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-control-layers-toggle").wait_for()
    assert not frame.locator(".leaflet-control-layers-list").is_visible()
    frame.locator(".leaflet-control-layers-toggle").dispatch_event("mouseover")
    frame.locator(".leaflet-control-layers").dispatch_event("mouseenter")
    frame.locator(".leaflet-control-layers-list").wait_for()
    page.close()
