"""What is wrong with one document of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.ceb.messages import Document, broken_rules
from data.faultlist import place_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from data.ceb.messages import Message
    from data.errors import Fault
    from data.records_declare import CebField


def document_faults(message: Message, document: Document, file: str) -> Iterator[Fault]:
    """
    Yield everything wrong with a document.

    Parameters
    ----------
    message
        What it should be.
    document
        Its texts.
    file
        Name of the file, for the faults.
    """
    place = (file, document.line or None)
    path = f"{message.row.node}[{document.number}]"
    head = f"{path}/{message.row.head}" if message.row.head else path
    yield from field_faults(message.head, document.head, place, head)
    if not message.row.line:
        return
    count, most = len(document.lines), message.row.most_lines
    if not 1 <= count <= most:
        pair = (f"商品应有 1 至 {most} 项, 现有 {count} 项", f"must have 1 to {most} lines of goods, has {count}")
        yield place_fault(place, f"{path}/{message.row.line}", count, "ceb-lines", pair)
    for number, line in enumerate(document.lines, 1):
        where = f"{path}/{message.row.line}[{number}]"
        yield from field_faults(message.goods, line, place, where)
        given = line.get("gnum", "")
        if given.isascii() and given.isdigit() and given != str(number):
            pair = (f"应为 {number}: 序号从 1 起连续", f"must be {number}: lines count from 1 without gaps")
            yield place_fault(place, f"{where}/gnum", given, "ceb-gnum", pair)


def field_faults(
    fields: Mapping[str, CebField], texts: Mapping[str, str], place: tuple[str, int | None], path: str
) -> Iterator[Fault]:
    """Yield what is wrong with the texts of one element."""
    for name, field in fields.items():
        text = texts.get(name, "")
        for rule, pair in broken_rules(field, text):
            yield place_fault(place, f"{path}/{name}", text, rule, pair)
    for name in texts.keys() - fields.keys():
        yield place_fault(
            place, f"{path}/{name}", texts[name], "ceb-unknown", ("报文没有这个字段", "is no field of the message")
        )
