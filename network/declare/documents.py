"""Documents laid out for matching them one by one: temporary tables, sorted by what the rules compare."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from data.declare_pieces import BETWEEN, documents_of
from data.declare_read import Maker
from data.declare_values import folder
from network.declare.state import pieces

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping

    from data.catalogue import Catalogue
    from data.declare_read import Texts
    from data.declare_rules import DeclareRules

    Chosen = Mapping[str, Mapping[int, list[int]]]
    """By kind of document and number of a piece, which of its lines."""

_BATCH = 5_000
_TABLES = {"order": "orders", "payment": "payments", "waybill": "waybills"}
# fold: by which documents meet; own: the number by which others name this one.
_SETUP = (
    "DROP TABLE IF EXISTS temp.orders",
    "DROP TABLE IF EXISTS temp.payments",
    "DROP TABLE IF EXISTS temp.waybills",
    "CREATE TEMP TABLE orders (fold TEXT, own TEXT, body TEXT)",
    "CREATE TEMP TABLE payments (fold TEXT, own TEXT, body TEXT)",
    "CREATE TEMP TABLE waybills (fold TEXT, own TEXT, body TEXT)",
)
_INSERT = {
    "order": "INSERT INTO temp.orders VALUES (?, ?, ?)",
    "payment": "INSERT INTO temp.payments VALUES (?, ?, ?)",
    "waybill": "INSERT INTO temp.waybills VALUES (?, ?, ?)",
}
# Places, in the texts of a document, of its order number and of the number that others name.
_PLACES = {"order": (0, 20), "payment": (1, 0), "waybill": (1, 0)}


def lay_out(
    connection: sqlite3.Connection, catalogue: Catalogue, rules: DeclareRules, chosen: Chosen | None = None
) -> None:
    """
    Put documents into the tables ``orders``, ``payments`` and ``waybills``.

    Parameters
    ----------
    connection
        From `network.declare.state`.
    catalogue
        Has the codes.
    rules
        How numbers are compared.
    chosen
        Only these; all if it is None.
    """
    for statement in _SETUP:
        connection.execute(statement)
    fold = folder(rules)
    for kind in _TABLES:
        maker = Maker.of(kind, catalogue)
        for number, piece in pieces(connection, kind):
            wanted = None if chosen is None else chosen[kind].get(number, [])
            if wanted is None or wanted:
                _insert(connection, kind, documents_of(piece, maker, wanted), fold)


def _insert(connection: sqlite3.Connection, kind: str, documents: Iterator[Texts], fold: Callable[[str], str]) -> None:
    """Add documents in batches."""
    order_at, own_at = _PLACES[kind]
    rows = ((fold(texts[order_at]), fold(texts[own_at]), BETWEEN.join(texts)) for texts in documents)
    while batch := list(islice(rows, _BATCH)):
        connection.executemany(_INSERT[kind], batch)
