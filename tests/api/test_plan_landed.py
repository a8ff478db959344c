"""Duty, fees and VAT in plans: in the file, the workbook, the summary and the explanation, and checked again."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api import planning
from api.cli import main
from api.desk import Desk
from api.plan_landed import KINDS, PlanLanded, check_landed_lines, dues_json, dues_text, total_json
from data import Catalogue, load_catalogue
from data.cargo import Cargo, CargoShipment
from data.plan import Journey, Load, Plan
from data.plan_json import read_plan
from network import Network
from network.customs import Border, Dues, landed_cost, plan_dues
from optimizer.consolidation import Params, solve
from tests.network.test_on_way import GLASSES, READY, options

if TYPE_CHECKING:
    from pathlib import Path

LONE = CargoShipment(
    id="A-1", origin=GLASSES.origin, destination=GLASSES.destination, mass_g=GLASSES.mass_g,
    volume_cm3=GLASSES.volume_cm3, pieces=GLASSES.pieces, hs=GLASSES.hs, value_minor=GLASSES.value_minor,
    value_currency="EUR", currency="EUR", ready_at=READY,
)  # fmt: skip
CARGO = Cargo(
    shipments=(
        LONE,
        replace(LONE, id="A-2", hs="640411", mass_g=2_000_000, volume_cm3=9_000_000),
        replace(LONE, id="A-3", hs=None, mass_g=1_500_000, volume_cm3=7_000_000),
        replace(LONE, id="A-4", destination="SX-KQ"),
        replace(LONE, id="A-5", hs="940540", mass_g=1_500_000, volume_cm3=7_000_000),
    )
)


@cache
def catalogue() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


@cache
def planned() -> Plan:
    """Return a plan of five shipments: some share a box, one has no code, one stays at home, one has an old code."""
    plan: Plan = solve(Network(catalogue()), CARGO, Params(time_limit_s=5, deterministic=True, gap=0.2))
    return plan


@cache
def dues() -> dict[str, Dues]:
    """Return what is due by shipment."""
    return {one.shipment: one for one in plan_dues(planned(), CARGO, catalogue())}


def journey(shipment: str) -> Journey:
    """Return a journey of the plan."""
    return next(one for one in planned().journeys if one.shipment == shipment)


def test_who_pays_dues() -> None:
    """Whoever crosses a border is told of; why nothing is known of it, too."""
    assert set(dues()) == {"A-1", "A-2", "A-3", "A-5"}
    assert dues()["A-3"].question is None
    assert dues_json(dues()["A-3"]) == {"shipment": "A-3", "missing": "hs_or_value"}
    assert dues_json(dues()["A-5"])["missing"] == "hs_split"
    assert "940541" in dues_text(dues()["A-5"], "en")


def test_shares_of_boxes_count() -> None:
    """What a shipment tells customs of its way is what it bears: its own lines and its share, to the fen."""
    assert planned().loads, "the plan should have a shared box"
    for code, due in dues().items():
        if due.question is not None:
            own = journey(code)
            assert sum(due.question.costs_minor.values()) == own.own_cny_minor + own.share_cny_minor
    assert any(journey(code).load for code in dues())


def test_who_travels_alone_pays_as_in_a_quote() -> None:
    """A journey that is the way of a quote has the question of that quote."""
    for option in options():
        alone = Journey(
            shipment="A-1", load=None, steps=option.steps, charges=option.charges, own_cny_minor=option.cost_cny_minor,
            share_cny_minor=0, penalty_cny_minor=0, days_late=0, alone_cny_minor=None, ready_min=0,
            arrive_min=option.arrive_min, emissions_g=0,
        )  # fmt: skip
        plan = replace(planned(), journeys=(alone,), loads=())
        (found,) = plan_dues(plan, CARGO, catalogue())
        paid = [charge.cny_minor for charge in option.charges]
        assert (found.question, found.rules) == Border(catalogue(), GLASSES, "CNY").question(option, paid)


def test_a_share_is_divided_where_its_box_pays() -> None:
    """By hand: of a share of 100 of a box of 300, 70 are for what the box pays before it enters Europe."""
    inside = next(load for load in planned().loads)
    code = inside.shipments[0]
    own, area = journey(code), {row.code: row.territory for row in catalogue().locations}
    entering = next(place for place, step in enumerate(inside.steps) if area[step.destination] != "CN")
    line = replace(inside.charges[0], code="freight", cny_minor=210, step=entering)
    after = replace(line, cny_minor=90, code="stripping", step=len(inside.steps))
    load: Load = replace(inside, charges=(line, after), cost_cny_minor=300)
    plan = replace(planned(), loads=(load,), journeys=(replace(own, charges=(), own_cny_minor=0, share_cny_minor=100),))
    shipment = replace(CARGO.by_id[code], hs="640411")
    (found,) = plan_dues(plan, Cargo(shipments=(shipment,)), catalogue())
    assert found.question is not None
    # Shares are rounded down one after the other: 70 of 210, 100 of 300.
    assert sorted(found.question.costs_minor.values()) == [30, 70]
    assert found.question.costs_minor["freight"] == 70


def test_lines_and_total() -> None:
    """Lines tell kinds that add up, within their range; the total is their sum."""
    found = tuple(dues().values())
    lines = [line for line in map(dues_json, found) if "missing" not in line]
    assert len(lines) == 2
    for line in lines:
        assert line["total_minor"] == sum(line[f"{kind}_minor"] for kind in KINDS) > 0
        assert line["low_minor"] <= line["total_minor"] <= line["high_minor"]
        assert line["confidence"] in {"low", "medium", "high"}
    total = total_json(found)
    assert total["total_minor"] == sum(line["total_minor"] for line in lines)
    assert (total["known"], total["missing"]) == (2, 2)


def test_the_customs_value_has_the_way_to_the_border() -> None:
    """By hand: duty of spectacles is 2.9 % of goods and way to the border, VAT 19 % of all of it and the rest."""
    due = dues()["A-1"]
    assert due.question is not None
    assert due.rules is not None
    assert due.sums is not None
    value = due.sums.goods_minor + due.to_border_minor
    assert due.sums.point.duty == pytest.approx(value * 0.029, abs=10)
    whole = due.sums.goods_minor + due.sums.cost_minor + due.sums.point.duty
    assert due.sums.point.vat == pytest.approx(whole * 0.19, abs=10)
    assert due.sums.total_minor == landed_cost(due.question, due.rules).point_minor


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the plan as JSON and as a workbook."""
    folder = tmp_path_factory.mktemp("plan")
    desk = Desk(catalogue(), Network(catalogue()))
    written, refused = planning.write_outputs(
        [folder / "plan.json", folder / "plan.xlsx"], planned(), CARGO, desk, "en"
    )
    assert len(written) == 2
    assert refused == []
    return folder


def test_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines and total stand in the file; the plan is read as it was, and the check of all of it says sound."""
    told = json.loads((folder / "plan.json").read_bytes())
    assert [line["shipment"] for line in told["landed"]] == list(dues())
    assert told["landed_total"] == total_json(dues().values())
    assert read_plan(folder / "plan.json", catalogue()) == (planned(), CARGO)
    assert main(["verify", str(folder / "plan.json")]) == 0
    capsys.readouterr()


def _change(told: dict[str, Any], **changes: Any) -> None:  # noqa: ANN401 - values of a file
    told["landed"][0] |= changes


@pytest.mark.parametrize(
    ("change", "subjects"),
    [
        (lambda told: _change(told, vat_minor=1), ["A-1"]),
        (lambda told: _change(told, high_minor="x"), ["A-1"]),
        (lambda told: _change(told, confidence="sure"), ["A-1"]),
        (lambda told: _change(told, total_minor=None), ["A-1"]),
        (lambda told: told["landed_total"].update(total_minor=0), ["plan"]),
        (lambda told: told["landed"].pop(), ["plan"]),
        (lambda told: told["landed"].append(told["landed"][0]), ["plan"]),
        (lambda told: told.update(landed=3), ["plan"]),
        (lambda told: told.pop("landed_total"), ["plan"]),
        (lambda told: told["landed"].__setitem__(1, 5), ["plan"]),
    ],
)  # fmt: skip
def test_a_file_that_tells_other_dues(folder: Path, change: Any, subjects: list[str]) -> None:  # noqa: ANN401 - a function
    """Whatever a file tells of dues that does not follow from plan and tables is a broken rule."""
    told = json.loads((folder / "plan.json").read_bytes())
    assert list(check_landed_lines(told, planned(), CARGO, catalogue())) == []
    change(told)
    found = list(check_landed_lines(told, planned(), CARGO, catalogue()))
    assert {violation.rule for violation in found} == {"landed"}
    assert [violation.subject for violation in found][: len(subjects)] == subjects


def test_verify_tells_of_them(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command leaves with code 3 for a file whose dues are made up; a file without any is as sound as before."""
    told = json.loads((folder / "plan.json").read_bytes())
    _change(told, total_minor=1)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert main(["verify", str(path)]) == 3
    assert "landed" in capsys.readouterr().out
    del told["landed"], told["landed_total"]
    path.write_text(json.dumps(told), encoding="utf-8")
    assert main(["verify", str(path)]) == 0


def test_the_workbook(folder: Path) -> None:
    """A sheet tells the total first, then each shipment; the summary tells the total."""
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    sheet = book["Due on arrival"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [row[0] for row in rows] == ["Total", *dues()]
    assert rows[0][11] == total_json(dues().values())["total_minor"] / 100
    assert any("Due on arrival" in str(row[0].value) for row in book["Summary"].iter_rows())


def test_explain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An explanation tells dues apart from the cost, in words and as JSON; at home there are none."""
    path = str(folder / "plan.json")
    assert main(["explain", path, "A-1", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert "Due on arrival" in text
    assert "no part of the cost" in text
    assert main(["explain", path, "A-1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["landed"] == dues_json(dues()["A-1"])
    assert main(["explain", path, "A-4", "--json"]) == 0
    assert "landed" not in json.loads(capsys.readouterr().out)


def test_plans_that_are_not_sound_are_shown() -> None:
    """Steps at places nobody knows, charges of no step, journeys that never arrive: told as far as they go."""
    own = journey("A-1")
    lost = replace(own, steps=(replace(own.steps[0], destination="NOWHERE"), *own.steps[1:]))
    assert list(plan_dues(replace(planned(), journeys=(lost,)), CARGO, catalogue())) == []
    wild = replace(own, charges=tuple(replace(charge, step=99) for charge in own.charges))
    at_home = replace(own, steps=own.steps[:1])
    for broken in (wild, at_home, replace(own, load="L999")):
        (found,) = plan_dues(replace(planned(), journeys=(broken,)), CARGO, catalogue())
        assert found.sums is not None
    assert list(plan_dues(replace(planned(), journeys=(replace(own, steps=()),)), CARGO, catalogue())) == []


def test_one_plan_is_asked_once() -> None:
    """The answers of the last plan are kept."""
    kept = catalogue().derived(PlanLanded)
    assert kept.of(planned(), CARGO) is kept.of(planned(), CARGO)
    assert kept.of(replace(planned()), CARGO) == kept.of(planned(), CARGO)
