"""Sessions of the store: who may read and write what, on both databases."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from api.store import migrate
from api.store.engine import StoreError, default_location, read_url
from api.store.models import Departure, Firm, Run, User
from api.store.session import WHOLE, Refused, Scope, Store
from tests.api.fakes import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from api.store.session import WriteSession
    from tests.databases import Databases

_TAKEN = ("taken_teu_milli", "taken_mass_g", "taken_volume_cm3")
A, B = Scope("a", "ua"), Scope("b", "ub")


@pytest.fixture
def firms(store: Store) -> Store:
    """Return a store with a user of each of two firms."""

    def work(session: WriteSession) -> None:
        session.insert([Firm(id=name, name=name, created_at=NOW) for name in "ab"])
        session.insert([User(id=f"u{n}", firm_id=n, name="one", roles=["admin"], created_at=NOW) for n in "ab"])

    store.write(WHOLE, "test", NOW, work)
    return store


def test_every_read_is_narrowed(firms: Store) -> None:
    """Rows, columns, counts, aliases and joins: nothing of another firm is met, whatever is asked."""
    other = aliased(User)
    with firms.read(A) as session:
        assert [user.id for user in session.all(select(User))] == ["ua"]
        assert session.one(select(User).where(User.id == "ub")) is None
        assert session.all(select(User.id)) == ["ua"]
        assert session.one(select(func.count()).select_from(User)) == 1
        assert session.one(select(func.count(User.id))) == 1
        assert session.all(select(other.id)) == ["ua"]
        assert session.all(select(User.id).join(other, other.name == User.name)) == ["ua"]
        assert session.all(select(Firm.id).where(Firm.id.in_(select(User.firm_id)))) == ["a"]
        with session.seeing_all():
            assert len(session.all(select(User))) == 2
        assert [user.id for user in session.all(select(User))] == ["ua"]
    with firms.read(B) as session:
        assert [user.id for user in session.all(select(User))] == ["ub"]


def test_every_write_is_narrowed(firms: Store) -> None:
    """Nothing of another firm is changed, deleted or locked, and nothing is added to it."""

    def work(session: WriteSession) -> tuple[int, int, int]:
        changed = session.change(update(User).values(name="changed"))
        deleted = session.change(delete(User).where(User.id == "ub"))
        return changed, deleted, len(session.lock(select(User)))

    assert firms.write(A, "test", NOW, work) == (1, 0, 1)
    with firms.read(WHOLE) as session:
        assert dict(map(tuple, session.rows(select(User.id, User.name)))) == {"ua": "changed", "ub": "one"}
    stranger = User(id="uc", firm_id="b", name="two", roles=[], created_at=NOW)
    with pytest.raises(PermissionError):
        firms.write(A, "test", NOW, lambda session: session.add(stranger))


def test_readers_cannot_write(firms: Store) -> None:
    """The database itself refuses writes of a connection that reads."""
    with pytest.raises((DBAPIError, StoreError)), firms.read(WHOLE) as session:
        session.rows(insert(Firm).values(id="c", name="c"))  # type: ignore[arg-type]
    with firms.engines.read.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("DELETE FROM user_account"))


def test_whole_or_not_at_all(firms: Store) -> None:
    """Whatever was done before a refusal is undone."""

    def work(session: WriteSession) -> None:
        session.insert([Firm(id="c", name="c", created_at=NOW)])
        raise Refused

    with pytest.raises(Refused):
        firms.write(WHOLE, "test", NOW, work)
    with firms.read(WHOLE) as session:
        assert session.one(select(Firm).where(Firm.id == "c")) is None


@pytest.mark.parametrize(
    "values",
    [
        {"capacity_teu_milli": 1000, "taken_teu_milli": 1001},
        {"capacity_mass_g": 0, "taken_mass_g": 1},
        {"taken_volume_cm3": -1},
    ],
)
def test_room_is_checked_by_the_database(store: Store, values: dict[str, int]) -> None:
    """Even a statement that no rule looked at cannot sell more than there is."""
    departure = {"id": "S@1", "service": "S", "mode": "sea", "start_at": NOW, "fingerprint": "f"}
    row = {"departure_id": "S@1", "call": 0, "capacity_teu_milli": None, "capacity_mass_g": None}

    def work(session: WriteSession) -> None:
        session.insert_missing(Departure, [departure | {"version": 1, "is_set": False, "capacity": []}])
        session.insert_missing(Run, [row | dict.fromkeys(_TAKEN, 0) | values])

    with pytest.raises(DBAPIError, match=r"oversold|not_negative"):
        store.write(WHOLE, "test", NOW, work)


def test_writers_take_turns(store: Store) -> None:
    """Many threads that read and then write lose no change."""

    def add(session: WriteSession) -> None:
        (firm,) = session.lock(select(Firm).where(Firm.id == "house"))
        firm.version += 1

    def many() -> None:
        for _ in range(10):
            store.write(WHOLE, "count", NOW, add)

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read(WHOLE) as session:
        assert session.one(select(Firm.version)) == 81


def _migrate(location: str) -> tuple[str | None, str | None]:
    store = Store(location)
    try:
        return migrate.upgrade(store.engines)
    finally:
        store.close()


def test_migrating_together(databases: Databases, backend: str) -> None:
    """Of several processes that start at once one migrates, and the others find it done."""
    location = databases.empty(backend)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(_migrate, [location] * 2)
    head = migrate.head_revision()
    assert sorted(found, key=str) == [(head, head), (None, head)]


def test_check(databases: Databases, backend: str) -> None:
    """What the migrations make is what the models say; an old database, a changed and a later one are told apart."""
    store = Store(databases.empty(backend))
    try:
        assert migrate.check(store.engines) != []
        migrate.upgrade(store.engines)
        assert migrate.check(store.engines) == []
        with store.engines.write.begin() as connection:
            connection.execute(text("DROP TABLE kept_answer"))
        assert "kept_answer" in " ".join(migrate.check(store.engines))
        with store.engines.write.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreError, match="9999"):
            migrate.upgrade(store.engines)
    finally:
        store.close()


def test_trail_refuses_changes(firms: Store) -> None:
    """Entries of the audit trail are neither changed nor removed."""
    for statement in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="only added to"), firms.engines.write.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("location", ["mysql://x/y", "sqlite://", "http://", "://", "postgresql://[::1"])
def test_other_databases_are_refused(location: str) -> None:
    """An address that means no supported database is refused."""
    with pytest.raises(StoreError):
        read_url(location)


def test_where_it_is() -> None:
    """What the environment names, else a file in the folder for data."""
    assert default_location({"HUBPORT_DB": " postgresql://h/d "}) == "postgresql://h/d"
    assert default_location({"XDG_DATA_HOME": "/data"}) == "/data/hubport/hubport.db"
    assert default_location({"HOME": "/home/x"}) == "/home/x/.local/share/hubport/hubport.db"
    assert read_url("postgresql://h/d").drivername == "postgresql+pg8000"


def test_out_of_reach() -> None:
    """A server that is not there is said so, without what the driver says of it."""
    gone = Store("postgresql://nobody:word@/none?unix_sock=/nowhere/.s.PGSQL.1")
    with pytest.raises(StoreError) as raised, gone.read(WHOLE) as session:
        session.one(select(Firm))
    assert "word" not in str(raised.value)


def test_instants_have_zones(store: Store) -> None:
    """An instant without a zone is no instant."""
    naive = Firm(id="c", name="c", created_at=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
    with pytest.raises(Exception, match="no time zone"):
        store.write(WHOLE, "test", NOW, lambda session: session.insert([naive]))


_SNIPPET = """
from sqlalchemy import delete
from api.store.models import Firm
from api.store.session import ReadSession, WriteSession
def read(session: ReadSession) -> None: ...
def write(session: WriteSession) -> None:
    session.change(delete(Firm))
    read(session)
def wrong(session: ReadSession) -> None:
    session.change(delete(Firm))
def also(session: ReadSession) -> None:
    write(session)
"""


@pytest.mark.slow
def test_types_keep_readers_from_writing(tmp_path: Path) -> None:
    """A write with a session that reads does not pass the type checker; the same with one that writes does."""
    (tmp_path / "snippet.py").write_text(_SNIPPET)
    command = [sys.executable, "-m", "mypy", "--follow-imports=silent", "--no-error-summary"]
    found = subprocess.run(
        [*command, "--cache-dir", str(tmp_path / "cache"), str(tmp_path / "snippet.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = found.stdout.splitlines()
    assert [line.split("[")[-1] for line in lines] == ["attr-defined]", "arg-type]"], found
