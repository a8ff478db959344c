"""JSON Schema of places, departure boards and lines, as the service answers with them."""

from __future__ import annotations

from api.answer_schema import Schema
from api.bookings.schema import DEPARTURE_ID, ROOM
from api.openapi_words import FLAG, TEXT, example, list_of, record, some_of

_LOCAL: Schema = {"type": "string", "format": "date-time", "examples": ["2026-12-01T18:00:00+08:00"]}
_LOCAL_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time", "examples": [None]}
_MODE: Schema = {"type": "string", "enum": ["road", "rail", "sea", "air", "parcel"], "examples": ["sea"]}

PLACES: Schema = list_of(
    record(
        {"code": example(TEXT, "CNWNZ"), "name_zh": example(TEXT, "温州"), "name_en": example(TEXT, "Wenzhou")}
        | {"kind": example(TEXT, "city")}
    )
)
_ON_BOARD: dict[str, Schema] = {
    "service": TEXT,
    "service_name_zh": TEXT,
    "service_name_en": TEXT,
    "mode": _MODE,
    "status": example(TEXT, "active"),
    **dict.fromkeys(("from", "from_name_zh", "from_name_en", "to", "to_name_zh", "to_name_en"), TEXT),
    "depart_at": _LOCAL,
    "depart_zone": example(TEXT, "Asia/Shanghai"),
    "arrive_at": _LOCAL,
    "arrive_zone": example(TEXT, "Europe/Berlin"),
    "cargo_cutoff_at": _LOCAL_OR_NULL,
    "papers_cutoff_at": _LOCAL_OR_NULL,
    "departure": {"anyOf": [DEPARTURE_ID, {"type": "null"}], "description": "Null if it cannot be booked"},
    "free": {"anyOf": [ROOM, {"type": "null"}], "description": "What is free on its stretch"},
}
BOARD: Schema = list_of(some_of(record(_ON_BOARD)))
"""Departures; what of them is not kept, or not asked for, is left out."""
_POINT: Schema = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 2,
    "examples": [[121.9, 29.9]],
}
LINES: Schema = record(
    {
        "type": {"const": "FeatureCollection"},
        "features": list_of(
            record(
                {
                    "type": {"const": "Feature"},
                    "properties": record({"mode": _MODE, "name": TEXT, "approximate": FLAG}),
                    "geometry": record({"type": {"const": "MultiLineString"}, "coordinates": list_of(list_of(_POINT))}),
                }
            )
        ),
    }
)
