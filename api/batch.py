"""Quotes for many shipments from a table: all faults at once, the best three options of each in the result."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from api.desk import Answer, Desk
from api.faults import RequestFault, RequestFaultsError, fault
from api.present import best_options, chain, modes_in_short, name_of, praise
from api.requests import Ask, check_request
from api.texts import say
from data.cargo_fields import BY_NAME, plain_header
from data.messages import echo
from data.money import format_minor
from data.rowsfile import read_rows_file
from data.values import DAY_MIN
from viz.theme import Lang

SUFFIXES = (".csv", ".xlsx", ".json")

_QUIET_SECONDS = 2.0
# What a request calls the columns that a cargo list has too, and the columns it has beside them.
_SHARED: dict[str, str] = {
    "id": "ref",
    "origin": "origin",
    "destination": "destination",
    "mass_g": "weight_kg",
    "volume_cm3": "volume_m3",
    "pieces": "pieces",
    "hs": "hs",
    "value_minor": "value",
    "currency": "currency",
    "ready_at": "ready",
    "due_at": "due",
    "depart_by": "depart_by",
    "box": "box",
    "boxes": "boxes",
    "goods": "goods",
    "regime": "regime",
}
_OWN: dict[str, str] = {
    "avoid": "避开",
    "modes": "运输方式",
    "via": "经由",
    "max_transfers": "最多中转",
    "scenario": "情景班次",
}
_BY_HEADER: dict[str, str] = {
    plain_header(header): name
    for attribute, name in _SHARED.items()
    for header in (BY_NAME[attribute].en, BY_NAME[attribute].zh, *BY_NAME[attribute].aliases)
} | {plain_header(header): name for name, zh in _OWN.items() for header in (name, zh)}
_CHOICES = ("ref", *(BY_NAME[attribute].en for attribute in _SHARED if attribute != "id"), *_OWN)
_NEEDED = {"origin": "from", "destination": "to", "weight_kg": "weight_kg", "volume_m3": "volume_m3"}
_COLUMNS = (
    "row",
    "ref",
    "from",
    "to",
    "option",
    "best_in",
    "cost",
    "currency",
    "depart_at",
    "arrive_at",
    "days",
    "emissions_kg",
    "on_time_probability",
    "modes",
    "route",
    "assumed_share",
    "message",
)
# A spreadsheet would take text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RowAsk(NamedTuple):
    """One row of a file: its line, the sender's own reference, and what it asks."""

    row: int
    reference: str
    ask: Ask


class RowResult(NamedTuple):
    """One row of a file with its answer."""

    row: int
    reference: str
    answer: Answer


def read_asks(path: Path, *, currency: str | None = None) -> list[RowAsk]:
    """
    Return the requests of a file.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` file; the columns are the fields of a request, named in English or Chinese.
    currency
        Currency of rows that name none.

    Raises
    ------
    TableFaultsError
        When the file cannot be read.
    RequestFaultsError
        When its columns are not those of shipments.
    """
    headers, rows = read_rows_file(path)
    columns, faults = _columns(headers)
    if not rows:
        faults.append(fault("file", path.name, "rows_required"))
    if faults:
        raise RequestFaultsError(faults)
    asks = []
    for number, cells in rows:
        values = {columns[header]: cell for header, cell in cells.items()}
        reference = echo(values.pop("ref", "")) or ""
        asks.append(RowAsk(number, reference, Ask(**_given({"currency": currency or ""} | values))))
    return asks


def run_batch(desk: Desk, asks: Sequence[RowAsk], *, lang: Lang, err: TextIO) -> list[RowResult]:
    """
    Answer every row, after all rows were checked.

    Parameters
    ----------
    desk
        Answers.
    asks
        The rows.
    lang
        Language of the progress.
    err
        Where progress goes when the work takes more than two seconds.

    Raises
    ------
    RequestFaultsError
        With the faults of all rows.
    """
    now = desk.clock()
    checked, faults = [], []
    for item in asks:
        try:
            checked.append((item, check_request(item.ask, desk.catalogue, now)))
        except RequestFaultsError as error:
            faults += [found.at_row(item.row) for found in error.faults]
    if faults:
        raise RequestFaultsError(faults)
    results, last = [], time.monotonic()
    for done, (item, request) in enumerate(checked):
        if time.monotonic() - last > _QUIET_SECONDS:
            last = time.monotonic()
            print(say(lang, "progress", done=done, count=len(checked)), file=err, flush=True)
        results.append(RowResult(item.row, item.reference, desk.answer(request)))
    return results


def render_batch(desk: Desk, results: Iterable[RowResult], *, suffix: str, lang: Lang) -> bytes:
    """
    Return the result as a file: CSV and Excel with the best options of each row, JSON with everything.

    Parameters
    ----------
    desk
        Renders.
    results
        Rows with their answers.
    suffix
        ``.csv``, ``.xlsx`` or ``.json``.
    lang
        Language of headers and texts; JSON has both.
    """
    if suffix == ".json":
        full = [{"row": item.row, "ref": item.reference, **desk.renderer.quote(*item.answer)} for item in results]
        return (json.dumps(full, ensure_ascii=False, indent=2) + "\n").encode()
    rows: list[list[str | float | int]] = [[say(lang, f"column_{name}") for name in _COLUMNS]]
    rows += [row for item in results for row in _rows(desk, item, lang)]
    return _workbook(rows, say(lang, "results")) if suffix == ".xlsx" else _csv(rows)


def _columns(headers: Sequence[str]) -> tuple[dict[str, str], list[RequestFault]]:
    """Return the field of each header, and faults of headers that are unknown, doubled or missing."""
    columns: dict[str, str] = {}
    faults = []
    for header in headers:
        name = _BY_HEADER.get(plain_header(header))
        if name is None or name in columns.values():
            faults.append(fault("header", header, "unknown_column", choices=", ".join(_CHOICES)))
        else:
            columns[header] = name
    faults += [fault(shown, None, "required") for name, shown in _NEEDED.items() if name not in columns.values()]
    return columns, faults


def _given(values: dict[str, str]) -> dict[str, Any]:
    return {name: text for name, text in values.items() if text}


def _rows(desk: Desk, item: RowResult, lang: Lang) -> list[list[str | float | int]]:
    """Return the lines of the result for one row of the file."""
    shown = desk.renderer.quote(*item.answer)
    shipment = shown["shipment"]
    head: list[str | float | int] = [item.row, item.reference, shipment["from"], shipment["to"]]
    best = best_options(shown["options"])
    if not best:
        reasons = say(lang, "semicolon").join(name_of(block, "message", lang) for block in shown["blocked"])
        blank: list[str | float | int] = [""] * (len(_COLUMNS) - len(head) - 1)
        return [[*head, *blank, reasons or say(lang, "no_route")]]
    said = say(lang, "semicolon").join(name_of(note, "message", lang) for note in shown["notes"])
    rate = desk.catalogue.exchange_rate(item.answer.request.currency)
    return [
        [
            *head,
            number,
            praise(option, lang),
            float(format_minor(option["cost_minor"], rate)),
            option["currency"],
            option["depart_at"],
            option["arrive_at"],
            round(option["duration_min"] / DAY_MIN, 2),
            option["emissions_g"] / 1000,
            option["on_time_probability"],
            modes_in_short(option, lang),
            chain(option, lang),
            option["assumed_share"],
            said,
        ]
        for number, option in best
    ]


def _csv(rows: Sequence[Sequence[str | float | int]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    # The mark tells Excel that the file is UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _workbook(rows: Sequence[Sequence[str | float | int]], title: str) -> bytes:
    # The library of workbooks is large, and most results are CSV.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    sheet.title = title
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
