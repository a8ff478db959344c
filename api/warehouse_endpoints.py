"""The JSON interface of overseas warehouses: which there are, what they do, and what they charge."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BeforeValidator

from api.bodies import described
from api.endpoints import DeskOf, as_json
from api.faults import Findings, RequestFaultsError
from api.fields import Fields, fields_of
from api.identity.policy import may
from api.openapi_words import page_of as page_schema
from api.openapi_words import some_of
from api.paging import After, Limit, slice_of
from api.problem_docs import problems
from api.refusals import Refusal
from api.warehouse_schema import WAREHOUSE, WAREHOUSE_WITH_FEES
from data import Catalogue
from data.fields import read_list
from data.records import Location
from data.records_warehouses import Warehouse, WarehouseFee
from network.warehouse.cards import Cards

router = APIRouter(prefix="/v1", tags=["warehouses"], dependencies=[may("network:read")])
Id = Annotated[str, Path(max_length=80, pattern=r"^[^\x00-\x20]+$")]
WarehouseFields = Annotated[
    Fields,
    fields_of(
        "id", "location", "name_zh", "name_en", "territory", "operator_zh", "operator_en", "access", "kind", "services",
        "bonded", "class9", "area_m2", "capacity_m3", "opened", "valid_from", "valid_to", "card", "note", "source",
        "as_of", "confidence", "assumed",
    ),
]  # fmt: skip


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written(value: object) -> object:
    """Return the text of a day as it is described; a number would be taken for seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        msg = "a day such as 2026-12-01"
        raise ValueError(msg)
    return value


On = Annotated[
    dt.date | None,
    BeforeValidator(_written),
    Query(description="Day that is meant, today if not given", examples=["2026-12-01"]),
]


def warehouse_json(warehouse: Warehouse, place: Location, card: str | None) -> dict[str, Any]:
    """Return a warehouse as JSON, with the fee card that holds for it."""
    return {
        "id": warehouse.id,
        "location": warehouse.location,
        "name_zh": place.name_zh,
        "name_en": place.name_en,
        "territory": place.territory,
        "operator_zh": warehouse.operator_zh,
        "operator_en": warehouse.operator_en,
        "access": warehouse.access,
        "kind": warehouse.kind,
        "services": list(warehouse.services),
        "bonded": warehouse.bonded,
        "class9": warehouse.class9,
        "area_m2": warehouse.area_m2,
        "capacity_m3": None if warehouse.capacity_m3 is None else str(warehouse.capacity_m3),
        "opened": warehouse.opened,
        "valid_from": _day(warehouse.valid_from),
        "valid_to": _day(warehouse.valid_to),
        "card": card,
        "note": warehouse.note,
        "source": warehouse.source,
        "as_of": warehouse.as_of,
        "confidence": warehouse.confidence,
        "assumed": warehouse.assumed,
    }


def fee_json(fee: WarehouseFee, currency: str) -> dict[str, Any]:
    """Return a price of a card as JSON; it is in units of the currency."""
    return {
        "id": fee.id,
        "fee": fee.fee,
        "basis": fee.basis,
        "unit": fee.unit,
        "zone": fee.zone,
        "from_day": fee.from_day,
        "to_day": fee.to_day,
        "above_kg": None if fee.above_kg is None else str(fee.above_kg),
        "to_kg": None if fee.to_kg is None else str(fee.to_kg),
        "price": str(fee.price),
        "currency": currency,
        "source": fee.source,
        "as_of": fee.as_of,
        "confidence": fee.confidence,
        "assumed": fee.assumed,
    }


@dataclass(frozen=True)
class _Wanted:
    """What of all warehouses is wanted."""

    territory: Annotated[str | None, Query(max_length=20, description="Customs territory", examples=["DE"])] = None
    services: Annotated[str | None, Query(max_length=400, description="All of these services, separated by commas")] = (
        None
    )
    bonded: Annotated[bool | None, Query(description="Whether goods may lie there under bond")] = None
    class9: Annotated[bool | None, Query(description="Whether it takes batteries of class 9")] = None
    access: Annotated[str | None, Query(max_length=40, description="Who may use it", examples=["public"])] = None


@router.get(
    "/warehouses",
    responses={200: described("A page of warehouses", page_schema(some_of(WAREHOUSE))), **problems()},
    response_class=Response,
    summary="List overseas warehouses",
)
def get_warehouses(
    desk: DeskOf,
    fields: WarehouseFields,
    wanted: Annotated[_Wanted, Depends()],
    on: On = None,
    limit: Limit = 50,
    after: After = None,
) -> Response:
    """Return the overseas warehouses of the data set that fit and are there on a day, each with its fee card."""
    catalogue, day = desk.catalogue, on or desk.clock().date()
    places = {row.code: row for row in catalogue.locations}
    services = _known_services(catalogue, wanted.services)
    filters: list[Callable[[Warehouse], bool]] = [
        lambda row: (row.valid_from or dt.date.min) <= day <= (row.valid_to or dt.date.max),
        lambda row: wanted.territory is None or places[row.location].territory == wanted.territory,
        lambda row: services <= set(row.services),
        lambda row: wanted.bonded is None or row.bonded == wanted.bonded,
        lambda row: wanted.class9 is None or row.class9 == wanted.class9,
        lambda row: wanted.access is None or row.access == wanted.access,
    ]
    found = [row for row in catalogue.warehouses if all(keeps(row) for keeps in filters)]

    def show(row: Warehouse) -> dict[str, Any]:
        return fields.pick(warehouse_json(row, places[row.location], _card(catalogue, row, day)))

    return as_json(slice_of(found, limit=limit, after=after, show=show))


@router.get(
    "/warehouses/{warehouse_id}",
    responses={200: described("The warehouse with its fees", WAREHOUSE_WITH_FEES), **problems(404)},
    response_class=Response,
    summary="Read an overseas warehouse with its fees",
)
def get_warehouse(warehouse_id: Id, desk: DeskOf, on: On = None) -> Response:
    """Return a warehouse, and all prices of the card that holds for it on a day; none where no card does."""
    catalogue, day = desk.catalogue, on or desk.clock().date()
    row = next((row for row in catalogue.warehouses if row.id == warehouse_id), None)
    if row is None:
        raise Refusal(why="not-found", subject=warehouse_id)
    card = catalogue.derived(Cards).of(row, day)
    shown = warehouse_json(row, catalogue.location(row.location), None if card is None else card.row.id)
    if card is None:
        return as_json(shown | {"fees": []})
    prices = [*card.tiers, *(price for rows in card.prices.values() for price in rows)]
    named = {"card_name_zh": card.row.name_zh, "card_name_en": card.row.name_en, "currency": card.row.currency}
    return as_json(shown | named | {"fees": [fee_json(price, card.row.currency) for price in prices]})


def _card(catalogue: Catalogue, row: Warehouse, day: dt.date) -> str | None:
    card = catalogue.derived(Cards).of(row, day)
    return None if card is None else card.row.id


def _known_services(catalogue: Catalogue, text: str | None) -> set[str]:
    """Return the services that are asked for; refused when no warehouse has one of them."""
    found = Findings()
    wanted = set(read_list(found, "services", text))
    known = {service for row in catalogue.warehouses for service in row.services}
    for service in sorted(wanted - known):
        found.add("services", service, "unknown_choice", choices=", ".join(sorted(known)))
    if found.faults:
        raise RequestFaultsError(found.faults)
    return wanted


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
