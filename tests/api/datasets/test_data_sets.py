"""Data sets over HTTP, on both databases: kept whole or refused whole, compared, and put in the place of another."""

from __future__ import annotations

import csv
import gc
import io
import threading
import weakref
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.app import create_app
from api.bookings.room import check_calls
from api.bookings.sailings import Sailings
from api.datasets import library, seat
from api.datasets.opening import active_desk, keep_started
from api.datasets.seat import Seat
from api.refusals import Refusal
from api.store import audit
from api.store.models import AuditEntry
from api.store.models_datasets import DataSet, DataTable
from api.store.session import WHOLE, Store
from api.uploads import MEDIA
from data import Catalogue, TableFaultsError
from data.excel import export_workbook
from data.export import table_text
from data.tableschema import schemas
from tests.api.booking_world import Caller, ShipDesk, ShipPlanner, World, catalogue, serving
from tests.api.bookings.test_bookings import problem

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from api.desk import Desk
    from data.itinerary import Quote

FX = "currency,cny_per_unit,exponent,source,as_of,confidence,assumed\n"


def zipped(files: dict[str, str | bytes]) -> bytes:
    """Return an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def whole(facts: Catalogue) -> dict[str, str | bytes]:
    """Return every table of a data set as CSV."""
    return {f"{name}.csv": table_text(schema, facts.table(name)) for name, schema in schemas().items()}


def upload(caller: Caller, content: bytes, query: str = "", kind: str = "zip", **headers: str) -> Response:
    """Send a data set."""
    found = {"content-type": MEDIA[kind], "idempotency-key": f"up{next(Caller._numbers)}"} | headers
    if caller.secret is not None:
        found["authorization"] = f"Bearer {caller.secret}"
    return caller.client.post(f"/v1/datasets{query}", content=content, headers=found)


def euro(caller: Caller, rate: str = "9.5") -> dict[str, Any]:
    """Keep the data set that counts with another rate for the euro."""
    row = f"EUR,{rate},2,desk,2026,high,no\n"
    response = upload(caller, zipped({"fx.csv": FX + row}), "?base=active&name=euro")
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_whole_data_set_comes_back(world: World) -> None:
    """What is uploaded whole is kept under the fingerprint of its facts, and every table is given back as it was."""
    facts = catalogue(kg=9_000)
    response = upload(world.local, zipped({f"mine/{name}": text for name, text in whole(facts).items()}), "?name=mine")
    assert response.status_code == 201, response.text
    found = response.json()
    assert (found["id"], found["name"], found["base"], found["active"]) == (facts.fingerprint, "mine", None, False)
    assert response.headers["location"] == f"/v1/datasets/{facts.fingerprint}"
    with world.store.read(WHOLE) as session:
        again = library.load(session, facts.fingerprint)
    assert again.fingerprint == facts.fingerprint
    for name, text in whole(facts).items():
        got = world.local.send("GET", f"/v1/datasets/{found['id']}/tables/{name}")
        assert got.text == text
        assert world.local.send("GET", got.request.url.path, if_none_match=got.headers["etag"]).status_code == 304
    shown = world.local.get(f"/v1/datasets/{found['id']}")
    assert (
        sum(table["rows"] for table in shown["tables"])
        == found["rows"]
        == sum(len(facts.table(name)) for name in schemas())
    )


def test_a_workbook_is_the_same(world: World, tmp_path: Path) -> None:
    """The same tables as a workbook are the same data set, which is there already."""
    facts = catalogue(kg=9_000)
    export_workbook(facts, tmp_path / "x.xlsx", "zh")
    assert upload(world.local, zipped(whole(facts))).status_code == 201
    again = upload(world.local, (tmp_path / "x.xlsx").read_bytes(), "?name=again", "xlsx")
    assert (again.status_code, again.json()["id"], again.json()["name"]) == (200, facts.fingerprint, "-")
    assert len(world.local.get("/v1/datasets")["items"]) == 1


def test_a_change_shares_what_it_leaves(world: World) -> None:
    """A change of rows keeps the rest, and shares its tables; one of tables replaces them whole."""
    found = euro(world.local)
    base = world.desk.catalogue
    with world.store.read(WHOLE) as session:
        changed = library.load(session, found["id"])
        assert session.one(select(func.count()).select_from(DataSet)) == 2
        tables = session.all(select(DataTable.digest))
    texts = set(whole(base).values()) | set(whole(changed).values())
    assert len(tables) == len(texts)
    rates = {row.currency: str(row.cny_per_unit) for row in changed.fx}
    assert rates == {row.currency: str(row.cny_per_unit) for row in base.fx} | {"EUR": "9.5"}
    assert found["base"] == base.fingerprint
    rows = str(whole(base)["booking_fees.csv"]).splitlines(keepends=True)
    fewer = upload(world.local, zipped({"booking_fees.csv": "".join(rows[:2])}), "?base=active&mode=tables").json()
    diff = world.local.get(f"/v1/datasets/active/diff/{fewer['id']}")
    assert diff["tables"] == {"booking_fees": {"added": 0, "removed": len(rows) - 2, "changed": 0}}


def test_refused_whole_with_all_faults(world: World) -> None:
    """Every fault of every file is told at once with its place, and nothing is kept."""
    bad = {
        "fx.csv": FX + "EUR,eight,2,x,2026,high,no\nUSD,,2,x,2026,high,no\n",
        "calls.csv": "a,b\n",
        "nowhere.csv": "",
    }
    errors = problem(upload(world.local, zipped(bad), "?base=active"), 422, "invalid-request")["errors"]
    assert [(one["file"], one["value"], one["rule"]) for one in errors] == [("upload", "nowhere.csv", "unknown-table")]
    del bad["nowhere.csv"]
    errors = problem(upload(world.local, zipped(bad), "?base=active"), 422, "invalid-request")["errors"]
    places = {(one["file"], one.get("row"), one.get("column"), one["value"]) for one in errors}
    assert ("upload/fx.csv", 2, "cny_per_unit", "eight") in places
    assert ("upload/fx.csv", 3, "cny_per_unit", "") in places
    assert any(file == "upload/calls.csv" for file, *_ in places)
    dangling = {"fx.csv": FX + "EUR,8,2,x,2026,high,no\n"}
    errors = problem(upload(world.local, zipped(dangling), "?base=active&mode=tables"), 422, "invalid-request")[
        "errors"
    ]
    assert errors, "rows that name a currency that is gone"
    errors = problem(upload(world.local, zipped({"fx.csv": FX})), 422, "invalid-request")["errors"]
    assert "missing-table" in {one["rule"] for one in errors}
    assert world.local.get("/v1/datasets")["items"] == []
    problem(upload(world.local, zipped({}), "?base=active"), 422, "invalid-request")
    problem(upload(world.local, b"", "?base=active"), 422, "invalid-request")
    problem(upload(world.local, b"x", "?base=" + "0" * 64), 404, "not-found")
    problem(upload(world.local, b"x", kind="csv"), 415, "media-type")


def test_differences(world: World) -> None:
    """Rows are compared by key and column; numbers written otherwise are the same, and pages follow each other."""
    base = world.desk.catalogue
    rows = list(csv.DictReader(io.StringIO(str(whole(base)["fx.csv"]))))
    other = rows[-1]["currency"]
    changed = [
        row | {"cny_per_unit": row["cny_per_unit"] + ("0" if "." in row["cny_per_unit"] else ".0")} for row in rows
    ]
    changed[-1] |= {"source": "other"}
    changed.append(rows[0] | {"currency": "NOK", "cny_per_unit": "0.7"})
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(changed)
    response = upload(world.local, zipped({"fx.csv": out.getvalue()}), "?base=active&mode=tables")
    assert response.status_code == 201, response.text
    found = response.json()
    diff = world.local.get(f"/v1/datasets/active/diff/{found['id']}?table=fx&limit=1")
    items = diff["items"]
    while diff["next"]:
        diff = world.local.get(f"/v1/datasets/active/diff/{found['id']}?table=fx&limit=1&after={diff['next']}")
        items += diff["items"]
    by_key = {one["key"]["currency"]: one for one in items}
    assert set(by_key) == {"NOK", other}
    assert (by_key["NOK"]["change"], by_key["NOK"]["before"]) == ("added", None)
    assert (by_key[other]["before"], by_key[other]["after"]) == ({"source": rows[-1]["source"]}, {"source": "other"})
    back = world.local.get(f"/v1/datasets/{found['id']}/diff/active")
    assert back["tables"]["fx"] == {"added": 0, "removed": 1, "changed": 1}
    assert world.local.get("/v1/datasets/active/diff/active")["items"] == []
    problem(world.local.send("GET", "/v1/datasets/active/diff/active?table=x"), 404, "not-found")


def test_activation_is_from_then_on(world: World) -> None:
    """New quotes are of the new data set at once; what was quoted before is booked at its price; so after a restart."""
    old = world.local.quote()
    before = world.desk.catalogue.fingerprint
    found = euro(world.local)
    assert world.local.get("/v1/datasets/active")["id"] == before
    response = world.local.send("POST", f"/v1/datasets/{found['id']}/activate")
    assert (response.status_code, response.json()["active"]) == (200, True), response.text
    new = world.local.quote()
    assert (old["fingerprint"], new["fingerprint"]) == (before, found["id"])
    booked = world.local.booked(old)
    assert booked["price"]["cny_minor"] == old["options"][0]["cost_minor"]
    assert [one["active"] for one in world.local.get("/v1/datasets")["items"]] == [False, True]
    assert world.client.get("/readyz").json()["fingerprint"] == found["id"]
    desk = active_desk(world.store, world.clock)
    assert desk is not None
    assert desk.catalogue.fingerprint == found["id"]
    assert world.local.send("POST", f"/v1/datasets/{before}/activate").status_code == 200
    assert world.local.quote()["fingerprint"] == before
    with world.store.read(WHOLE) as session:
        switched = session.all(select(AuditEntry).where(AuditEntry.kind == "data_switch").order_by(AuditEntry.seq))
        assert [entry.after["data_set_id"] for entry in switched if entry.after] == [found["id"], before]
        assert audit.verify(session).breaks == []
    problem(world.local.send("POST", f"/v1/datasets/{'0' * 64}/activate"), 404, "not-found")


def test_every_process_follows(store: Store) -> None:
    """Another process on the same database answers from the new data set as soon as it looks, and from it whole."""
    with serving(store) as here, serving(store) as there:
        found = euro(here.local)
        here.local.send("POST", f"/v1/datasets/{found['id']}/activate")
        state = there.client.app.state  # type: ignore[attr-defined]
        taken = state.desk
        assert Seat.of(state, store).follow()
        assert not Seat.of(state, store).follow()
        assert there.local.quote()["fingerprint"] == found["id"]
        # Whoever took the desk before ends on it.
        assert taken.catalogue.fingerprint == found["base"]
        assert here.local.get("/v1/datasets/active")["id"] == there.local.get("/v1/datasets/active")["id"]


def test_what_cannot_be_read_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data set that this version cannot read leaves the desk as it is, and is not tried again at once."""
    found = euro(world.local)
    tries = []

    def broken(*_: object) -> Catalogue:
        tries.append(1)
        raise TableFaultsError([])

    world.store.write(WHOLE, "test", world.clock(), lambda session: library.activate(session, found["id"]))
    monkeypatch.setattr(seat, "load", broken)
    state = world.client.app.state  # type: ignore[attr-defined]
    assert not Seat.of(state, world.store).follow()
    assert not Seat.of(state, world.store).follow()
    assert len(tries) == 1
    assert world.local.quote()["fingerprint"] == world.desk.catalogue.fingerprint


def test_desks_before_are_freed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that was replaced does not stay in memory, though what is there at the start is kept from collection."""
    monkeypatch.setattr(seat, "_SETTLED_S", -1.0)
    gc.freeze()
    made = []
    for rate in ("9.1", "9.2", "9.3"):
        found = euro(world.local, rate)
        assert world.local.send("POST", f"/v1/datasets/{found['id']}/activate").status_code == 200
        made.append(weakref.ref(world.client.app.state.desk))  # type: ignore[attr-defined]
    state = world.client.app.state  # type: ignore[attr-defined]
    Seat.of(state, world.store).follow()
    gc.collect()
    gc.unfreeze()
    assert [ref() is None for ref in made] == [True, True, False]


def test_booked_services_keep_their_calls(world: World) -> None:
    """A data set in which a booked service calls elsewhere is refused; one without it is not, nor the way back."""
    base = world.desk.catalogue
    booked = world.local.booked()
    ends = [row for row in base.calls if row.service != "SEA-1" or row.location != "TWKHH-P"]
    moved = base.replace(calls=[replace(row, seq=2) if row.seq == 3 else row for row in ends])
    kept = upload(world.local, zipped(whole(moved)))
    assert kept.status_code == 201, kept.text
    address = f"/v1/datasets/{moved.fingerprint}/activate"
    body = problem(world.local.send("POST", address), 409, "rotation-changed")
    assert body["detail"] == "SEA-1"
    assert world.local.quote()["fingerprint"] == base.fingerprint
    leg = booked["legs"][0]
    check_calls(Sailings(base), leg | {"first_call": 0, "last_call": 2})
    with pytest.raises(Refusal):
        check_calls(Sailings(moved), leg | {"first_call": 0, "last_call": 2})
    with pytest.raises(Refusal):
        check_calls(Sailings(moved), leg | {"first_call": 0, "last_call": 0})
    world.clock.forward(days=400)
    assert world.local.send("POST", address).status_code == 200


def test_only_the_house(firms: World) -> None:
    """Firms do not meet data sets; of the house, planners read them and administrators change them."""
    firm = firms.firm("A")
    admin = firms.caller(firm, "admin")
    for method, path in (("GET", ""), ("GET", "/active"), ("GET", "/active/tables/fx"), ("GET", "/active/diff/active")):
        problem(admin.send(method, f"/v1/datasets{path}"), 403, "forbidden")
    problem(admin.send("POST", "/v1/datasets/active/activate"), 403, "forbidden")
    problem(upload(admin, b""), 403, "forbidden")
    house = firms.caller("house", "admin")
    found = euro(house)
    planner = firms.caller("house", "planner")
    assert planner.get(f"/v1/datasets/{found['id']}/tables/fx?limit=2")["next"] is not None
    problem(planner.send("POST", f"/v1/datasets/{found['id']}/activate"), 403, "forbidden")
    again = house.send("POST", f"/v1/datasets/{found['id']}/activate", idempotency_key="one")
    back = house.send("POST", f"/v1/datasets/{found['base']}/activate")
    replayed = house.send("POST", f"/v1/datasets/{found['id']}/activate", idempotency_key="one")
    assert (again.status_code, back.status_code, replayed.headers["idempotency-replayed"]) == (200, 200, "true")
    assert house.get("/v1/datasets/active")["id"] == found["base"]


def test_started_with(store: Store) -> None:
    """What a process starts with is kept once; it counts only if nothing was activated, or if that is said."""
    first, second = (catalogue(kg=kg) for kg in (8_000, 9_000))
    desks = [ShipDesk(facts, ShipPlanner(facts)) for facts in (first, second)]
    assert active_desk(store, desks[0].clock) is None
    for desk in (*desks, desks[0]):
        keep_started(store, desk)
    assert active_desk(store, desks[0].clock) is None
    keep_started(store, desks[1], is_active=True)
    keep_started(store, desks[0])
    desk = active_desk(store, desks[0].clock)
    assert desk is not None
    assert desk.catalogue.fingerprint == second.fingerprint
    with store.read(WHOLE) as session:
        assert [row.number for row in session.all(select(DataSet).order_by(DataSet.number))] == [1, 2]


@pytest.mark.parametrize(
    "path", ["/v1/datasets/x", "/v1/datasets/active/tables/FX", "/v1/datasets/active/tables/x.csv"]
)
def test_no_such_address(world: World, path: str) -> None:
    """What is no fingerprint, or no table, is refused without looking."""
    assert world.local.send("GET", path).status_code in {404, 422}


def test_strange_archives(world: World, tmp_path: Path) -> None:
    """Archives that unpack to too much, hold paths, repeat files or are damaged are refused, and write nowhere else."""

    def rule(content: bytes, kind: str = "zip") -> str:
        body = problem(upload(world.local, content, "?base=active", kind), 422, "invalid-request")
        return str(body["errors"][0]["rule"])

    assert rule(zipped({"fx.csv": b"0" * (100 << 20)})) == "archive"
    assert rule(zipped({f"{number}.csv": "" for number in range(300)})) == "archive"
    assert rule(zipped({"a/fx.csv": FX, "b/fx.csv": FX})) == "repeated-table"
    assert rule(zipped({"../../evil.csv": FX})) == "unknown-table"
    assert rule(b"PK\x03\x04" + b"x" * 100) == "archive"
    whole_file = zipped({"fx.csv": FX + "EUR,8,2,x,2026,high,no\n"})
    for cut in (10, len(whole_file) // 2, len(whole_file) - 5):
        assert rule(whole_file[:cut]) == "archive"
    assert rule(zipped({"fx.csv": FX.encode("utf-16")})) == "encoding"
    assert rule(zipped({"fx.csv": FX + "EUR,8\0,2,x,2026,high,no\n"})) == "nul-byte"
    assert rule(zipped({"fx.csv": (FX + "EUR,8,2,来源,2026,high,no\n").encode("gbk")})) == "encoding"
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(tmp_path / "x.xlsx")
    assert rule((tmp_path / "x.xlsx").read_bytes(), "xlsx") == "unknown-table"
    assert rule(b"x", "xlsx") == "workbook"


def test_fields_are_known(world: World) -> None:
    """What an item of the list may be narrowed to is what it has."""
    euro(world.local)
    item = world.local.get("/v1/datasets")["items"][0]
    names = ",".join(item)
    assert world.local.get(f"/v1/datasets?fields={names}")["items"][0] == item
    assert world.local.get("/v1/datasets?fields=id&name=EUR")["items"] == [
        {"id": world.local.get("/v1/datasets?name=euro")["items"][0]["id"]}
    ]
    body = problem(world.local.send("GET", "/v1/datasets?fields=id,x,id"), 422, "invalid-request")
    assert [one["rule"] for one in body["errors"]] == ["unknown_choice", "malformed"]


def test_no_store(desk: Desk) -> None:
    """Without a database there are no data sets to choose from."""
    with TestClient(create_app(desk), base_url="http://localhost") as client:
        problem(client.get("/v1/datasets"), 503, "no-store")


def test_requests_under_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that has begun ends on the data set it began with, however many are activated meanwhile."""
    begun, go = threading.Event(), threading.Event()
    quote = world.desk.planner.quote

    def waiting(*asked: Any, **more: Any) -> Quote:  # noqa: ANN401 - as it is asked
        begun.set()
        assert go.wait(60)
        return quote(*asked, **more)

    monkeypatch.setattr(world.desk.planner, "quote", waiting)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(world.local.quote)
        assert begun.wait(60)
        found = euro(world.local)
        assert world.local.send("POST", f"/v1/datasets/{found['id']}/activate").status_code == 200
        go.set()
        answer = first.result(60)
    assert world.local.quote()["fingerprint"] == found["id"]
    assert answer["fingerprint"] == world.desk.catalogue.fingerprint
    assert world.local.booked(answer)["price"]["cny_minor"] == answer["options"][0]["cost_minor"]
