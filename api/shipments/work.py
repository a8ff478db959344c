"""The work of a job that takes over a file of shipments: read and checked in its process, and kept when it ends."""

from __future__ import annotations

import base64
import json
import tempfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.clock import system_clock
from api.jobs.kinds import Context, JobError, Made
from api.shipments.reading import PIECE, TOLD, read_lines, whole_digest
from data.errors import Fault
from data.faultlist import FaultList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.answer_schema import Json

_QUICK = 1


class Brought(NamedTuple):
    """
    What was found in a file.

    Parameters
    ----------
    label
        Its name in faults.
    numbers, references
        Line and sender's own number of each sound shipment.
    lines
        What is kept of each, as JSON; none if anything is wrong with the file.
    digest
        Of all of them.
    faults
        Everything wrong.
    """

    label: str
    numbers: Sequence[int]
    references: Sequence[str]
    lines: Sequence[str]
    digest: str
    faults: FaultList

    def as_bytes(self) -> bytes:
        """Return it as one line about the file, and one line for each shipment."""
        head = {
            "label": self.label, "numbers": self.numbers, "references": self.references, "digest": self.digest,
            "faults": list(map(asdict, self.faults.faults)), "count": self.faults.count,
        }  # fmt: skip
        return "\n".join([json.dumps(head), *self.lines]).encode()

    @classmethod
    def of(cls, content: bytes) -> Brought:
        """Return what stands in bytes."""
        first, *lines = content.decode().split("\n")
        head = json.loads(first)
        faults = FaultList(TOLD)
        faults.extend(Fault(**one) for one in head["faults"])
        faults.count = head["count"]
        return cls(head["label"], head["numbers"], head["references"], lines, head["digest"], faults)


def question_of(path: Path) -> Json:
    """Return the question of a job that takes over a file."""
    content = base64.b64encode(zlib.compress(path.read_bytes(), _QUICK)).decode()
    return {"name": path.name, "content": content}


def read_import(question: Json, context: Context) -> Made:
    """
    Return what is in a file of shipments, checked row by row with the data set of the job.

    Raises
    ------
    JobError
        When it was cancelled: nothing is kept then.
    """
    faults, numbers, references, lines, digests = FaultList(TOLD), [], [], [], []
    with tempfile.TemporaryDirectory(prefix="shipments-") as folder:
        path = Path(folder) / question["name"]
        path.write_bytes(zlib.decompress(base64.b64decode(question["content"])))
        for line in read_lines(path, context.desk.catalogue, faults, system_clock()):
            numbers.append(line.number)
            references.append(line.reference)
            lines.append(line.text)
            digests.append(line.digest)
            if len(lines) % PIECE == 0:
                _tell(context, "check", len(lines), faults)
    _tell(context, "keep", len(lines), faults)
    found = Brought(path.name, numbers, references, [] if faults else lines, whole_digest(digests), faults)
    return Made(content=found.as_bytes(), fingerprint=context.desk.catalogue.fingerprint)


def _tell(context: Context, phase: str, rows: int, faults: FaultList) -> None:
    """Tell how many sound rows and faults there are so far, unless that is not wanted any more."""
    if context.is_cancelled:
        raise JobError(why="stopped")
    context.tell({"phase": phase, "rows": rows, "faults": faults.count})
