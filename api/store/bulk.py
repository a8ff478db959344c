"""Many rows with one statement: they go to the database as one JSON text, and it takes them apart itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table, TextClause


def insert_json(
    connection: Connection, table: Table, names: Sequence[str], lines: Sequence[str], common: dict[str, Any]
) -> None:
    """
    Insert rows.

    Parameters
    ----------
    connection
        Of one of the databases that are supported.
    table, names
        Where, and the columns that stand in the lines, with the names of members.
    lines
        Each a JSON object of numbers, texts and nulls as they are kept.
    common
        The other columns, which are the same in all rows, as they are kept.
    """
    content = {"rows": f"[{','.join(lines)}]"}
    connection.execute(_statement(connection, table, names, tuple(common)), content | common)


def _statement(connection: Connection, table: Table, names: Sequence[str], common: Sequence[str]) -> TextClause:
    columns = ", ".join((*names, *common))
    same = "".join(f", {_typed(connection, table, name)}" for name in common)
    if connection.dialect.name == "postgresql":
        types = ", ".join(f"{name} {table.c[name].type.compile(connection.dialect)}" for name in names)
        members = ", ".join(f"one.{name}" for name in names)
        source = f"json_to_recordset(CAST(:rows AS json)) AS one({types})"
    else:
        members = ", ".join(f"json_extract(one.value, '$.{name}')" for name in names)
        source = "json_each(:rows) AS one"
    # Names of tables and columns are ours; every value is a parameter.
    return text(f"INSERT INTO {table.name} ({columns}) SELECT {members}{same} FROM {source}")  # noqa: S608


def _typed(connection: Connection, table: Table, name: str) -> str:
    return f"CAST(:{name} AS {table.c[name].type.compile(connection.dialect)})"
