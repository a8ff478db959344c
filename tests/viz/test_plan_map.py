"""Plans on the map."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.values import DAY_MIN
from tests.plans import MARKUP, planned, planned_cargo
from viz.plan_map import plan_layers, plan_page
from viz.theme import mode_style

if TYPE_CHECKING:
    from data.timeaxis import TimeAxis
    from viz.lines import LineBook
    from viz.plan_map import PlanLayers
    from viz.theme import Lang

_FETCHES = re.compile(r"""(?:src|href|action)\s*=\s*["']?([^"'\s>]+)|url\(\s*["']?([^"')]+)|@import|sourceMappingURL""")


def shown(book: LineBook, axis: TimeAxis, lang: Lang = "en", title: str = "") -> PlanLayers:
    """Return what the map of the plan by hand shows."""
    return plan_layers(book, axis, planned(), planned_cargo(), lang=lang, title=title)


def test_flows(book: LineBook, axis: TimeAxis) -> None:
    """There is a line per stretch and mode; those that carry more are wider, and drawn first."""
    layers = shown(book, axis).layers
    assert [(line["mode"], line["scale"]) for line in layers["lines"]] == [
        ("road", 4.0),
        ("sea", 4.0),
        ("air", pytest.approx(0.8 + 3.2 * (1 / 50) ** 0.5, abs=0.001)),
        ("air", pytest.approx(0.8 + 3.2 * (1 / 50) ** 0.5, abs=0.001)),
    ]
    assert layers["modes"] == ["sea", "air", "road"]
    assert {point["code"]: point["role"] for point in layers["points"]} == {
        "CNNGB-P": "transfer",
        "CNWNZ": "origin",
        "DEHAM-P": "destination",
        "TWTPE-A": "transfer",
        "CNWNZ-A": "origin",
        "DEFRA-A": "destination",
    }
    json.dumps(layers)


def test_days(book: LineBook, axis: TimeAxis) -> None:
    """A line has a width for each local day on which something departs, and none for the others."""
    plan = planned()
    again = replace(plan.bookings[-1], depart_min=plan.bookings[-1].depart_min + 2 * DAY_MIN, volume_cm3=10)
    layers = plan_layers(book, axis, replace(plan, bookings=(*plan.bookings, again)), planned_cargo(), lang="en")
    assert layers.days == ["2026-05-20", "2026-05-21", "2026-05-22", "2026-05-24"]
    by_mode = dict(zip([line["mode"] for line in layers.layers["lines"]], layers.weights, strict=True))
    assert list(by_mode["sea"]) == [2, 3]
    assert by_mode["sea"][3] < by_mode["sea"][2]
    assert by_mode["sea"][3] >= mode_style("sea").width * 0.8
    assert layers.labels[0] == "All 5 departures, 2026-05-20 to 2026-05-24"
    assert layers.labels[3] == "2026-05-22: 1 departing with 50.0 m³"


def test_popups(book: LineBook, axis: TimeAxis) -> None:
    """Popups tell of boxes with fill and contents, in local times; names from the cargo cannot become markup."""
    layers = shown(book, axis).layers
    sea = next(line["popup"] for line in layers["lines"] if line["mode"] == "sea")
    for expected in ("40HQ, 73.5 % full", "S-001", "S-002", "UTC+08:00", "UTC+02:00", 'data-day="2"'):
        assert expected in sea
    port = next(point["popup"] for point in layers["points"] if point["code"] == "DEHAM-P")
    assert "Stripped here: L001" in port
    assert "2 shipments, 50.0 m³" in port
    texts = [item["popup"] for item in (*layers["lines"], *layers["points"])]
    assert not any("<script" in text or "<b>" in text for text in texts)
    assert any("&lt;script&gt;" in text for text in texts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_needs_nothing_else(book: LineBook, axis: TimeAxis, lang: Lang) -> None:
    """The page fetches nothing, and nothing in it can end a script early."""
    html = plan_page(shown(book, axis, lang, f"</script>{MARKUP}"), lang=lang)
    for match in _FETCHES.finditer(re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)):
        assert (match[1] or match[2]).startswith(("data:", "#"))
    for name in ("cdn.", "jquery", "googleapis", "tile.openstreetmap", "sourceMappingURL"):
        assert name not in html
    assert "<script src" not in html
    assert "alert(1)</script>" not in html
    assert "window.HUBPORT_PLAN=" in html


def test_empty(book: LineBook, axis: TimeAxis) -> None:
    """A plan that moves nothing has a map all the same."""
    plan = replace(planned(), journeys=(), loads=(), bookings=())
    layers = plan_layers(book, axis, plan, planned_cargo(), lang="zh")
    assert (layers.days, layers.layers["lines"], layers.layers["points"]) == ([], [], [])
    assert "HUBPORT_PLAN" in plan_page(layers, lang="zh")


def test_many_boxes_are_counted(book: LineBook, axis: TimeAxis) -> None:
    """A popup lists a bounded number of boxes and shipments, and says how many there are."""
    plan = planned()
    many = tuple(f"S-{number:03d}" for number in range(1, 31))
    loads = tuple(replace(plan.loads[0], id=f"L{number:03d}", shipments=many) for number in range(1, 61))
    layers = plan_layers(book, axis, replace(plan, loads=loads), planned_cargo(), lang="en").layers
    port = next(point["popup"] for point in layers["points"] if point["code"] == "DEHAM-P")
    assert "20 more boxes" in port
    assert "and 30 in all" in port
