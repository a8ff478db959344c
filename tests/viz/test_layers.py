"""From options and networks to plain layers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from data.timeaxis import TimeAxis
from tests.data.world import build, small
from viz.export import to_geodataframe
from viz.geometry import FRAME_WEST
from viz.layers import network_layers, option_layers
from viz.lines import LineBook

if TYPE_CHECKING:
    from data import Catalogue
    from data.itinerary import Option


def test_option(book: LineBook, axis: TimeAxis, sea: Option) -> None:
    """A line per leg in order, a point per place with its role, and the ends in the view."""
    layers = option_layers(book, axis, sea, lang="en")
    assert [line["mode"] for line in layers["lines"]] == ["road", "sea"]
    assert [(point["code"], point["role"]) for point in layers["points"]] == [
        ("CNWNZ", "origin"),
        ("CNNGB-P", "transfer"),
        ("DEHAM-P", "destination"),
    ]
    assert layers["modes"] == ["sea", "road"]
    assert layers["bounds"] == [[28.0, 9.93], [53.54, 121.85]]
    json.dumps(layers)


def test_stored_line(book: LineBook) -> None:
    """The line of the passage the ship takes comes from the table, in both directions."""
    assert book.leg("SEA-1", "CNNGB-P", "DEHAM-P").line == [(29.93, 121.85), (30.1, 32.5), (53.54, 9.93)]
    assert book.track("sea", "DEHAM-P", "CNNGB-P", ["suez"]).line[0] == (53.54, 9.93)
    assert not book.leg("SEA-1", "CNNGB-P", "DEHAM-P").approximate


def test_missing_line_is_a_sketch(catalogue: Catalogue) -> None:
    """Without a stored line a ship's way is a great circle, and says so."""
    book = LineBook(catalogue.replace(geometry=()))
    track = book.leg("SEA-1", "CNNGB-P", "DEHAM-P")
    assert track.approximate
    assert len(track.line) > 20
    # Planes do fly so, and lorries are near enough.
    assert not book.leg("AIR-2", "TWTPE-A", "DEFRA-A").approximate
    assert not book.leg("ROAD-1", "CNWNZ", "CNNGB-P").approximate


def test_line_over_intermediate_calls(catalogue: Catalogue) -> None:
    """A leg over several calls is drawn over all of them, on the shortest stretch of the rotation."""
    calls = {call.seq: call for call in catalogue.calls if call.service == "ROAD-1"}
    assert set(calls) == {1, 2}
    book = LineBook(catalogue)
    assert book.path("ROAD-1", "CNWNZ", "CNNGB-P") == ["CNWNZ", "CNNGB-P"]
    assert book.path("ROAD-1", "CNNGB-P", "CNWNZ") == ["CNNGB-P", "CNWNZ"]


@pytest.mark.parametrize(("lang", "name"), [("zh", "宁波港"), ("en", "Ningbo port")])
def test_language(book: LineBook, axis: TimeAxis, sea: Option, lang: str, name: str) -> None:
    """Names are in the reader's language."""
    layers = option_layers(book, axis, sea, lang="zh" if lang == "zh" else "en")
    assert layers["points"][1]["name"] == name


def test_popups_are_escaped(book: LineBook, axis: TimeAxis, sea: Option) -> None:
    """Names from tables cannot become markup."""
    layers = option_layers(book, axis, sea, lang="zh")
    popups = [item["popup"] for item in (*layers["lines"], *layers["points"])]
    assert not any("<script" in popup or "<b>" in popup for popup in popups)
    assert any("&lt;script&gt;" in popup for popup in popups)


def test_popups_have_local_times(book: LineBook, axis: TimeAxis, sea: Option) -> None:
    """Departures and arrivals are told in the time of their place."""
    sea_leg = option_layers(book, axis, sea, lang="en")["lines"][1]["popup"]
    assert "UTC+08:00" in sea_leg
    assert "UTC+02:00" in sea_leg


def test_network(book: LineBook) -> None:
    """What runs is drawn once per stretch; scenario services are left out unless asked for."""
    layers = network_layers(book, lang="en")
    assert sorted(line["mode"] for line in layers["lines"]) == ["air", "road", "sea"]
    assert {point["code"] for point in layers["points"]} == {"CNWNZ", "CNNGB-P", "DEHAM-P", "TWTPE-A", "DEFRA-A"}
    everything = network_layers(book, lang="en", statuses=frozenset({"active", "scenario"}))
    assert len(everything["lines"]) == 4
    assert [line["mode"] for line in network_layers(book, lang="en", modes=["sea"])["lines"]] == ["sea"]


def test_empty_network(book: LineBook) -> None:
    """Nothing is nothing, not an error."""
    layers = network_layers(book, lang="zh", modes=["parcel"])
    assert (layers["lines"], layers["points"], layers["bounds"]) == ([], [], None)


def test_points_lie_in_the_frame(book: LineBook) -> None:
    """All longitudes are those of the map's frame."""
    for point in network_layers(book, lang="zh")["points"]:
        assert FRAME_WEST <= point["lon"] < FRAME_WEST + 360


def test_export(book: LineBook) -> None:
    """Planners get a table with geometry."""
    frame = to_geodataframe(network_layers(book, lang="en"))
    assert sorted(frame["mode"]) == ["air", "road", "sea"]
    assert frame.crs.to_epsg() == 4326
    assert len(to_geodataframe(network_layers(book, lang="en", modes=["parcel"]))) == 0


@pytest.fixture(scope="module")
def atlantic() -> Catalogue:
    """Return the small data set with Paris for Taipei and New York for Frankfurt."""
    rows = small()
    for row in rows["locations"]:
        if row["code"] == "TWTPE-A":
            row["lat"], row["lon"] = "49.0", "2.5"
        if row["code"] == "DEFRA-A":
            row["lat"], row["lon"] = "40.6", "-73.8"
    rows["geometry"] = []
    return build(rows)


def test_a_way_over_the_atlantic_is_one_line(atlantic: Catalogue, air: Option) -> None:
    """Wenzhou - Paris - New York is drawn westward in one go, with its places on the line."""
    layers = option_layers(LineBook(atlantic), TimeAxis(atlantic), air, lang="en")
    first, second = (line["drawn"] for line in layers["lines"])
    assert (len(first), len(second)) == (1, 1)
    assert first[0][-1] == pytest.approx(second[0][0])
    longitudes = {point["code"]: point["lon"] for point in layers["points"]}
    assert longitudes["DEFRA-A"] == pytest.approx(-73.8)
    assert second[0][-1][1] == pytest.approx(-73.8)
    assert layers["bounds"] is not None
    assert layers["bounds"][0][1] == pytest.approx(-73.8)


def test_the_network_is_repeated_over_its_edge(atlantic: Catalogue) -> None:
    """A line that leaves the frame is drawn at both edges, and ends at a place on both sides."""
    layers = network_layers(LineBook(atlantic), lang="en", modes=["air"], statuses=frozenset({"active", "scenario"}))
    over = next(line for line in layers["lines"] if len(line["drawn"]) > 1)
    assert len(over["pieces"]) == 2
    ends = {round(copy[index][1], 1) for copy in over["drawn"] for index in (0, -1)}
    assert ends == {-73.8, 2.5, 286.2, 362.5}
    assert ends <= {round(point["lon"], 1) for point in layers["points"]}
