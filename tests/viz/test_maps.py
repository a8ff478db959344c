"""Maps as pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shapely.geometry import Point, shape

from viz.charts import ChartPoint, pareto_svg
from viz.layers import network_layers, option_layers
from viz.maps import inline_assets, land, land_script, page, served_assets
from viz.theme import MODES

if TYPE_CHECKING:
    from data.itinerary import Option
    from data.timeaxis import TimeAxis
    from viz.lines import LineBook

# Every way a page can make a browser fetch something.
_FETCHES = re.compile(r"""(?:src|href|action)\s*=\s*["']?([^"'\s>]+)|url\(\s*["']?([^"')]+)|@import|sourceMappingURL""")


def test_self_contained(book: LineBook, axis: TimeAxis, sea: Option) -> None:
    """A page for a file fetches nothing at all."""
    html = page(option_layers(book, axis, sea, lang="zh"), lang="zh")
    head = html.split("<script>", 1)[0]
    for match in _FETCHES.finditer(head):
        target = match[1] or match[2]
        assert target.startswith(("data:", "#"))
    for name in ("cdn.", "jquery", "bootstrap", "awesome", "googleapis", "tile.openstreetmap", "sourceMappingURL"):
        assert name not in html
    assert "<script src" not in html
    assert "<link" not in html.replace('<link rel="icon" href="data:,">', "")


def test_served(book: LineBook) -> None:
    """A page of the server fetches only from it."""
    html = page(network_layers(book, lang="en"), lang="en", assets=served_assets("/static"))
    assert len(html) < 40_000
    assert set(re.findall(r'(?:src|href)="([^"]+)"', html)) == {
        "data:,",
        "/static/leaflet/leaflet.css",
        "/static/map/map.css",
        "/static/leaflet/leaflet.js",
        "/static/map/map.js",
        "/static/land.js",
    }


def test_names_cannot_end_the_script(book: LineBook, axis: TimeAxis, sea: Option) -> None:
    """A name that looks like the end of a script stays text."""
    html = page(
        option_layers(book, axis, sea, lang="zh", title="</title><script>x"), lang="zh", assets=served_assets("/s")
    )
    assert "alert(1)</script>" not in html
    assert "<script>x" not in html
    assert html.count("</title>") == 1


@pytest.mark.parametrize(("lang", "code"), [("zh", "zh-CN"), ("en", "en")])
def test_page_is_accessible(book: LineBook, lang: str, code: str) -> None:
    """The page has a language, a title and a named map, and may be zoomed."""
    html = page(network_layers(book, lang="zh" if lang == "zh" else "en"), lang="zh" if lang == "zh" else "en")
    assert f'<html lang="{code}">' in html
    assert 'role="region" aria-label="' in html
    assert "user-scalable=no" not in html


def test_legend_names_modes(book: LineBook) -> None:
    """The legend has the modes in use, with samples of their lines."""
    html = page(network_layers(book, lang="en"), lang="en", assets=served_assets("/static"))
    assert "\\u003cspan\\u003eSea\\u003c/span\\u003e" in html
    assert "\\u003cspan\\u003eRail\\u003c/span\\u003e" not in html


def test_land_is_land() -> None:
    """The coastline knows land from sea, and small islands of the region."""
    ground = shape(land()["geometry"])
    for lat, lon in (
        (30.2, 120.2),
        (52.5, 13.4),
        (40.7, -76.0),
        (23.8, 120.9),
        (19.2, 109.7),
        (-25.0, 135.0),
        (22.42, 114.13),
    ):
        assert ground.intersects(Point(lon, lat)) or ground.intersects(Point(lon + 360, lat))
    for lat, lon in ((29.0, 125.0), (0.0, 160.0), (45.0, -40.0), (24.5, 119.6)):
        assert not ground.intersects(Point(lon, lat))
    assert ground.is_valid
    assert len(land_script()) < 300_000


def test_modes_differ_without_colour() -> None:
    """Width and dash alone tell the modes apart."""
    assert len({(style.width, style.dash) for style in MODES.values()}) == len(MODES)
    assert inline_assets().head.count("<script>") == 1


def test_chart() -> None:
    """Every option is a link with a full description; markup in it is escaped."""
    points = [
        ChartPoint(number=1, cost=900.5, days=31.2, mode="sea", label="<i>1</i>", href="/a?x=1&y=2#map", chosen=True),
        ChartPoint(number=2, cost=4_000, days=2.5, mode="air", label="two", href="/b"),
    ]
    svg = pareto_svg(points, lang="en", currency="EUR")
    assert svg.count("<a ") == 2
    assert svg.index('data-option="2"') < svg.index('data-option="1"')
    assert "<i>" not in svg
    assert 'href="/a?x=1&amp;y=2#map"' in svg
    assert "Transport cost (EUR)" in svg
    assert pareto_svg([], lang="en", currency="EUR") == ""


def test_chart_of_one_point() -> None:
    """One option, or several equal ones, still have axes."""
    point = ChartPoint(number=1, cost=0, days=0, mode="road", label="x", href="/")
    assert "<polygon" in pareto_svg([point, point], lang="zh", currency="CNY")
