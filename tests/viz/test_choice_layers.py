"""Several options on one map, a booking under way, and marks whose size tells emissions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from viz.charts import ChartPoint, pareto_svg
from viz.choice_layers import choice_layers
from viz.journey_layers import Told, journey_layers
from viz.layers import option_layers
from viz.maps import page

if TYPE_CHECKING:
    from data.itinerary import Option
    from data.timeaxis import TimeAxis
    from viz.lines import LineBook


def test_chosen_before_the_others(book: LineBook, axis: TimeAxis, sea: Option, air: Option) -> None:
    """The chosen option is drawn as it is alone, on top and in view; what both use is there once, with both numbers."""
    layers = choice_layers(book, axis, [(1, sea), (2, air), (3, sea)], 3, lang="zh")
    alone = option_layers(book, axis, sea, lang="zh")
    strong = [line for line in layers["lines"] if 3 in line["options"]]
    assert [line["drawn"] for line in strong] == [line["drawn"] for line in alone["lines"]]
    assert all(sorted(line["options"]) == [1, 3] for line in strong)
    assert layers["lines"][-len(strong) :] == strong
    assert min(line["opacity"] for line in strong) > max(
        line["opacity"] for line in layers["lines"] if 3 not in line["options"]
    )
    assert layers["bounds"] == alone["bounds"]
    assert [point["labelled"] for point in layers["points"]] == [3 in point["options"] for point in layers["points"]]
    assert set(layers["modes"]) == {"sea", "road", "air"}


def test_numbers_reach_the_page(book: LineBook, axis: TimeAxis, sea: Option, air: Option) -> None:
    """A page finds the numbers at each line and point; without options there is an empty map."""
    html = page(choice_layers(book, axis, [(1, sea), (2, air)], 1, lang="en"), lang="en")
    assert re.search(r'"options": ?\[1\]', html)
    assert re.search(r'"options": ?\[2\]', html)
    assert choice_layers(book, axis, [], 1, lang="en")["bounds"] is None


def test_journey(book: LineBook, axis: TimeAxis, sea: Option) -> None:
    """Legs that are done are drawn strongly; what was told stands at its place, escaped, also beside the way."""
    told = {"DEHAM-P": Told("Here", [("<i>", "2026")]), "TWTPE-A": Told("Beside", []), "GONE": Told("x", [])}
    layers = journey_layers(book, axis, sea, progress={1: "done"}, told=told, lang="en")
    assert [line["opacity"] > 0.9 for line in layers["lines"]] == [True, False]
    port = next(point for point in layers["points"] if point["code"] == "DEHAM-P")
    assert "&lt;i&gt;" in port["popup"]
    assert "<i>" not in port["popup"]
    assert {point["code"] for point in layers["points"]} >= {"TWTPE-A"}
    assert "GONE" not in {point["code"] for point in layers["points"]}


def test_size_tells_emissions() -> None:
    """The mark of the option that emits more is larger; without emissions all have one size."""

    def radii(*emissions: float | None) -> list[float]:
        points = [
            ChartPoint(number=n, cost=n, days=n, mode="sea", label="x", href="#", emissions_kg=kg)
            for n, kg in enumerate(emissions, 1)
        ]
        svg = pareto_svg(points, lang="en", currency="CNY")
        found = dict(re.findall(r'data-option="(\d)".*?<circle [^>]*r="([\d.]+)"', svg))
        return [float(found[str(n)]) for n in range(1, len(points) + 1)]

    small, large = radii(10.0, 4000.0)
    assert small < large
    assert radii(None, None) == [11.0, 11.0]
    assert len(set(radii(0.0, 0.0))) == 1
