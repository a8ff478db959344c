"""Workbooks as bytes that depend on what is in them, and on nothing else."""

from __future__ import annotations

import io
import re
import zipfile

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def timeless(content: bytes) -> bytes:
    """Return a workbook without the time at which it was made, so that equal contents are equal files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "docProps/core.xml":
                part = _STAMPS.sub(b"", part)
            new.writestr(zipfile.ZipInfo(entry.filename, _FIRST_DAY_OF_ZIP), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
