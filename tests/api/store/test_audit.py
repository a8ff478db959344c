"""The audit trail: whatever is changed in it around the database's own refusal is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, text, update

from api.cli import main
from api.store import audit
from api.store.models import AuditEntry, AuditHead, Firm
from api.store.session import WHOLE
from tests.api.fakes import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from api.store.session import Store, WriteSession

COUNT = 6
ENTRIES = AuditEntry.__table__


@pytest.fixture
def trail(store: Store) -> Store:
    """Return a store with some entries, and without what keeps them from being changed."""
    for number in range(COUNT):

        def work(session: WriteSession, number: int = number) -> None:
            session.add(Firm(id=f"f{number}", name=f"箱 {number}", created_at=NOW))

        store.write(WHOLE, "firm.add", NOW, work)
    with store.engines.write.begin() as connection:
        if store.engines.is_postgresql:
            connection.execute(text("SET LOCAL client_min_messages = warning"))
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_entry_no_{name}"))
    yield store
    if store.engines.is_postgresql:
        with store.engines.write.begin() as connection:
            connection.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))


def breaks(store: Store, *noted: tuple[int, str]) -> list[tuple[int, str]]:
    """Return what is wrong with the trail."""
    with store.read(WHOLE) as session:
        return [tuple(one) for one in audit.verify(session, noted).breaks]  # type: ignore[misc]


def tamper(store: Store, work: Callable[[Connection], object]) -> None:
    """Do something to the tables that no rule of the service allows."""
    with store.engines.write.begin() as connection:
        work(connection)


def test_whole(trail: Store) -> None:
    """Nothing is wrong with a trail that nobody touched, whatever was noted of it."""
    with trail.read(WHOLE) as session:
        found = audit.verify(session)
        third = session.one(select(AuditEntry.hash).where(AuditEntry.seq == 3))
    assert (found.entries, found.breaks) == (COUNT, [])
    assert breaks(trail, (3, str(third)), (COUNT, found.head)) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "somebody"),
        ("at", NOW.replace(year=2027)),
        ("action", "other"),
        ("firm_id", "house"),
        ("subject", "f0"),
        ("kind", "user"),
        ("after", {}),
        ("before", {}),
    ],
)
def test_changed(trail: Store, column: str, value: object) -> None:
    """An entry of which anything was changed is named."""
    tamper(trail, lambda c: c.execute(update(ENTRIES).where(ENTRIES.c.seq == 3).values({column: value})))
    assert breaks(trail) == [(3, "changed")]


def test_removed(trail: Store) -> None:
    """A hole is named, and so is a beginning or an end that is gone."""
    tamper(trail, lambda c: c.execute(ENTRIES.delete().where(ENTRIES.c.seq == 3)))
    assert breaks(trail) == [(3, "missing")]
    tamper(trail, lambda c: c.execute(ENTRIES.delete().where(ENTRIES.c.seq == 1)))
    assert breaks(trail) == [(1, "missing"), (3, "missing")]
    tamper(trail, lambda c: c.execute(ENTRIES.delete().where(ENTRIES.c.seq == COUNT)))
    assert (COUNT, "head") in breaks(trail)


def test_moved_and_put_in(trail: Store) -> None:
    """Entries that changed places, and one that was put in at the end, are named."""

    def swap(connection: Connection) -> None:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(update(ENTRIES).where(ENTRIES.c.seq == old).values(seq=new))

    tamper(trail, swap)
    assert {seq for seq, _ in breaks(trail)} >= {2, 3}
    tamper(trail, swap)
    assert breaks(trail) == []

    def put(connection: Connection) -> None:
        row = dict(connection.execute(select(ENTRIES).where(ENTRIES.c.seq == COUNT)).mappings().one())
        connection.execute(insert(ENTRIES).values(row | {"seq": COUNT + 1}))

    tamper(trail, put)
    assert breaks(trail) != []


def test_written_anew(trail: Store) -> None:
    """Whoever computes all later hashes and the head anew is found by a hash that was noted elsewhere."""
    with trail.read(WHOLE) as session:
        noted = (COUNT, audit.verify(session).head)

    def forge(connection: Connection) -> None:
        previous = audit.GENESIS
        for row in connection.execute(select(ENTRIES).order_by(ENTRIES.c.seq)).mappings().all():
            values = dict(row) | {"previous": previous, "actor": "somebody"}
            previous = audit.hash_of(AuditEntry(**values))
            changed = values | {"hash": previous}
            connection.execute(update(ENTRIES).where(ENTRIES.c.seq == row["seq"]).values(changed))
        connection.execute(update(AuditHead.__table__).values(hash=previous))

    tamper(trail, forge)
    assert breaks(trail) == []
    assert breaks(trail, noted) == [(COUNT, "noted")]
    assert breaks(trail, (COUNT + 5, "x")) == [(COUNT + 5, "noted")]


def test_command(trail: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says that the trail is whole and what to note, or where it is broken, with status 3."""
    location = trail.engines.url.render_as_string(hide_password=False)
    assert main(["audit", "verify", "--db", location, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    noted = said.split("note ")[1].split()[0]
    assert main(["audit", "verify", "--db", location, "--noted", noted]) == 0
    tamper(trail, lambda c: c.execute(update(ENTRIES).where(ENTRIES.c.seq == 2).values(actor="x")))
    assert main(["audit", "verify", "--db", location, "--lang", "en"]) == 3
    assert "2  its content was changed" in capsys.readouterr().out
    assert main(["audit", "verify", "--db", location, "--noted", "x"]) == 2


def test_nothing_is_written_without_an_entry(store: Store) -> None:
    """A write that is undone leaves no entry, and one that changes nothing neither."""

    def fail(session: WriteSession) -> None:
        session.insert([Firm(id="x", name="x", created_at=NOW)])
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        store.write(WHOLE, "test", NOW, fail)
    store.write(WHOLE, "test", NOW, lambda session: session.one(select(Firm)))
    with store.read(WHOLE) as session:
        assert session.one(select(func.count()).select_from(AuditEntry)) == 0
