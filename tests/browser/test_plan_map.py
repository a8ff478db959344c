"""The map of a plan in a real browser: the slider shows one day of departure, and nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.timeaxis import TimeAxis
from tests.data.world import build, small
from tests.plans import planned, planned_cargo
from viz.lines import LineBook
from viz.plan_map import plan_layers, plan_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def lines_shown(page: Page) -> int:
    """Return how many flows can be seen; places are drawn as filled circles."""
    script = """() => [...document.querySelectorAll('.leaflet-overlay-pane path.leaflet-interactive[fill="none"]')]
        .filter((path) => path.style.display !== 'none').length"""
    return int(page.evaluate(script))


def test_slider(watched: Watched, tmp_path: Path) -> None:
    """All flows are there at first; a day has its own, also after a mode was switched off and on again."""
    catalogue = build(small())
    layers = plan_layers(LineBook(catalogue), TimeAxis(catalogue), planned(), planned_cargo(), lang="en")
    path = tmp_path / "map.html"
    path.write_text(plan_page(layers, lang="en"), encoding="utf-8")
    page = watched.page
    page.goto(path.as_uri())
    page.locator(".leaflet-overlay-pane path.leaflet-interactive").first.wait_for(state="attached")
    assert lines_shown(page) == 4
    slider = page.locator("#plan-day")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".plan-days output").inner_text() == "2026-05-20: 2 departing with 51.0 m³"
    assert lines_shown(page) == 2
    page.keyboard.press("End")
    assert lines_shown(page) == 1
    for _ in range(2):
        page.locator(".leaflet-control-layers-overlays input").first.click()
    assert lines_shown(page) == 1
    slider.focus()
    page.keyboard.press("Home")
    assert lines_shown(page) == 4
    assert watched.requests == [path.as_uri()]
    assert watched.complaints == []
