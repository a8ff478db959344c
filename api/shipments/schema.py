"""Shipments in the description of the interface."""

from __future__ import annotations

from typing import Any

from api.openapi_words import COUNT, FINGERPRINT, example, identifier, record
from api.shipments.records import REFERENCE, SHOWN
from data.cargo_fields import WORDS
from data.cargo_rules import GOODS

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_AMOUNT: Schema = {"type": ["number", "string", "null"], "minimum": 0}
_COUNT: Schema = {"type": ["integer", "string", "null"], "minimum": 1}
_TIME: Schema = {"type": ["string", "null"], "description": "A date, or a time with its zone"}
_FLAG: Schema = {"type": ["boolean", "string", "null"]}


def _maybe(about: str) -> Schema:
    return {"type": ["string", "null"], "description": about}


FIELDS: dict[str, Schema] = {
    REFERENCE: {
        "type": ["string", "number"],
        "maxLength": 80,
        "description": "The sender's own number, each once in a firm",
    },
    "shipper": _maybe("Who sends it"),
    "from": _TEXT | {"description": "Code or unambiguous name of the origin"},
    "to": _TEXT | {"description": "Code or unambiguous name of the destination"},
    "pieces": _COUNT,
    "weight_kg": {"type": ["number", "string"], "exclusiveMinimum": 0, "description": "Gross, of all pieces"},
    "volume_m3": {"type": ["number", "string"], "exclusiveMinimum": 0},
    "goods": {"type": ["array", "string", "null"], "items": {"enum": list(GOODS)}},
    "hs": _maybe("Commodity code of 6, 8 or 10 digits"),
    "currency": _maybe("Of all amounts; CNY if not said"),
    "value": _AMOUNT,
    "regime": _maybe("Customs regime; 0110 if not said"),
    "ready": {"type": "string", "description": "A date, or a time with its zone"},
    "depart_by": _TIME,
    "due": _TIME,
    "priority": {"type": ["integer", "string", "null"], "minimum": 1, "maximum": 5},
    "late_per_day": _AMOUNT,
    "unserved_price": _AMOUNT,
    "splittable": _FLAG,
    "box": _maybe("Box type of cargo in its own boxes"),
    "boxes": _COUNT,
    "temperature": {"enum": [*WORDS["temperature"], *WORDS["temperature"].values(), None]},
    "odour": {"enum": [*WORDS["odour"], *WORDS["odour"].values(), None]},
    "customs_seal": _FLAG,
}
"""The fields of a shipment, by the names of the interface."""
EXAMPLE: Schema = {
    REFERENCE: "PO-1",
    "from": "CNNGB-P",
    "to": "DEHAM-P",
    "weight_kg": 800,
    "volume_m3": 4.2,
    "pieces": 40,
    "ready": "2026-12-01",
}
_NEEDED = [REFERENCE, "from", "to", "weight_kg", "volume_m3", "ready"]


def _body(schema: Schema, example: Schema, *, is_needed: bool = True) -> Schema:
    return {
        "requestBody": {"required": is_needed, "content": {"application/json": {"schema": schema, "example": example}}}
    }


NEW = _body({"type": "object", "required": _NEEDED, "properties": FIELDS, "additionalProperties": False}, EXAMPLE)
CHANGE = _body(
    {"type": "object", "properties": FIELDS, "additionalProperties": False}, {"due": "2027-02-01", "shipper": None}
)
_WORDS: Schema = {"type": ["string", "array", "null"], "items": _TEXT}
OPTIONS = _body(
    {
        "type": "object",
        "properties": {
            **dict.fromkeys(("avoid", "modes", "via", "scenario"), _WORDS),
            "max_transfers": {"type": ["integer", "null"], "minimum": 0},
            "alternatives": {"type": ["integer", "null"], "minimum": 0, "maximum": 5},
            "backward": _FLAG,
        },
        "additionalProperties": False,
    },
    {"avoid": ["air"]},
    is_needed=False,
)
_OWN: dict[str, Schema] = {
    "id": _TEXT,
    "firm": _TEXT,
    "version": {"type": "integer"},
    "state": {"enum": ["open", "booked"]},
    "import": _maybe("Id of the file it came in"),
    "created_at": _TEXT | {"format": "date-time"},
    "changed_at": _TEXT | {"format": "date-time"},
}
SHIPMENT: Schema = {
    "type": "object",
    "required": list(SHOWN),
    "properties": {name: _OWN.get(name, FIELDS.get(name, {})) for name in SHOWN},
    "additionalProperties": False,
}
"""A shipment as it is answered."""
IMPORTED: Schema = record(
    {
        "id": identifier("im"),
        "rows": example(COUNT, 1200),
        "digest": FINGERPRINT | {"description": "SHA-256 of the file"},
    }
)
