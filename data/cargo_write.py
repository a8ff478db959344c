"""Writing a cargo list as an Excel workbook, CSV or JSON, such that reading it gives the same list."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from data.cargo_fields import BY_NAME, FIELDS, WORDS
from data.cargo_rules import limits_of
from data.export import replace_file
from data.money import format_minor
from data.units import cm3_to_m3, g_to_kg
from data.workbook_bytes import timeless

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from data.cargo import Cargo, CargoShipment
    from data.cargo_rules import Limits
    from data.catalogue import Catalogue
    from data.export import Headers

_MONEY = frozenset({"value_minor", "late_minor_per_day", "unserved_minor"})
_NUMBERS = _MONEY | {"pieces", "mass_g", "volume_cm3", "priority", "boxes"}
_FLAGS = frozenset({"is_splittable", "is_sealed"})
_INSTANTS = {"ready_at": "origin", "depart_by": "origin", "due_at": "destination"}
# A spreadsheet would take text that begins so for a formula.
_FORMULA = re.compile(r"'*[=+\-@]")
_WIDTH = 14
_WIDE = {"shipper": 28, "ready_at": 24, "depart_by": 24, "due_at": 24}


def write_cargo(path: Path, cargo: Cargo, catalogue: Catalogue, *, headers: Headers = "en") -> None:
    """
    Write a cargo list whole or not at all.

    Parameters
    ----------
    path
        A ``.xlsx``, ``.csv`` or ``.json`` file, replaced if it exists.
    cargo
        The list.
    catalogue
        Has the decimals of currencies and the zones in which times are written.
    headers
        Language of headers and words; JSON is always in English.

    Raises
    ------
    OSError
        If the file cannot be written.
    ValueError
        If its name ends otherwise.
    """
    replace_file(path, cargo_bytes(cargo, catalogue, path.suffix.casefold(), headers=headers))


def cargo_bytes(cargo: Cargo, catalogue: Catalogue, suffix: str, *, headers: Headers = "en") -> bytes:
    """
    Return a cargo list as the content of a file; the same list gives the same bytes.

    Raises
    ------
    ValueError
        If `suffix` is none of ``.xlsx``, ``.csv`` and ``.json``.
    """
    limits = catalogue.derived(limits_of)
    if suffix == ".json":
        items = [dict(_facts(shipment, limits, "en")) for shipment in cargo]
        shown = [{name: number_or_text(value) for name, value in item.items() if value != ""} for item in items]
        return (json.dumps({"shipments": shown}, ensure_ascii=False, indent=1) + "\n").encode()
    top = [known.en if headers == "en" else known.zh for known in FIELDS]
    rows = [[value for _, value in _facts(shipment, limits, headers)] for shipment in cargo]
    if suffix == ".csv":
        return csv_bytes(top, rows)
    if suffix == ".xlsx":
        return _workbook(top, rows)
    msg = f"a cargo list is written as .xlsx, .csv or .json, not {suffix!r}"
    raise ValueError(msg)


class Number(str):
    """A number as exact text."""

    __slots__ = ()


def _facts(shipment: CargoShipment, limits: Limits, headers: Headers) -> Iterator[tuple[str, str]]:
    """Yield the English header and the text of every column."""
    for known in FIELDS:
        value = getattr(shipment, known.name)
        if value is None or (known.name == "boxes" and not value):
            yield known.en, ""
        elif known.name in _NUMBERS:
            yield known.en, Number(_number(shipment, known.name, value, limits))
        elif known.name in WORDS:
            word = ("yes" if value else "no") if known.name in _FLAGS else value
            yield known.en, word if headers == "en" else WORDS[known.name][word]
        elif known.name in _INSTANTS:
            yield known.en, _instant(value, limits.locations[getattr(shipment, _INSTANTS[known.name])].zone)
        elif known.name == "goods":
            yield known.en, ";".join(sorted(value))
        else:
            yield known.en, plain_text(value)


def cargo_facts(shipment: CargoShipment, limits: Limits) -> dict[str, Any]:
    """
    Return the fields of a shipment as JSON that `data.shipment_read` reads back, by the English headers.

    Parameters
    ----------
    shipment
        One that was checked.
    limits
        Of the data set it was checked against.
    """
    facts: dict[str, Any] = {name: number_or_text(text) for name, text in _facts(shipment, limits, "en") if text}
    facts |= {BY_NAME[name].en: getattr(shipment, name) for name in (*_FLAGS, "id", "shipper")}
    facts["goods"] = sorted(shipment.goods)
    return {known.en: facts.get(known.en) for known in FIELDS}


def plain_text(value: str) -> str:
    """
    Return a text such that no spreadsheet takes it for a formula.

    Examples
    --------
    >>> plain_text("=1+1"), plain_text("bag")
    ("'=1+1", 'bag')
    """
    return f"'{value}" if _FORMULA.match(value) else value


def _number(shipment: CargoShipment, name: str, value: int, limits: Limits) -> str:
    """Return a number in people's units."""
    if name in _MONEY:
        return format_minor(value, limits.rates[shipment.currency])
    if name == "mass_g":
        return f"{g_to_kg(value).normalize():f}"
    return f"{cm3_to_m3(value).normalize():f}" if name == "volume_cm3" else str(value)


def _instant(instant: dt.datetime, zone: str) -> str:
    """Return an instant in the local time of a place, with its offset."""
    local = instant.astimezone(ZoneInfo(zone))
    is_whole = local.second == local.microsecond == 0
    return local.isoformat(timespec="minutes" if is_whole else "auto")


def number_or_text(value: str) -> str | int | float:
    """Return a number as one if that keeps all its digits."""
    if not isinstance(value, Number):
        return value
    return float(value) if "." in value else int(value)


def csv_bytes(top: list[str], rows: list[list[str]]) -> bytes:
    """Return a CSV file that spreadsheets open as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(top)
    writer.writerows(rows)
    # The mark tells Excel that the file is UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _workbook(top: list[str], rows: list[list[str]]) -> bytes:
    """Return a workbook with one sheet: numbers as such, everything else as text."""
    # The library of workbooks is large, and CSV and JSON do not need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("cargo")
    # In this mode of the library, panes and widths go before the rows.
    sheet.freeze_panes = "B2"
    for place, known in enumerate(FIELDS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDE.get(known.name, _WIDTH)
    head = [WriteOnlyCell(sheet, value=text) for text in top]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    cell_of = partial(WriteOnlyCell, sheet)
    for row in rows:
        sheet.append([excel_value(cell_of, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())


def excel_value(cell_of: Callable[..., Any], value: str) -> Any:  # noqa: ANN401 - what the library takes for a cell
    """Return what to put into a cell; text that looks like an error value stays text."""
    if not value.startswith("#"):
        return None if value == "" else number_or_text(value)
    cell = cell_of(value=value)
    cell.data_type = "s"
    return cell
