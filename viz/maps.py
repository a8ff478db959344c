"""
From layers to a page: folium with local scripts, no tiles, nothing that leaves the machine.

The base map is a coastline and a grid. It shows no border of any kind.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.utilities import JsCode
from jinja2 import Template
from xstatic.pkg import leaflet

from viz.geometry import FRAME_MARGIN, FRAME_WEST
from viz.popups import legend_label, text
from viz.theme import COAST, DESTINATION, GRID, INK, LAND, ORIGIN, mode_style

if TYPE_CHECKING:
    from viz.layers import Layers
    from viz.theme import Lang

HERE = Path(__file__).parent
LEAFLET = Path(leaflet.BASE_DIR)

_ATTRIBUTION = {"zh": "海岸线：Natural Earth（公有领域）", "en": "Coastline: Natural Earth (public domain)"}
_PLACES = {"zh": "地点", "en": "Places"}
_HEAD = '<title>{title}</title><link rel="icon" href="data:,">'
_MANY = 20
_MARGIN_DEG = 40.0
_TURN = 360.0
_DEFAULT_BOUNDS = [[-10.0, -10.0], [62.0, 150.0]]
_ROLE_COLOURS = {"origin": ORIGIN, "destination": DESTINATION}


@dataclass(frozen=True, slots=True)
class Assets:
    """Markup for the head of a map page: it brings Leaflet, the coastline and our own script and style."""

    head: str


def land_script() -> str:
    """Return the coastline as a script that sets one global."""
    return f"window.HUBPORT_LAND={_read(HERE / 'coast' / 'land.json').strip()};"


@cache
def inline_assets() -> Assets:
    """Return assets that stand in the page itself, so that it can be mailed and opened anywhere."""
    css = re.sub(r"url\(images/([\w-]+\.png)\)", lambda match: _data_uri(match[1]), _read(LEAFLET / "leaflet.css"))
    scripts = (_read(LEAFLET / "leaflet.js"), _read(HERE / "templates" / "map.js"), land_script())
    # The source map is a second file that a browser's tools would ask for.
    joined = "\n".join(re.sub(r"//# sourceMappingURL=\S+", "", script) for script in scripts)
    return Assets(f"<style>{css}\n{_read(HERE / 'templates' / 'map.css')}</style>\n<script>{joined}</script>")


@cache
def served_assets(base: str) -> Assets:
    """Return assets a server gives out below `base`."""
    root = text(base.rstrip("/"))
    styles = "".join(f'<link rel="stylesheet" href="{root}/{name}">' for name in ("leaflet/leaflet.css", "map/map.css"))
    names = ("leaflet/leaflet.js", "map/map.js", "land.js")
    return Assets(styles + "".join(f'<script src="{root}/{name}"></script>' for name in names))


def page(layers: Layers, *, lang: Lang, assets: Assets | None = None) -> str:
    """
    Return a whole HTML page with the map of some layers.

    Parameters
    ----------
    layers
        Plain data of `viz.layers`.
    lang
        Language of the legend; names in the layers are already in it.
    assets
        Where scripts come from; by default the page holds everything itself.
    """
    # A page of its own has a title on the map; one inside another page stands below a heading.
    view = to_map(layers, lang=lang, has_title=assets is None)
    html = view.get_root().render()
    # Put in as text, not as a child of the page: folium would read the scripts as templates.
    html = html.replace(
        "<head>", "<head>" + _HEAD.format(title=text(layers["title"])) + (assets or inline_assets()).head, 1
    )
    return _mend(html, title=layers["title"], lang=lang)


def to_map(layers: Layers, *, lang: Lang, has_title: bool = False) -> folium.Map:
    """Return the folium map of some layers, with none of folium's own scripts and styles."""
    (_, west), (_, east) = layers["bounds"] or _DEFAULT_BOUNDS
    view = folium.Map(
        tiles=None,
        zoom_snap=0.25,
        min_zoom=2,
        max_zoom=11,
        max_bounds=True,
        min_lat=-75,
        max_lat=86,
        min_lon=min(FRAME_WEST - FRAME_MARGIN, west - _MARGIN_DEG),
        max_lon=max(FRAME_WEST + _TURN + FRAME_MARGIN, east + _MARGIN_DEG),
    )
    # Each of folium's own scripts would come from a content network; the page brings what it needs.
    view.default_js, view.default_css = [], []
    view.add_child(_Backdrop(layers["title"] if has_title else "", _ATTRIBUTION[lang]))
    for mode in layers["modes"]:
        lines = [line for line in layers["lines"] if line["mode"] == mode]
        # A whole network's doorstep deliveries would hide the rest; a click shows them.
        is_shown = mode != "parcel" or len(lines) < _MANY
        _add_features(view, legend_label(mode, lang), [_line_feature(line) for line in lines], is_shown=is_shown)
    points = [_point_feature(point) for point in layers["points"]]
    _add_features(view, f'<span class="dot"></span>{text(_PLACES[lang])}', points)
    folium.LayerControl(collapsed=False, position="bottomleft").add_to(view)
    view.fit_bounds(
        layers["bounds"] or _DEFAULT_BOUNDS, padding_top_left=(84, 56), padding_bottom_right=(104, 44), max_zoom=9
    )
    return view


class _Backdrop(MacroElement):
    """The coast, the grid and the title, drawn by our own script."""

    def __init__(self, title: str, attribution: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Backdrop"
        options = {"title": title, "attribution": attribution, "coast": COAST, "land": LAND, "grid": GRID}
        self.options = options
        self._template = Template(
            "{% macro script(this, kwargs) %}"
            "hubportMap.backdrop({{ this._parent.get_name() }}, {{ this.options|tojson }});"
            "{% endmacro %}"
        )


def _add_features(view: folium.Map, name: str, features: list[dict[str, Any]], *, is_shown: bool = True) -> None:
    """Add one switchable layer; nothing when it would be empty."""
    if not features:
        return
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=name,
        marker=folium.CircleMarker(),
        on_each_feature=JsCode("hubportMap.feature"),
        embed=True,
        show=is_shown,
    ).add_to(view)


def _line_feature(line: dict[str, Any]) -> dict[str, Any]:
    style = mode_style(line["mode"])
    dash = "1 7" if line["approximate"] else style.dash
    return {
        "type": "Feature",
        "properties": {
            "popup": line["popup"],
            "tip": text(line["tip"]),
            "options": line.get("options"),
            "style": {
                "color": style.colour,
                "weight": style.width * line["scale"],
                "dashArray": dash or None,
                # Round ends would fill the gaps between dashes.
                "lineCap": "butt" if dash else "round",
                "opacity": line["opacity"],
                "fill": False,
            },
        },
        "geometry": {
            "type": "MultiLineString",
            "coordinates": [[[round(lon, 3), round(lat, 3)] for lat, lon in drawn] for drawn in line["drawn"]],
        },
    }


def _point_feature(point: dict[str, Any]) -> dict[str, Any]:
    colour = _ROLE_COLOURS.get(point["role"], INK)
    label = text(point["name"]) if point["labelled"] else None
    return {
        "type": "Feature",
        "properties": {
            "popup": point["popup"],
            "tip": text(point["name"]),
            "label": label,
            "side": point["side"],
            "rank": point["rank"],
            "options": point.get("options"),
            "style": {
                "radius": point["radius"],
                "color": "#ffffff",
                "weight": 1.5,
                "fill": True,
                "fillColor": colour,
                "fillOpacity": 1,
            },
        },
        "geometry": {"type": "Point", "coordinates": [point["lon"], point["lat"]]},
    }


def _mend(html: str, *, title: str, lang: Lang) -> str:
    """Give the page a language and a name for the map, and let people zoom it."""
    code = "zh-CN" if lang == "zh" else "en"
    html = html.replace("<html>", f'<html lang="{code}">', 1)
    html = re.sub(r"initial-scale=1\.0, maximum-scale=1\.0, user-scalable=no", "initial-scale=1.0", html, count=1)
    return html.replace('class="folium-map"', f'class="folium-map" role="region" aria-label="{text(title)}"', 1)


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _data_uri(name: str) -> str:
    content = base64.b64encode((LEAFLET / "images" / name).read_bytes()).decode("ascii")
    return f"url(data:image/png;base64,{content})"


def land() -> dict[str, Any]:
    """Return the coastline as a GeoJSON feature."""
    feature: dict[str, Any] = json.loads(_read(HERE / "coast" / "land.json"))
    return feature
