"""A database of the first revision, with rows in every table, becomes one of the last, and loses nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, select

from api.backup import write_backup
from api.backup_file import MANIFEST, Manifest, from_line
from api.backup_restore import restore
from api.cli import main
from api.store import migrate
from api.store.session import Store
from tests.api.booking_world import serving
from tests.api.fakes import NOW
from tests.api.operate.rows import FIRST_ROWS, address, packed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.databases import Databases


def _fill_first(store: Store) -> dict[str, tuple[list[str], list[str]]]:
    """Put the rows of the first revision into its tables; return the columns and rows of each."""
    manifest = Manifest.model_validate_json((FIRST_ROWS / MANIFEST).read_bytes())
    metadata, found = MetaData(), {}
    with store.engines.write.begin() as connection:
        metadata.reflect(connection)
        for name in ("firm", "audit_head"):
            connection.execute(metadata.tables[name].delete())
        entries = {entry.name: entry for entry in manifest.tables}
        assert set(entries) == set(metadata.tables) - {"alembic_version"}
        for table in metadata.sorted_tables:
            if table.name in entries:
                lines = (FIRST_ROWS / f"{table.name}.ndjson").read_bytes().splitlines()
                columns = entries[table.name].columns
                rows: list[dict[str, Any]] = [dict(zip(columns, from_line(line), strict=True)) for line in lines]
                connection.execute(table.insert(), rows)
                found[table.name] = columns, sorted(repr(tuple(row.values())) for row in rows)
    return found


def test_from_the_first_revision_to_the_last(databases: Databases, backend: str, tmp_path: Path) -> None:
    """A database of the first revision with rows in every table migrates to the last, and nothing of it is lost."""
    with closing(Store(databases.empty(backend))) as store:
        migrate.upgrade(store.engines, "0001")
        before = _fill_first(store)
        assert all(rows for _, rows in before.values())
        assert migrate.upgrade(store.engines) == ("0001", migrate.head_revision())
        assert migrate.check(store.engines) == []
        with store.engines.read.connect() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            for name, (columns, rows) in before.items():
                table = metadata.tables[name]
                kept = connection.execute(select(*(table.c[column] for column in columns)))
                assert sorted(repr(tuple(row)) for row in kept) == rows, name
        assert main(["audit", "verify", "--db", address(store)]) == 0
        with serving(store) as world:
            listed = world.local.get("/v1/bookings?limit=200")["items"]
            assert len(listed) == len(before["booking"][1])
            assert {one["state"] for one in listed} == {"held", "confirmed", "waitlisted", "cancelled", "expired"}
            assert world.local.booked()["state"] == "held"
        write_backup(store.engines, tmp_path / "x.zip", NOW)
        with closing(Store(databases.empty("sqlite"))) as there:
            assert restore(there, tmp_path / "x.zip")[1].breaks == []


def test_a_backup_of_the_first_revision(databases: Databases, backend: str, tmp_path: Path) -> None:
    """An old backup is restored into the tables of its time, and then migrated to those of today."""
    with closing(Store(databases.empty(backend))) as store:
        manifest, verdict = restore(store, packed(tmp_path / "x.zip"))
        assert (manifest.revision, verdict.breaks) == ("0001", [])
        assert migrate.check(store.engines) == []
