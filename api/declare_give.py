"""Documents of the customs put into a file of lines, or into a folder of messages."""

from __future__ import annotations

from pathlib import Path

from api.cli_common import CommandError, write_file
from api.declare_files import draft
from api.texts import both
from data import Catalogue
from data.faultlist import FaultList


def give(output: Path, place: Path, transfer: dict[str, str], catalogue: Catalogue) -> None:
    """
    Put documents into a file, or into a folder of messages.

    Parameters
    ----------
    output
        A file ``.ndjson``, or a folder that is new or empty.
    place
        A file ``.ndjson`` with the documents.
    transfer
        Texts of the fields that name the sender of messages.
    catalogue
        Has the field lists.

    Raises
    ------
    CommandError
        If the folder has something in it, or cannot be written.
    TableFaultsError
        If a message would break the field lists.
    """
    if output.suffix.casefold() == ".ndjson":
        with draft(output) as stream, place.open(encoding="utf-8") as lines:
            for line in lines:
                stream.write(line)
        return
    _write_messages(output, place, transfer, catalogue)


def _write_messages(output: Path, place: Path, transfer: dict[str, str], catalogue: Catalogue) -> None:
    """
    Write documents as messages into a folder that is new or empty.

    Raises
    ------
    CommandError
        If the folder has something in it, or cannot be written.
    """
    from data.ceb.messages import messages_of  # noqa: PLC0415
    from data.ceb.write import write_messages  # noqa: PLC0415
    from data.declare_lists import read_any  # noqa: PLC0415

    if output.suffix or (output.exists() and any(output.iterdir())):
        raise CommandError(both("cannot_write", path=output, reason="must be .ndjson, or a new or empty folder"))
    faults = FaultList()
    for name, message in catalogue.derived(messages_of).items():
        sender = {key: text for key, text in transfer.items() if key in message.transfer}
        documents = (document for document, _ in read_any(place, catalogue, faults) if document.message == name)
        for number, content in enumerate(write_messages(documents, name, sender, catalogue), 1):
            output.mkdir(parents=True, exist_ok=True)
            write_file(output / f"{name}-{number:05d}.xml", content)
    faults.check()
