"""
Draws the pictures of the README: the desks with the plan of the sample week on the shipped tables.

Run by ``make screenshots``: python -m tests.browser.readme_pictures FOLDER. The week is that of
``hubport sample --shipments 300 --week 2026-W49 --seed 1``.
"""

from __future__ import annotations

import datetime as dt
import io
import shutil
import socket
import sys
import tempfile
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from api.app import create_app
from api.cli import main as hubport
from api.client import Hubport
from api.clock import system_clock
from api.desk import Desk
from api.jobs.kinds import KINDS
from api.jobs.runner import LocalRunner, Setup
from api.jobs.worker import Pace, Worker
from api.store import migrate
from api.store.session import Store
from tests.browser.conftest import FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser

NOW = dt.datetime(2026, 11, 30, 1, 30, tzinfo=dt.UTC)
"""Monday morning of the sample week, in Zhejiang."""
SAMPLE = ("sample", "--shipments", "300", "--week", "2026-W49", "--seed", "1")
MOST_BYTES = 150_000
_PLAN_S = 300
_QUOTE = "/quote?from=瓯海&to=汉堡&weight_kg=800&volume_m3=4.2&pieces=40&ready=2026-12-01T09:00"


class Picture(NamedTuple):
    """A picture: its name, the page with the id of the plan in braces, how high, and what must be drawn by then."""

    name: str
    path: str
    height: int = 860
    ready: str = "main h1"
    frame: str = ""
    top: str = ""
    langs: tuple[str, ...] = ("zh",)


PICTURES = (
    Picture("quote", _QUOTE, 1180, "#results", ".leaflet-overlay-pane path", "#results", langs=("zh", "en")),
    Picture("board", "/dispatcher", 980, langs=("zh", "en")),
    Picture("boxes", "/dispatcher/plans/{plan}?view=boxes", 900, ".lane"),
    Picture("schedule", "/dispatcher/plans/{plan}?view=schedule", 900, "iframe", "svg.gantt"),
    Picture("network", "/planner", 1020, "canvas"),
    Picture("flows", "/planner/flows?plan={plan}", 900, "canvas", "", "main h2", langs=("zh", "en")),
)


@contextmanager
def working(store: Store) -> Iterator[str]:
    """Serve the shipped tables with a worker on that Monday, and yield the address."""
    begun = system_clock()

    def clock() -> dt.datetime:
        return NOW + (system_clock() - begun)

    app = create_app(Desk.open(None, clock), store=store, auth="off")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        worker = Worker(store, LocalRunner(Setup()), KINDS, clock=clock, pace=Pace())
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


def planned(address: str, week: Path) -> str:
    """Have the week planned and its hubs scheduled, and return the id of the plan."""
    with Hubport(address) as client, week.open("rb") as file:
        asked = httpx.post(
            f"{address}/v1/plans",
            files={"cargo": (week.name, file)},
            data={"time_limit": str(_PLAN_S), "seed": "1", "name": "2026-W49"},
            headers={"Idempotency-Key": "week"},
            timeout=120,
        )
        plan = client.jobs.wait(str(asked.raise_for_status().json()["id"])).result_id
        scheduled = httpx.post(
            f"{address}/v1/plans/{plan}/schedules", json={}, headers={"Idempotency-Key": "hubs"}, timeout=120
        )
        client.jobs.wait(str(scheduled.raise_for_status().json()["id"]))
    assert plan is not None
    return plan


def draw(browser: Browser, address: str, plan: str, pictures: Sequence[Picture], folder: Path) -> None:
    """Draw pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in pictures:
        for lang in one.langs:
            size = {"width": 1280, "height": one.height}
            page = browser.new_page(viewport=size, locale="zh-CN", reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_default_timeout(180_000)
            path = one.path.format(plan=plan)
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
            page.locator(one.ready).first.wait_for()
            if one.top:
                page.locator(one.top).first.evaluate("item => item.scrollIntoView()")
            if one.frame:
                page.frame_locator("iframe").locator(one.frame).first.wait_for(state="attached")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1_500)
            write(page.screenshot(), folder / f"{one.name}-{lang}.webp")
            page.close()


def write(content: bytes, path: Path) -> None:
    """Write a picture as WebP, as good as fits."""
    with Image.open(io.BytesIO(content)) as picture:
        for quality in range(88, 40, -6):
            packed = io.BytesIO()
            picture.convert("RGB").save(packed, "WEBP", quality=quality, method=6)
            if packed.tell() <= MOST_BYTES:
                break
    path.write_bytes(packed.getvalue())


def main(folder: str, *names: str) -> None:
    """Plan the sample week, and draw the pictures of some names or all."""
    pictures = [one for one in PICTURES if not names or one.name in names]
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        week = Path(scratch) / "week.xlsx"
        assert hubport([*SAMPLE, "-o", str(week)]) == 0
        with closing(Store(str(Path(scratch) / "hubport.db"))) as store:
            migrate.upgrade(store.engines)
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            with working(store) as address:
                draw(browser, address, planned(address, week), pictures, Path(folder))
            browser.close()
    sys.stdout.write(f"{sum(len(one.langs) for one in pictures)} pictures in {folder}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
