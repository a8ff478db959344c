"""Reading requests about orders, payments and waybills: one JSON object, or files as a form sends them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile

from api.declarations import Given
from api.faults import Findings, RequestFaultsError
from data.ceb.messages import is_time
from data.declare_read import SUFFIXES

DOCUMENTS = {"orders": "order", "payments": "payment", "waybills": "waybill"}
"""The fields that hold documents, with their kinds."""
TABLES = ("items", "declarant")
OPTIONS = ("direction", "regime", "as_of", "at")
DIRECTIONS = ("export", "import")
MOST_FILES = 20
_COPIED = 1 << 20
_CHINA = dt.timezone(dt.timedelta(hours=8))


def read_body(body: bytes, folder: Path, now: dt.datetime) -> Given:
    """
    Return what a JSON object asks; its documents are put into files, so that they are read as files are.

    Raises
    ------
    RequestFaultsError
        With everything wrong with its shape.
    """
    found = Findings()
    try:
        # Amounts stay the texts they are: 0.1 is no binary fraction.
        given = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        found.add("body", None, "malformed", detail="JSON object")
        raise RequestFaultsError(found.faults)
    _check_names(given, found)
    paths: dict[str, list[Path]] = {kind: [] for kind in DOCUMENTS.values()}
    tables: dict[str, Path] = {}
    for name, kind in DOCUMENTS.items():
        path = _written(given, name, folder, found)
        if path is not None:
            paths[kind].append(path)
    if isinstance(given.get("declarant"), dict):
        given["declarant"] = [{"field": name, "value": value} for name, value in given["declarant"].items()]
    for name in TABLES:
        path = _written(given, name, folder, found)
        if path is not None:
            tables[name] = path
    labels = {f"{name}.ndjson": name for name in (*DOCUMENTS, *TABLES)}
    return _given(given, paths, tables, labels, now, found)


def _written(given: Mapping[str, Any], name: str, folder: Path, found: Findings) -> Path | None:
    """Put the objects of a field into a file, one in each line; None if there are none."""
    rows = given.get(name)
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        found.add(name, None, "malformed", detail="list of objects")
        return None
    path = folder / f"{name}.ndjson"
    path.write_text("".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows), encoding="utf-8")
    return path


async def read_form(form: FormData, folder: Path, now: dt.datetime) -> Given:
    """
    Return what a form asks; its files are put into a folder.

    Raises
    ------
    RequestFaultsError
        With everything wrong with its fields.
    """
    found = Findings()
    _check_names(form, found)
    paths: dict[str, list[Path]] = {kind: [] for kind in DOCUMENTS.values()}
    tables: dict[str, Path] = {}
    labels: dict[str, str] = {}
    for place, (name, part) in enumerate(form.multi_items()):
        if name not in DOCUMENTS and name not in TABLES:
            continue
        if not isinstance(part, UploadFile):
            found.add(name, part, "malformed", detail="file")
            continue
        suffix = Path(part.filename or "").suffix.casefold()
        if suffix not in SUFFIXES:
            found.add(name, part.filename, "unknown_choice", choices=" ".join(SUFFIXES))
            continue
        # Whatever the sender calls a file, it is written under a name of ours.
        path = folder / f"{name}-{place}{suffix}"
        with path.open("wb") as stream:
            while chunk := await part.read(_COPIED):
                stream.write(chunk)
        labels[path.name] = f"{name}:{Path(part.filename or '').name}"
        if name in DOCUMENTS:
            paths[DOCUMENTS[name]].append(path)
        elif name in tables:
            found.add(name, part.filename, "too_many", limit=1)
        else:
            tables[name] = path
    options = {name: form[name] for name in OPTIONS if name in form}
    return _given(options, paths, tables, labels, now, found)


def _check_names(given: Mapping[str, Any], found: Findings) -> None:
    """Refuse fields there are none of."""
    for name in given:
        if name not in DOCUMENTS and name not in TABLES and name not in OPTIONS:
            found.add(str(name), None, "unknown_field")


def _given(
    options: Mapping[str, Any],
    paths: dict[str, list[Path]],
    tables: dict[str, Path],
    labels: dict[str, str],
    now: dt.datetime,
    found: Findings,
) -> Given:
    """Return the request, or raise all its faults."""
    direction, regime, as_of, at = (options.get(name) for name in OPTIONS)
    if direction is not None and direction not in DIRECTIONS:
        found.add("direction", direction, "unknown_choice", choices=" ".join(DIRECTIONS))
    if regime is not None and not (isinstance(regime, str) and len(regime) == 4 and regime.isdecimal()):  # noqa: PLR2004
        found.add("regime", regime, "malformed", detail="9610")
    if at is not None and not (isinstance(at, str) and is_time(at)):
        found.add("at", at, "malformed", detail="YYYYMMDDhhmmss")
    day = _day(as_of, found)
    if not any(paths.values()):
        for name in DOCUMENTS:
            if name not in {fault.field for fault in found.faults}:
                found.add(name, None, "required")
    if len(tables) == 1:
        (missing,) = set(TABLES) - set(tables)
        found.add(missing, None, "required")
    if found.faults:
        raise RequestFaultsError(found.faults)
    return Given(
        paths=paths,
        items=tables.get("items"),
        declarant=tables.get("declarant"),
        direction=direction or DIRECTIONS[0],
        regime=regime,
        as_of=day,
        at=at or f"{now.astimezone(_CHINA):%Y%m%d%H%M%S}",
        labels=labels,
    )


def _day(text: object, found: Findings) -> dt.date | None:
    """Return a date, None if there is none."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        found.add("as_of", text, "malformed", detail="YYYY-MM-DD")
        return None
