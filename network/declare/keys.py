"""What of many documents is compared, as arrays: one entry for each document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from data.declare_cells import Cells
from data.declare_fields import GOODS
from data.declare_read import CELL, LINE, currencies_of
from network.declare.state import pieces

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from numpy.typing import DTypeLike, NDArray

    from data.catalogue import Catalogue
    from data.declare_cells import Bools, Bytes, Ints
    from data.declare_pieces import Piece

_TEXTS = {
    "order": (
        "order_no",
        "platform",
        "buyer_name",
        "buyer_id",
        "consignee",
        "consignee_phone",
        "waybill_no",
        "app_type",
    ),
    "payment": ("order_no", "platform", "payment_no", "payer_name", "payer_id", "app_type"),
    "waybill": ("order_no", "platform", "waybill_no", "consignee", "consignee_phone", "app_type"),
}
_AMOUNTS = {
    "order": ("goods_value", "freight", "tax", "discount", "paid"),
    "payment": ("amount",),
    "waybill": (),
}
_TIMES = {"order": "ordered_at", "payment": "paid_at", "waybill": "shipped_at"}
_GOODS = frozenset(field.name for field in GOODS)
_NEW = (b"", b"1")


class Keys:
    """
    All documents of one kind.

    Parameters
    ----------
    connection
        From `network.declare.state`.
    kind
        ``order``, ``payment`` or ``waybill``.
    catalogue
        Has the codes of currencies.
    """

    def __init__(self, connection: sqlite3.Connection, kind: str, catalogue: Catalogue) -> None:
        self._parts: list[_Entries] = [
            _Entries(number, piece, catalogue.derived(currencies_of)) for number, piece in pieces(connection, kind)
        ]
        self.pieces: Ints = self._joined("pieces", np.int64)
        """The piece of each entry."""
        self.rows: Ints = self._joined("rows", np.int64)
        """Its first line there."""
        self.spans: Ints = self._joined("spans", np.int64)
        """How many lines it has: rows of one order that follow each other are one entry."""
        self.is_special: Bools = self._joined("is_special", np.bool_)
        """Whether it is a change, a deletion, or has lines that must be looked at one by one."""
        self.texts: dict[str, Bytes] = {name: self._joined(name, "S1") for name in (*_TEXTS[kind], "currency")}
        self.numbers: dict[str, Ints] = {
            name: self._joined(name, np.int64) for name in (*_AMOUNTS[kind], "at", "has_paid")
        }
        self._parts = []
        self.count = len(self.rows)

    def _joined(self, name: str, kind: DTypeLike) -> Any:  # noqa: ANN401 - arrays of several kinds
        """Return one column of all pieces; it is taken out of them, as memory is short."""
        parts = [entries.columns.pop(name) for entries in self._parts]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)

    def lines(self, chosen: Bools) -> Mapping[int, list[int]]:
        """Return the lines of some entries by piece, in ascending order."""
        found: dict[int, list[int]] = {}
        for place in np.flatnonzero(chosen).tolist():
            first = int(self.rows[place])
            found.setdefault(int(self.pieces[place]), []).extend(range(first, first + int(self.spans[place])))
        return found


class _Entries:
    """The entries of one piece."""

    def __init__(self, number: int, piece: Piece, currencies: Mapping[str, str]) -> None:
        self._cells = Cells(piece.lines, piece.separator.encode(), len(piece.columns))
        self._columns = {name: place for place, name in enumerate(piece.columns)}
        self._is_made = piece.is_made
        kind = piece.kind
        count = self._cells.count
        firsts, spans = np.arange(count), np.ones(count, dtype=np.int64)
        is_special = ~np.isin(self._texts("app_type"), _NEW)
        if kind == "order" and piece.is_made:
            is_special |= _repeats_lines(piece.lines)
        elif kind == "order":
            firsts, spans = self._orders(piece)
        self.columns: dict[str, NDArray[Any]] = {
            "rows": firsts,
            "spans": spans,
            "pieces": np.full(len(firsts), number),
            "is_special": is_special[firsts],
            "currency": _canonical(self._texts("currency")[firsts], currencies),
            "at": self._cells.times(self._columns[_TIMES[kind]])[0][firsts],
            "has_paid": (self._texts("paid")[firsts] != b"").astype(np.int64),
        }
        self.columns |= {name: self._texts(name)[firsts] for name in _TEXTS[kind]}
        self.columns |= {name: self._amounts(name)[firsts] for name in _AMOUNTS[kind]}
        del self._cells

    def _texts(self, name: str) -> Bytes:
        column = self._columns.get(name)
        return np.zeros(self._cells.count, dtype="S1") if column is None else self._cells.texts(column)

    def _amounts(self, name: str) -> Ints:
        column = self._columns.get(name)
        if column is None:
            return np.zeros(self._cells.count, dtype=np.int64)
        return self._cells.amounts(column, is_whole=self._is_made)[0]

    def _orders(self, piece: Piece) -> tuple[Ints, Ints]:
        """
        Return the first line of each order, and how many it has.

        Lines that follow each other are of one order if they differ in goods alone, and count their goods upwards.
        """
        cells, names = self._cells, piece.columns
        head = [place for place, name in enumerate(names) if name not in _GOODS]
        is_block = head[-1] - head[0] + 1 == len(head)
        if not is_block or "gnum" not in self._columns:
            return np.arange(cells.count), np.ones(cells.count, dtype=np.int64)
        numbers = self._texts("order_no")
        counted = cells.amounts(self._columns["gnum"], is_whole=True)[0]
        near = np.flatnonzero((numbers[1:] == numbers[:-1]) & (counted[1:] > counted[:-1])) + 1
        starts, ends = cells.span(head[0])[0], cells.span(head[-1])[1]
        lines = piece.lines
        follows = np.zeros(cells.count, dtype=bool)
        for place in near.tolist():
            ours = lines[starts[place] : ends[place]]
            follows[place] = ours == lines[starts[place - 1] : ends[place - 1]]
        firsts = np.flatnonzero(~follows)
        return firsts, np.diff(np.append(firsts, cells.count))


def _repeats_lines(lines: bytes) -> Bools:
    """Return which orders, as they are made, have two lines of goods with one number."""
    found = []
    for line in lines.decode().split("\n")[:-1]:
        goods = line.rpartition("\x1f")[2].split(LINE)
        found.append(len({part.partition(CELL)[0] for part in goods}) < len(goods))
    return np.array(found, dtype=bool)


def _canonical(texts: Bytes, currencies: Mapping[str, str]) -> Bytes:
    """Return codes of the customs for the codes that were given."""
    given, inverse = np.unique(texts, return_inverse=True)
    known = [text.decode() for text in given.tolist()]
    codes = [currencies.get(text) or currencies.get(text.upper()) or text for text in known]
    return np.array([code.encode() for code in codes] or [b""])[inverse]
