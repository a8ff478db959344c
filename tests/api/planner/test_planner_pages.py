"""The planner's pages and files over HTTP: every view, every format, and questions that cannot be answered."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import geopandas
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from api.faults import Findings
from api.planner.compare import Question, compared, comparing
from api.planner.consignment import network_of, typed_place
from api.planner.reach_view import main_mode
from api.planner.scenario import Scenario
from api.planner.tiles import BY_VARIABLE, VARIABLE
from api.texts import say
from benchmarks.flows_world import NOW as FLOWS_NOW
from benchmarks.flows_world import SMALL, book_flows, flows_catalogue
from data.fields import read_place
from data.shipment import Filters, Shipment
from network.reach import reach
from tests.api.fakes import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from api.store.session import Store

REACH = {"from": "CNWNZ", "weight_kg": "800", "volume_m3": "4.2", "days": "2,60", "budget": "", "kinds": "seaport"}
SCENARIO = {"from": "CNWNZ", "to": "CNNGB-P", "weight_kg": "800", "volume_m3": "4.2"}
PAGES = (
    ("/planner", {}),
    ("/network", {"show": "feeders"}),
    ("/planner", {"status": "suspended", "modes": "sea", "search": "x"}),
    ("/planner/flows", {}),
    ("/planner/reach", REACH),
    ("/planner/catchments", {"parcel_kg": "1"}),
    ("/planner/scenario", {}),
    ("/planner/scenario", SCENARIO | {"run": "yes", "name": "A", "price_road": "10"}),
)


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))


def get(client: TestClient, path: str, code: int = 200, /, **query: str) -> Response:
    """Return a page with its status checked."""
    answer = client.get(path, params=query)
    assert answer.status_code == code, answer.text[:600]
    return answer


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("path", "query"), PAGES)
def test_pages(client: TestClient, path: str, query: dict[str, str], lang: str) -> None:
    """Every page is there in both languages, with one heading of the first order and nothing left untranslated."""
    text = get(client, path, **query, lang=lang).text
    tags = Tags(text).tags
    assert sum(tag == "h1" for tag, _ in tags) == 1
    assert not re.search(r">\s*(planner|reach|flows|scenario|tab|status|catchments)_[a-z_]+\s*<", text)
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "style"]
    labelled = {attributes.get("for") for tag, attributes in tags if tag == "label"}
    fields = {
        a.get("id") for tag, a in tags if tag in {"input", "select"} and a.get("type") not in {"hidden", "checkbox"}
    }
    assert fields <= labelled


@pytest.mark.parametrize("kind", ["png", "pdf", "geojson", "gpkg", "sheet"])
@pytest.mark.parametrize(
    ("path", "query"),
    [("/planner", {}), ("/planner/reach", REACH), ("/planner/scenario", SCENARIO | {"side": "after", "close": "suez"})],
)
def test_files(client: TestClient, path: str, query: dict[str, str], kind: str, tmp_path: Path) -> None:
    """Every map is given out in every format, as a file with a name of its own, and opens."""
    answer = get(client, path, **query, format=kind)
    starts = {"png": b"\x89PNG", "pdf": b"%PDF", "geojson": b"{", "gpkg": b"SQLite", "sheet": b"{"}
    assert answer.content.startswith(starts[kind])
    if kind != "sheet":
        assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    if kind in {"geojson", "gpkg"}:
        file = tmp_path / f"map.{kind}"
        file.write_bytes(answer.content)
        layer = {"layer": "places"} if kind == "gpkg" else {}
        assert len(geopandas.read_file(file, **layer)) > 0


@pytest.mark.parametrize(
    ("path", "query", "field", "rule"),
    [
        ("/planner", {"modes": "ship"}, "modes", "choice"),
        ("/planner", {"status": "dead"}, "status", "choice"),
        ("/planner", {"show": "all"}, "show", "choice"),
        ("/planner", {"format": "svg"}, "format", "choice"),
        ("/planner/flows", {"first": "yesterday"}, "first", "date_only"),
        ("/planner/flows", {"first": "2026-06-02", "last": "2026-06-01"}, "last", "after_first"),
        ("/planner/flows", {"first": "2026-06-02", "last": "2029-06-01"}, "last", "too_many_days"),
        ("/planner/flows", {"format": "png"}, "format", "nothing_to_draw"),
        ("/planner/reach", REACH | {"from": "nowhere"}, "from", "unknown_place"),
        ("/planner/reach", REACH | {"weight_kg": "-1"}, "weight_kg", "positive"),
        ("/planner/reach", REACH | {"days": "1,2,3,4,5,6"}, "days", "too_many"),
        ("/planner/reach", REACH | {"days": "soon"}, "days", "number"),
        ("/planner/reach", REACH | {"budget": "0"}, "budget", "min"),
        ("/planner/reach", REACH | {"colour": "red"}, "colour", "choice"),
        ("/planner/reach", REACH | {"ready": "2031-01-01"}, "ready", "outside_horizon"),
        ("/planner/catchments", {"parcel_kg": "0"}, "parcel_kg", "positive"),
        ("/planner/catchments", {"within": "900"}, "within", "max"),
        ("/planner/catchments", {"by": "luck"}, "by", "choice"),
        ("/planner/scenario", SCENARIO | {"close": "Atlantis"}, "close", "unknown_place"),
        ("/planner/scenario", SCENARIO | {"add": "SEA-1"}, "add", "not_addable"),
        ("/planner/scenario", SCENARIO | {"price_sea": "-95"}, "price_sea", "min"),
        ("/planner/scenario", SCENARIO | {"duty": "much"}, "duty", "number"),
        ("/planner/scenario", {"from": "CNWNZ", "weight_kg": "1"}, "to", "required"),
        ("/planner/scenario", SCENARIO | {"within": "0"}, "within", "min"),
        ("/planner/scenario", SCENARIO | {"format": "png", "side": "left"}, "side", "choice"),
    ],
)
def test_refused(client: TestClient, path: str, query: dict[str, str], field: str, rule: str) -> None:
    """What is wrong is told beside its field; for a file it is a problem document with the same fault."""
    answer = get(client, path, 422, **({"format": "geojson"} | query))
    assert (field, rule) in {(one["field"], one["rule"]) for one in answer.json()["errors"]}
    if "format" not in query:
        page = get(client, path, 422, **query).text
        assert 'role="alert"' in page
        assert f'href="#{field}"' in page


def test_typed_text_is_text(client: TestClient) -> None:
    """Markup that is typed comes back as text, in pages and in the data of maps."""
    evil = '"><script>alert(1)</script>'
    for path, query in (("/planner/scenario", SCENARIO | {"name": evil, "run": "yes"}), ("/planner", {"search": evil})):
        text = get(client, path, **query).text
        scripts = [attributes for tag, attributes in Tags(text).tags if tag == "script"]
        assert all(one.get("src") or one.get("type") == "application/json" for one in scripts)
        assert "<script>alert" not in text


def test_unknown_plan(client: TestClient, store: Store, desk: Desk) -> None:
    """A plan that is not there is not found, whether its flows or its cargo are asked for."""
    with TestClient(create_app(desk, store=store), raise_server_exceptions=False) as other:
        for path in ("/planner/flows", "/planner/scenario"):
            assert other.get(path, params={"plan": "pln_none", "run": "yes"}).status_code == 404
    assert client.get("/planner/scenario", params={"plan": "pln_none"}).status_code in {404, 503}


def test_booked_flows(store: Store) -> None:
    """What is booked in a period is there, with its days; another period has nothing."""
    catalogue = flows_catalogue(SMALL)
    book_flows(store, catalogue, SMALL)
    with TestClient(create_app(Desk(catalogue, clock=lambda: FLOWS_NOW), store=store)) as client:
        sheet = get(client, "/planner/flows", format="sheet").json()
        # Legs of one mode between the same places, and those that depart later, are not flows of their own.
        assert SMALL.flows * 0.8 < len(sheet["paths"]) <= SMALL.flows
        assert len(sheet["steps"]) > 10
        assert all(path["b"] for path in sheet["paths"])
        text = get(client, "/planner/flows", lang="en").text
        assert "flows, " in text
        later = get(client, "/planner/flows", first="2026-11-01", last="2026-11-02", lang="en").text
        assert say("en", "flows_none") in later
        used = get(client, "/planner", status="scenario", format="sheet").json()
        assert used["paths"]


def test_reach_is_what_the_search_says(client: TestClient, desk: Desk) -> None:
    """The table has the days and the cost of the search, and a smaller budget leaves the place out."""
    network = network_of(desk)
    shipment = Shipment(origin="CNWNZ", destination="CNNGB-P", mass_g=800_000, volume_cm3=4_200_000, ready_at=NOW)
    found = reach(network, shipment, Filters(), days=60)
    (way,) = found.ways["CNNGB-P"]
    assert main_mode(network, way) == "road"
    text = get(client, "/planner/reach", **REACH, lang="en").text
    assert f"{(way.arrive_min - found.start_min) / 1440:,.1f} d ¥{way.cost_cny_minor / 100:,.0f}" in text
    little = str(way.cost_cny_minor // 100 - 1)
    assert say("en", "reach_none") in get(client, "/planner/reach", **(REACH | {"budget": little}), lang="en").text
    ready = (NOW + dt.timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    assert "CNNGB-P" in get(client, "/planner/reach", **(REACH | {"ready": ready})).text


def test_comparison_streams(client: TestClient) -> None:
    """The lines of a comparison say how far it is, and the last one holds what it found."""
    answer = get(client, "/planner/scenario/compare", **SCENARIO, close="CNNGB-P", lang="en")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert all(line["done"] <= line["all"] for line in lines[:-1])
    assert [line["done"] for line in lines[:-1]] == sorted(line["done"] for line in lines[:-1])
    assert "no way" in lines[-1]["html"]
    again = get(client, "/planner/scenario/compare", **SCENARIO, close="CNNGB-P", lang="en")
    assert len(again.text.splitlines()) == 1
    assert get(client, "/planner/scenario/compare", 422, **(SCENARIO | {"to": ""}))


def test_impossible_scenario_is_explained(desk: Desk) -> None:
    """A line without a price cannot be added: the comparison says so, and lets the next one begin."""
    rows = [row for row in desk.catalogue.services if row.status == "scenario"]
    if not rows:
        pytest.skip("the small data set has no such line")
    priced = [row for row in desk.catalogue.tariffs if row.service != rows[0].id]
    catalogue = desk.catalogue.replace(tariffs=priced, through_rates=[])
    bare = Desk(catalogue, clock=desk.clock)
    with TestClient(create_app(bare), raise_server_exceptions=False) as client:
        query = SCENARIO | {"add": rows[0].id, "lang": "en"}
        lines = get(client, "/planner/scenario/compare", **query).text.splitlines()
        assert say("en", "planner_impossible") in json.loads(lines[-1])["html"]
        assert get(client, "/planner/scenario", 422, **query, run="yes")
        assert get(client, "/planner/scenario/compare", **SCENARIO)


def test_stopping_lets_others_begin(desk: Desk) -> None:
    """Who stops listening gives the turn back."""
    shipment = Shipment(origin="CNWNZ", destination="CNNGB-P", mass_g=900_000, volume_cm3=4_000_000, ready_at=NOW)
    question = Question(Scenario(closed=("suez",)), (("x", shipment),), Filters())
    steps = comparing(desk, question)
    assert next(steps).doing == "tables"
    steps.close()
    (pair,) = compared(desk, question).pairs
    assert pair.fate == "same"


def test_tiles_are_off_and_then_on(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the setting no page may ask elsewhere; with it the policy names that one host, and nothing else."""
    assert "data-tiles" not in get(client, "/planner").text
    monkeypatch.setenv(VARIABLE, "https://tiles.example/{z}/{x}/{y}.png")
    monkeypatch.setenv(BY_VARIABLE, '<b>"Us"</b>')
    answer = get(client, "/planner")
    (holder,) = [attributes for _, attributes in Tags(answer.text).tags if "data-tiles" in attributes]
    assert holder["data-tiles"] == "https://tiles.example/{z}/{x}/{y}.png"
    policy = answer.headers["content-security-policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert policy.count("https://") == 1
    monkeypatch.setenv(VARIABLE, "https://tiles.example/{z}")
    assert "data-tiles" not in get(client, "/planner").text


def test_scenario_begins_with_names(client: TestClient, desk: Desk) -> None:
    """Places of the form stand there as people name them, mean the same, and the button leads to the answer."""
    for lang in ("zh", "en"):
        text = get(client, "/planner/scenario", lang=lang).text
        tags = Tags(text).tags
        typed = {str(tag["name"]): str(tag["value"]) for kind, tag in tags if tag.get("name") in SCENARIO}
        for name in ("from", "to"):
            found = Findings()
            codes = [read_place(found, name, item, desk.catalogue) for item in typed[name].split(", ")]
            assert codes
            assert not found.faults
            places = [desk.catalogue.location(str(code)) for code in codes]
            assert typed[name] == ", ".join(typed_place(desk.catalogue, row.code, lang) for row in places)
        assert any(kind == "form" and str(tag.get("action")).endswith("#comparison") for kind, tag in tags)
        query = typed | {"close": "", "currency": "CNY", "hs": "", "lang": lang}
        asked = get(client, "/planner/scenario", **query).text
        assert '<section class="card" id="comparison">' in asked
        # What nobody filled in does not open.
        assert all("open" not in tag for kind, tag in Tags(asked).tags if kind == "details")


def test_names_that_would_mislead_stay_codes(desk: Desk) -> None:
    """A name that a list would take for two places is not typed for anybody."""
    row = desk.catalogue.locations[0]
    assert typed_place(desk.catalogue, row.code, "en") == row.name_en
    two = [replace(one, name_en=f"{one.name_en}, again") if one is row else one for one in desk.catalogue.locations]
    assert typed_place(desk.catalogue.replace(locations=tuple(two)), row.code, "en") == row.code
