"""Every page in both languages: nothing from elsewhere, a clean console, open to everybody, within the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from playwright.sync_api import expect

from tests.browser.checks import grave_findings, heading_faults, skips, too_wide, unlabelled
from tests.browser.pages_list import NO_PAGES, PAGES, Entry
from tests.browser.sample import SCRIPT_NAME

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

    from tests.browser.served import House

pytestmark = pytest.mark.browser
MOST_BYTES = 1_500_000
LANGS = {"zh": "zh-CN", "en": "en"}
EVERY = [pytest.param(entry, lang, id=f"{entry.name}-{lang}") for entry in PAGES for lang in LANGS]


class Record:
    """What a window asks for, gets and complains about."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.bytes = 0
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        wire = context.new_cdp_session(self.page)
        wire.on("Network.loadingFinished", self._count)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def open(self, address: str, entry: Entry) -> Response:
        """Open a page, and wait until it is whole."""
        response = self.page.goto(address)
        assert response is not None
        self.page.locator(entry.ready).first.wait_for(state="attached")
        self.page.wait_for_load_state("networkidle")
        return response

    def _count(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]


@pytest.mark.parametrize(("entry", "lang"), EVERY)
def test_page(browser: Browser, house: House, entry: Entry, lang: str) -> None:
    """A page keeps to this machine, to the screen, to its language, and to everybody's reach."""
    context = house.enter(browser, entry.role)
    record = Record(context)
    response = record.open(house.url(entry.path, lang), entry)
    page = record.page
    assert response.status == entry.status
    assert [url for url in record.asked if not url.startswith((f"{house.address}/", "data:", "blob:"))] == []
    # A browser notes every answer that is a refusal.
    assert [text for text in record.complaints if entry.status == 200 or "the server responded" not in text] == []
    assert record.bytes <= MOST_BYTES
    assert page.locator("html").get_attribute("lang") == LANGS[lang]
    assert page.title().strip()
    assert grave_findings(page) == []
    assert unlabelled(page) == []
    assert too_wide(page) == []
    if not entry.is_frame:
        assert heading_faults(page) == []
        assert skips(page)
    page.set_viewport_size({"width": 360, "height": 780})
    assert too_wide(page) == []
    if not entry.is_frame:
        assert page.locator(".menu > summary").is_visible()
    context.close()


def test_every_page_is_listed(house: House) -> None:
    """What the router serves without parameters in its address is listed, or said to be no page."""
    served = {
        str(found.path)
        for found in iter_route_contexts(house.app.routes)
        if isinstance(found.original_route, APIRoute) and "GET" in (found.methods or ())
        if not found.original_route.include_in_schema and "{" not in str(found.path)
    }
    listed = {entry.path.partition("?")[0] for entry in PAGES}
    assert served - listed - NO_PAGES.keys() == set()
    assert listed - served - {entry.path for entry in PAGES if "{" in entry.path} == set()
    assert len({entry.name for entry in PAGES}) == len(PAGES)


def test_names_are_text(browser: Browser, house: House) -> None:
    """A script in the name of a firm or of a user is shown as it was typed."""
    context = house.enter(browser, "admin")
    record = Record(context)
    record.page.goto(f"{house.address}/admin/users?lang=en")
    expect(record.page.get_by_role("link", name=SCRIPT_NAME)).to_be_visible()
    record.page.goto(f"{house.address}/admin/firms?lang=en")
    expect(record.page.locator(f"input[name=name][value={SCRIPT_NAME!r}]")).to_be_visible()
    assert record.page.locator("main script").count() == 0
    assert record.complaints == []
    context.close()


def test_menu_without_script(browser: Browser, house: House) -> None:
    """On a telephone the navigation unfolds without script, and leads on."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto(f"{house.address}/login?lang=en")
    assert not page.get_by_role("link", name="Statistics").is_visible()
    page.locator(".menu > summary").click()
    page.get_by_role("link", name="Statistics").click()
    assert "return=%2Fstatistics" in page.url
    context.close()


def test_the_checks_find_something(browser: Browser) -> None:
    """A page with every fault is found out."""
    page = browser.new_page(viewport={"width": 360, "height": 600})
    page.set_content(
        "<html><body><h2>a</h2><h4>b</h4><input id=x><button></button><img src='data:,'>"
        "<p style='width:900px;color:#bbb'>pale</p><main id=main></main></body></html>"
    )
    assert heading_faults(page) == ["0 headings of the first level", "2 is followed by 4"]
    assert len(unlabelled(page)) == 2
    assert too_wide(page)[0] == "908 > 360"
    found = {text.partition(":")[0] for text in grave_findings(page)}
    assert {"color-contrast", "image-alt", "label", "button-name", "html-has-lang"} <= found
    assert not skips(page)
    page.close()
