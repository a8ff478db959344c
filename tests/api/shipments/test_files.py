"""Files of shipments: taken over whole or not at all, and given back as cargo lists."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from api.shipments import reading
from api.shipments.imports import check_file, digest_of_rows, keep_file
from api.store import audit
from api.store.models_shipments import KeptShipment, ShipmentImport
from api.store.session import HOUSE, WHOLE, Scope
from api.uploads import MEDIA
from data.cargo import Cargo
from data.cargo_fields import FIELDS
from data.cargo_read import read_cargo
from data.cargo_stream import read_shipments
from data.cargo_write import cargo_bytes
from data.errors import TableFaultsError
from data.faultlist import FaultList
from tests.api.booking_world import Caller, World, catalogue
from tests.api.bookings.test_bookings import problem
from tests.api.shipments.test_shipments import keep

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

TOP = "编号,起运地,目的地,重量kg,体积m3,件数,备货时间\n"
FACTS = catalogue()


def bring(caller: Caller, content: bytes | str, kind: str = "csv", **headers: str) -> Response:
    """Send a file of shipments."""
    found = {"content-type": MEDIA[kind], "idempotency-key": f"im{next(Caller._numbers)}"} | headers
    if caller.secret is not None:
        found["authorization"] = f"Bearer {caller.secret}"
    return caller.client.post("/v1/shipments:import", content=content, headers=found)


def lines(count: int, first: int = 1) -> str:
    """Return a file of shipments."""
    return TOP + "".join(f"R{n},CNNGB-P,DEHAM-P,{1000 + n % 7},5,10,2026-06-01\n" for n in range(first, first + count))


def references(world: World) -> list[str]:
    """Return the references of all shipments."""
    with world.store.read(WHOLE) as session:
        return sorted(session.all(select(KeptShipment.reference)))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
def test_out_and_in_again(world: World, kind: str) -> None:
    """What is exported is imported again as it was, formulas that are none included, in every form."""
    text = {"shipper": "=cmd|'/c calc'!A1", "goods": ["battery_packed", "liquid"], "temperature": "chilled"}
    keep(world.local, reference="+1", value=12.5, currency="EUR", **text)
    keep(world.local, reference="-2", due="2026-08-01T12:00+02:00", splittable=True)
    keep(world.local, reference="'=3", shipper="@x", pieces=7)
    fields = "fields=" + ",".join(["reference", *(known.en for known in FIELDS if known.en != "id")])
    before = world.local.get(f"/v1/shipments?{fields}")["items"]
    response = world.local.send(
        "GET", f"/v1/shipments.{kind}?headers=zh" if kind != "ndjson" else "/v1/shipments.ndjson"
    )
    assert response.headers["content-type"].partition(";")[0] == MEDIA[kind]
    content = response.content
    if kind == "csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    for item in world.local.get("/v1/shipments")["items"]:
        assert world.local.send("DELETE", f"/v1/shipments/{item['id']}", if_match="*").status_code == 200
    made = bring(world.local, content, kind)
    assert made.status_code == 201, made.text
    assert made.json()["rows"] == 3
    again = world.local.get(f"/v1/shipments?{fields}&import={made.json()['id']}")["items"]
    assert sorted(again, key=str) == sorted(before, key=str)


def test_whole_or_nothing(world: World) -> None:
    """Every fault of every row is told with its place, and nothing is kept; the same with GBK and with workbooks."""
    keep(world.local, reference="R9")
    rows = [
        "R1,CNNGB-P,DEHAM-P,1000,5,10,2026-06-01",
        "R1,CNNGB-P,nowhere,heavy,5,10,2026-06-01",
        "R2,CNNGB-P,DEHAM-P,1000,5,10",
        "R9,CNNGB-P,DEHAM-P,1000,5,10,2026-06-01",
        ",CNNGB-P,DEHAM-P,1000,5,0,June",
    ]
    expected = [
        (3, "目的地", "unknown_place"), (3, "重量kg", "number"), (3, "编号", "duplicate_id"), (4, None, "ragged-row"),
        (6, "件数", "min"), (6, "备货时间", "instant"), (6, "编号", "required"), (5, "id", "kept_already"),
    ]  # fmt: skip
    for encoding in ("utf-8", "gbk", "utf-8-sig"):
        body = problem(bring(world.local, (TOP + "\n".join(rows)).encode(encoding)), 422, "invalid-request")
        found = {(one["row"], one.get("column"), one["rule"]) for one in body["errors"]}
        assert found == set(expected) - {(6, "编号", "required")} | {(6, "id", "required")} or found == set(expected)
        assert {one["file"] for one in body["errors"]} == {"upload.csv"}
    assert references(world) == ["R9"]
    problem(bring(world.local, TOP), 422, "invalid-request")
    problem(bring(world.local, "a,b\n1,2\n"), 422, "invalid-request")
    problem(bring(world.local, "x", "zip"), 415, "media-type")
    many = problem(bring(world.local, TOP + "x,,,,,,\n" * 3000), 422, "invalid-request")["errors"]
    assert (len(many), many[-1]["rule"]) == (1001, "more-faults")


def test_once_for_its_key(world: World) -> None:
    """The same file with the same key is taken over once; the trail has one entry, whose digest is that of the rows."""
    first = bring(world.local, lines(1200), **{"idempotency-key": "a"})
    again = bring(world.local, lines(1200), **{"idempotency-key": "a"})
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    problem(bring(world.local, lines(1200)), 422, "invalid-request")
    problem(bring(world.local, lines(3, 2000), **{"idempotency-key": "a"}), 422, "key-reused")
    assert len(references(world)) == 1200
    with world.store.read(WHOLE) as session:
        made = session.all(select(ShipmentImport))
        kept = session.all(select(KeptShipment))
        assert [(one.id, one.digest) for one in made] == [(first.json()["id"], digest_of_rows(kept))]
        assert audit.verify(session).entries == 1
        assert audit.verify(session).breaks == []
    pages = [line for line in world.local.send("GET", "/v1/shipments.ndjson").text.splitlines() if line]
    assert sorted(json.loads(line)["id"] for line in pages) == references(world)


def test_two_at_once(world: World, tmp_path: Path) -> None:
    """Of two files with a reference in common, both found sound, one is kept whole and the other not at all."""
    scope = Scope(HOUSE, "local")
    checked = []
    for number, first in enumerate((1, 5)):
        path = tmp_path / f"{number}.csv"
        path.write_text(lines(6, first), encoding="utf-8")
        checked.append(check_file(path, FACTS, world.store, scope, world.clock()))
    keep_one = lambda one: world.store.write(  # noqa: E731
        scope, "test", world.clock(), lambda session: keep_file(session, one, HOUSE)
    )
    keep_one(checked[0])
    with pytest.raises(Exception, match="name-taken"):
        keep_one(checked[1])
    assert len(references(world)) == 6


def test_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with too many rows is refused."""
    monkeypatch.setattr(reading, "MAX_ROWS", 10)
    body = problem(bring(world.local, lines(11)), 422, "invalid-request")
    assert body["errors"][-1]["rule"] == "row-count"
    assert bring(world.local, lines(10)).status_code == 201


def read_both(path: Path) -> tuple[Cargo | list[tuple[Any, ...]], Cargo | list[tuple[Any, ...]]]:
    """Return what the two readers of cargo lists make of a file: the list, or the faults by place and rule."""
    faults = FaultList(1000)
    found = read_shipments(path, path.name, FACTS, faults, limit_bytes=1 << 20, max_rows=1000)
    shipments = tuple(shipment for _, shipment in found)
    one: Any = Cargo(shipments=shipments)
    if faults:
        one = sorted(map(_place, faults.faults))
    try:
        other: Any = read_cargo(path, FACTS)
    except TableFaultsError as error:
        other = sorted(map(_place, error.faults))
    return one, other


def _place(fault: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a fault
    return fault.row or 0, fault.column or "", fault.rule, fault.value or ""


_CELLS = st.sampled_from(
    ["", "A", "B", "CNNGB-P", "DEHAM-P", "汉堡", "1000", "5", "-1", "1e3", "2026-06-01", "yes", "=1"]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[_CELLS] * 7), max_size=5))
def test_the_same_as_the_other_reader(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    """A stream is read, and refused, like a list that is read at once."""
    path = tmp_path_factory.mktemp("x") / "x.csv"
    path.write_text(TOP + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    one, other = read_both(path)
    assert one == other


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_sample_is_read_alike(tmp_path: Path, suffix: str) -> None:
    """A written list is read by both readers as it was."""
    rows = [f"A{n},CNNGB-P,DEHAM-P,1000.5,5.25,10,2026-06-{n:02d}" for n in range(1, 20)]
    (tmp_path / "a.csv").write_text(TOP + "\n".join(rows), encoding="utf-8")
    cargo = read_cargo(tmp_path / "a.csv", FACTS)
    path = tmp_path / f"b{suffix}"
    path.write_bytes(cargo_bytes(cargo, FACTS, suffix, headers="zh"))
    assert read_both(path) == (cargo, cargo)


def test_bookings_as_files(world: World) -> None:
    """Bookings are exported in every form, with what a spreadsheet would compute as text."""
    made = []
    for number in range(2):
        made.append(world.local.booked(reference=f"=PO{number}"))
        world.clock.forward(minutes=1)
    rows = list(csv.DictReader(io.StringIO(world.local.send("GET", "/v1/bookings.csv").content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [one["id"] for one in made]
    assert [row["reference"] for row in rows] == ["'=PO0", "'=PO1"]
    assert rows[0]["price.cny_minor"] == str(made[0]["price"]["cny_minor"])
    objects = [json.loads(line) for line in world.local.send("GET", "/v1/bookings.ndjson").text.splitlines()]
    assert objects == made
    sheet = openpyxl.load_workbook(io.BytesIO(world.local.send("GET", "/v1/bookings.xlsx").content)).active
    assert sheet.max_row == 3
    assert world.local.send("GET", "/v1/bookings.csv?state=confirmed").text.count("\n") == 1
    with world.store.read(WHOLE) as session:
        assert session.one(select(func.count()).select_from(ShipmentImport)) == 0
