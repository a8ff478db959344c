"""Backups: what is restored is what was there, in either database, or nothing is."""

from __future__ import annotations

import itertools
import json
import os
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from sqlalchemy import func, inspect, select, text

from api.backup import write_backup
from api.backup_file import MANIFEST, BackupError, Tally, from_line, member
from api.backup_restore import restore
from api.cli import main
from api.store import migrate
from api.store.engine import StoreError
from api.store.models import Base, Firm, User
from api.store.session import WHOLE, Store
from tests.api.booking_world import FIRST, serving
from tests.api.fakes import NOW
from tests.api.operate.rows import FIRST_ROWS, address, content, fill, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.store.session import WriteSession
    from tests.databases import Databases

EXPECTED_BOOKINGS = 10


@pytest.fixture
def filled(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return a store with rows in every table, of SQLite unless a test says otherwise."""
    with closing(Store(databases.fresh(getattr(request, "param", "sqlite")))) as found:
        fill(found)
        yield found


@pytest.mark.postgresql
@pytest.mark.parametrize(("filled", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=["filled"])
def test_there_and_back(filled: Store, databases: Databases, other: str, tmp_path: Path) -> None:
    """Every row of every table is the same afterwards, whichever database it goes to, and a backup of that as well."""
    expected = content(filled)
    assert {name for name, rows in expected.items() if rows} >= set(Base.metadata.tables)
    first = write_backup(filled.engines, tmp_path / "first.zip", NOW)
    with closing(Store(databases.empty(other))) as there:
        manifest, verdict = restore(there, tmp_path / "first.zip")
        assert content(there) == expected
        assert (manifest, verdict.breaks) == (first, [])
        assert f"{verdict.entries}:{verdict.head}" == f"{first.audit_entries}:{first.audit_head}"
        assert migrate.check(there.engines) == []
        again = write_backup(there.engines, tmp_path / "again.zip", NOW)
        assert {table.name: table for table in again.tables} == {table.name: table for table in first.tables}


def test_the_service_goes_on(databases: Databases, backend: str, tmp_path: Path) -> None:
    """On what was restored people are known, room is what it was, and answers to repeated writes are still there."""
    with closing(Store(databases.fresh("sqlite"))) as before, serving(before, "on") as world:
        caller = world.caller(world.firm("A"), "forwarder")
        quote, order = caller.quote(), {"option": 1, "confirm": True}
        made = caller.send("POST", "/v1/bookings", {"quote": quote["id"], **order}, idempotency_key="once").json()
        free = caller.free()
        write_backup(before.engines, tmp_path / "x.zip", NOW)
    with closing(Store(databases.empty(backend))) as after:
        restore(after, tmp_path / "x.zip")
        with serving(after, "on") as world:
            caller.client = world.client
            assert caller.free(FIRST) == free
            again = caller.send("POST", "/v1/bookings", {"quote": quote["id"], **order}, idempotency_key="once")
            assert (again.json(), again.headers["idempotency-replayed"]) == (made, "true")
            assert caller.booked(quote)["state"] == "held"


def test_while_others_write(store: Store, databases: Databases, tmp_path: Path) -> None:
    """What is written in one transaction is in a backup whole or not at all, and nobody who writes is refused."""
    stop, numbers, refused = threading.Event(), itertools.count(), []

    def pair(session: WriteSession) -> None:
        number = next(numbers)
        session.insert([Firm(id=f"f{number}", name=f"f{number}", created_at=NOW)])
        session.insert([User(id=f"u{number}", firm_id=f"f{number}", name="x", roles=[], created_at=NOW)])

    def write() -> None:
        while not stop.is_set():
            try:
                store.write(WHOLE, "test", NOW, pair)
            except StoreError as error:
                refused.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        while next(numbers) < 20:
            pass
        found = [write_backup(store.engines, tmp_path / f"{number}.zip", NOW) for number in range(3)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not refused
    assert found[0].rows < found[-1].rows or found[0] == found[-1]
    for number, manifest in enumerate(found):
        with closing(Store(databases.empty("sqlite"))) as there:
            _, verdict = restore(there, tmp_path / f"{number}.zip")
            with there.read(WHOLE) as session:
                counts = [session.one(select(func.count()).select_from(model)) for model in (Firm, User)]
            assert counts[0] == (counts[1] or 0) + 1
            assert verdict.breaks == []
            assert verdict.entries == manifest.audit_entries == 2 * (counts[1] or 0)


def _sealed(members: dict[str, bytes]) -> None:
    """Make the manifest fit rows that were changed."""
    manifest = json.loads(members[MANIFEST])
    for table in manifest["tables"]:
        tally = Tally()
        for line in members[member(table["name"])].splitlines():
            tally.add(line)
        table |= {"rows": tally.rows, "digest": tally.digest}
    members[MANIFEST] = json.dumps(manifest).encode()


def _row_changed(members: dict[str, bytes]) -> None:
    members[member("firm")] = members[member("firm")].replace(b"Hubport", b"Hubpart")


def _row_missing(members: dict[str, bytes]) -> None:
    members[member("run")] = b"\n".join(members[member("run")].splitlines()[1:]) + b"\n"


def _row_twice(members: dict[str, bytes]) -> None:
    members[member("firm")] *= 2
    _sealed(members)


def _row_long(members: dict[str, bytes]) -> None:
    members[member("firm")] += b'["too","many","values","for","a","firm","row"]\n'
    _sealed(members)


def _no_json(members: dict[str, bytes]) -> None:
    members[member("firm")] += b"[\n"
    _sealed(members)


def _oversold(members: dict[str, bytes]) -> None:
    manifest = json.loads(members[MANIFEST])
    columns = next(table["columns"] for table in manifest["tables"] if table["name"] == "run")
    lines = members[member("run")].splitlines()
    values = from_line(lines[-1])
    values[columns.index("taken_mass_g")] = 10**12
    values[columns.index("capacity_mass_g")] = 1
    members[member("run")] = b"\n".join([*lines[:-1], json.dumps(values).encode()]) + b"\n"
    _sealed(members)


def _nobody(members: dict[str, bytes]) -> None:
    members[member("user_account")] = b""
    _sealed(members)


def _manifest(**change: object) -> Callable[[dict[str, bytes]], None]:
    def work(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | change).encode()

    return work


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.pop(name) and None


BROKEN: dict[str, Callable[[dict[str, bytes]], None]] = {
    "row changed": _row_changed,
    "row missing": _row_missing,
    "row twice": _row_twice,
    "row too long": _row_long,
    "no json": _no_json,
    "more sold than there is": _oversold,
    "keys of nobody": _nobody,
    "no member": _without(member("booking")),
    "no manifest": _without(MANIFEST),
    "no tables": _manifest(tables=[]),
    "later version": _manifest(revision="9999"),
    "other form": _manifest(format="other"),
    "more in it": _manifest(more=1),
}


OF_POSTGRESQL = ("row twice", "more sold than there is", "keys of nobody")
"""What only the database finds."""


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        *(("sqlite", name) for name in BROKEN),
        *(pytest.param("postgresql", name, marks=pytest.mark.postgresql) for name in OF_POSTGRESQL),
    ],
)
def test_whole_or_nothing(databases: Databases, backend: str, tmp_path: Path, name: str) -> None:
    """A backup with anything wrong in it is refused, and the database is as empty as before."""
    members = {(p.name if p.name == MANIFEST else member(p.stem)): p.read_bytes() for p in FIRST_ROWS.iterdir()}
    BROKEN[name](members)
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        for one, raw in members.items():
            archive.writestr(one, raw)
    with closing(Store(databases.empty(backend))) as there:
        with pytest.raises((BackupError, StoreError)) as raised:
            restore(there, tmp_path / "x.zip")
        assert " / " in str(raised.value)
        assert inspect(there.engines.read).get_table_names() == []


def test_damaged_files(databases: Databases, tmp_path: Path) -> None:
    """Files that are cut short or something else are refused; with a byte changed they are, or say the same."""
    whole = packed(tmp_path / "whole.zip").read_bytes()
    place = tmp_path / "x.zip"
    cut = [b"", b"no zip", whole[:-1], whole[: len(whole) // 2], whole[100:]]
    changed = [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in range(7, len(whole), 3001)]
    refused = 0
    for raw in cut + changed:
        place.write_bytes(raw)
        with closing(Store(databases.empty("sqlite"))) as there:
            try:
                restore(there, place)
            except BackupError:
                refused += 1
                assert inspect(there.engines.read).get_table_names() == []
            else:
                assert raw in changed
                assert len(content(there)["booking"]) == EXPECTED_BOOKINGS
    assert refused >= len(cut) + len(changed) - 3
    with closing(Store(databases.empty("sqlite"))) as there:
        for missing in (tmp_path / "nowhere", tmp_path):
            with pytest.raises(BackupError, match=missing.name):
                restore(there, missing)


def test_only_into_an_empty_database(store: Store, tmp_path: Path) -> None:
    """Nothing is put where there is something."""
    before = content(store)
    with pytest.raises(BackupError, match="not empty"):
        restore(store, packed(tmp_path / "x.zip"))
    assert content(store) == before


def test_only_of_this_version(databases: Databases, backend: str, tmp_path: Path) -> None:
    """A database that was not migrated has other tables than those that would be written."""
    with closing(Store(databases.empty(backend))) as there, pytest.raises(BackupError, match="upgrade"):
        write_backup(there.engines, tmp_path / "x.zip", NOW)
    assert not (tmp_path / "x.zip").exists()


def test_commands(filled: Store, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands say how much there is, and the end of the trail; the file is for its owner alone."""
    place = tmp_path / "kept.zip"
    place.write_text("old")
    assert main(["backup", str(place), "--db", address(filled), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [place]
    target = databases.empty("sqlite")
    assert main(["restore", str(place), "--db", target, "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "the trail is whole" in told
    assert said.split("ends at ")[1].strip() in told
    assert main(["db", "check", "--db", target]) == 0
    assert main(["restore", str(place), "--db", target]) == 2
    assert main(["backup", str(tmp_path / "no" / "x.zip"), "--db", target]) == 2
    assert main(["backup", str(tmp_path), "--db", target]) == 2
    assert main(["restore", str(tmp_path / "none.zip"), "--db", databases.empty("sqlite")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_broken_trail_is_told(filled: Store, databases: Databases, tmp_path: Path) -> None:
    """Even what is not whole can be restored, and says that it is not, with status 3."""
    with filled.engines.write.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(text("UPDATE audit_entry SET actor = 'x' WHERE seq = 3"))
    place = tmp_path / "x.zip"
    write_backup(filled.engines, place, NOW)
    assert main(["restore", str(place), "--db", databases.empty("sqlite")]) == 3


def test_no_space(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full leaves the old backup as it was, and nothing beside it."""
    place = tmp_path / "kept.zip"
    place.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupError, match="space"):
        write_backup(filled.engines, place, NOW)
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]
