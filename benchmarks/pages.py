"""
Pages in a real browser: how long until maps and quotes are seen, and what a pan does.

The maps are the planner's, of a generated network, at the first visit since the service began and at later ones, each
with an empty cache of the browser, which has opened an unrelated page before, so that its own start is not counted;
quotes are asked of the shipped one, each by its own form, from the press of the button until the options show. All is
served on this machine and opened by Chromium without a graphics card. A pan is a drag across the map in small steps; a
long task is what keeps the page from answering for longer than 50 ms, as the browser itself reports it.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.flows_world import FULL, NOW, SMALL, book_flows, flows_catalogue
from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.shipments import as_request, draw_shipments
from data import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

    from api.desk import Desk
    from api.store.session import Store
    from benchmarks.flows_world import Size as Flows

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_PAGES = {"flows": "/planner/flows", "network": "/planner?status=active&status=scenario"}
_PATIENCE_MS = 120_000
_VIEWPORT: ViewportSize = {"width": 1280, "height": 900}
_VISIBLE = "() => performance.getEntriesByName('map-visible').map((one) => one.startTime)[0]"
_WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => window.longTasks.push(one.duration)))
    .observe({ type: "longtask", buffered: false });
}"""


@dataclass(frozen=True, slots=True)
class Size:
    """A generated network."""

    number: int
    flows: Flows
    visits: int
    quotes: int

    def __str__(self) -> str:
        """Return it for the table."""
        return f"{self.flows.locations} places, {self.flows.flows} flows"


@contextmanager
def served(size: Flows, seed: int) -> Iterator[str]:
    """Serve a generated network with its bookings, and yield the address."""
    from api.desk import Desk  # noqa: PLC0415 - other benchmarks need no server
    from api.store import migrate  # noqa: PLC0415
    from api.store.session import Store  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "flows.db"))
        migrate.upgrade(store.engines)
        catalogue = flows_catalogue(size, seed)
        book_flows(store, catalogue, size, seed)
        with _answering(Desk(catalogue, clock=lambda: NOW), store) as address:
            yield address
        store.close()


@contextmanager
def _answering(desk: Desk, store: Store | None) -> Iterator[str]:
    """Serve what a desk answers, and yield the address."""
    import uvicorn  # noqa: PLC0415

    from api.app import create_app  # noqa: PLC0415
    from api.ready import be_ready  # noqa: PLC0415

    desk.warm()
    app = create_app(desk, store=store)
    be_ready(app)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def pan(page: Any) -> list[float]:  # noqa: ANN401 - playwright comes with the tests alone
    """Drag a map across and back, and return the long tasks meanwhile, in ms."""
    page.evaluate(_WATCH)
    box = page.locator(".sheet").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    for side in (-1, 1, 1, -1):
        page.mouse.down()
        page.mouse.move(x + side * 260, y + side * 90, steps=14)
        page.mouse.up()
        page.wait_for_timeout(250)
        page.mouse.move(x, y)
    return [float(value) for value in page.evaluate("window.longTasks")]


def _measure(size: Size, seed: int) -> Iterator[Measurement]:
    path = shutil.which("chromium")
    if path is None:
        progress("pages: there is no chromium on this machine")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - comes with the tests alone

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        _begin(browser)
        for name, value, unit in (*_maps(browser, size, seed), *_quotes(browser, size, seed)):
            yield Measurement(name=f"pages/{name}", size=str(size), seed=seed, value=round(float(value), 1), unit=unit)
        browser.close()


def _begin(browser: Browser) -> None:
    """Open a page of no service: what the browser does for the first page of its life is not to be measured."""
    with tempfile.TemporaryDirectory() as folder:
        unrelated = Path(folder) / "unrelated.html"
        unrelated.write_text('<!DOCTYPE html><meta charset="utf-8"><title>-</title><p>Hub 港</p>', encoding="utf-8")
        context = browser.new_context(viewport=_VIEWPORT)
        context.new_page().goto(unrelated.as_uri())
        context.close()


def _maps(browser: Browser, size: Size, seed: int) -> Iterator[tuple[str, float, str]]:
    """Open the planner's maps and drag them."""
    with served(size.flows, seed) as address:
        for name, target in _PAGES.items():
            times = [_visit(browser, address + target) for _ in range(size.visits)]
            page = browser.new_page(viewport=_VIEWPORT)
            times.append(_seen(page, address + target))
            long_tasks = pan(page)
            redraw = page.evaluate("document.querySelector('.sheet').hubport.picture.drawn")
            page.close()
            yield f"{name} visible first", times[0], "ms"
            yield f"{name} visible median", statistics.median(times[1:]), "ms"
            yield f"{name} visible longest", max(times[1:]), "ms"
            yield f"{name} redraw", redraw, "ms"
            yield f"{name} longest task", max(long_tasks, default=0.0), "ms"


def _visit(browser: Browser, address: str) -> float:
    """Return what `_seen` does, in a browser that has kept nothing of the service."""
    context = browser.new_context(viewport=_VIEWPORT)
    found = _seen(context.new_page(), address)
    context.close()
    return found


def _seen(page: Page, address: str) -> float:
    """Return how long after its address was opened the map of a page is seen whole, in ms."""
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    return float(page.wait_for_function(_VISIBLE).json_value())


def _quotes(browser: Browser, size: Size, seed: int) -> Iterator[tuple[str, float, str]]:
    """Ask for quotes by the form, and return the median and the longest time until options are seen."""
    from api.desk import Desk  # noqa: PLC0415

    catalogue = load_catalogue()
    asked = [one for one in draw_shipments(catalogue, 4 * size.quotes, seed) if one.box is None][: size.quotes]
    times = []
    with _answering(Desk(catalogue), None) as address:
        page = browser.new_page(viewport=_VIEWPORT)
        page.set_default_timeout(_PATIENCE_MS)
        for shipment in asked:
            page.goto(address)
            for name, value in as_request(shipment).items():
                page.locator(f"#{name}").fill(str(value))
            # The list of places that a name brings up covers the button.
            page.keyboard.press("Escape")
            began = time.perf_counter()
            page.locator("form.ask button[type=submit]").click()
            page.locator("#results").wait_for()
            times.append(time.perf_counter() - began)
        page.close()
    yield "quote results median", statistics.median(times) * 1e3, "ms"
    yield "quote results longest", max(times) * 1e3, "ms"


SPEC = BenchSpec("pages", (Size(1, FULL, 10, 50),), (Size(1, SMALL, 1, 3),), _measure)
