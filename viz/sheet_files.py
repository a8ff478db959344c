"""A planner's map as files for other tools: GeoJSON and GeoPackage."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.sheet import features

if TYPE_CHECKING:
    from viz.sheet import Sheet

_LAYERS = {"MultiLineString": "lines", "Point": "places"}


def sheet_geojson(sheet: Sheet) -> bytes:
    """Return a sheet as a GeoJSON FeatureCollection."""
    whole = {"type": "FeatureCollection", "name": sheet.title, "features": list(features(sheet))}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def sheet_geopackage(sheet: Sheet) -> bytes:
    """Return a sheet as a GeoPackage with the layers ``lines`` and ``places``, as far as there are any."""
    # Reading and writing geometry brings large libraries, which only this file needs.
    import geopandas  # noqa: PLC0415

    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for feature in features(sheet):
        groups[_LAYERS[feature["geometry"]["type"]]].append(feature)
    if not groups:
        groups["places"] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.gpkg"
        for name, found in groups.items():
            table = geopandas.GeoDataFrame.from_features(found, crs="EPSG:4326") if found else _empty()
            table.to_file(path, layer=name, driver="GPKG")
        return path.read_bytes()


def _empty() -> Any:  # noqa: ANN401 - the library has no types
    import geopandas  # noqa: PLC0415

    return geopandas.GeoDataFrame({"name": []}, geometry=[], crs="EPSG:4326")
