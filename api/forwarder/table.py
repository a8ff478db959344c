"""Many shipments at once: a table of cargo becomes a table of quotes."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import present
from api.batch import RowAsk, RowResult, read_asks, render_batch
from api.faults import RequestFault, RequestFaultsError, fault
from api.forwarder.frame import Visit, VisitOf
from api.forwarder.rebuilt import form_fields
from api.forwarder.units import cubic_metres, kilograms
from api.forwarder.uploads import MAX_BYTES, as_tabs, received, told
from api.identity.page_faults import NO_STORE
from api.identity.policy import form, page
from api.pages import address_of
from api.requests import check_request
from api.uploads import MEDIA
from data.cargo_fields import BY_NAME
from data.errors import TableFaultsError
from data.rowsfile import MAX_BYTES as MOST_BYTES
from data.rowsfile import read_rows_file

if TYPE_CHECKING:
    from starlette.datastructures import ImmutableMultiDict

    from api.answer_schema import Json
    from api.desk import Desk
    from viz.theme import Lang

PATH = "/forwarder/table"
LARGER = {PATH: MAX_BYTES}
"""Limits of bodies that are above the usual one, by address."""
MOST_ROWS = 200
router = APIRouter(include_in_schema=False)
_COLUMNS = ("id", "origin", "destination", "mass_g", "volume_cm3", "pieces", "ready_at", "due_at", "box", "boxes")


class Quoted(NamedTuple):
    """A row of the table: what it asks, its best options, and the address of all of them."""

    row: int
    reference: str
    shipment: Json
    best: list[tuple[int, Json]]
    found: int
    reasons: list[Json]
    fx: Json
    href: str


class Answered(NamedTuple):
    """A table with its quotes, or with what is wrong with it."""

    pasted: str
    results: list[RowResult]
    faults: list[RequestFault]


@router.get(PATH, dependencies=[page("quotes:read")])
def get_table(visit: VisitOf) -> Response:
    """Return the form."""
    return _page(visit, Answered("", [], []))


@router.get(f"{PATH}.csv", dependencies=[page("quotes:read")])
def get_template(visit: VisitOf) -> Response:
    """Return an empty table to fill."""
    heads = ",".join(headings(visit.lang))
    headers = {"Content-Disposition": 'attachment; filename="cargo.csv"'}
    return Response(f"{heads}\r\n".encode("utf-8-sig"), media_type=MEDIA["csv"], headers=headers)


@router.post(PATH, dependencies=[form("quotes:write")])
async def post_table(request: Request, visit: VisitOf) -> Response:
    """Answer every row of a table, after all of it was checked; as a page, or as a workbook."""
    async with request.form() as fields:
        answered = await run_in_threadpool(answer_table, visit.desk, fields)
        as_workbook = fields.get("as") == "xlsx" and not answered.faults
    if not as_workbook:
        return await run_in_threadpool(_page, visit, answered)
    content = await run_in_threadpool(render_batch, visit.desk, answered.results, suffix=".xlsx", lang=visit.lang)
    headers = NO_STORE | {"Content-Disposition": 'attachment; filename="quotes.xlsx"'}
    return Response(content, media_type=MEDIA["xlsx"], headers=headers)


def headings(lang: Lang) -> list[str]:
    """Return the headings of the columns that a table of cargo usually has."""
    return [BY_NAME[name].zh if lang == "zh" else BY_NAME[name].en for name in _COLUMNS]


def answer_table(desk: Desk, fields: ImmutableMultiDict[str, Any]) -> Answered:
    """Return the quotes of a table that came with a form, or everything wrong with it."""
    pasted = str(fields.get("pasted") or "")
    with tempfile.TemporaryDirectory(prefix="cargo-") as folder:
        try:
            path = received(fields, Path(folder))
            headers, rows = read_rows_file(path)
            pasted = as_tabs(headers, [cells for _, cells in rows[:MOST_ROWS]])
            if len(rows) > MOST_ROWS:
                return Answered(pasted, [], [fault("file", str(len(rows)), "most_rows", limit=MOST_ROWS)])
            asks = [_with_units(item) for item in read_asks(path)]
            return Answered(pasted, _answers(desk, asks), [])
        except (RequestFaultsError, TableFaultsError) as error:
            return Answered(pasted, [], told(error))


def _with_units(item: RowAsk) -> RowAsk:
    """Return a row with its weight and volume in the units of requests, and its times meant as local ones."""
    ask = item.ask
    weight, volume = (None if value is None else str(value) for value in (ask.weight_kg, ask.volume_m3))
    return item._replace(
        ask=replace(
            ask,
            weight_kg=None if weight is None else kilograms(weight),
            volume_m3=None if volume is None else cubic_metres(volume),
            local_times=True,
        )
    )


def _answers(desk: Desk, asks: list[RowAsk]) -> list[RowResult]:
    """Answer all rows once none of them has a fault; refused with the faults of all."""
    now, checked, faults = desk.clock(), [], []
    for item in asks:
        try:
            checked.append((item, check_request(item.ask, desk.catalogue, now)))
        except RequestFaultsError as error:
            faults += [found.at_row(item.row) for found in error.faults]
    if faults:
        raise RequestFaultsError(faults)
    return [RowResult(item.row, item.reference, desk.answer(request)) for item, request in checked]


def _page(visit: Visit, answered: Answered) -> Response:
    quoted = [_quoted(visit.desk, result, visit.lang) for result in answered.results]
    return visit.show(
        "table.html",
        status=422 if answered.faults else 200,
        tab="table",
        pasted=answered.pasted,
        faults=answered.faults,
        quoted=quoted,
        priced=sum(bool(row.best) for row in quoted),
        headings=headings(visit.lang),
        most_rows=MOST_ROWS,
        most_bytes=MOST_BYTES,
    )


def _quoted(desk: Desk, result: RowResult, lang: Lang) -> Quoted:
    shown = desk.renderer.quote(*result.answer)
    shipment = shown["shipment"]
    return Quoted(
        row=result.row,
        reference=result.reference,
        shipment=shipment,
        best=present.best_options(shown["options"]),
        found=len(shown["options"]),
        reasons=shown["blocked"],
        fx=shown["fx"],
        href=f"/quote?{address_of(form_fields(shipment), shipment['modes'] or [], lang=lang)}",
    )
