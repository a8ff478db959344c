"""Papers of a plan: which by when, filled with what, and the form of their exchange."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import jsonschema
import pytest

from network.papers import Paper, document, load_faults, papers, schema_of
from tests.paper_world import minute, plan_file, shipped

if TYPE_CHECKING:
    from data import Catalogue
    from data.paper_facts import Facts

DEPARTS, DAY = 10, 24 * 60

# By hand: subject and paper, with the minutes before departure and what makes them so.
EXPECTED = {
    ("L001", "booking"): (5760, "documentation"),
    ("L001", "load_list"): (5760, "documentation"),
    ("L001", "rail_note"): (5760, "documentation"),
    ("L001", "preliminary_info"): (5760, "documentation"),
    ("R1", "booking_list"): (5 * DAY, "clear_export"),
    ("R1", "warehouse_proof"): (5 * DAY, "clear_export"),
    ("R1", "house_waybill"): (5760, "documentation"),
    ("R2", "contract"): (5 * DAY, "clear_export"),
    ("SEA", "sea_waybill"): (5760, "documentation"),
    ("SEA", "vgm"): (1440, "vgm"),
    ("SEA", "isf"): (5760, "documentation"),
    ("SEA", "ams"): (5760, "documentation"),
    ("SEA", "commercial_invoice"): (2 * DAY, "clear_export"),
    ("AIR", "air_waybill"): (480, "documentation"),
    ("AIR", "un38_3"): (4320, "depart"),
    ("AIR", "export_declaration"): (120, "customs"),
}
ABSENT = [("R1", "contract"), ("R2", "booking_list"), ("L001", "vgm"), ("SEA", "load_list"), ("SEA", "un38_3"),
          ("SEA", "ens"), ("AIR", "vgm"), ("AIR", "isf"), ("SEA", "house_waybill"), ("R1", "booking")]  # fmt: skip


@cache
def world() -> Catalogue:
    """Return the shipped tables."""
    return shipped()


def made(facts: Facts | None = None) -> dict[tuple[str, str], Paper]:
    """Return the papers of the plan by hand by subject and kind."""
    return {(one.subject, one.kind.code): one for one in papers(plan_file(world()), world(), facts or {})}


def values(paper: Paper) -> dict[str, object]:
    """Return the head of a paper."""
    return {entry.field.field: entry.value for entry in paper.fields}


def test_checklist_by_hand() -> None:
    """The papers by rail, sea and air are those expected, due by the cut-offs of their departure."""
    found = made()
    departs = minute(world(), DEPARTS)
    for key, (before, by) in EXPECTED.items():
        due = found[key].due
        assert due is not None
        assert (departs - due.minute, due.by) == (before, by), key
    assert not set(ABSENT) & set(found)
    dues = [paper.due.minute for paper in papers(plan_file(world()), world(), {}) if paper.due]
    assert dues == sorted(dues)


def test_packing_lists_sum_to_the_load() -> None:
    """Pieces, mass and volume of the lines are those of the box, and those of the plan exactly."""
    file = plan_file(world())
    (load,) = file.plan.loads
    for kind in ("load_list", "rail_note"):
        paper = made()["L001", kind]
        for name, total in (("mass", load.mass_g), ("pieces", 19)):
            lines = [entry.value for line in paper.lines for entry in line if entry.field.field == name]
            assert sum(value for value in lines if isinstance(value, int)) == total == values(paper)[name]
    assert values(made()["L001", "load_list"])["volume"] == load.volume_cm3 == 14_567_891
    assert values(made()["L001", "booking"])["mass"] == load.mass_g


def test_loads_that_do_not_sum_are_told() -> None:
    """A box that does not weigh what is in it is a fault."""
    file = plan_file(world())
    assert load_faults(file, "plan.json") == []
    broken = replace(file.plan, loads=(replace(file.plan.loads[0], mass_g=1),))
    (fault,) = load_faults(file._replace(plan=broken), "plan.json")
    assert (fault.rule, fault.column) == ("load-sum", "loads[L001].mass_g")


def test_verified_mass() -> None:
    """It is cargo and tare (SM2), with the tare on the door if given, or what was weighed (SM1)."""
    tare = next(row.tare_g for row in world().load_units if row.code == "40HQ")
    assert tare is not None
    summed = values(made()["SEA", "vgm"])
    assert (summed["verified_mass"], summed["verified_method"]) == (800_123 + tare, "SM2")
    door = values(made({"SEA": {"tare": 3_999_000}})["SEA", "vgm"])
    assert (door["verified_mass"], door["verified_method"]) == (4_799_123, "SM2")
    weighed = values(made({"SEA": {"verified_mass": 4_800_000}})["SEA", "vgm"])
    assert (weighed["verified_mass"], weighed["verified_method"]) == (4_800_000, "SM1")


def test_several_boxes_have_no_sum() -> None:
    """How cargo spreads over two boxes is not known, so the verified mass is missing."""
    (paper,) = (one for one in papers(plan_file(world(), boxes=2), world(), {}) if one.kind.code == "vgm")
    assert {"verified_mass", "verified_method"} <= set(paper.missing)


def test_complete_only_without_anything_missing() -> None:
    """A paper gets complete with its last needed fact, and not before."""
    facts: dict[str, int | str] = {"booking_no": "B1", "container_no": "CSQU3054383", "verified_by": "王"}
    for left_out in facts:
        some = {name: value for name, value in facts.items() if name != left_out}
        paper = made({"SEA": some})["SEA", "vgm"]
        assert (paper.status, paper.missing) == ("incomplete", (left_out,))
    assert made({"SEA": facts})["SEA", "vgm"].status == "complete"
    assert made()["SEA", "isf"].status == "obtain"


def test_facts_of_the_load_do_not_leak() -> None:
    """A house waybill has the container of the load, but never its consignee."""
    paper = made({"L001": {"container_no": "CSQU3054383", "consignee": "agent"}})["R1", "house_waybill"]
    assert values(paper)["container_no"] == "CSQU3054383"
    assert values(paper)["consignee"] is None
    assert "consignee" in paper.missing


@pytest.mark.parametrize(("term", "insured"), [(None, True), ("CIF", True), ("FOB", False)])
def test_incoterms(term: str | None, insured: bool) -> None:  # noqa: FBT001
    """Insurance is for CIF and CIP, and a condition where the term is not known."""
    found = made({} if term is None else {"SEA": {"incoterm": term}})
    assert (("SEA", "insurance_policy") in found) == insured
    if insured:
        assert found["SEA", "insurance_policy"].need.is_conditional == (term is None)


def test_every_paper_keeps_to_its_schema() -> None:
    """Filled papers fit their schemas, with facts and without; one that lies about being complete does not."""
    facts: Facts = {"SEA": {"booking_no": "B1", "container_no": "CSQU3054383", "verified_by": "王"}}
    for paper in [*made().values(), *made(facts).values()]:
        schema = schema_of(paper.kind, world())
        jsonschema.Draft202012Validator.check_schema(schema)
        told = document(paper, world())
        jsonschema.validate(told, schema)
        assert schema["$id"] == f"urn:hubport:paper:{paper.kind.code}:{paper.kind.version}" == told["schema"]
        if paper.status == "incomplete":
            for lie in ({"status": "complete"}, {"status": "complete", "missing": []}, {"more": 1}):
                with pytest.raises(jsonschema.ValidationError):
                    jsonschema.validate(told | lie, schema)
