"""Totals, added up by the database over one narrow table, and the shipments behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, func, literal_column, select

from api.bodies import rfc3339
from api.paging import page_of
from api.statistics.question import COLUMNS, Question, month_text
from api.store.models_events import CountedShipment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.store.session import ReadSession

# Written out, so that the database sees one expression where it selects and where it groups.
_HUNDRED: Any = literal_column("100", Integer)
MEASURES: dict[str, Any] = {
    "shipments": func.count(),
    "declared": func.count().filter(CountedShipment.is_declared),
    "mass_g": func.sum(CountedShipment.mass_g),
    "volume_cm3": func.sum(CountedShipment.volume_cm3),
    "value_cny_minor": func.sum(CountedShipment.value_cny_minor),
    "valued": func.count(CountedShipment.value_cny_minor),
    "freight_cny_minor": func.sum(CountedShipment.freight_cny_minor),
    "emissions_g": func.sum(CountedShipment.emissions_g),
    "measured": func.count(CountedShipment.emissions_g),
}
"""What is added up; a sum of what is not always known stands beside the number of shipments of which it is."""
SHIPMENTS = "/v1/statistics/shipments"


def statistics_json(session: ReadSession, question: Question) -> dict[str, Any]:
    """Return the totals of every group and period in order, and those of all of them together."""
    measures = list(MEASURES.values())
    periods = _periods(question)
    groups = [COLUMNS[name] for name in question.by]
    asked = select(*periods, *groups, *measures).select_from(CountedShipment).where(*question.conditions())
    rows = session.rows(asked.group_by(*periods, *groups).order_by(*periods, *groups)) if periods or groups else []
    whole = session.rows(select(*measures).select_from(CountedShipment).where(*question.conditions()))[0]
    totals = _measured(whole) | {"shipments_url": f"{SHIPMENTS}?{question.shipments_query(None, {})}"}
    return {
        "period": question.period,
        "when": question.when,
        "by": list(question.by),
        "from": None if question.first is None else month_text(question.first),
        "to": None if question.last is None else month_text(question.last),
        "filters": dict(question.filters),
        "totals": totals,
        "rows": [_row_json(question, row) for row in rows] if periods or groups else [],
    }


def _periods(question: Question) -> list[Any]:
    """Return the expression of the period, none if there is one period only."""
    if question.period == "all":
        return []
    return [question.month if question.period == "month" else question.month // _HUNDRED]


def _row_json(question: Question, row: Sequence[Any]) -> dict[str, Any]:
    cells = list(row)
    period = int(cells.pop(0)) if question.period != "all" else None
    values = dict(zip(question.by, cells, strict=False))
    shown = None
    if period is not None:
        shown = month_text(period) if question.period == "month" else str(period)
    address = f"{SHIPMENTS}?{question.shipments_query(period, values)}"
    groups = {name: value or None for name, value in values.items()}
    return {"period": shown} | groups | _measured(cells[len(values) :]) | {"shipments_url": address}


def _measured(cells: Sequence[Any]) -> dict[str, int]:
    """Return measures as whole numbers; a sum of nothing is 0."""
    return {name: int(cell or 0) for name, cell in zip(MEASURES, cells, strict=True)}


def shipments_json(session: ReadSession, question: Question, *, limit: int, after: str | None) -> dict[str, Any]:
    """Return a page of the shipments that count."""
    asked = select(CountedShipment).where(*question.conditions())
    return page_of(session, asked, CountedShipment.booking_id, limit=limit, after=after, show=shipment_json)


def shipment_json(row: CountedShipment) -> dict[str, Any]:
    """Return a shipment as it counts."""
    return {
        "booking": row.booking_id,
        "firm": row.firm_id,
        "confirmed_at": rfc3339(row.confirmed_at),
        "confirmed_month": month_text(row.confirmed_month),
        "depart_month": month_text(row.depart_month),
        "regime": row.regime or None,
        "mode": row.mode,
        "origin": row.origin,
        "destination": row.destination,
        "hs_chapter": row.hs_chapter or None,
        "mass_g": row.mass_g,
        "volume_cm3": row.volume_cm3,
        "value_cny_minor": row.value_cny_minor,
        "freight_cny_minor": row.freight_cny_minor,
        "emissions_g": row.emissions_g,
        "declared": row.is_declared,
    }
