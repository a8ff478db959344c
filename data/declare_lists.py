"""Reading what lists are made of, and lists themselves: items, the declarant, documents as NDJSON or XML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from data.ceb.check import document_faults
from data.ceb.messages import Document, messages_of
from data.ceb.read import read_ceb
from data.declare_fields import DECLARANT, ITEM
from data.declare_read import sources
from data.declare_tables import rows_of
from data.declare_values import BadTextError, converter
from data.faultlist import place_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.declare_fields import Field
    from data.declare_read import Source
    from data.faultlist import FaultList


def read_items(path: Path, faults: FaultList) -> dict[str, dict[str, str]]:
    """
    Return the items of a file by their number.

    Amounts are hundred-thousandths, as text. Everything wrong with the file is added to `faults`.
    """
    found: dict[str, dict[str, str]] = {}
    for row in read_table(path, ITEM, faults):
        texts, place = row
        if texts["item_no"] in found:
            pair = ("货号重复", "stands twice")
            faults.add(place_fault(place, "item_no", texts["item_no"], "duplicate_id", pair))
        found[texts["item_no"]] = texts
    return found


def read_declarant(path: Path, known: frozenset[str], faults: FaultList) -> dict[str, str]:
    """
    Return the texts of fields that are the same in all lists.

    Parameters
    ----------
    path
        A file with a field and its text in each row.
    known
        The fields there are.
    faults
        Everything wrong with the file is added here.
    """
    found: dict[str, str] = {}
    for texts, place in read_table(path, DECLARANT, faults):
        name = texts["field"]
        if name not in known or name in found:
            pair = ("清单没有这个字段, 或出现不止一次", "is no field of lists, or stands twice")
            faults.add(place_fault(place, "field", name, "unknown_column", pair))
        found[name] = texts["value"]
    return found


def read_keyed(path: Path, fields: tuple[Field, ...], faults: FaultList) -> dict[str, dict[str, str]]:
    """Return the rows of a small table by their first column; one that stands twice is a fault."""
    found: dict[str, dict[str, str]] = {}
    name = fields[0].name
    for texts, place in read_table(path, fields, faults):
        if texts[name] in found:
            faults.add(place_fault(place, name, texts[name], "duplicate_id", ("编号重复", "stands twice")))
        found[texts[name]] = texts
    return found


def read_table(
    path: Path, fields: tuple[Field, ...], faults: FaultList
) -> Iterator[tuple[dict[str, str], tuple[str, int | None]]]:
    """Yield the texts of the rows of a small table, with their places."""
    converters = {field.name: converter(field, {}) for field in fields}
    for source in sources(path, faults):
        for number, texts, _ in rows_of(source, fields, (), faults):
            made: dict[str, str] = {}
            for (name, convert), text in zip(converters.items(), texts, strict=True):
                try:
                    made[name] = convert(text)
                except BadTextError as error:
                    faults.add(place_fault((source.label, number), name, text, error.rule, error.pair))
            if len(made) == len(fields):
                yield made, (source.label, number)


def read_any(path: Path, catalogue: Catalogue, faults: FaultList) -> Iterator[tuple[Document, str]]:
    """
    Yield documents of any message from files ``.ndjson`` and ``.xml``, or folders of such, with the file of each.

    Only documents without a fault are yielded; everything wrong is added to `faults`.
    """
    for source in sources(path, faults):
        suffix = source.path.suffix.casefold()
        if suffix == ".xml":
            for document in read_ceb(source.path, catalogue, faults, source.label):
                yield document, source.label
        elif suffix == ".ndjson":
            for document in _from_json(source, catalogue, faults):
                yield document, source.label
        else:
            pair = ("只能读取 .xml 或 .ndjson 文件", "only files .xml and .ndjson can be read")
            faults.add(place_fault((source.label, None), None, suffix, "file-type", pair))


def documents_in(place: Path) -> Iterator[Document]:
    """Yield the documents of a file ``.ndjson`` that was checked before."""
    with place.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            document = _document(line, number)
            if document is not None:
                yield document


def _from_json(source: Source, catalogue: Catalogue, faults: FaultList) -> Iterator[Document]:
    """Yield the documents of a file with one in each line."""
    messages = catalogue.derived(messages_of)
    with source.path.open(encoding=source.encoding) as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            document = _document(line, number)
            if document is None:
                pair = (
                    "应为完整的 JSON 对象, 有 message、head、lines",
                    "must be a whole JSON object with message, head and lines; the file may be cut off",
                )
                faults.add(place_fault((source.label, number), None, line[:40], "json", pair))
            elif document.message not in messages:
                choices = ", ".join(messages)
                pair = (f"应为其中之一: {choices}", f"must be one of: {choices}")
                faults.add(place_fault((source.label, number), "message", document.message, "ceb-message", pair))
            else:
                before = faults.count
                faults.extend(document_faults(messages[document.message], document, source.label))
                if faults.count == before:
                    yield document


def _document(line: str, number: int) -> Document | None:
    """Return the document of a line, None if it is none."""
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(item, dict) or not isinstance(item.get("message"), str):
        return None
    head, lines = item.get("head"), item.get("lines", [])
    if (
        not isinstance(head, dict)
        or not _is_texts(head)
        or not isinstance(lines, list)
        or not all(map(_is_texts, lines))
    ):
        return None
    return Document(item["message"], number, number, head, lines)


def _is_texts(value: Any) -> bool:  # noqa: ANN401 - anything JSON can hold
    """Return whether a value is an object of texts."""
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def document_json(document: Document, **more: object) -> str:
    """Return a document as one line of a file, with what else is said of it."""
    item = {"message": document.message, **more, "head": dict(document.head), "lines": list(document.lines)}
    return json.dumps(item, ensure_ascii=False) + "\n"
