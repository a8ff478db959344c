"""The JSON interface of data sets: kept, looked into, compared, and put in the place of the one that counts."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.bodies import Name, described, rfc3339
from api.datasets import library
from api.datasets.diff import Difference, differences, summary
from api.datasets.schema import DATA_SET, DATA_SET_WHOLE, DATA_SETS, DIFFERENCES, ROWS
from api.datasets.seat import Seat
from api.datasets.upload import MAX_BYTES, Mode, read_upload
from api.desk import Desk
from api.endpoints import DeskOf, as_json
from api.fields import Fields, fields_of
from api.filters import Filters, filters_of, has_text, is_text
from api.identity.policy import PrincipalOf, may
from api.office import StoreOf
from api.paging import After, Limit, page_of, slice_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.store.models_datasets import DataSet
from api.store.session import ReadSession, WriteSession
from api.uploads import Received, receive, takes
from api.writes import Answer, Call, CallOf, IfNoneMatch, is_unchanged
from data import Catalogue
from data.tableschema import schemas

PATH = "/v1/datasets"
LARGER = {PATH: MAX_BYTES}
"""Limits of bodies that are above the usual one, by address."""

router = APIRouter(prefix="/v1", tags=["datasets"])
Fingerprint = Annotated[
    str,
    Path(pattern=r"^([0-9a-f]{64}|active)$", description="Fingerprint of a data set, or `active`", examples=["active"]),
]
Table = Annotated[str, Path(max_length=80, pattern=r"^[a-z_]+$", examples=["fx"])]
DataSetFields = Annotated[
    Fields, fields_of("id", "number", "name", "base", "rows", "active", "created_at", "created_by")
]
DataSetFilters = Annotated[
    Filters, filters_of(has_text("name", DataSet.name, "Part of the name"), is_text("base", DataSet.base_id))
]
_ZIP = "CSV files, one for each table, named as the tables"
_XLSX = "A sheet for each table, named as the tables in English or Chinese"


def data_set_json(row: DataSet, active: str) -> dict[str, Any]:
    """Return a data set as JSON."""
    return {
        "id": row.id,
        "number": row.number,
        "name": row.name,
        "base": row.base_id,
        "rows": row.rows,
        "active": row.id == active,
        "created_at": rfc3339(row.created_at),
        "created_by": row.created_by,
    }


@router.get(
    "/datasets",
    dependencies=[may("datasets:read")],
    responses={200: described("A page of data sets", DATA_SETS), **problems()},
    response_class=Response,
    summary="List data sets",
)
def get_data_sets(
    store: StoreOf,
    desk: DeskOf,
    principal: PrincipalOf,
    filters: DataSetFilters,
    fields: DataSetFields,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the data sets that are kept, oldest first, and which of them counts."""
    with store.read(principal.scope) as session:
        active = _active(session, desk)

        def show(row: DataSet) -> dict[str, Any]:
            return data_set_json(row, active)

        asked = select(DataSet).where(*filters)
        page = page_of(session, asked, DataSet.number, limit=limit, after=after, show=fields.of(show))
    return as_json({"active": active, **page})


@router.post(
    "/datasets",
    dependencies=[may("datasets:write")],
    responses={
        200: described("The same data set is kept already", DATA_SET),
        201: described("The data set", DATA_SET),
        **problems(404, 413, 415),
    },
    openapi_extra=takes(zip=_ZIP, xlsx=_XLSX),
    status_code=201,
    response_class=Response,
    summary="Keep a data set",
)
async def post_data_set(
    request: Request,
    desk: DeskOf,
    call: CallOf,
    name: Annotated[Name, Query(description="What people call it", examples=["2026-12 sea rates"])] = "-",
    base: Annotated[
        str | None,
        Query(
            pattern=r"^([0-9a-f]{64}|active)$",
            description="What the upload changes; without it, it is whole",
            examples=["active"],
        ),
    ] = None,
    mode: Annotated[
        Mode, Query(description="`rows` replace rows with the same key, `tables` replace whole tables")
    ] = "rows",
) -> Response:
    """Keep an upload under its fingerprint, whole or not at all; it does not count before it is activated."""
    with tempfile.TemporaryDirectory(prefix="dataset-") as folder:
        received = await receive(request, FilePath(folder), ("zip", "xlsx"))
        return await run_in_threadpool(_keep, call, desk, received, name, base, mode)


def _keep(call: Call, desk: Desk, received: Received, name: str, base: str | None, mode: Mode) -> Response:
    """Read an upload, and keep it and what it changes."""

    def prepare() -> Callable[[WriteSession], Answer]:
        below = None if base is None else _opened(call, desk, base)
        folder = received.path.parent / "tables"
        folder.mkdir()
        found = library.packed(read_upload(received.path, folder, below, mode))
        known = None if below is None else library.packed(below)

        def work(session: WriteSession) -> Answer:
            if known is not None:
                library.keep(session, known, name="-")
            before = library.find(session, found.fingerprint)
            row = library.keep(session, found, name=name, base=None if known is None else known.fingerprint)
            headers = {"Location": f"{PATH}/{row.id}", "ETag": f'"{row.id}"'}
            status = 201 if before is None else 200
            return Answer(content=data_set_json(row, _active(session, desk)), status=status, headers=headers)

        return work

    said = {"digest": received.digest, "name": name, "base": base, "mode": mode}
    return call.write("dataset.keep", said).run(prepare)


@router.get(
    "/datasets/{fingerprint}",
    dependencies=[may("datasets:read")],
    responses={200: described("The data set with its tables", DATA_SET_WHOLE), **problems(404)},
    response_class=Response,
    summary="Read a data set",
)
def get_data_set(fingerprint: Fingerprint, store: StoreOf, desk: DeskOf, principal: PrincipalOf) -> Response:
    """Return a data set, and its tables with their numbers of rows."""
    with store.read(principal.scope) as session:
        row = _row(session, desk, fingerprint)
        counts = library.counts(session, row.tables.values())
        shown = data_set_json(row, _active(session, desk))
    shown["tables"] = [
        {"name": name, "name_zh": schemas()[name].name_zh, "rows": counts[key], "digest": key}
        for name, key in row.tables.items()
        if name in schemas()
    ]
    return as_json(shown)


@router.get(
    "/datasets/{fingerprint}/tables/{table}.csv",
    dependencies=[may("datasets:read")],
    responses={
        200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **problems(404),
    },
    response_class=Response,
    summary="Download a table of a data set",
)
def get_table_file(
    fingerprint: Fingerprint,
    table: Table,
    store: StoreOf,
    desk: DeskOf,
    principal: PrincipalOf,
    none_match: IfNoneMatch = None,
) -> Response:
    """Return a table as canonical CSV, which can be changed and sent back."""
    with store.read(principal.scope) as session:
        row, key, text = _text(session, desk, fingerprint, table)
    tag = f'"{key}"'
    if is_unchanged(none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    name = f'attachment; filename="{table}-{row.id[:8]}.csv"'
    return Response(text, media_type="text/csv", headers={"ETag": tag, "Content-Disposition": name})


@router.get(
    "/datasets/{fingerprint}/tables/{table}",
    dependencies=[may("datasets:read")],
    responses={200: described("A page of rows, each cell as text", ROWS), **problems(404)},
    response_class=Response,
    summary="List the rows of a table of a data set",
)
def get_table(
    fingerprint: Fingerprint,
    table: Table,
    store: StoreOf,
    desk: DeskOf,
    principal: PrincipalOf,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the rows of a table in their order."""
    with store.read(principal.scope) as session:
        _, _, text = _text(session, desk, fingerprint, table)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return as_json(slice_of(rows, limit=limit, after=after, show=dict))


@router.get(
    "/datasets/{fingerprint}/diff/{other}",
    dependencies=[may("datasets:read")],
    responses={200: described("Numbers by table, and a page of rows that differ", DIFFERENCES), **problems(404)},
    response_class=Response,
    summary="Compare two data sets",
)
def get_diff(
    fingerprint: Fingerprint,
    other: Fingerprint,
    store: StoreOf,
    desk: DeskOf,
    principal: PrincipalOf,
    table: Annotated[str | None, Query(max_length=80, description="Only this table")] = None,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the rows that the other data set adds, removes and changes, by key and column."""
    with store.read(principal.scope) as session:
        first, second = _row(session, desk, fingerprint), _row(session, desk, other)
        found = _differences(session, first.tables, second.tables, table)

    def show(one: Difference) -> dict[str, Any]:
        return one._asdict()

    page = slice_of(found, limit=limit, after=after, show=show)
    return as_json({"from": first.id, "to": second.id, "tables": summary(found), **page})


@router.post(
    "/datasets/{fingerprint}/activate",
    dependencies=[may("datasets:write")],
    responses={200: described("The data set, which counts from now on", DATA_SET), **problems(404, 409)},
    response_class=Response,
    summary="Let a data set count",
)
def post_activation(fingerprint: Fingerprint, request: Request, desk: DeskOf, call: CallOf) -> Response:
    """Answer from a data set from now on, in every process; what was quoted before stays bookable at its price."""
    seat = Seat.of(request.app.state, call.store)
    prepared: list[Desk] = []

    def prepare() -> Callable[[WriteSession], Answer]:
        catalogue = _opened(call, desk, fingerprint)
        is_other = catalogue.fingerprint != desk.catalogue.fingerprint
        prepared.append(seat.ready(catalogue) if is_other else desk)
        own = library.packed(desk.catalogue)

        def work(session: WriteSession) -> Answer:
            library.keep(session, own, name="-")
            library.check_rotations(session, desk.catalogue, catalogue, session.now)
            library.activate(session, catalogue.fingerprint)
            row = library.known(session, catalogue.fingerprint)
            return Answer(content=data_set_json(row, row.id), headers={"ETag": f'"{row.id}"'})

        return work

    answer = call.write("dataset.activate", {"data_set": fingerprint}).run(prepare)
    seat.follow(prepared[0] if prepared else None)
    return answer


def _active(session: ReadSession, desk: Desk) -> str:
    """Return the fingerprint of the data set that counts."""
    return library.active(session) or desk.catalogue.fingerprint


def _row(session: ReadSession, desk: Desk, fingerprint: str) -> DataSet:
    """Return the row of a data set by its fingerprint, or of the one that counts."""
    return library.known(session, _active(session, desk) if fingerprint == library.ACTIVE else fingerprint)


def _opened(call: Call, desk: Desk, fingerprint: str) -> Catalogue:
    """Return a data set that is kept, or the one that answers."""
    with call.store.read(call.principal.scope) as session:
        wanted = _active(session, desk) if fingerprint == library.ACTIVE else fingerprint
        return desk.catalogue if wanted == desk.catalogue.fingerprint else library.load(session, wanted)


def _text(session: ReadSession, desk: Desk, fingerprint: str, table: str) -> tuple[DataSet, str, str]:
    """Return a data set, and digest and text of one of its tables."""
    row = _row(session, desk, fingerprint)
    key = row.tables.get(table)
    if key is None:
        raise Refusal(why="not-found", subject=table)
    return row, key, library.texts(session, [key])[key]


def _differences(
    session: ReadSession, first: dict[str, str], second: dict[str, str], table: str | None
) -> list[Difference]:
    """Return how the tables of two data sets differ; those with the same text are not looked at."""
    if table is not None and table not in schemas():
        raise Refusal(why="not-found", subject=table)
    found: list[Difference] = []
    for name in schemas() if table is None else [table]:
        keys = first.get(name), second.get(name)
        if keys[0] != keys[1]:
            both = library.texts(session, [key for key in keys if key is not None])
            found += differences(name, *("" if key is None else both[key] for key in keys))
    return found
