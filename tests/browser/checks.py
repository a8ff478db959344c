"""What holds on every page: asked of the page itself, in the browser."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

_UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, summary')]
    .filter((item) => !(item.labels && [...item.labels].some((label) => label.textContent.trim()))
        && !item.getAttribute('aria-label') && !item.getAttribute('aria-labelledby')
        && !(['BUTTON', 'SUMMARY'].includes(item.tagName) && item.textContent.trim()))
    .map((item) => item.outerHTML.slice(0, 120))"""
_HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((item) => Number(item.tagName[1]))"
_WIDTH = """() => ({ page: document.documentElement.scrollWidth, window: document.documentElement.clientWidth,
    wide: [...document.querySelectorAll('body *')]
        .filter((item) => !item.closest('.scroll, .tabs, .board, pre, .leaflet-container, svg'))
        .filter((item) => item.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .slice(0, 3).map((item) => item.outerHTML.slice(0, 100)) })"""
_GRAVE = frozenset({"serious", "critical"})


def grave_findings(page: Page) -> list[str]:
    """Return what axe-core calls serious or critical, each with the first element it is about."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {item['help']}: {item['nodes'][0]['html'][:160]} ({len(item['nodes'])})"
        for item in found
        if item["impact"] in _GRAVE
    ]


def unlabelled(page: Page) -> list[str]:
    """Return the controls that have no name."""
    found: list[str] = page.evaluate(_UNLABELLED)
    return found


def heading_faults(page: Page) -> list[str]:
    """Return what is wrong with the headings: not one of the first level, or a level left out."""
    levels: list[int] = page.evaluate(_HEADINGS)
    faults = [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of the first level"]
    jumps = [f"{low} is followed by {high}" for low, high in pairwise(levels) if high > low + 1]
    return faults + jumps


def too_wide(page: Page) -> list[str]:
    """Return what makes a page scroll sideways, empty when it does not."""
    found = page.evaluate(_WIDTH)
    return [] if found["page"] <= found["window"] else [f"{found['page']} > {found['window']}", *found["wide"]]


def skips(page: Page) -> bool:
    """Return whether the first tab and Enter lead to the content."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.keyboard.press("Tab")
    is_first = page.evaluate("document.activeElement.matches('a.skip')")
    page.keyboard.press("Enter")
    return bool(is_first and page.evaluate("document.activeElement.id === 'main'"))
