"""Serves the sample on loopback, and lets a browser in as somebody."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from api.app import create_app
from tests.api.booking_world import serving
from tests.browser.sample import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from playwright.sync_api import Browser, BrowserContext

    from api.store.session import Store


class House(NamedTuple):
    """The sample as it is served: its address, keys by role, ids by name, and the application."""

    address: str
    secrets: dict[str, str]
    ids: dict[str, str]
    app: FastAPI

    def url(self, path: str, lang: str) -> str:
        """Return the address of a page in a language, with the ids of the sample in it."""
        return f"{self.address}{path.format_map(self.ids)}{'&' if '?' in path else '?'}lang={lang}"

    def enter(self, browser: Browser, role: str | None, *, width: int = 1280, height: int = 900) -> BrowserContext:
        """Return a browser window of somebody with a role, of nobody for None."""
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")  # type: ignore[arg-type]
        # A busy machine is no fault of a page.
        context.set_default_timeout(120_000)
        if role is not None:
            form = {"key": self.secrets[role], "return": "/account"}
            answer = context.request.post(f"{self.address}/login", form=form, headers={"origin": self.address})
            assert answer.ok, answer.text()
        return context


@contextmanager
def on_loopback(app: FastAPI) -> Iterator[str]:
    """Serve an application and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@contextmanager
def served(store: Store) -> Iterator[House]:
    """Fill a store with the sample and serve it, everybody having to log in."""
    with serving(store, "on") as world:
        secrets, ids = fill(world)
        app = create_app(world.desk, store=store, auth="on")
    with on_loopback(app) as address:
        yield House(address, secrets, ids, app)
