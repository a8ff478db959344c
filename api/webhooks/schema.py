"""JSON Schema of webhooks and deliveries, as the service answers with them."""

from __future__ import annotations

from typing import get_args

from api.answer_schema import Schema
from api.events.words import Kind
from api.openapi_words import (
    COUNT,
    FLAG,
    INSTANT,
    INSTANT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    example,
    identifier,
    list_of,
    record,
)

_KIND: Schema = {"type": "string", "enum": list(get_args(Kind))}
_WEBHOOK: dict[str, Schema] = {
    "id": identifier("wh"),
    "firm": identifier("fm"),
    "url": example(TEXT, "https://example.com/hooks/hubport"),
    "kinds": example(list_of(_KIND), ["booking.confirmed", "event.captured"]),
    "all_firms": FLAG,
    "note": TEXT,
    "active": FLAG | {"default": True},
    "disabled_why": example(TEXT_OR_NULL, None) | {"description": "Why the service switched it off, if it did"},
    "version": {"type": "integer", "minimum": 1},
    "created_at": INSTANT,
}
WEBHOOK: Schema = record(_WEBHOOK)
_SECRET = example(TEXT_OR_NULL, "whsec_c2VjcmV0") | {"description": "Shown once; null when the write is repeated"}
NEW_WEBHOOK: Schema = record(_WEBHOOK | {"secret": _SECRET})
REPLAYED: Schema = record(
    {
        "queued": COUNT,
        "rest_from": INSTANT_OR_NULL | {"description": "From when to ask again; null when that was all"},
    }
)
DELIVERY: Schema = record(
    {
        "id": identifier("dl"),
        "webhook": identifier("wh"),
        "event": identifier("ev"),
        "kind": _KIND,
        "state": {"type": "string", "enum": ["pending", "delivered", "failed"]},
        "attempts": COUNT,
        "next_at": INSTANT_OR_NULL | {"description": "Of the next attempt, while it waits"},
        "last_status": {"type": ["integer", "null"], "description": "Of the last answer", "examples": [None]},
        "last_error": example(TEXT_OR_NULL, None),
        "created_at": INSTANT,
        "ended_at": INSTANT_OR_NULL,
    }
)
