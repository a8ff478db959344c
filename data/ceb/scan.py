"""
Reading the elements of a message one after the other, whatever its size.

No document type and no entity is read, so that a message can neither grow when it is read nor ask for other files.
"""

from __future__ import annotations

# The parser is told to refuse what is unsafe: see `_Scanner`.
import xml.parsers.expat as expat  # noqa: PLR0402
from collections import deque
from typing import TYPE_CHECKING

from data.ceb.messages import NAMESPACE, SKIPPED, TRANSFER, Document
from data.faultlist import place_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from data.ceb.messages import Message, Messages
    from data.faultlist import FaultList

_MOST_TEXT = 4_000
_DEPTH = 8
_ROOT = len(".Message") - 1


class StoppedError(Exception):
    """The rest of a message is not worth reading; why stands in the list of faults."""


def scan(
    chunks: Iterable[bytes], label: str, messages: Messages, faults: FaultList
) -> Iterator[tuple[Message, Document]]:
    """
    Yield the documents of a message in order; their fields are not checked yet.

    Parameters
    ----------
    chunks
        The bytes of the file.
    label
        Its name in faults.
    messages
        The messages that are known.
    faults
        What is wrong with the elements is added here.
    """
    scanner = _Scanner(label, messages, faults)
    try:
        for chunk in chunks:
            scanner.feed(chunk, is_last=False)
            yield from scanner.take()
        scanner.feed(b"", is_last=True)
    except StoppedError:
        return
    yield from scanner.take()
    scanner.finish()


class _Scanner:
    """The state of reading: where in the message it is, and what of it was read."""

    def __init__(self, label: str, messages: Messages, faults: FaultList) -> None:
        self._label = label
        self._messages = messages
        self._faults = faults
        self._ready: deque[tuple[Message, Document]] = deque()
        self._message: Message | None = None
        self._path: list[str] = []
        self._skipped_from = 0
        self._text: list[str] = []
        self._length = 0
        self._fields: dict[str, str] | None = None
        self._last_seq = 0
        self._head: dict[str, str] = {}
        self._lines: list[dict[str, str]] = []
        self._start = 0
        self._count = 0
        self._transfers = 0
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding="UTF-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        return parser

    def feed(self, chunk: bytes, *, is_last: bool) -> None:
        """Read some more bytes."""
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            pair = (f"XML 不完整或有误, 文件可能被截断: {reason}", f"is no whole XML, perhaps cut off: {reason}")
            self._faults.add(place_fault((self._label, error.lineno), None, None, "xml", pair))
            raise StoppedError from None

    def take(self) -> Iterator[tuple[Message, Document]]:
        """Yield the documents read since the last time."""
        while self._ready:
            yield self._ready.popleft()

    def finish(self) -> None:
        """Check what can only be said of a whole message."""
        if self._message is None:
            return
        row = self._message.row
        if not 1 <= self._count <= row.most_documents:
            pair = (
                f"{row.node} 应有 1 至 {row.most_documents} 个, 现有 {self._count} 个",
                f"must have 1 to {row.most_documents} elements {row.node}, has {self._count}",
            )
            self._faults.add(place_fault((self._label, None), row.node, self._count, "ceb-documents", pair))
        if self._transfers != 1:
            pair = (f"{TRANSFER} 应有且仅有一个", f"must have exactly one {TRANSFER}")
            self._faults.add(place_fault((self._label, None), TRANSFER, self._transfers, "ceb-transfer", pair))

    def _add(self, column: str | None, value: object, rule: str, pair: tuple[str, str]) -> None:
        self._faults.add(place_fault((self._label, self._parser.CurrentLineNumber), column, value, rule, pair))

    def _refuse_doctype(self, name: str, *_: object) -> None:
        pair = ("报文不得含 DOCTYPE 或实体声明", "a message must not declare a document type or entities")
        self._add(None, name, "xml-doctype", pair)
        raise StoppedError

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self._path.append(local)
        if self._skipped_from:
            return
        depth = len(self._path)
        if depth > _DEPTH:
            self._unknown(local)
        elif depth == 1:
            self._begin_message(space, local, attributes)
        elif local in SKIPPED and depth == 2:  # noqa: PLR2004 - below the root
            self._skipped_from = depth
        elif space != NAMESPACE:
            pair = (f"命名空间应为 {NAMESPACE}", f"must be of the namespace {NAMESPACE}")
            self._add(self._place(), space, "ceb-namespace", pair)
            self._skipped_from = depth
        elif self._message is not None:
            self._begin_inside(self._message, local, depth)

    def _begin_message(self, space: str, local: str, attributes: Mapping[str, str]) -> None:
        self._message = self._messages.get(local[:-_ROOT]) if local.endswith("Message") else None
        if space != NAMESPACE or self._message is None:
            known = ", ".join(message.root for message in self._messages.values())
            pair = (
                f"不认识的报文; 命名空间应为 {NAMESPACE}, 报文应为 {known}",
                f"is no known message: the namespace must be {NAMESPACE}, the message one of {known}",
            )
            self._add(None, local, "ceb-message", pair)
            raise StoppedError
        for attribute, length in (("guid", 36), ("version", 3)):
            if len(attributes.get(attribute, "")) != length:
                pair = (f"应为 {length} 位", f"must have {length} characters")
                self._add(f"@{attribute}", attributes.get(attribute, ""), "ceb-attribute", pair)

    def _begin_inside(self, message: Message, local: str, depth: int) -> None:
        row = message.row
        parent = self._path[-2]
        if depth == 2 and local == row.node:  # noqa: PLR2004 - below the root
            self._begin_document(message)
        elif depth == 2 and local == TRANSFER:  # noqa: PLR2004
            self._transfers += 1
            self._open_fields()
        elif parent == row.node and depth == 3 and row.head and local in {row.head, row.line}:  # noqa: PLR2004
            self._begin_part(local, is_head=local == row.head)
        elif self._fields is not None and local in message.fields.get(parent, {}):
            self._begin_field(message, parent, local)
        else:
            self._unknown(local)

    def _begin_document(self, message: Message) -> None:
        self._count += 1
        self._start = self._parser.CurrentLineNumber
        self._head, self._lines = {}, []
        self._fields = None
        if message.row.head is None:
            self._head = self._open_fields()

    def _begin_part(self, local: str, *, is_head: bool) -> None:
        fields = self._open_fields()
        if not is_head:
            self._lines.append(fields)
        elif self._head:
            self._add(self._place(), local, "ceb-repeated", ("出现不止一次", "stands more than once"))
        else:
            self._head = fields

    def _open_fields(self) -> dict[str, str]:
        self._fields = {}
        self._last_seq = 0
        return self._fields

    def _begin_field(self, message: Message, parent: str, local: str) -> None:
        seq = message.fields[parent][local].seq
        if self._fields is not None and local in self._fields:
            self._add(self._place(), None, "ceb-repeated", ("出现不止一次", "stands more than once"))
        elif seq < self._last_seq:
            self._add(
                self._place(), None, "ceb-order", ("字段顺序与规范不符", "does not stand where the field list has it")
            )
        self._last_seq = max(seq, self._last_seq)
        self._text = []
        self._length = 0

    def _unknown(self, local: str) -> None:
        self._add(self._place(), local, "ceb-unknown", ("报文没有这个字段", "is no field of the message"))
        self._skipped_from = len(self._path)

    def _place(self) -> str:
        """Return the path of the present element, with the number of its document and its line of goods."""
        message = self._message
        parts = list(self._path[1:])
        if message is not None and parts and parts[0] == message.row.node:
            parts[0] = f"{parts[0]}[{self._count}]"
            if len(parts) > 1 and message.row.line and parts[1] == message.row.line:
                parts[1] = f"{parts[1]}[{len(self._lines)}]"
        return "/".join(parts)

    def _characters(self, text: str) -> None:
        if self._length <= _MOST_TEXT:
            self._text.append(text)
            self._length += len(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        depth = len(self._path)
        message = self._message
        if self._skipped_from:
            if depth == self._skipped_from:
                self._skipped_from = 0
        elif message is not None and depth > 2 and self._is_field(message, local):  # noqa: PLR2004
            if self._fields is not None:
                self._fields[local] = "".join(self._text).strip()
        elif message is not None and depth == 2:  # noqa: PLR2004
            self._end_part(message, local)
        self._path.pop()

    def _is_field(self, message: Message, local: str) -> bool:
        return local in message.fields.get(self._path[-2], {})

    def _end_part(self, message: Message, local: str) -> None:
        if local == message.row.node:
            document = Document(message.row.id, self._count, self._start, self._head, self._lines)
            self._ready.append((message, document))
        elif local == TRANSFER:
            # Checked like a document, though it is none.
            self._ready.append((message, Document(TRANSFER, 0, self._parser.CurrentLineNumber, self._fields or {}, [])))
        self._fields = None
