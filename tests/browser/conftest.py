"""A real server, a real browser, and a record of everything the browser asks for or complains about."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from api.app import create_app
from api.desk import Desk
from tests.api.fakes import FakePlanner, clock
from tests.data.world import build, small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


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
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's browser."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=_FLAGS)
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
