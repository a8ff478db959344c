"""Pictures of stock abroad: well-formed, escaped, marks that hide neither each other nor a name."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

from viz.stock_charts import AgeBar, CoverBar, cover_svg, ladder_svg
from viz.stock_map import Catchment, StoreMark, catchment_svg

EVIL = '<script>"&'


def root_of(svg: str) -> ET.Element:
    """Return the root of a picture, which must be XML."""
    return ET.fromstring(svg)  # noqa: S314 - our own


def widths(svg: str) -> list[float]:
    """Return the widths of the bars."""
    return [float(one.attrib["width"]) for one in root_of(svg).iter("rect")]


def test_cover() -> None:
    """Bars are as long as days, and what comes follows what is there; names are escaped."""
    svg = cover_svg([CoverBar(EVIL, 100, 50, EVIL), CoverBar("B", 50, 0, "B")], title=EVIL, unit="days")
    here, coming, other, none = widths(svg)
    assert abs(here - 2 * coming) < 0.3
    assert coming == other
    assert none == 0
    assert "<script>" not in svg
    assert root_of(svg).attrib["aria-label"] == EVIL
    assert root_of(cover_svg([], title="t", unit="d")) is not None


def test_ladder() -> None:
    """Bars are as high as volumes; no stock at all is a picture, too."""
    svg = ladder_svg([AgeBar("0", 4, "a"), AgeBar("1", 2, "b")], title="t", unit="m")
    heights = [float(one.attrib["height"]) for one in root_of(svg).iter("rect")]
    assert abs(heights[0] - 2 * heights[1]) < 0.2
    assert root_of(ladder_svg([AgeBar("0", 0, "a")], title="t", unit="m")) is not None


def test_marks_do_not_hide_each_other() -> None:
    """Ten warehouses in one town are ten marks side by side; the market beside them keeps its name readable."""
    town = (53.55, 9.99)
    stores = [StoreMark(number, town, EVIL) for number in range(1, 11)]
    svg = catchment_svg(stores, [Catchment(town, (51.0, 10.0), EVIL, 1.0, EVIL)], title=EVIL)
    root = root_of(svg)
    marks = [(float(one.attrib["x"]), float(one.attrib["y"])) for one in root.iter("rect") if "stroke" in one.attrib]
    assert len(marks) == 10
    assert all(abs(a - c) >= 20 or abs(b - d) >= 20 for (a, b), (c, d) in combinations(marks, 2))
    assert re.search(r"<script", svg) is None
    assert sum(one.tag == "circle" for one in root.iter()) == 1
