"""Bringing a database to the tables that this version needs, whoever else starts at the same moment."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.store.engine import StoreError
from api.store.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.store.engine import Engines

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x48554250
"""Number of the lock that those who migrate a PostgreSQL database take turns with."""


def _script() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


@cache
def head_revision() -> str:
    """Return the revision that this version needs."""
    return _script()[1].get_current_head() or ""


def upgrade(engines: Engines, revision: str = "head") -> tuple[str | None, str | None]:
    """
    Migrate a database, all of it or nothing, and return its revision before and after.

    Raises
    ------
    StoreError
        When it cannot be reached, or is newer than this version.
    """
    try:
        with engines.turn, engines.write.begin() as connection:
            take_turn(engines, connection)
            before = _revision(connection)
            check_known(before)
            run_in(connection, revision)
            return before, _revision(connection)
    except DBAPIError as error:
        msg = f"数据库无法升级 / the database cannot be migrated: {_said(error)}"
        raise StoreError(msg) from error


def revision(engines: Engines) -> str | None:
    """
    Return the revision of a database, None before the first.

    Raises
    ------
    StoreError
        When it cannot be reached.
    """
    try:
        with engines.read.connect() as connection:
            return _revision(connection)
    except DBAPIError as error:
        msg = f"数据库无法使用 / the database cannot be used: {_said(error)}"
        raise StoreError(msg) from error


def check(engines: Engines) -> list[str]:
    """
    Return in what a database differs from what this version needs, nothing if it fits.

    Raises
    ------
    StoreError
        When it cannot be reached.
    """
    try:
        with engines.read.connect() as connection:
            found, wanted = _revision(connection), head_revision()
            if found != wanted:
                return [f"revision {found or '-'}; {wanted}"]
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            return [str(item) for item in compare_metadata(context, Base.metadata)]
    except DBAPIError as error:
        msg = f"数据库无法使用 / the database cannot be used: {_said(error)}"
        raise StoreError(msg) from error


def take_turn(engines: Engines, connection: Connection) -> None:
    """Wait until nobody else migrates this database; others wait until the transaction ends."""
    if engines.is_postgresql:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def run_in(connection: Connection, revision: str = "head") -> None:
    """Migrate a database to a revision within a transaction of the caller."""
    config, script = _script()

    def steps(found: Any, _: MigrationContext) -> Any:  # noqa: ANN401 - of the migration library
        return script._upgrade_revs(revision, found)  # noqa: SLF001 - what its own command calls

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def check_known(revision: str | None) -> None:
    """
    Refuse a revision of a later version.

    Raises
    ------
    StoreError
        Naming it.
    """
    if revision is not None and revision not in {known.revision for known in _script()[1].walk_revisions()}:
        msg = f"数据库属于更新的版本 ({revision}) / the database is of a later version ({revision})"
        raise StoreError(msg)


def _said(error: DBAPIError) -> str:
    """Return what the database said, in one line."""
    first = error.orig.args[0] if error.orig is not None and error.orig.args else error.orig
    return str(first.get("M") if isinstance(first, dict) else first).splitlines()[0]
