"""Layers as a table with geometry, for planners' own tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
from shapely.geometry import LineString

if TYPE_CHECKING:
    from viz.layers import Layers


def to_geodataframe(layers: Layers) -> geopandas.GeoDataFrame:
    """Return the lines of some layers as a table with geometry, for export (WGS 84, longitudes of the map's frame)."""
    rows = [
        {"mode": line["mode"], "name": line["tip"], "approximate": line["approximate"]}
        for line in layers["lines"]
        for _ in line["pieces"]
    ]
    shapes = [LineString([(lon, lat) for lat, lon in piece]) for line in layers["lines"] for piece in line["pieces"]]
    return geopandas.GeoDataFrame(rows, columns=["mode", "name", "approximate"], geometry=shapes, crs="EPSG:4326")
