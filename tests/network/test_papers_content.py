"""What stands in each paper, and by when it is due, worked out by hand from the plan by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from data.itinerary import Charge
from network.papers import Checker, Paper, by_due, cases, document, option_case, papers, papers_of, schema_of
from tests.paper_world import plan_file, shipped

if TYPE_CHECKING:
    from data import Catalogue
    from data.paper_facts import Facts
    from data.plan_json import PlanFile

FACTS: Facts = {
    "SEA": {
        "invoice_no": "WZ-1", "date": "2026-12-01", "consignee": "Sun Inc.", "notify": "same", "incoterm": "CIF",
        "incoterm_place": "Los Angeles", "description": "sunglasses", "net_mass": 700_000, "booking_no": "B1",
        "container_no": "CSQU3054383", "seal_no": "S7", "forwarder": "货代", "freight_terms": "PREPAID",
        "verified_by": "王", "entry_no": "E9",
    },
    "R1": {
        "warehouse": "Lager", "warehouse_address": "Duisburg", "booking_list_no": "DC1", "description": "frames",
        "forwarder": "货代", "consignee": "Lager", "notify": "same", "freight_terms": "COLLECT", "entry_no": "E1",
    },
    "R2": {"description": "lenses"},
    "L001": {"container_no": "CSQU3054383", "master_no": "M1", "seal_no": "S1", "booking_no": "RB1"},
    "AIR": {"description": "smart glasses", "master_no": "784-1", "booking_no": "AB1", "consignee": "Licht GmbH"},
}  # fmt: skip

# The leg departs on 11 December 2026 at 00:00 UTC, 08:00 in China, and arrives 15 days later. Cut-offs by hand:
# rail documentation 4 days before; sea documentation 4 days, gate 36 hours, VGM and customs 1 day; air documentation
# 8 hours, latest acceptance 5 hours, customs 2 hours. Clearance begins on day 5 (rail), 8 (sea), 26 (import).
DUES = [
    ("R1", "booking_list", "2026-12-06T08:00:00+08:00", "clear_export"),
    ("R1", "commercial_invoice", "2026-12-06T08:00:00+08:00", "clear_export"),
    ("R1", "warehouse_entry", "2026-12-07T08:00:00+08:00", "stuff"),
    ("R1", "house_waybill", "2026-12-07T08:00:00+08:00", "documentation"),
    ("R1", "eori", "2026-12-26T01:00:00+01:00", "arrive"),
    ("R1", "wood_mark", "2026-12-07T08:00:00+08:00", "stuff"),
    ("L001", "booking", "2026-12-07T08:00:00+08:00", "documentation"),
    ("L001", "load_list", "2026-12-07T08:00:00+08:00", "documentation"),
    ("L001", "rail_note", "2026-12-07T08:00:00+08:00", "documentation"),
    ("SEA", "commercial_invoice", "2026-12-09T08:00:00+08:00", "clear_export"),
    ("SEA", "packing_list", "2026-12-09T08:00:00+08:00", "clear_export"),
    ("SEA", "sea_waybill", "2026-12-07T08:00:00+08:00", "documentation"),
    ("SEA", "vgm", "2026-12-10T08:00:00+08:00", "vgm"),
    ("SEA", "wood_mark", "2026-12-09T20:00:00+08:00", "fcl_delivery"),
    ("SEA", "insurance_policy", "2026-12-11T08:00:00+08:00", "depart"),
    ("SEA", "customs_bond", "2026-12-25T16:00:00-08:00", "arrive"),
    ("AIR", "air_waybill", "2026-12-11T00:00:00+08:00", "documentation"),
    ("AIR", "house_waybill", "2026-12-11T00:00:00+08:00", "documentation"),
    ("AIR", "wood_mark", "2026-12-11T03:00:00+08:00", "lat"),
    ("AIR", "export_declaration", "2026-12-11T06:00:00+08:00", "customs"),
    ("AIR", "un38_3", "2026-12-08T08:00:00+08:00", "depart"),
    ("AIR", "eori", "2026-12-26T01:00:00+01:00", "arrive"),
]

YIWU, DUISBURG = "义乌西站铁路口岸", "杜伊斯堡"
# Of each paper that can be filled: fields of its head, then of its lines.
HEADS: list[tuple[str, str, dict[str, object]]] = [
    ("SEA", "commercial_invoice", {"invoice_no": "WZ-1", "date": "2026-12-01", "shipper": "温州眼镜厂",
     "consignee": "Sun Inc.", "incoterm": "CIF", "incoterm_place": "Los Angeles", "currency": "CNY",
     "regime": "0110", "payment_terms": None}),
    ("SEA", "packing_list", {"invoice_no": "WZ-1", "consignee": "Sun Inc.", "notify": "same", "regime": "0110"}),
    ("SEA", "booking", {"shipper": "温州眼镜厂", "box": "40HQ", "boxes": 1, "service": "TEST-sea", "pieces": 12,
     "mass": 800_123, "volume": 4_567_890, "depart_at": "2026-12-11T08:00:00+08:00",
     "arrive_at": "2026-12-25T16:00:00-08:00", "description": "sunglasses"}),
    ("SEA", "sea_waybill", {"booking_no": "B1", "forwarder": "货代", "container_no": "CSQU3054383", "houses": 1,
     "pieces": 12, "mass": 800_123, "seal_no": "S7", "freight_terms": "PREPAID"}),
    ("SEA", "vgm", {"mass": 800_123, "verified_method": "SM2", "verified_by": "王", "container_no": "CSQU3054383"}),
    ("L001", "booking", {"shipper": None, "box": "40HQ", "boxes": 1, "pieces": 19, "mass": 2_800_000,
     "volume": 14_567_891}),
    ("L001", "load_list", {"load": "L001", "houses": 2, "pieces": 19, "mass": 2_800_000, "volume": 14_567_891,
     "container_no": "CSQU3054383", "seal_no": "S1"}),
    ("L001", "rail_note", {"booking_no": "RB1", "houses": 2, "pieces": 19, "mass": 2_800_000, "shipper": None,
     "currency": "CNY", "container_no": "CSQU3054383"}),
    ("R1", "house_waybill", {"master_no": "M1", "container_no": "CSQU3054383", "seal_no": "S1", "pieces": 12,
     "mass": 800_123, "forwarder": "货代", "load": "L001", "consignee": "Lager", "service": "TEST-rail"}),
    ("R1", "booking_list", {"booking_list_no": "DC1", "warehouse": "Lager", "warehouse_address": "Duisburg",
     "regime": "9810", "value": 1_234_567, "currency": "CNY", "pieces": 12, "mass": 800_123, "hs": "900410"}),
    ("R1", "warehouse_entry", {"entry_no": "E1", "forwarder": "货代", "shipment": "R1", "load": "L001", "pieces": 12,
     "deliver_by": "2026-12-07T08:00:00+08:00", "mass": 800_123, "volume": 4_567_890}),
    ("AIR", "air_waybill", {"master_no": "784-1", "booking_no": "AB1", "consignee": "Licht GmbH", "houses": 1,
     "pieces": 12, "mass": 800_123, "service": "TEST-air", "chargeable": None}),
    ("AIR", "house_waybill", {"master_no": "784-1", "pieces": 12, "load": None, "container_no": None}),
]  # fmt: skip
LINES: list[tuple[str, str, list[dict[str, object]]]] = [
    ("SEA", "commercial_invoice", [{"shipment": "SEA", "description": "sunglasses", "hs": "900410", "pieces": 12,
                                    "value": 1_234_567}]),
    ("SEA", "packing_list", [{"mass": 800_123, "net_mass": 700_000, "volume": 4_567_890}]),
    ("L001", "load_list", [
        {"shipment": "R1", "shipper": "温州眼镜厂", "regime": "9810", "description": "frames", "mass": 800_123},
        {"shipment": "R2", "shipper": "义乌工厂", "regime": "0110", "description": "lenses", "mass": 1_999_877}]),
    ("L001", "rail_note", [
        {"shipment": "R1", "value": 1_234_567, "volume": "absent", "description": "frames", "pieces": 12},
        {"shipment": "R2", "value": 1_234_567, "description": "lenses", "pieces": 7}]),
    ("AIR", "air_waybill", [{"goods": "battery_in_equipment", "description": "smart glasses"}]),
]  # fmt: skip


@cache
def world() -> Catalogue:
    """Return the shipped tables."""
    return shipped()


@cache
def plan() -> PlanFile:
    """Return the plan by hand."""
    return plan_file(world())


@cache
def made() -> dict[tuple[str, str], Paper]:
    """Return its papers with the facts, by subject and kind."""
    return {(one.subject, one.kind.code): one for one in papers(plan(), world(), FACTS)}


def told(subject: str, kind: str) -> dict[str, Any]:
    """Return a paper as it is exchanged."""
    return document(made()[subject, kind], world())


@pytest.mark.parametrize(("subject", "kind", "due", "by"), DUES)
def test_due_instants(subject: str, kind: str, due: str, by: str) -> None:
    """A paper is due at the instant worked out by hand, on the clock of the place that counts."""
    found = told(subject, kind)
    assert (found["due_at"], found["due_by"]) == (due, by)


@pytest.mark.parametrize(("subject", "kind", "values"), HEADS, ids=[f"{row[0]}-{row[1]}" for row in HEADS])
def test_heads(subject: str, kind: str, values: dict[str, object]) -> None:
    """The head of a paper says what plan and facts say, and nothing else."""
    found = told(subject, kind)["values"]
    assert {name: found[name] for name in values} == values


@pytest.mark.parametrize(("subject", "kind", "lines"), LINES, ids=[f"{row[0]}-{row[1]}" for row in LINES])
def test_lines(subject: str, kind: str, lines: list[dict[str, object]]) -> None:
    """There is a line for each shipment in it, with its own facts and quantities."""
    found = told(subject, kind)["lines"]
    assert [{name: line.get(name, "absent") for name in want} for line, want in zip(found, lines, strict=True)] == lines


def test_every_paper_that_is_filled_is_looked_at() -> None:
    """No paper of the plan that has fields is left out above."""
    filled = {paper.kind.code for paper in made().values() if paper.status != "obtain"}
    assert filled == {kind for _, kind, _ in HEADS}


def test_places() -> None:
    """Places stand with both names and the code; loose cargo is handed in where it is stuffed."""
    entry = told("R1", "warehouse_entry")["values"]["place"]
    assert (YIWU in entry, "(CNYIW-R)" in entry) == (True, True)
    assert DUISBURG in told("L001", "rail_note")["values"]["arrival"]


def test_amounts_are_those_of_the_cargo() -> None:
    """Every value, piece, mass and volume in a line is that of its shipment, to the last unit."""
    cargo = plan().cargo.by_id
    pairs = {"value": "value_minor", "pieces": "pieces", "mass": "mass_g", "volume": "volume_cm3"}
    seen = 0
    for paper in made().values():
        for line in document(paper, world())["lines"]:
            shipment = cargo[line["shipment"]]
            for name in pairs.keys() & line.keys():
                assert line[name] == getattr(shipment, pairs[name]), (paper.kind.code, name)
                seen += 1
    assert seen > 30


def test_complete_papers() -> None:
    """With the facts above these papers are complete; the others say what they lack."""
    complete = {key for key, paper in made().items() if paper.status == "complete"}
    assert complete == {
        *(("SEA", kind) for kind in ("commercial_invoice", "packing_list", "booking", "sea_waybill", "vgm")),
        ("AIR", "booking"),
        *(("R1", kind) for kind in ("booking_list", "house_waybill", "warehouse_entry")),
        ("L001", "load_list"),
    }


def test_who_gives_what() -> None:
    """What a paper lacks names who gives it; what lacks in a line is asked of the shipment of that line."""
    found = {(one.subject, one.kind.code): one for one in papers(plan(), world(), {})}
    vgm = {row.field: row.giver for _, row in found["SEA", "vgm"].lacks}
    assert vgm == {"booking_no": "carrier", "container_no": "carrier", "verified_by": "shipper"}
    facts = found["L001", "load_list"].lacking_facts
    assert {(subject, row.fact) for subject, row in facts} == {
        ("L001", "container_no"), ("L001", "seal_no"), ("R1", "description"), ("R2", "description"),
    }  # fmt: skip


def test_facts_of_the_load_unit_are_asked_of_it() -> None:
    """A house waybill that lacks a number of its load unit would ask it of the load unit."""
    house = made()["R1", "house_waybill"]
    row = next(entry.field for entry in house.fields if entry.field.field == "container_no")
    bare = replace(house.fields[0], field=replace(row, needed=True), value=None)
    paper = replace(house, fields=(bare,))
    assert [(subject, field.fact) for subject, field in paper.lacking_facts] == [("L001", "container_no")]


def _freight(step: int, quantity: str, basis: str) -> Charge:
    return Charge(
        code="freight", name_zh="运费", name_en="freight", table="tariffs", row="T", step=step, basis=basis,
        quantity=Decimal(quantity), rate=Decimal(1), amount_minor=1, currency="CNY", cny_minor=1, assumed=False,
        source="test", as_of="2026", valid_to=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("charge", "grams"),
    [
        (_freight(0, "833.5", "breaks"), 833_500),
        (_freight(0, "833.0001", "per_kg"), 833_001),
        (_freight(0, "2", "per_box"), None),
        (_freight(1, "900", "breaks"), None),
        (_freight(-1, "900", "breaks"), None),
    ],
)
def test_chargeable_weight_is_that_of_the_freight(charge: Charge, grams: int | None) -> None:
    """The air waybill has the weight by which the plan prices the flight, and none where it is priced otherwise."""
    case = next(case for case in cases(plan()) if case.subject == "AIR")
    way = replace(case.ways[0], charges=(charge,))  # type: ignore[type-var]
    (paper,) = (one for one in papers_of([replace(case, ways=(way,))], world(), {}) if one.kind.code == "air_waybill")
    assert document(paper, world())["values"]["chargeable"] == grams


@pytest.mark.parametrize("subject", ["SEA", "AIR"])
def test_an_option_has_the_papers_of_its_journey(subject: str) -> None:
    """A quote over the same steps needs the same papers at the same instants as a plan in which it travels alone."""
    case = next(case for case in cases(plan()) if case.subject == subject)
    checker = Checker(world(), {})
    option = option_case(case.shipments[0], case.ways, "1")
    rules = checker.rules_of(option)
    found = [(need.kind.code, need.due, need.is_conditional) for need in by_due(checker.needs(option, rules))]
    assert found == [(need.kind.code, need.due, need.is_conditional) for need in by_due(checker.needs(case))]
    assert len(found) > 8


def test_a_way_within_one_customs_area_needs_no_papers() -> None:
    """Only legs between customs areas ask for papers."""
    case = next(case for case in cases(plan()) if case.subject == "SEA")
    steps = tuple(replace(step, origin="CNNBO-P", destination="CNYIW-R") for step in case.ways[0].steps)
    way = replace(case.ways[0], steps=steps)  # type: ignore[type-var]
    assert list(Checker(world(), {}).needs(replace(case, ways=(way,)))) == []


def test_schemas_refuse_what_is_wrong() -> None:
    """Each kind of field has a value its schema refuses, and instants and dates have a form."""
    wrong = {"text": "", "count": -1, "mass": 1.5, "volume": "1", "money": -1, "currency": "yuan", "container": "C",
             "incoterm": "cif", "hs": "12", "instant": "soon", "date": "2026-13-01"}  # fmt: skip
    seen = set()
    for (subject, kind), paper in made().items():
        if paper.status == "obtain":
            continue
        schema, good = schema_of(paper.kind, world()), told(subject, kind)
        checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        checker.validate(good)
        for entry in paper.fields:
            seen.add(entry.field.kind)
            bad = {**good, "values": {**good["values"], entry.field.field: wrong[entry.field.kind]}}
            assert not checker.is_valid(bad), (kind, entry.field.field)
    assert seen == set(wrong)
