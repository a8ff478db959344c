"""Writing messages of the customs: no message is written that breaks the field lists."""

from __future__ import annotations

import html
import uuid
from typing import TYPE_CHECKING

from data.ceb.check import document_faults, field_faults
from data.ceb.messages import NAMESPACE, TRANSFER, messages_of
from data.faultlist import FaultList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.ceb.messages import Document, Message
    from data.records_declare import CebField

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_VERSION = "1.0"
_NAMES = uuid.UUID("6f4d3f0a-9f43-5c0e-8f0e-2f1a3b7c9d10")


def stable_guid(*parts: str) -> str:
    """
    Return a number of 36 characters that the same parts always give.

    Examples
    --------
    >>> stable_guid("CEB603", "A-1") == stable_guid("CEB603", "A-1") != stable_guid("CEB603", "A-2")
    True
    """
    return str(uuid.uuid5(_NAMES, "\x1f".join(parts))).upper()


def write_messages(
    documents: Iterable[Document], message_id: str, transfer: Mapping[str, str], catalogue: Catalogue
) -> Iterator[bytes]:
    """
    Yield whole messages, each with as many documents as it may hold.

    They carry no signature; the sender's client puts it in.

    Parameters
    ----------
    documents
        All of one kind.
    message_id
        Such as ``CEB603``.
    transfer
        Texts of the fields that name the sender.
    catalogue
        Has the field lists.

    Raises
    ------
    TableFaultsError
        With every fault of a message that would break the field lists; nothing of it is written.
    """
    message = catalogue.derived(messages_of)[message_id]
    pending: list[Document] = []
    for document in documents:
        pending.append(document)
        if len(pending) == message.row.most_documents:
            yield _message(message, pending, transfer)
            pending = []
    if pending:
        yield _message(message, pending, transfer)


def _message(message: Message, documents: Sequence[Document], transfer: Mapping[str, str]) -> bytes:
    """Return one message, or raise its faults."""
    faults = FaultList()
    for number, document in enumerate(documents, 1):
        faults.extend(document_faults(message, document._replace(number=number, line=0), message.row.id))
    faults.extend(field_faults(message.transfer, transfer, (message.row.id, None), TRANSFER))
    faults.check()
    guid = stable_guid(message.row.id, *(document.head.get("guid", "") for document in documents))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ceb:{message.root} guid="{guid}" version="{_VERSION}" xmlns:ceb="{NAMESPACE}" xmlns:xsi="{_XSI}">',
    ]
    for document in documents:
        lines += _document(message, document)
    lines += _element(TRANSFER, message.transfer, transfer, "\t")
    lines.append(f"</ceb:{message.root}>\n")
    return "\n".join(lines).encode()


def _document(message: Message, document: Document) -> Iterator[str]:
    """Yield the lines of one document."""
    row = message.row
    if row.head is None:
        yield from _element(row.node, message.head, document.head, "\t")
        return
    yield f"\t<ceb:{row.node}>"
    yield from _element(row.head, message.head, document.head, "\t\t")
    for goods in document.lines:
        yield from _element(row.line or "", message.goods, goods, "\t\t")
    yield f"\t</ceb:{row.node}>"


def _element(node: str, fields: Mapping[str, CebField], texts: Mapping[str, str], indent: str) -> Iterator[str]:
    """Yield the lines of an element with fields; those without a text are left out."""
    yield f"{indent}<ceb:{node}>"
    for name in fields:
        text = texts.get(name, "")
        if text:
            yield f"{indent}\t<ceb:{name}>{html.escape(text, quote=False)}</ceb:{name}>"
    yield f"{indent}</ceb:{node}>"
