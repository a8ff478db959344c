"""A real server, a real browser, and a record of everything the browser asks for or complains about."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import Page, sync_playwright

from api.app import create_app
from api.desk import Desk
from api.store.session import Store
from tests.api.fakes import FakePlanner, clock
from tests.browser.served import House, on_loopback, served
from tests.data.world import build, small
from tests.databases import databases

__all__ = ["databases"]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.databases import Databases

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Watched(NamedTuple):
    """A page with what it asked for and complained about."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Serve the small data set on this machine and return the address."""
    catalogue = build(small())
    app = create_app(Desk(catalogue, FakePlanner(catalogue), clock))
    with on_loopback(app) as found:
        yield found


@pytest.fixture(scope="session")
def house(databases: Databases) -> Iterator[House]:
    """Serve the sample, everybody having to log in."""
    store = Store(databases.migrated("sqlite"))
    with served(store) as found:
        yield found
    store.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's browser."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Open a page that writes down what it does."""
    page = browser.new_page(viewport={"width": 1360, "height": 900}, locale="zh-CN")
    result = Watched(page, [], [])
    page.on("request", lambda request: result.requests.append(request.url))
    page.on("console", lambda message: result.complaints.append(message.text))
    page.on("pageerror", lambda error: result.complaints.append(str(error)))
    yield result
    page.close()
