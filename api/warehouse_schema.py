"""JSON Schema of overseas warehouses, as the service answers with them."""

from __future__ import annotations

from typing import get_args

from api.answer_schema import Schema
from api.openapi_words import (
    COUNT_OR_NULL,
    DAY_OR_NULL,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    example,
    list_of,
    record,
)
from data.codes import Confidence, WarehouseAccess, WarehouseBasis, WarehouseFeeKind, WarehouseKind

_AMOUNT: Schema = {"type": "string", "description": "A decimal number", "examples": ["12.50"]}
_AMOUNT_OR_NULL: Schema = {"type": ["string", "null"], "description": "A decimal number", "examples": [None]}
_KNOWN: dict[str, Schema] = {
    "source": example(TEXT, "Price list of the operator"),
    "as_of": example(TEXT, "2026-07"),
    "confidence": {"type": "string", "enum": list(get_args(Confidence))},
    "assumed": FLAG,
}
_WAREHOUSE: dict[str, Schema] = {
    "id": example(TEXT, "WH-DE-BREMEN"),
    "location": example(TEXT, "WH-DE-BREMEN"),
    "name_zh": TEXT,
    "name_en": TEXT,
    "territory": example(TEXT, "DE"),
    "operator_zh": TEXT,
    "operator_en": TEXT,
    "access": {"type": "string", "enum": list(get_args(WarehouseAccess))},
    "kind": {"type": "string", "enum": list(get_args(WarehouseKind))},
    "services": example(list_of(TEXT), ["storage"]),
    "bonded": FLAG,
    "class9": FLAG | {"description": "Whether it takes batteries of class 9"},
    "area_m2": example(COUNT_OR_NULL, 12_000),
    "capacity_m3": _AMOUNT_OR_NULL,
    "opened": {"type": ["integer", "null"], "description": "Year", "examples": [2019]},
    "valid_from": DAY_OR_NULL,
    "valid_to": DAY_OR_NULL,
    "card": example(TEXT_OR_NULL, None) | {"description": "Id of the fee card that holds for it"},
    "note": example(TEXT_OR_NULL, None),
    **_KNOWN,
}
WAREHOUSE: Schema = record(_WAREHOUSE)
_FEE = record(
    {
        "id": TEXT,
        "fee": {"type": "string", "enum": list(get_args(WarehouseFeeKind))},
        "basis": {"type": "string", "enum": list(get_args(WarehouseBasis))},
        "unit": example(TEXT_OR_NULL, None),
        "zone": example(TEXT_OR_NULL, None),
        "from_day": example(COUNT_OR_NULL, 0),
        "to_day": example(COUNT_OR_NULL, 30),
        "above_kg": _AMOUNT_OR_NULL,
        "to_kg": _AMOUNT_OR_NULL,
        "price": _AMOUNT | {"description": "In units of the currency"},
        "currency": example(TEXT, "EUR"),
        **_KNOWN,
    }
)
_CARD: dict[str, Schema] = {"card_name_zh": TEXT, "card_name_en": TEXT, "currency": example(TEXT, "EUR")}
WAREHOUSE_WITH_FEES: Schema = record(_WAREHOUSE | {"fees": list_of(_FEE)}, optional=_CARD)
"""A warehouse with the prices of its card; without a card the members about it are missing."""
