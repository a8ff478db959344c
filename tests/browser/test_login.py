"""Logging in with a real browser that runs no script: cookies, origins and forms as browsers have them."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
import uvicorn

from api.app import create_app
from api.desk import Desk
from api.identity import people
from api.store import migrate
from api.store.session import WHOLE, Store
from tests.api.fakes import NOW, FakePlanner, clock
from tests.data.world import build, small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Serve with log-in on, and return the address with the key of an administrator."""
    store = Store(str(tmp_path / "hubport.db"))
    migrate.upgrade(store.engines)
    token = str(people.first_token(store, NOW))
    secret = store.write(WHOLE, "first-key", NOW, lambda session: people.redeem(session, token))[1].shown
    catalogue = build(small())
    app = create_app(Desk(catalogue, FakePlanner(catalogue), clock), store=store, auth="on")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", secret
        server.should_exit = True
        thread.join()
    store.close()


def test_without_script(browser: Browser, service: tuple[str, str]) -> None:
    """From a page to the log-in and back, a firm added by a form, and out again; nothing asked for elsewhere."""
    address, secret = service
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/network?lang=en")
    assert page.url.startswith(f"{address}/login?return=")
    page.get_by_label("API key").fill(secret)
    page.get_by_role("button", name="Log in").click()
    assert page.url == f"{address}/network?lang=en"
    page.get_by_role("link", name="Account").click()
    page.locator("main").get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="Firms").click()
    page.locator("form.narrow-card input[name=name]").fill("瓯海眼镜出口")
    page.get_by_role("button", name="Add a firm").click()
    assert "瓯海眼镜出口" in page.content()
    (cookie,) = [item for item in context.cookies() if item["name"] == "hubport"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.get_by_role("link", name="Account").first.click()
    page.get_by_role("button", name="Log out").click()
    assert page.url.startswith(f"{address}/login")
    assert context.cookies() == []
    page.goto(f"{address}/admin/firms")
    assert page.url.startswith(f"{address}/login?return=")
    assert [url for url in asked if not url.startswith((f"{address}/", "data:"))] == []
    assert complaints == []
    context.close()


def test_another_site_cannot_send_forms(browser: Browser, service: tuple[str, str]) -> None:
    """A form on another site of this machine, sent by the browser of an administrator, is refused."""
    address, secret = service
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login?lang=en")
    page.get_by_label("API key").fill(secret)
    page.get_by_role("button", name="Log in").click()
    elsewhere = address.replace("127.0.0.1", "localhost")
    form = f'<form method="post" action="{address}/admin/firms"><input name="name" value="C"><button>go</button></form>'
    page.route(f"{elsewhere}/evil", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(f"{elsewhere}/evil")
    with page.expect_response(f"{address}/admin/firms") as sent:
        page.get_by_role("button").click()
    assert sent.value.status in {303, 403}
    page.goto(f"{address}/admin/firms")
    assert 'value="C"' not in page.content()
    context.close()
