"""
Deliveries as pieces: lines of text that were found sound, of one kind of document and with the same columns.

A piece keeps lines as the file had them, or documents as `data.declare_read` makes them. Either way a document is read
from it as it would be read from the file.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from data.declare_fields import FIELDS
from data.declare_quick import quick_lines
from data.declare_read import Maker, read_documents
from data.declare_tables import Shape
from data.faultlist import FaultList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.catalogue import Catalogue
    from data.declare_read import Source, Texts

BETWEEN = "\x1f"
"""Between the texts of a record that is kept as one text."""
_BATCH = 5_000
_GOODS = "goods"


class Piece(NamedTuple):
    """
    Lines of one kind of document.

    Parameters
    ----------
    kind
        ``order``, ``payment`` or ``waybill``.
    columns
        Fields of its cells, in order; goods of an order that are one cell are called ``goods``.
    separator
        Between cells.
    is_made
        Whether the cells hold what `data.declare_read` makes of texts: amounts in hundred-thousandths, for example.
    lines
        UTF-8, each with a line break.
    """

    kind: str
    columns: tuple[str, ...]
    separator: str
    is_made: bool
    lines: bytes


def made_columns(kind: str) -> tuple[str, ...]:
    """Return the cells of documents that were made."""
    return tuple(field.name for field in FIELDS[kind]) + ((_GOODS,) if kind == "order" else ())


def pieces_of(
    source: Source, kind: str, direction: str, catalogue: Catalogue, faults: FaultList
) -> Iterator[tuple[Piece, int]]:
    """
    Yield what a file holds, with the number of documents in each piece.

    Parameters
    ----------
    source, kind, direction, catalogue, faults
        As for `data.declare_read.read_documents`.
    """
    if source.path.suffix.casefold() != ".csv":
        yield from made_pieces(kind, read_documents(source, kind, direction, catalogue, faults))
        return
    maker = Maker.of(kind, catalogue)
    for lines in quick_lines(source, maker, faults):
        if lines.block:
            yield Piece(kind, lines.columns, lines.separator, is_made=False, lines=lines.block), lines.total
        yield from made_pieces(kind, lines.others)


def made_pieces(kind: str, documents: Iterable[Texts]) -> Iterator[tuple[Piece, int]]:
    """Yield documents as pieces."""
    columns, left = made_columns(kind), iter(documents)
    while batch := list(islice(left, _BATCH)):
        block = "".join(f"{BETWEEN.join(texts)}\n" for texts in batch).encode()
        yield Piece(kind, columns, BETWEEN, is_made=True, lines=block), len(batch)


def documents_of(piece: Piece, maker: Maker, wanted: Sequence[int] | None = None) -> Iterator[Texts]:
    """
    Yield the documents of a piece.

    Parameters
    ----------
    piece
        The piece.
    maker
        Of its kind.
    wanted
        Only these lines, from 0, in ascending order.

    Raises
    ------
    TableFaultsError
        If a line is not sound after all.
    """
    lines = piece.lines.split(b"\n")
    chosen = lines[:-1] if wanted is None else [lines[place] for place in wanted]
    if piece.is_made:
        yield from (tuple(line.decode().split(BETWEEN)) for line in chosen)
        return
    faults = FaultList()
    shape = Shape(piece.columns, maker.fields, maker.goods_fields)
    for line in chosen:
        texts, goods = shape.pick(line.decode().split(piece.separator))
        yield from maker.make("state", 0, texts, goods, faults)
    faults.check()
