"""Which parts of an earlier plan stay, and in what it may contradict new cargo."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest

from data.cargo import Cargo, CargoShipment
from data.freeze import IMMATERIAL, Freeze, check_freeze, is_same
from data.plan import Objective
from tests.plans import START, planned, planned_cargo

BOOKED = replace(planned(), loads=(replace(planned().loads[0], commitment="booked"),))
CHANGES: dict[str, object] = {
    "id": "",
    "origin": "CNNGB-P",
    "destination": "CNNGB-P",
    "mass_g": 8_000_001,
    "volume_cm3": 20_000_001,
    "ready_at": planned_cargo().shipments[0].ready_at + dt.timedelta(minutes=1),
    "pieces": 401,
    "due_at": None,
    "depart_by": planned_cargo().shipments[0].ready_at + dt.timedelta(days=1),
    "box": "40HQ",
    "boxes": 1,
    "goods": frozenset({"food", "dangerous"}),
    "regime": "9610",
    "hs": "900410",
    "value_minor": 1,
    "value_currency": "USD",
    "currency": "EUR",
    "priority": 1,
    "late_minor_per_day": 50_001,
    "is_splittable": True,
    "temperature": "cool",
    "odour": "odorous",
    "is_sealed": True,
    "shipper": "other",
    "unserved_minor": 1,
}


def _changed(name: str, **changes: object) -> Cargo:
    """Return the cargo with one shipment changed."""
    cargo = planned_cargo()
    return Cargo(shipments=tuple(replace(s, **changes) if s.id == name else s for s in cargo))  # type: ignore[arg-type]


def _faults(cargo: Cargo, freeze: Freeze | None = None, fingerprint: str = "f" * 64) -> list[tuple[str | None, ...]]:
    """Return place, value and rule of every contradiction."""
    found = check_freeze(freeze or Freeze(plan=BOOKED, cargo=planned_cargo()), cargo, fingerprint, "old.json")
    assert all(fault.file == "old.json" and fault.message_zh and fault.message_en for fault in found)
    return [(fault.column, fault.value, fault.rule) for fault in found]


def test_what_stays() -> None:
    """Promises stay with all in their box; an instant and all of it add to them."""
    cargo = planned_cargo()
    assert not Freeze(plan=planned(), cargo=cargo).shipments
    assert Freeze(plan=BOOKED, cargo=cargo).shipments == {"S-001", "S-002"}
    air = planned().journeys[2].first_min
    box = planned().journeys[0].first_min
    assert air is not None
    assert box is not None
    first, second = sorted((air, box))
    one = Freeze(plan=planned(), cargo=cargo, before_min=second)
    assert len(one.shipments) in {1, 2}
    assert not Freeze(plan=planned(), cargo=cargo, before_min=first).shipments
    assert Freeze(plan=planned(), cargo=cargo, before_min=START * 10).shipments == {"S-001", "S-002", "S-003"}
    assert Freeze(plan=planned(), cargo=cargo, is_all=True).shipments == {"S-001", "S-002", "S-003", "S-004"}


def test_one_early_truck_keeps_the_box() -> None:
    """When one shipment of a box leaves before the instant, the box stays with all in it."""
    first = planned().journeys[0]
    early = replace(first, steps=(replace(first.steps[1], depart_min=START), *first.steps))
    plan = replace(planned(), journeys=(early, *planned().journeys[1:]))
    freeze = Freeze(plan=plan, cargo=planned_cargo(), before_min=START + 1)
    assert freeze.shipments == {"S-001", "S-002"}


def test_no_contradiction() -> None:
    """The same cargo, other cargo besides, and changes of what is not frozen are welcome."""
    assert _faults(planned_cargo()) == []
    assert _faults(Cargo(shipments=planned_cargo().shipments[:2])) == []
    assert _faults(_changed("S-003", mass_g=1, origin="CNNGB-P")) == []


@pytest.mark.parametrize("name", [field.name for field in fields(CargoShipment) if field.name != "id"])
def test_every_field_that_matters(name: str) -> None:
    """A frozen shipment may change only in what changes nothing about its journey."""
    faults = _faults(_changed("S-001", **{name: CHANGES[name]}))
    assert [fault[::2] for fault in faults] == (
        [] if name in IMMATERIAL else [(f"shipments[0].{name}", "frozen_changed")]
    )


def test_everything_at_once() -> None:
    """Another data set, a shipment that is gone and fields that changed are told together, with both values."""
    cargo = Cargo(shipments=_changed("S-001", mass_g=9_000_000, pieces=3).shipments[:1])
    freeze = Freeze(plan=replace(BOOKED, cargo_fingerprint="0"), cargo=planned_cargo())
    assert _faults(cargo, freeze, "e" * 64) == [
        ("fingerprint", "f" * 64, "other_data"),
        ("cargo_fingerprint", "0", "other_cargo"),
        ("shipments[0].mass_g", "8000000", "frozen_changed"),
        ("shipments[0].pieces", "400", "frozen_changed"),
        ("journeys[1].shipment", "S-002", "frozen_missing"),
    ]


def test_listed_but_not_travelling() -> None:
    """A shipment that only the list of a frozen box names is missed as well."""
    plan = replace(BOOKED, loads=(replace(BOOKED.loads[0], shipments=("S-001", "S-002", "S-9")),))
    faults = _faults(planned_cargo(), Freeze(plan=plan, cargo=planned_cargo()))
    assert faults == [("loads[0].shipments[2]", "S-9", "frozen_missing")]


def test_holding_makes_values_matter() -> None:
    """Where holding counts, a frozen shipment keeps its value; where it does not, that may change."""
    held = Objective(holding_ppm_year=120_000)
    cargo = _changed("S-001", value_minor=5, value_currency="CNY")
    plain, counted = Freeze(plan=BOOKED, cargo=planned_cargo()), replace(BOOKED, objective=held)
    assert check_freeze(plain, cargo, "f" * 64) == []
    found = check_freeze(Freeze(plan=counted, cargo=planned_cargo()), cargo, "f" * 64, objective=held)
    assert {fault.column for fault in found} == {"shipments[0].value_minor", "shipments[0].value_currency"}
    old, new = planned_cargo().by_id["S-001"], cargo.by_id["S-001"]
    assert (is_same(old, new), is_same(old, new, held)) == (True, False)


def test_one_rate() -> None:
    """A plan of another rate is refused, whether anything of it is frozen or not, with both rates."""
    held = Objective(holding_ppm_year=120_000)
    for plan in (planned(), BOOKED):
        (fault,) = check_freeze(Freeze(plan=plan, cargo=planned_cargo()), planned_cargo(), "f" * 64, objective=held)
        assert (fault.column, fault.value, fault.rule) == ("objective.holding_ppm_year", "0", "other_holding")
        assert "at 0 % a year, this one 12 %" in fault.message_en
        assert "12 %" in fault.message_zh
