"""Reading messages of the customs: every document is checked against the field lists, and all faults are reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.ceb.check import document_faults, field_faults
from data.ceb.messages import TRANSFER, messages_of
from data.ceb.scan import scan
from data.textfile import MEGABYTE, encoding_fault
from data.textstream import checked_file, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.ceb.messages import Document, Message
    from data.faultlist import FaultList

_MAX_BYTES = 256 * MEGABYTE
_HEAD_BYTES = 200
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")


def read_ceb(path: Path, catalogue: Catalogue, faults: FaultList, label: str | None = None) -> Iterator[Document]:
    """
    Yield the documents of a message that have no fault.

    Parameters
    ----------
    path
        An XML file.
    catalogue
        Has the field lists.
    faults
        Everything wrong with the file is added here; the file is good if nothing was.
    label
        Its name in faults, if not the file's own.
    """
    for _, document in read_messages(path, catalogue, faults, label):
        yield document


def read_messages(
    path: Path, catalogue: Catalogue, faults: FaultList, label: str | None = None
) -> Iterator[tuple[Message, Document]]:
    """Yield documents as `read_ceb` does, with what kind of message they stand in."""
    label = label or path.name
    fault = checked_file(path, label, _MAX_BYTES)
    if fault is None:
        with path.open("rb") as stream:
            named = _ENCODING.match(stream.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf"))
        encoding = named[1].decode() if named else "UTF-8"
        fault = None if encoding.upper() == "UTF-8" else encoding_fault(label, encoding)
    if fault is not None:
        faults.add(fault)
        return
    for message, document in scan(chunks(path), label, catalogue.derived(messages_of), faults):
        before = faults.count
        if document.message == TRANSFER:
            faults.extend(field_faults(message.transfer, document.head, (label, document.line), TRANSFER))
            continue
        faults.extend(document_faults(message, document, label))
        if faults.count == before:
            yield message, document
