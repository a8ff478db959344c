"""Workbooks to begin with on the page of stock abroad: the sheets of a seller's stock, or of orders, without rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from api.identity.policy import page
from api.plans.endpoints import XLSX
from api.warehouses_page.ground import PATH, GroundOf
from data.stock_fields import ORDERS, SHEETS
from data.stock_write import blank_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.warehouses_page.ground import Ground

router = APIRouter(include_in_schema=False, dependencies=[page("stock:read")])


@router.get(f"{PATH}/blank.xlsx")
def get_blank(ground: GroundOf) -> Response:
    """Return a seller's stock without rows, with all columns there are."""
    return _given(ground, SHEETS, "stock")


@router.get(f"{PATH}/blank-orders.xlsx")
def get_blank_orders(ground: GroundOf) -> Response:
    """Return orders without rows, with all columns there are."""
    return _given(ground, [ORDERS], "orders")


def _given(ground: Ground, sheets: Iterable[str], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(blank_bytes(sheets, ground.lang), media_type=XLSX, headers=headers)
