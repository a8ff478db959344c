"""The picture of feeding: every SKU stands in it with its days, what lies beyond ends in an arrow, texts stay texts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from viz.feed_charts import CoverMove, band_svg

MOVES = [
    CoverMove("<A>", 3.2, 42.0, "A: 3 → 42"),
    CoverMove("A-VERY-LONG-SKU-NAME-INDEED", 200.0, 200.0, "long"),
    CoverMove("C", 0.0, 12_000.0, "far"),
]


def test_all_there_is() -> None:
    """It is well-formed, named, has one line for each SKU, and says days beside marks."""
    root = ET.fromstring(band_svg(MOVES, (28, 154), title="Cover & band", unit="days"))  # noqa: S314 - our own
    svg = "{http://www.w3.org/2000/svg}" if root.tag.startswith("{") else ""
    assert root.attrib["aria-label"] == "Cover & band"
    rows = root.findall(f"{svg}g")
    texts = [[one.text for one in row.iter() if one.text] for row in rows]
    assert texts == [
        ["A: 3 → 42", "<A>", "3 → 42"], ["long", "A-VERY-LONG-SKU…", "200 → 200"], ["far", "C", "0 → 999+"]
    ]  # fmt: skip
    assert [len(row.findall(f"{svg}circle")) for row in rows] == [2, 2, 1]


def test_the_band_is_where_the_days_say() -> None:
    """A ring at the least days stands on the left edge of the band, a dot at the most days on its right one."""
    root = ET.fromstring(band_svg([CoverMove("A", 28, 154, "")], (28, 154), title="", unit="d"))  # noqa: S314 - our own
    rect = next(one for one in root.iter() if one.tag.endswith("rect"))
    ring, dot = (one for one in root.iter() if one.tag.endswith("circle"))
    left, width = float(rect.attrib["x"]), float(rect.attrib["width"])
    assert abs(float(ring.attrib["cx"]) - left) < 0.11
    assert abs(float(dot.attrib["cx"]) - left - width) < 0.11


def test_nothing_at_all() -> None:
    """Without a SKU the axis stands alone."""
    assert "<circle" not in band_svg([], (28, 154), title="", unit="d")
