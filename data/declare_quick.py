"""
Reading long CSV files of orders, payments and waybills: most rows are plainly sound, and are looked at all at once.

The others are read one by one, as `data.declare_tables` and `data.declare_read` do, so that every fault is found where
it is and told in the same words.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.declare_cells import Cells
from data.declare_tables import Shape, broken_csv, no_header, shape_of
from data.declare_values import BadTextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.declare_cells import Bools
    from data.declare_fields import Field
    from data.declare_read import Maker, Source, Texts
    from data.faultlist import FaultList

_BLOCK_BYTES = 4 << 20
_BETWEEN = "\x1f"
_UNFINISHED = "unexpected end of data"


class Lines(NamedTuple):
    """
    What one block of a file holds.

    Parameters
    ----------
    columns
        Fields of its cells, in order.
    separator
        Between the cells of `block`.
    block
        Lines that are plainly sound.
    total
        How many there are.
    others
        Sound documents of the lines that had to be looked at one by one.
    """

    columns: tuple[str, ...]
    separator: str
    block: bytes
    total: int
    others: list[Texts]


def quick_lines(source: Source, maker: Maker, faults: FaultList) -> Iterator[Lines]:
    """
    Yield what a CSV file holds, block by block.

    Parameters
    ----------
    source
        The file.
    maker
        Of the kind of its documents.
    faults
        Everything wrong with the file is added here, in the order of its lines.
    """
    reader = _Reader(source, maker, faults)
    shape: Shape | None = None
    for block, is_last in _blocks(source):
        given = reader.pending + block
        if shape is None:
            shape, given = reader.header(given)
            if reader.is_over:
                return
        if shape is not None and given:
            yield reader.take(shape, given, is_last=is_last)
        if reader.is_over:
            return
    if shape is None:
        faults.add(no_header(source.label))


def _blocks(source: Source) -> Iterator[tuple[bytes, bool]]:
    """Yield a file in UTF-8, cut behind line breaks, and whether nothing follows."""
    with source.path.open("rb") as stream:
        kept = stream.read(_BLOCK_BYTES).removeprefix(b"\xef\xbb\xbf")
        while more := stream.read(_BLOCK_BYTES):
            # A block without a line break has old ones, the last of which may be half of a new one.
            cut = kept.rfind(b"\n") + 1 or kept.rfind(b"\r", 0, -1) + 1
            if cut:
                yield _utf8(kept[:cut], source.encoding), False
            kept = kept[cut:] + more
        if kept:
            yield _utf8(kept if kept.endswith((b"\n", b"\r")) else kept + b"\n", source.encoding), True


def _utf8(block: bytes, encoding: str) -> bytes:
    return block if encoding == "utf-8-sig" else block.decode(encoding).encode()


class _Reader:
    """Reads the blocks of one file."""

    def __init__(self, source: Source, maker: Maker, faults: FaultList) -> None:
        self.pending = b""
        """What could not be read without what follows it."""
        self.is_over = False
        """Whether the rest of the file cannot be read."""
        self._label = source.label
        self._maker = maker
        self._faults = faults
        self._line = 1

    def header(self, block: bytes) -> tuple[Shape | None, bytes]:
        """Return the columns of a file and what follows the header; None if it is not there yet."""
        text = io.StringIO(block.decode(), newline="")
        reader = csv.reader(iter(text.readline, ""), strict=True)
        begun = 0
        try:
            for cells in reader:
                number = self._line + begun
                begun = reader.line_num
                if any(cells):
                    self._line += begun
                    known = self._faults.count
                    fields = self._maker.fields
                    shape = shape_of(cells, fields, self._maker.goods_fields, (self._label, number), self._faults)
                    self.is_over = self._faults.count > known
                    return shape, text.read().encode()
        except csv.Error as error:
            self._faults.add(broken_csv(self._label, self._line + begun, error))
            self.is_over = True
        self._line += reader.line_num
        return None, b""

    def take(self, shape: Shape, block: bytes, *, is_last: bool) -> Lines:
        """Return what a block holds."""
        self.pending = b""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if b'"' in block or b"\r" in block:
            return self._quoted(shape, block, is_last=is_last)
        cells = Cells(block, b",", shape.width)
        good = _sound(cells, shape, self._maker)
        others: list[Texts] = []
        if not good.all():
            lines = block.split(b"\n")
            for place in np.flatnonzero(~good).tolist():
                others += self._one(shape, self._line + place, lines[place].decode().split(","))
            block = _kept(block, cells, good)
        self._line += cells.count
        return Lines(shape.names, ",", block, int(good.sum()), others)

    def _quoted(self, shape: Shape, block: bytes, *, is_last: bool) -> Lines:
        """Return what a block with quotes holds: its cells are put together again without quotes."""
        text = io.StringIO(block.decode(), newline="")
        reader = csv.reader(iter(text.readline, ""), strict=True)
        rows: list[tuple[int, list[str]]] = []
        before, behind = 0, 0
        try:
            for cells in reader:
                rows.append((self._line + before, cells))
                before, behind = reader.line_num, text.tell()
        except csv.Error as error:
            self.is_over = is_last or str(error) != _UNFINISHED
            broken = broken_csv(self._label, self._line + before, error)
            if not self.is_over:
                text.seek(behind)
                self.pending = text.read().encode()
        plain = [place for place, (_, row) in enumerate(rows) if _is_plain(row, shape.width)]
        kept = "".join(f"{_BETWEEN.join(rows[place][1])}\n" for place in plain).encode()
        cells_of = Cells(kept, _BETWEEN.encode(), shape.width)
        good = _sound(cells_of, shape, self._maker)
        apart = set(range(len(rows))) - {plain[place] for place in np.flatnonzero(good).tolist()}
        others: list[Texts] = []
        for place in sorted(apart):
            others += self._one(shape, *rows[place])
        if self.is_over:
            self._faults.add(broken)
        self._line += before
        return Lines(shape.names, _BETWEEN, _kept(kept, cells_of, good), int(good.sum()), others)

    def _one(self, shape: Shape, number: int, cells: list[str]) -> Iterator[Texts]:
        """Yield the document of one row, if it is sound."""
        picked = shape.row(self._label, number, cells, self._faults)
        if picked is not None:
            yield from self._maker.make(self._label, number, *picked, self._faults)


def _is_plain(row: list[str], width: int) -> bool:
    """Return whether cells can be put together into one line and be cut again."""
    return len(row) == width and not any("\n" in cell or _BETWEEN in cell for cell in row)


def _kept(block: bytes, cells: Cells, good: Bools) -> bytes:
    """Return the lines that are good."""
    if good.all():
        return block
    sizes = np.diff(cells.breaks, prepend=-1)
    return np.frombuffer(block, dtype=np.uint8)[np.repeat(good, sizes)].tobytes()


def _sound(cells: Cells, shape: Shape, maker: Maker) -> Bools:
    """Return which lines are plainly sound."""
    good = cells.printable() & cells.whole
    among = np.ones(int(cells.whole.sum()), dtype=bool)
    known = {field.name: field for field in (*maker.goods_fields, *maker.fields)}
    for column, name in enumerate(shape.names):
        among &= _sound_column(cells, column, known[name], maker)
    good[cells.whole] &= among
    return good


def _sound_column(cells: Cells, column: int, field: Field, maker: Maker) -> Bools:
    """Return which cells of a column are plainly sound."""
    lengths = cells.lengths(column)
    # A text has no more characters than bytes.
    good: Bools = lengths <= field.most
    if field.is_needed:
        good &= lengths > 0
    if field.kind == "amount":
        good &= cells.amounts(column)[1]
    elif field.kind == "int":
        good &= cells.amounts(column, is_whole=True)[1]
    elif field.kind == "time":
        good &= cells.times(column)[1]
    elif field.kind in {"currency", "app"}:
        good &= _known(cells, column, maker, field)
    return good


def _known(cells: Cells, column: int, maker: Maker, field: Field) -> Bools:
    """Return which cells hold a code there is."""
    texts, inverse = np.unique(cells.texts(column, field.most), return_inverse=True)
    return np.array([_is_code(text.decode(), maker, field) for text in texts.tolist()], dtype=bool)[inverse]


def _is_code(text: str, maker: Maker, field: Field) -> bool:
    try:
        maker.convert(field, text)
    except BadTextError:
        return False
    return True
