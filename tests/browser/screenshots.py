"""
Draws every page in both languages, as wide as a desk and as a telephone, for people to look at.

Run by ``make screenshots``: python -m tests.browser.screenshots FOLDER [NAME ...]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from api.identity import policy
from api.store import migrate
from api.store.session import Store
from tests.browser.conftest import FLAGS
from tests.browser.pages_list import PAGES
from tests.browser.served import served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

    from tests.browser.pages_list import Entry
    from tests.browser.served import House

WIDTHS = (1280, 390)


def draw(browser: Browser, house: House, entries: Sequence[Entry], folder: Path) -> int:
    """Draw pages into a folder, and return how many pictures there are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for width in WIDTHS:
        for role in dict.fromkeys(entry.role for entry in entries):
            context = house.enter(browser, role, width=width)
            page = context.new_page()
            for entry in (one for one in entries if one.role == role):
                for lang in ("zh", "en"):
                    page.goto(house.url(entry.path, lang))
                    page.locator(entry.ready).first.wait_for(state="attached")
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=folder / f"{entry.name}-{lang}-{width}.png", full_page=not entry.is_frame)
                    count += 1
            context.close()
    return count


def main(folder: str, *names: str) -> None:
    """Serve the sample and draw its pages, those of some names or all."""
    entries = [entry for entry in PAGES if not names or entry.name in names]
    policy.LOCAL_HOSTS = policy.LOCAL_HOSTS | {"testserver"}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Store(str(Path(scratch) / "hubport.db"))
        migrate.upgrade(store.engines)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(store) as house:
            count = draw(browser, house, entries, Path(folder))
        browser.close()
        store.close()
    sys.stdout.write(f"{count} pictures in {folder}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
