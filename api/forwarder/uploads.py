"""Tables of cargo that come with a form: a file that is chosen or dropped, or rows pasted out of a spreadsheet."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile

from api.faults import RequestFault, RequestFaultsError, fault, of_table
from data.errors import TableFaultsError
from data.textfile import MEGABYTE

if TYPE_CHECKING:
    from starlette.datastructures import ImmutableMultiDict

MAX_BYTES = 64 * MEGABYTE
"""What is received; files above the limit of what is read are then refused in words."""
_KINDS = (".csv", ".xlsx")
_COMMA, _TAB = ",", "\t"


def received(fields: ImmutableMultiDict[str, object], folder: Path) -> Path:
    """
    Write what came with a form into a folder, and return the file.

    Parameters
    ----------
    fields
        With a ``file``, or else with ``pasted`` rows.
    folder
        For the file.

    Raises
    ------
    RequestFaultsError
        When there is neither, or the file is of no kind that is read.
    """
    file, pasted = fields.get("file"), fields.get("pasted")
    if isinstance(file, UploadFile) and file.filename:
        kind = Path(file.filename).suffix.casefold()
        if kind not in _KINDS:
            raise RequestFaultsError([fault("file", file.filename, "file_kind", choices=", ".join(_KINDS))])
        path = folder / f"upload{kind}"
        with path.open("wb") as stream:
            shutil.copyfileobj(file.file, stream)
        return path
    if not isinstance(pasted, str) or not pasted.strip():
        raise RequestFaultsError([fault("file", None, "rows_required")])
    path = folder / "pasted.csv"
    path.write_text(_as_csv(pasted), encoding="utf-8")
    return path


def told(error: RequestFaultsError | TableFaultsError) -> list[RequestFault]:
    """Return the faults of a table as those of a request."""
    return [of_table(item) for item in error.faults] if isinstance(error, TableFaultsError) else list(error.faults)


def as_tabs(headers: list[str], rows: list[dict[str, str]]) -> str:
    """Return rows as they are pasted out of a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=_TAB, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([row.get(name, "") for name in headers] for row in rows)
    return out.getvalue()


def _as_csv(pasted: str) -> str:
    """Return rows with commas between their cells: spreadsheets put tabs. The reader tells what is broken."""
    first = pasted.strip("\r\n").splitlines()[0]
    out = io.StringIO()
    rows = csv.reader(io.StringIO(pasted.strip("\r\n"), newline=""), delimiter=_TAB if _TAB in first else _COMMA)
    try:
        csv.writer(out, lineterminator="\n").writerows(rows)
    except csv.Error:
        return pasted
    return out.getvalue()
