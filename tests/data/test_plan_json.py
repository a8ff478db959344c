"""Plans as JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import TableFaultsError
from data.export import replace_file
from data.plan_json import parse_plan, plan_bytes, read_plan, write_plan
from data.recordfile import MAX_BYTES
from tests.data.world import build, small
from tests.plans import planned, planned_cargo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data import Catalogue

CATALOGUE = build(small())


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Return the small data set."""
    return CATALOGUE


def faults_of(content: bytes, catalogue: Catalogue) -> list[tuple[str | None, str]]:
    """Return column and rule of every fault of a file."""
    with pytest.raises(TableFaultsError) as caught:
        parse_plan(content, catalogue)
    assert all(fault.message_zh and fault.message_en and "Traceback" not in str(fault) for fault in caught.value.faults)
    return [(fault.column, fault.rule) for fault in caught.value.faults]


def test_round_trip(catalogue: Catalogue, tmp_path: Path) -> None:
    """What is read is what was written, with the cargo, to the last field; and writing it again gives the same."""
    path = tmp_path / "计划.json"
    write_plan(path, planned(), planned_cargo(), catalogue)
    plan, cargo = read_plan(path, catalogue)
    assert plan == planned()
    assert plan.runtime_s == 1.25
    assert cargo == planned_cargo()
    assert cargo.fingerprint == plan.cargo_fingerprint
    assert plan_bytes(plan, cargo, catalogue) == path.read_bytes()


def test_commitments_come_back(catalogue: Catalogue) -> None:
    """What is promised and frozen is kept; a file without these words is one in which all is just planned."""
    first, second, alone = planned().journeys
    plan = replace(
        planned(),
        loads=(replace(planned().loads[0], commitment="loaded"),),
        journeys=(first, second, replace(alone, commitment="departed")),
        unserved=(replace(planned().unserved[0], is_unplanned=True),),
        frozen_loads=("L001",),
        frozen_shipments=("S-003",),
    )
    content = plan_bytes(plan, planned_cargo(), catalogue)
    assert parse_plan(content, catalogue).plan == plan
    old = json.loads(plan_bytes(planned(), planned_cargo(), catalogue))
    del old["frozen_loads"], old["frozen_shipments"]
    assert "commitment" not in old["loads"][0]
    assert parse_plan(json.dumps(old).encode(), catalogue).plan == planned()


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.text(st.characters(exclude_categories=["Cc", "Cs"])),
    st.integers(-10_000, 5_000_000),
    st.floats(0, 1),
)
def test_any_value_comes_back(quantity: Decimal, name: str, minute: int, gap: float) -> None:
    """Any number, text, instant and share is kept."""
    plan = planned()
    if abs(quantity.as_tuple().exponent) > 40:  # type: ignore[arg-type]
        quantity = Decimal(0)
    journey = plan.journeys[0]
    line = replace(journey.charges[0], quantity=quantity, name_zh=name, valid_to=None)
    changed = replace(journey, charges=(line,), arrive_min=minute, reason_en=name, alone_cny_minor=None)
    plan = replace(plan, journeys=(changed, *plan.journeys[1:]), gap=gap, bound_minor=None)
    assert parse_plan(plan_bytes(plan, planned_cargo(), CATALOGUE), CATALOGUE).plan == plan


def test_head(catalogue: Catalogue) -> None:
    """The keys that others rely on come first; instants are RFC 3339 in UTC, each list item stands on its own line."""
    content = plan_bytes(planned(), planned_cargo(), catalogue).decode()
    shown = json.loads(content)
    assert list(shown)[:8] == [
        "status",
        "cost_minor",
        "bound_minor",
        "gap",
        "currency",
        "fingerprint",
        "seed",
        "runtime_s",
    ]
    assert shown["saving_minor"] == shown["alone_minor"] - shown["cost_minor"]
    assert shown["journeys"][0]["ready_at"] == "2026-05-19T21:20:00Z"
    assert shown["shipments"][3]["ready_at"] == "2026-05-19T21:20:30.000005Z"
    assert sum(line.startswith('{"shipment": "S-') for line in content.splitlines()) == 8
    empty = replace(planned(), journeys=(), loads=(), bookings=(), unserved=())
    assert json.loads(plan_bytes(empty, planned_cargo(), catalogue))["loads"] == []


def test_file_without_reasons(catalogue: Catalogue) -> None:
    """Files from before plans told their reasons are read."""
    loaded = json.loads(plan_bytes(planned(), planned_cargo(), catalogue))
    assert loaded["insights"][0]["holds"][0]["since"] == "2026-05-19T21:20:00Z"
    del loaded["insights"], loaded["sensitivities"]
    plan = parse_plan(json.dumps(loaded).encode(), catalogue).plan
    assert plan == replace(planned(), insights=(), sensitivities=())


def _set(*path: str | int, value: object) -> Callable[[dict[str, Any]], object]:
    """Return a change that puts a value somewhere."""

    def change(loaded: dict[str, Any]) -> None:
        place: Any = loaded
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


BAD: list[tuple[Callable[[dict[str, Any]], object], str, str]] = [
    (lambda loaded: loaded.pop("status"), "status", "missing"),
    (lambda loaded: loaded.pop("format"), "format", "format"),
    (_set("format", value=2), "format", "format"),
    (_set("format", value=True), "format", "format"),
    (lambda loaded: loaded.pop("shipments"), "shipments", "missing"),
    (_set("shipments", value={}), "shipments", "list"),
    (_set("shipments", 1, value=7), "shipments[1]", "object"),
    (_set("shipments", 1, "mass_g", value="8"), "shipments[1].mass_g", "whole_number"),
    (_set("shipments", 1, "mass_g", value=-8), "weight_kg", "positive"),
    (_set("shipments", 1, "id", value="S-001"), "id", "duplicate_id"),
    (_set("shipments", 1, "goods", value=["food", "food"]), "shipments[1].goods", "repeated"),
    (_set("status", value="perfect"), "status", "choice"),
    (_set("status", value=["optimal"]), "status", "choice"),
    (_set("cost_minor", value=1.5), "cost_minor", "whole_number"),
    (_set("cost_minor", value=True), "cost_minor", "whole_number"),
    (_set("cost_minor", value=10**30), "cost_minor", "whole_number"),
    (_set("cost_minor", value=1), "saving_minor", "saving"),
    (_set("saving_minor", value="x"), "saving_minor", "saving"),
    (_set("gap", value="0.1"), "gap", "number"),
    (_set("gap", value=10**400), "gap", "number"),
    (_set("journeys", value=None), "journeys", "list"),
    (_set("journeys", 0, value=[]), "journeys[0]", "object"),
    (_set("journeys", 0, "shipmnt", value="x"), "journeys[0].shipmnt", "unknown_key"),
    (_set("journeys", 0, "steps", 1, "depart_at", value="2026-12-01"), "journeys[0].steps[1].depart_at", "instant"),
    (_set("journeys", 0, "ready_at", value="2026-02-30T00:00:00Z"), "journeys[0].ready_at", "instant"),
    (_set("journeys", 0, "ready_at", value="9999-12-31T23:59:59Z"), "journeys[0].ready_at", "instant"),
    (_set("journeys", 0, "ready_at", value="2026-12-01T00:00:30Z"), "journeys[0].ready_at", "whole_minute"),
    (_set("journeys", 0, "charges", 0, "rate", value=1.5), "journeys[0].charges[0].rate", "decimal"),
    (_set("journeys", 0, "charges", 0, "rate", value="1e99"), "journeys[0].charges[0].rate", "decimal"),
    (_set("journeys", 0, "charges", 0, "assumed", value="no"), "journeys[0].charges[0].assumed", "flag"),
    (_set("journeys", 0, "reason_zh", value="\ud800"), "journeys[0].reason_zh", "text"),
    (_set("loads", 0, "shipments", 1, value=3), "loads[0].shipments[1]", "text"),
    (_set("loads", 0, "commitment", value="sold"), "loads[0].commitment", "choice"),
    (_set("journeys", 0, "commitment", value=None), "journeys[0].commitment", "choice"),
    (_set("frozen_loads", value="L001"), "frozen_loads", "list"),
    (_set("bookings", 0, "teu", value=None), "bookings[0].teu", "whole_number"),
]


@pytest.mark.parametrize(("change", "column", "rule"), BAD, ids=[f"{column}-{rule}" for _, column, rule in BAD])
def test_bad_value(catalogue: Catalogue, change: Callable[[dict[str, Any]], object], column: str, rule: str) -> None:
    """Each broken value is named with its place and rule."""
    loaded = json.loads(plan_bytes(planned(), planned_cargo(), catalogue))
    change(loaded)
    assert faults_of(json.dumps(loaded).encode(), catalogue) == [(column, rule)]


def test_all_faults_at_once(catalogue: Catalogue) -> None:
    """A file is refused with everything wrong with it."""
    loaded = json.loads(plan_bytes(planned(), planned_cargo(), catalogue))
    _set("journeys", 1, "days_late", value="many")(loaded)
    _set("journeys", 2, "steps", 0, "kind", value="walk")(loaded)
    _set("shipments", 0, "regime", value=1)(loaded)
    _set("seed", value=None)(loaded)
    assert faults_of(json.dumps(loaded).encode(), catalogue) == [
        ("journeys[1].days_late", "whole_number"),
        ("journeys[2].steps[0].kind", "choice"),
        ("seed", "whole_number"),
        ("shipments[0].regime", "text"),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'{"gap": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b"9" * 5_000],
)
def test_no_plan_at_all(catalogue: Catalogue, content: bytes) -> None:
    """What is no JSON object is refused with one fault."""
    assert len(faults_of(content, catalogue)) == 1


def test_unreadable(catalogue: Catalogue, tmp_path: Path) -> None:
    """A file that is missing, a folder, or too large is refused as such."""
    large = tmp_path / "large.json"
    with large.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    for path in (tmp_path / "none.json", tmp_path, large):
        with pytest.raises(TableFaultsError):
            read_plan(path, catalogue)


def test_full_disk_leaves_the_old_file(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system refuses, the old file stays and nothing else is left behind."""
    path = tmp_path / "plan.json"
    replace_file(path, b"old")
    with monkeypatch.context() as context:
        context.setattr("pathlib.Path.replace", _no_space)
        with pytest.raises(OSError, match="No space"):
            write_plan(path, planned(), planned_cargo(), catalogue)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["plan.json"]


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")
