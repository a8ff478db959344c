"""The planner's maps as plain values: what lies on them, what the page gets of it, and files that open again."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas
import pytest
from PIL import Image
from pypdf import PdfReader

from api.pdf_fonts import fonts_of
from benchmarks.flows_world import SMALL, flows_catalogue
from tests.data.world import build, small
from viz.geometry import FRAME_MARGIN, is_in_frame
from viz.lines import LineBook
from viz.picture import draw_sheet, fitting, frame_of, mercator
from viz.picture_pdf import sheet_pdf
from viz.picture_png import dashes, sheet_png
from viz.sheet import Layer, Path, Sheet, Spot, drawn, features, sheet_json
from viz.sheet_change import End, Leg, change_sheet
from viz.sheet_files import sheet_geojson, sheet_geopackage
from viz.sheet_flows import Move, flow_sheet, flows_of, scale_of
from viz.sheet_network import Use, feeder_sheet, network_sheet, runs_a_week
from viz.sheet_reach import Reached, Served, catchment_sheet, reach_sheet
from viz.theme import MODES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path as FilePath

    from viz.picture import Dot, Stroke

_PACIFIC = [(31.1, 121.8), (45.0, 179.0), (33.9, 241.6)]


@pytest.fixture(scope="module")
def book() -> LineBook:
    """Return the lines of the small data set."""
    return LineBook(build(small()))


def crossing() -> Sheet:
    """Return a line over the antimeridian with its two ends, names in both scripts, one of them markup."""
    layers = (
        Layer(id="air", name="空运", colour="#AA4499", dash="2 5"),
        Layer(id="p", name="地点", colour="#1d2733", mark="square"),
    )
    spots = (
        Spot(layer="p", lat=31.1, lon=121.8, radius=5, name="上海", rank=0, properties={"code": "CNSHA"}),
        Spot(layer="p", lat=33.9, lon=-118.4, radius=5, name="</script><b>", rank=1, properties={"code": "USLAX"}),
    )
    path = Path(layer="air", line=list(_PACIFIC), title="上海 → Los Angeles", facts=(("kg", "5"),), by_step={0: 2.0})
    return Sheet(title="图", lang="zh", layers=layers, paths=(path,), spots=spots, steps=("all", "one"))


def unpacked(packed: list[int]) -> list[tuple[float, float]]:
    """Return longitudes and latitudes of what a page gets."""
    lon = lat = 0
    points = []
    for across, up in zip(packed[::2], packed[1::2], strict=True):
        lon, lat = lon + across, lat + up
        points.append((lon / 100, lat / 100))
    return points


def test_page_data_round_trip() -> None:
    """What a page gets unpacks to the lines within half a hundredth of a degree, in one go over the antimeridian."""
    shown = json.loads(json.dumps(sheet_json(crossing())))
    (piece,) = shown["paths"][0]["c"]
    for (lon, lat), (wanted_lat, wanted_lon) in zip(unpacked(piece), _PACIFIC, strict=True):
        assert abs(lon - wanted_lon) <= 0.005
        assert abs(lat - wanted_lat) <= 0.005
    assert shown["paths"][0]["b"] == {"0": 2.0}
    assert shown["spots"][1]["x"] == [241.6]


def test_geojson_is_cut_at_180_degrees() -> None:
    """Files for other tools keep to longitudes between -180 and 180; a line over the edge comes in two pieces."""
    line, first, second = features(crossing())
    pieces = line["geometry"]["coordinates"]
    assert len(pieces) == 2
    assert pieces[0][-1][0] == 180
    assert pieces[1][0][0] == -180
    assert pieces[0][-1][1] == pieces[1][0][1]
    assert first["geometry"]["coordinates"] == [121.8, 31.1]
    assert second["geometry"]["coordinates"] == [-118.4, 33.9]


def test_files_open(tmp_path: FilePath) -> None:
    """GeoJSON and GeoPackage are read by geopandas with the same content, the PDF by pypdf, the PNG by Pillow."""
    sheet = crossing()
    table = geopandas.read_file(io.BytesIO(sheet_geojson(sheet)))
    assert list(table["layer"]) == ["air", "p", "p"]
    path = tmp_path / "map.gpkg"
    path.write_bytes(sheet_geopackage(sheet))
    lines, places = (geopandas.read_file(path, layer=name) for name in ("lines", "places"))
    assert (len(lines), len(places), lines.crs.to_epsg()) == (1, 2, 4326)
    assert set(places["code"]) == {"CNSHA", "USLAX"}
    page = PdfReader(io.BytesIO(sheet_pdf(sheet, fonts_of("none")))).pages[0]
    assert "Los Angeles" not in page.extract_text()
    assert "</script><b>" in page.extract_text()
    picture = Image.open(io.BytesIO(sheet_png(sheet, None, 640, 400)))
    picture.load()
    assert picture.size == (640, 400)
    colours = picture.getcolors(640 * 400)
    assert colours is not None
    assert len(colours) > 50


def test_empty_sheet_draws() -> None:
    """A sheet without anything on it still makes every file."""
    sheet = Sheet(title="nothing", lang="en", layers=())
    assert sheet.view is None
    assert json.loads(sheet_geojson(sheet))["features"] == []
    assert sheet_geopackage(sheet).startswith(b"SQLite format 3")
    assert sheet_png(sheet, None, 320, 200).startswith(b"\x89PNG")
    assert sheet_pdf(sheet, fonts_of("none")).startswith(b"%PDF")


def test_everything_fits_the_picture() -> None:
    """Every place of a sheet lies on its picture."""
    sheet = network_sheet(LineBook(flows_catalogue(SMALL)), "en", statuses=("scenario",))
    frame = frame_of(sheet, 1600, 1000)
    for lat, lon in ((spot["y"], spot["x"][0]) for spot in sheet_json(sheet)["spots"]):
        x, y = frame.dot(lat, lon)
        assert -1 <= x <= 1601
        assert frame.top - 1 <= y <= frame.top + frame.height + 1
    assert mercator(89) == mercator(84)


class Notes:
    """A pen that remembers what it writes; every letter is as wide as half its height."""

    def __init__(self) -> None:
        self.texts: list[tuple[tuple[float, float], str, float]] = []
        self.spots: list[tuple[float, float, float]] = []
        self.colours: set[str] = set()

    def text(self, at: tuple[float, float], text: str, size: float, colour: str = "") -> None:
        """Remember a text."""
        self.texts.append((at, text, size))
        self.colours.add(colour)

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is."""
        return len(text) * size / 2

    def disc(self, at: tuple[float, float], radius: float, colour: str) -> None:
        """Remember a circle."""
        self.spots.append((*at, radius))
        self.colours.add(colour)

    def fill(self, dots: Sequence[Dot], colour: str, edge: Stroke | None = None) -> None:
        """Fill nothing."""

    def line(self, dots: Sequence[Dot], stroke: Stroke) -> None:
        """Draw nothing."""

    def clip(self, left: float, top: float, right: float, bottom: float) -> None:
        """Clip nothing."""

    def unclip(self) -> None:
        """Keep everything."""


@pytest.mark.parametrize("count", [1, 8, 60])
def test_nothing_lies_under_the_legend(count: int) -> None:
    """The legend of a picture stands below its map, in as many rows as it takes, and every entry is in it."""
    layers = tuple(Layer(id=str(n), name=f"layer {n}", colour="#000000", mark="circle") for n in range(count))
    spots = tuple(
        Spot(layer=str(n), lat=lat, lon=lon, radius=5, name="x")
        for n, (lat, lon) in enumerate([(-40.0, 100.0), (60.0, 20.0), (-40.0, 20.0), (60.0, 100.0)][:count])
    )
    pen = Notes()
    draw_sheet(Sheet(title="t", lang="en", layers=layers, spots=spots), pen, 800, 600)
    entries = [(at, text) for at, text, _ in pen.texts if text.startswith("layer")]
    assert [text for _, text in entries] == [f"layer {n}" for n in range(count)]
    top = min(at[1] for at, _ in entries) - 11
    marks = len(entries)
    assert all(y + radius <= top for _, y, radius in pen.spots[:-marks])
    assert all(at[0] >= 16 and at[0] + pen.width(text, 13) <= 800 and at[1] < 574 for at, text in entries)


def test_title_and_note_are_on_the_picture() -> None:
    """The title stands above the map, shortened where it is too long, and what the data are below it."""
    pen = Notes()
    draw_sheet(Sheet(title="T" * 500, lang="en", layers=(), note="Data: 2026"), pen, 800, 600)
    (_, title, size), *_, (_, foot, _) = pen.texts
    assert title.endswith("T…")
    assert 700 < pen.width(title, size) <= 768
    assert foot.startswith("Data: 2026")
    assert fitting("short", pen, 20, 100) == "short"


def test_dashes_cover_what_they_should() -> None:
    """The solid parts of a dashed line have their share of its length."""
    parts = list(dashes([(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)], (4.0, 2.0)))
    length = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for part in parts for a, b in pairwise(part))
    assert length == pytest.approx(40.0)


def test_network(book: LineBook) -> None:
    """A line has its departures a week, capacity and what is booked; what does not run lies on a layer of its own."""
    service = next(row for row in book.services.values() if row.mode == "sea")
    use = {service.id: Use(2, 1500, 4000, 0, 0)}
    sheet = network_sheet(book, "en", statuses=("active", "seasonal", "scenario"), use=use, use_days=28)
    path = next(path for path in sheet.paths if path.layer == "sea")
    facts = dict(path.facts)
    assert facts["Departures a week"] == f"{runs_a_week(service):.1f}"
    assert facts["Booked, next 28 days"] == "38 % (1.5 / 4.0 TEU, 2 departures)"
    assert {layer.id for layer in sheet.layers} >= {"sea", "places"}
    assert not network_sheet(book, "zh", modes=["rail"]).paths or "rail" in {p.layer for p in sheet.paths}


def test_sea_follows_the_passage_of_its_service(book: LineBook) -> None:
    """The ship through Suez is drawn through Suez, in whichever sheet."""
    sheet = network_sheet(book, "en", modes=["sea"])
    lines = [piece for path in sheet.paths for piece in drawn(path)]
    assert any(any(abs(lat - 30.1) < 0.01 and abs(lon - 32.5) < 0.01 for lat, lon in line) for line in lines)
    legs = [Leg("sea", "SEA-1", "CNNGB-P", "DEHAM-P")]
    change = change_sheet(book, legs, [End("DEHAM-P", "worse", ())], ["CNNGB-P"], "en", title="t")
    assert (30.1, 32.5) in change.paths[0].line


def test_feeders() -> None:
    """The three tiers are told apart by the kinds of places at both ends; everything else is left out."""
    rows = small()
    base = next(row for row in rows["locations"] if row["code"] == "CNWNZ")
    for code, kind in (("D1", "county_depot"), ("HUB", "city_depot"), ("CL", "cluster")):
        rows["locations"].append(base | {"code": code, "kind": kind, "name_zh": code, "name_en": code, "aliases": ""})
    road = next(row for row in rows["services"] if row["id"] == "ROAD-1")
    calls = [row for row in rows["calls"] if row["service"] == "ROAD-1"]
    tariffs = [row for row in rows["tariffs"] if row["service"] == "ROAD-1"]
    for name, ends in (("A", ("CL", "D1")), ("B", ("D1", "HUB")), ("C", ("HUB", "CNNGB-P"))):
        rows["services"].append(road | {"id": name, "name_zh": name, "name_en": name})
        rows["calls"] += [call | {"service": name, "location": end} for call, end in zip(calls, ends, strict=True)]
        rows["tariffs"] += [
            row | {"id": f"{row['id']}{name}", "service": name, "origin": "", "destination": ""} for row in tariffs
        ]
    sheet = feeder_sheet(LineBook(build(rows)), "en")
    assert sorted(path.layer for path in sheet.paths) == ["tier_city", "tier_collect", "tier_hub"]
    assert {spot.layer for spot in sheet.spots} == {"sources", "county_depots", "city_depots", "hubs"}


def test_flows(book: LineBook) -> None:
    """Moves of one mode between the same places are one flow; widths grow with volumes, and days are steps."""
    moves = [
        Move("SEA-1", "CNNGB-P", "DEHAM-P", "2026-05-20", 4 * 10**6, 1000),
        Move("SEA-1", "CNNGB-P", "DEHAM-P", "2026-05-27", 12 * 10**6, 3000, 2),
        Move("ROAD-1", "CNWNZ", "CNNGB-P", "2026-05-20", 10**6, 500),
    ]
    flows = flows_of(book, moves)
    assert [(flow.mode, flow.volume_cm3, flow.bookings) for flow in flows] == [
        ("sea", 16 * 10**6, 3),
        ("road", 10**6, 1),
    ]
    sheet = flow_sheet(book, flows, "en", title="t")
    assert sheet.steps[0] == "All 2 flows, 2026-05-20 to 2026-05-27"
    assert len(sheet.steps) == 3
    sea, road = sheet.paths
    assert sea.by_step == {0: scale_of(4, 16), 1: scale_of(12, 16)}
    assert sea.scale > road.scale > 0
    assert flow_sheet(book, [], "zh", title="t").steps == ()


def test_reach_and_catchments(book: LineBook) -> None:
    """Bands and modes have marks of their own; a warehouse that is best for nothing is shown as such."""
    one = Reached("DEHAM-P", (9.5, 5000), (14.0, 3000), "sea", "air", {"air": (9.5, 5000), "sea": (14.0, 3000)})
    by_days = reach_sheet(book, "CNWNZ", [one], "en", days=(10, 15), is_by_mode=False)
    assert [layer.name for layer in by_days.layers] == ["≤ 10 days", "Origin"]
    by_mode = reach_sheet(book, "CNWNZ", [one], "en", days=(10, 15), is_by_mode=True)
    assert [layer.name for layer in by_mode.layers] == ["Cheapest by Sea", "Origin"]
    served = [Served("DEHAM-P", ("CNWNZ", 3.0, 900), None)]
    sheet = catchment_sheet(book, served, ["CNWNZ", "CNNGB-P"], "en", is_by_time=True)
    assert [(spot.layer, spot.properties["code"]) for spot in sheet.spots] == [
        ("market", "DEHAM-P"), ("warehouse", "CNWNZ"), ("idle", "CNNGB-P"),
    ]  # fmt: skip
    assert len(sheet.paths) == 1
    assert not catchment_sheet(book, served, ["CNWNZ"], "en", is_by_time=False).paths


def test_many_flows() -> None:
    """Lines of a generated world lie within the frame and its margins, and every mode is in the legend."""
    book = LineBook(flows_catalogue(SMALL))
    moves = [
        Move(row.id, calls[0].location, calls[-1].location, "2026-05-20", 10**6 * number, 10)
        for number, row in enumerate(book.services.values(), 1)
        if (calls := book.rotations[row.id])
    ]
    sheet = flow_sheet(book, flows_of(book, moves), "zh", title="t")
    for path in sheet.paths:
        for piece in drawn(path):
            # A line ends at the first point beyond the margin, and nothing is drawn that lies outside altogether.
            assert any(is_in_frame(lon) for _, lon in piece)
            assert all(is_in_frame(lon, FRAME_MARGIN) for _, lon in piece[1:-1])
    assert {layer.id for layer in sheet.layers} == {"sea", "rail", "air", "road", "places"}


def test_modes_differ_without_colour() -> None:
    """No two modes have the same pattern of dashes and width, and none the look of another status."""
    looks = [(style.dash, style.width) for style in MODES.values()]
    assert len(set(looks)) == len(looks)


def test_is_sketch_is_said() -> None:
    """A line that stands in for an unknown one is marked in files."""
    sheet = crossing()
    sketch = replace(sheet, paths=(replace(sheet.paths[0], is_sketch=True),))
    assert next(features(sketch))["properties"]["is_sketch"] is True
