"""
Reading orders, payments and waybills as streams: CSV in UTF-8 or GBK, NDJSON, a workbook, or messages of the customs.

Whatever the form, a document becomes a tuple of canonical texts in the order of `data.declare_fields.FIELDS`; that of
an order ends with its goods.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from data.ceb.read import read_messages
from data.declare_fields import FIELDS, GOODS
from data.declare_tables import rows_of
from data.declare_values import BadTextError, converter
from data.faultlist import place_fault
from data.textfile import MEGABYTE
from data.textstream import look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.declare_fields import Field
    from data.errors import Fault
    from data.faultlist import FaultList

MAX_BYTES = 2048 * MEGABYTE
SUFFIXES = (".csv", ".ndjson", ".xlsx", ".xml")
LINE, CELL = "\x1e", "\x1d"
"""Between lines of goods, and between the texts of one; neither can stand in a text."""

Texts = tuple[str, ...]


class Source(NamedTuple):
    """
    One file.

    Parameters
    ----------
    path
        Where it is.
    label
        Its name in faults.
    digest
        SHA-256 of its content.
    encoding
        In which it is written.
    """

    path: Path
    label: str
    digest: str
    encoding: str


def sources(path: Path, faults: FaultList) -> list[Source]:
    """
    Return the files of a delivery: the file itself, or every file of a folder in the order of their names.

    Faults of files that cannot be opened, are too large or in no known encoding are added to `faults`.
    """
    paths = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
    found = []
    for each in paths:
        label = f"{path.name}/{each.name}" if path.is_dir() else each.name
        if each.suffix.casefold() not in SUFFIXES:
            choices = " ".join(SUFFIXES)
            pair = (f"只能读取 {choices} 文件", f"only files {choices} can be read")
            faults.add(place_fault((label, None), None, each.suffix, "file-type", pair))
            continue
        looked = _digest(each, label)
        if isinstance(looked, Source):
            found.append(looked)
        else:
            faults.add(looked)
    return found


def _digest(path: Path, label: str) -> Source | Fault:
    """Return what is known of a file, or its fault."""
    if path.suffix.casefold() == ".xlsx":
        # A workbook is no text, and small.
        import hashlib  # noqa: PLC0415

        from data.textfile import read_bytes  # noqa: PLC0415

        content = read_bytes(path, label, MAX_BYTES)
        if isinstance(content, bytes):
            return Source(path, label, hashlib.sha256(content).hexdigest(), "")
        return content
    looked = look_at(path, label, MAX_BYTES)
    return Source(path, label, *looked) if isinstance(looked, tuple) else looked


def currencies_of(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the code of the customs by code of the customs and by ISO code; for `Catalogue.derived`."""
    rows = [row for row in catalogue.ceb_codes if row.kind == "currency"]
    return {row.code: row.code for row in rows} | {row.iso: row.code for row in rows if row.iso}


def read_documents(
    source: Source, kind: str, direction: str, catalogue: Catalogue, faults: FaultList
) -> Iterator[Texts]:
    """
    Yield the documents of a file that have no fault.

    Parameters
    ----------
    source
        The file.
    kind
        ``order``, ``payment`` or ``waybill``.
    direction
        ``export`` or ``import``; a message of the other one is a fault.
    catalogue
        Has the field lists and codes.
    faults
        Everything wrong with the file is added here; the file is good if nothing was.
    """
    maker = Maker.of(kind, catalogue)
    if source.path.suffix.casefold() == ".xml":
        yield from _from_messages(source, maker, direction, catalogue, faults)
        return
    for number, texts, goods in rows_of(source, maker.fields, maker.goods_fields, faults):
        yield from maker.make(source.label, number, texts, goods, faults)


class Maker:
    """
    Turns texts as they were read into canonical ones.

    Parameters
    ----------
    kind
        ``order``, ``payment`` or ``waybill``.
    currencies
        The code of the customs by every code a currency may be given by.
    """

    def __init__(self, kind: str, currencies: Mapping[str, str]) -> None:
        self.kind = kind
        self.fields = FIELDS[kind]
        self.goods_fields = GOODS if kind == "order" else ()
        self._converters = [converter(field, currencies) for field in self.fields]
        self._needed = [place for place, field in enumerate(self.fields) if field.is_needed]
        self._goods = [converter(field, currencies) for field in self.goods_fields]
        self._currencies = currencies

    @classmethod
    def of(cls, kind: str, catalogue: Catalogue) -> Maker:
        """Return the one of a data set."""
        return cls(kind, catalogue.derived(currencies_of))

    def convert(self, field: Field, text: str) -> str:
        """
        Return the canonical text of one field.

        Raises
        ------
        BadTextError
            If the text is no value of it.
        """
        return converter(field, self._currencies)(text)

    def make(
        self, label: str, number: int, texts: Sequence[str], goods: Sequence[Sequence[str]], faults: FaultList
    ) -> Iterator[Texts]:
        """Yield the document, or nothing if it has faults, which are added."""
        try:
            # Most cells of a long file are read here, so an empty one costs no call.
            made = tuple([convert(text) if text else "" for convert, text in zip(self._converters, texts, strict=True)])
            if not all(made[place] for place in self._needed):
                self._tell(label, number, texts, goods, faults)
                return
            if self.kind != "order":
                yield made
                return
            lines = [
                CELL.join([convert(text) for convert, text in zip(self._goods, line, strict=True)]) for line in goods
            ]
        except BadTextError:
            self._tell(label, number, texts, goods, faults)
            return
        yield (*made, LINE.join(lines))

    def _tell(
        self, label: str, number: int, texts: Sequence[str], goods: Sequence[Sequence[str]], faults: FaultList
    ) -> None:
        """Add every fault of a document."""
        tried = chain(
            zip(self.fields, self._converters, texts, strict=True),
            *(zip(self.goods_fields, self._goods, line, strict=True) for line in goods),
        )
        for field, convert, text in tried:
            fault = _fault(label, number, field, convert, text)
            if fault is not None:
                faults.add(fault)


def _fault(label: str, number: int, field: Field, convert: Callable[[str], str], text: str) -> Fault | None:
    """Return what is wrong with one text."""
    try:
        convert(text)
    except BadTextError as error:
        return place_fault((label, number), field.name, text, error.rule, error.pair)
    return None


def _from_messages(
    source: Source, maker: Maker, direction: str, catalogue: Catalogue, faults: FaultList
) -> Iterator[Texts]:
    """Yield the documents of a message."""
    for message, document in read_messages(source.path, catalogue, faults, source.label):
        if (message.row.document, message.row.direction) != (maker.kind, direction):
            pair = (
                f"报文是{message.row.name_zh}, 此处应为 {direction} 的 {maker.kind}",
                f"is a message {message.row.name_en!r}; here one of {direction}, {maker.kind}, is needed",
            )
            faults.add(place_fault((source.label, 1), None, message.row.id, "ceb-other", pair))
            return
        texts = [_text(field, document.head) for field in maker.fields]
        goods = [[_text(field, line) for field in maker.goods_fields] for line in document.lines]
        yield from maker.make(source.label, document.line, texts, goods, faults)


def _text(field: Field, texts: Mapping[str, str]) -> str:
    """Return the text of a field of a message."""
    for name in field.ceb:
        if texts.get(name):
            return texts[name]
    return ""
