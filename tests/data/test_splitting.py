"""Parts of shipments: sums to the last unit, and splits that a cargo does not allow."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cargo import Cargo, CargoShipment
from data.errors import TableFaultsError
from data.plan_json import parse_plan, plan_bytes
from data.splitting import Split, check_splits, parted, parts_of, shares
from optimizer.verify.log import Log
from optimizer.verify.splits import in_parts
from tests.data.world import build, small
from tests.plans import planned, planned_cargo

CATALOGUE = build(small())
COUNTS = st.lists(st.integers(1, 500), min_size=2, max_size=12)
AMOUNTS = st.integers(0, 10**12)


def _shipment(pieces: int, **values: object) -> CargoShipment:
    """Return a shipment that may be split."""
    base = replace(planned_cargo().shipments[0], pieces=pieces, is_splittable=True)
    return replace(base, **values)  # type: ignore[arg-type]


def _cargo() -> Cargo:
    """Return the cargo of the plan with the last shipment, which stays behind, splittable."""
    *others, last = planned_cargo().shipments
    return Cargo(shipments=(*others, replace(last, is_splittable=True, pieces=40)))


@given(COUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS)
def test_parts_sum_to_the_whole(
    counts: list[int], mass_g: int, volume_cm3: int, late: int, value: int | None, unserved: int | None
) -> None:
    """Every amount sums to the whole, no part is a unit or more off its exact share, and the checker agrees."""
    whole = _shipment(
        sum(counts), mass_g=mass_g, volume_cm3=volume_cm3, late_minor_per_day=late, value_minor=value,
        unserved_minor=unserved,
    )  # fmt: skip
    split = Split(shipment=whole.id, pieces=tuple(counts))
    parts = parts_of(whole, split)
    assert [part.id for part in parts] == [f"{whole.id}/{number + 1}" for number in range(len(counts))]
    assert [part.pieces for part in parts] == counts
    for name in ("mass_g", "volume_cm3", "late_minor_per_day", "value_minor", "unserved_minor"):
        total, found = getattr(whole, name), [getattr(part, name) for part in parts]
        if total is None:
            assert found == [None] * len(counts)
            continue
        assert sum(found) == total
        exact = [Fraction(total * count, sum(counts)) for count in counts]
        assert all(abs(one - share) < 1 for one, share in zip(found, exact, strict=True))
    log = Log()
    plan = replace(planned(), splits=(split,))
    assert in_parts(Cargo(shipments=(whole,)), plan, log).shipments == parts
    assert log.violations == []


@given(st.integers(0, 10**9), COUNTS)
def test_equal_parts_differ_by_one(total: int, counts: list[int]) -> None:
    """Parts of as many pieces differ by a unit at most, and the first have more."""
    found = shares(total, counts)
    for pieces in set(counts):
        same = [one for one, count in zip(found, counts, strict=True) if count == pieces]
        assert max(same) - min(same) <= 1
        assert same == sorted(same, reverse=True)


def test_parts_stand_where_the_whole_stood() -> None:
    """All else stays as it was; without splits the cargo is the same."""
    cargo = _cargo()
    split = Split(shipment="S-004", pieces=(30, 10))
    assert [one.id for one in parted(cargo, [split])] == ["S-001", "S-002", "S-003", "S-004/1", "S-004/2"]
    assert parted(cargo, ()) is cargo
    whole, part = cargo.by_id["S-004"], parted(cargo, [split]).by_id["S-004/2"]
    assert (part.origin, part.ready_at, part.mixing) == (whole.origin, whole.ready_at, whole.mixing)
    assert not part.is_splittable


WRONG: list[tuple[tuple[Split, ...], list[tuple[str, str]]]] = [
    ((Split(shipment="S-9", pieces=(1, 1)),), [("splits[0].shipment", "split_unknown")]),
    ((Split(shipment="S-001", pieces=(1, 399)),), [("splits[0].shipment", "split_forbidden")]),
    ((Split(shipment="S-004", pieces=(40,)),), [("splits[0].pieces", "split_few")]),
    ((Split(shipment="S-004", pieces=(20, 21)),), [("splits[0].pieces", "split_sum")]),
    ((Split(shipment="S-004", pieces=(40, 0)),), [("splits[0].pieces[1]", "split_empty")]),
    ((Split(shipment="S-004", pieces=(20, 20)),) * 2, [("splits[1].shipment", "split_twice")]),
    (
        (Split(shipment="?", pieces=()), Split(shipment="S-001", pieces=(-1, 2, 3))),
        [
            ("splits[0].shipment", "split_unknown"),
            ("splits[0].pieces", "split_few"),
            ("splits[1].shipment", "split_forbidden"),
            ("splits[1].pieces[0]", "split_empty"),
            ("splits[1].pieces", "split_sum"),
        ],
    ),
]


@pytest.mark.parametrize(("splits", "expected"), WRONG, ids=lambda value: str(len(value)))
def test_wrong_splits(splits: tuple[Split, ...], expected: list[tuple[str, str]]) -> None:
    """Every fault of every split is told, with its place in the file, and files with them are refused."""
    found = check_splits(_cargo(), splits)
    assert [(fault.column, fault.rule) for fault in found] == expected
    assert all(fault.message_zh and fault.message_en for fault in found)
    content = plan_bytes(replace(planned(), splits=splits), _cargo(), CATALOGUE)
    with pytest.raises(TableFaultsError) as caught:
        parse_plan(content, CATALOGUE)
    assert [(fault.column, fault.rule) for fault in caught.value.faults] == expected


def test_a_name_that_is_taken() -> None:
    """No part is called as a shipment is."""
    cargo = _cargo()
    cargo = Cargo(shipments=(*cargo, replace(cargo.shipments[0], id="S-004/2")))
    (fault,) = check_splits(cargo, [Split(shipment="S-004", pieces=(20, 20))])
    assert (fault.rule, fault.column) == ("split_named", "splits[0].shipment")
    assert "S-004/2" in fault.message_en


def test_files_with_splits() -> None:
    """Splits come back from a file; a file from before there were any has none."""
    plan = replace(planned(), splits=(Split(shipment="S-004", pieces=(25, 15)),))
    content = plan_bytes(plan, _cargo(), CATALOGUE)
    assert json.loads(content)["splits"] == [{"shipment": "S-004", "pieces": [25, 15]}]
    assert parse_plan(content, CATALOGUE).plan == plan
    old = json.loads(plan_bytes(planned(), _cargo(), CATALOGUE))
    del old["splits"]
    assert parse_plan(json.dumps(old).encode(), CATALOGUE).plan == planned()
