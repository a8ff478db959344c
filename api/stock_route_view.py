"""Routed orders as plain JSON, as text for a terminal and as a workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from api.answer_schema import Json
from api.human import columns
from api.stock_human import amount
from api.texts import say
from data.catalogue import Catalogue
from data.orders import BuyerOrder, Routing
from data.stock import Stock
from data.workbook_bytes import timeless
from viz.theme import Lang

_CNY = 2
_PERCENT = 100
_WIDTH = 18
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARCEL = ("order", "warehouse", "items", "zone", "arrives_on", "late_days", "pick_fen", "parcel_fen", "late_fen")
_UNSENT = ("order", "sku", "units", "reason", "lost_fen")
_PRICE = ("sku", "warehouse", "price_fen")


class UnsoundRoutingError(Exception):
    """Orders were routed in a way that breaks a rule, which is a mistake of ours."""


def routed(catalogue: Catalogue, stock: Stock, orders: Sequence[BuyerOrder], today: dt.date) -> Json:
    """
    Return routed orders that the checker has passed.

    Raises
    ------
    SettingsError
        When the data set lacks a number.
    UnsoundRoutingError
        When the checker finds a broken rule.
    """
    from optimizer.stock.route import route_orders  # noqa: PLC0415 - the solver is slow to load
    from optimizer.verify.routes import verify_routing  # noqa: PLC0415

    routing = route_orders(catalogue, stock, orders, today)
    broken = verify_routing(catalogue, stock, orders, routing)
    if broken:
        raise UnsoundRoutingError("\n".join(map(str, broken)))
    return routing_json(routing, catalogue)


def routing_json(routing: Routing, catalogue: Catalogue) -> Json:
    """Return routed orders."""
    return {
        "day": routing.day.isoformat(),
        "parcels": [
            {
                "order": one.order,
                "warehouse": one.warehouse,
                "lines": [{"sku": line.sku, "units": line.units} for line in one.lines],
                "zone": one.zone,
                "arrives_on": one.arrives_on.isoformat(),
                "late_days": one.late_days,
                "pick_fen": one.pick_fen,
                "parcel_fen": one.parcel_fen,
                "late_fen": one.late_fen,
            }
            for one in routing.parcels
        ],
        "unsent": [
            {"order": one.order, "sku": one.sku, "units": one.units, "reason": one.reason, "lost_fen": one.lost_fen}
            for one in routing.unsent
        ],
        "prices": [{"sku": one.sku, "warehouse": one.warehouse, "price_fen": one.fen} for one in routing.prices],
        "cost_fen": routing.cost_fen,
        "later_fen": routing.later_fen,
        "bound_fen": routing.bound_fen,
        "nearest_fen": routing.nearest_fen,
        "gap": round(routing.gap, 6),
        "is_whole": routing.is_whole,
        "fingerprint": catalogue.fingerprint,
    }


def routing_text(answer: Json, lang: Lang) -> str:
    """Return routed orders: parcels, what is not sent and why, and what that costs beside the usual rule."""
    lines = [say(lang, "route_title", day=answer["day"], count=len(answer["parcels"])), ""]
    for name in ("parcels", "unsent"):
        if answer[name]:
            head, rows = _table(answer, name, lang)
            lines += [*columns([head, *rows], right=tuple(range(5, 9)) if name == "parcels" else (2, 4)), ""]
    saved = answer["nearest_fen"] - answer["cost_fen"] - answer["later_fen"]
    lines.append(
        say(lang, "route_cost", cost=amount(answer["cost_fen"], _CNY), later=amount(answer["later_fen"], _CNY))
    )
    lines.append(say(lang, "route_saved", saved=amount(saved, _CNY), gap=f"{answer['gap'] * _PERCENT:.3f}"))
    if not answer["is_whole"]:
        lines.append(say(lang, "route_stopped"))
    return "\n".join([*lines, say(lang, "stock_assumed")])


def routing_workbook(answer: Json, lang: Lang) -> bytes:
    """Return routed orders as the content of a workbook; the same orders give the same bytes."""
    # The library of workbooks is large, and JSON and text do not need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for name in ("parcels", "unsent", "prices"):
        sheet: Any = book.create_sheet(say(lang, f"route_{name}"))
        head, rows = _table(answer, name, lang)
        sheet.append(head)
        for row in rows:
            sheet.append([f"'{cell}" if cell.startswith(_FORMULA) else _number(cell) for cell in row])
        for place in range(1, len(head) + 1):
            sheet.cell(1, place).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
        sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())


def _number(cell: str) -> str | float:
    """Return an amount as a number, and everything else as it is."""
    plain = cell.replace(",", "")
    is_amount = plain.replace(".", "", 1).isdecimal() and "." in plain
    return float(plain) if is_amount else cell


def _table(answer: Json, name: str, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of parcels, of what is not sent, or of shadow prices."""
    names: Sequence[str] = {"parcels": _PARCEL, "unsent": _UNSENT, "prices": _PRICE}[name]
    return [say(lang, f"route_{key}") for key in names], [
        [_cell(row, key, lang) for key in names] for row in answer[name]
    ]


def _cell(row: Json, key: str, lang: Lang) -> str:
    if key == "items":
        return " ".join(f"{line['sku']}×{line['units']}" for line in row["lines"])
    if key == "zone":
        return say(lang, f"zone_{row['zone']}")
    if key == "reason":
        return say(lang, f"unsent_{row['reason']}")
    if key.endswith("_fen"):
        return amount(row[key], _CNY)
    return str(row[key])
