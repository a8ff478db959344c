"""Files that are sent as the body of a request: written to disk as they arrive, whatever their size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import Request

from api.refusals import Refusal
from data.errors import Fault, TableFaultsError

MEDIA: Mapping[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
    "zip": "application/zip",
}
"""Content types by the endings of file names."""


class Received(NamedTuple):
    """A file that was sent: where it is now, and the SHA-256 of its bytes."""

    path: Path
    digest: str


async def receive(request: Request, folder: Path, kinds: Iterable[str]) -> Received:
    """
    Write the body of a request into a folder.

    Parameters
    ----------
    request
        Whose content type says what it is.
    folder
        For the file.
    kinds
        The endings of file names that are taken.

    Raises
    ------
    Refusal
        When its content type is another one.
    TableFaultsError
        When it is empty.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    kind = next((name for name in kinds if MEDIA[name] == given), None)
    if kind is None:
        raise Refusal(why="media-type", detail=", ".join(MEDIA[name] for name in kinds))
    path = folder / f"upload.{kind}"
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        async for chunk in request.stream():
            digest.update(chunk)
            stream.write(chunk)
    if not path.stat().st_size:
        raise TableFaultsError(
            [Fault(file=path.name, rule="empty-file", message_zh="没有内容", message_en="there is no content")]
        )
    return Received(path, digest.hexdigest())


def takes(**kinds: str) -> dict[str, Any]:
    """Return the description of a body that is a file, by ending with what it holds."""
    content = {
        MEDIA[kind]: {"schema": {"type": "string", "format": "binary", "description": about}}
        for kind, about in kinds.items()
    }
    return {"requestBody": {"required": True, "content": content}}


def file_of(*kinds: str) -> dict[str, Any]:
    """Return the description of an answer that is a file."""
    content = {MEDIA[kind]: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {"description": "The file", "content": content}
