"""JSON Schema of bookings, departures and allotments, as the service answers with them."""

from __future__ import annotations

from typing import get_args

from api.answer_schema import Schema
from api.bookings.particulars import PARTIES, GoodsLine
from api.bookings.states import State
from api.openapi_words import (
    COUNT_OR_NULL,
    FINGERPRINT,
    FLAG,
    INSTANT,
    INSTANT_OR_NULL,
    INTEGER,
    LIMIT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    example,
    identifier,
    list_of,
    record,
)
from data.codes import BookingAction

DEPARTURE_ID: Schema = example(TEXT, "SEA-1@20260520T1400Z") | {
    "description": "Service, and when it leaves its first call"
}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MODE: Schema = {"type": "string", "enum": ["road", "rail", "sea", "air", "parcel"], "examples": ["sea"]}
_AMOUNT: dict[str, Schema] = {
    "teu_milli": example(_COUNT, 0),
    "mass_g": example(_COUNT, 800_000),
    "volume_cm3": example(_COUNT, 4_200_000),
}
ROOM: Schema = record(dict.fromkeys(_AMOUNT, LIMIT_OR_NULL)) | {"description": "Null is no limit"}
_TAKEN: Schema = record(_AMOUNT)

_LEG = record(
    {
        "departure": DEPARTURE_ID,
        "first_call": example(_COUNT, 0) | {"description": "Where it begins: position among the calls"},
        "last_call": example(_COUNT, 1),
        "service": TEXT,
        "mode": _MODE,
        "from": TEXT,
        "to": TEXT,
        "depart_at": INSTANT,
        "arrive_at": INSTANT,
        "form": example(TEXT, "loose") | {"description": "Type of box, or loose"},
        **_AMOUNT,
    }
)
_FEE = record(
    {
        "action": {"enum": list(get_args(BookingAction))},
        "at": INSTANT,
        "cny_minor": _COUNT,
        "row": example(TEXT, "BF.cancel.sea") | {"description": "Row of the table of fees"},
        "assumed": FLAG,
    }
)
_PARTY_FIELDS: dict[str, Schema] = {
    "name_en": example(TEXT, "Wenzhou Ouhai Optical Co., Ltd."),
    "name_zh": example(TEXT, "温州瓯海光学有限公司"),
    "address": example(TEXT, "18 Chashan Road\nOuhai, Wenzhou"),
    "territory": example(TEXT, "CN"),
    "tax_id": example(TEXT, "91330304MA2ABCDE1F"),
    "contact": example(TEXT, "Wang Li"),
    "phone": example(TEXT, "+86 577 8888 0000"),
    "email": example(TEXT, "wang@example.com"),
}
_GOODS_FIELDS: dict[str, Schema] = {
    name: example(TEXT, str((field.examples or [""])[0])) for name, field in GoodsLine.model_fields.items()
}
_SAID = record({}, optional=_PARTY_FIELDS)
_FACTS: Schema = {
    "type": "object",
    "additionalProperties": TEXT,
    "examples": [{"incoterm": "FOB", "incoterm_place": "Ningbo"}],
}
PARTICULARS: Schema = {
    "anyOf": [
        record(
            {},
            optional={
                **dict.fromkeys(PARTIES, _SAID),
                "goods": list_of(record({}, optional=_GOODS_FIELDS)),
                "facts": _FACTS,
            },
        ),
        {"type": "null"},
    ],
    "description": "Parties, goods and facts for papers, as they were given; null if nobody gave any",
}
PARTY: Schema = record(
    {"id": identifier("pt"), "firm": identifier("fm"), **_PARTY_FIELDS, "created_at": INSTANT, "changed_at": INSTANT}
)
"""Somebody in the address book."""
_PRICE = record({"amount_minor": example(INTEGER, 802_081), "currency": TEXT, "cny_minor": example(INTEGER, 802_081)})
BOOKING: Schema = record(
    {
        "id": identifier("bk"),
        "firm": identifier("fm"),
        "state": {"type": "string", "enum": list(get_args(State))},
        "version": {"type": "integer", "minimum": 1},
        "quote": identifier("qt"),
        "option": {"type": "integer", "minimum": 1},
        "reference": TEXT,
        "note": TEXT,
        "from": TEXT,
        "to": TEXT,
        "mass_g": _AMOUNT["mass_g"],
        "volume_cm3": _AMOUNT["volume_cm3"],
        "pieces": example(_COUNT, 40),
        "regime": example(TEXT_OR_NULL, "0110"),
        "hs": example(TEXT_OR_NULL, "900311"),
        "value_cny_minor": example(COUNT_OR_NULL, 12_000_000),
        "emissions_g": example(COUNT_OR_NULL, 210_000),
        "particulars": PARTICULARS,
        "depart_at": INSTANT,
        "arrive_at": INSTANT,
        "price": _PRICE,
        "fees_cny_minor": _COUNT,
        "fees": example(list_of(_FEE), []),
        "legs": list_of(_LEG),
        "held_until": INSTANT_OR_NULL,
        "created_at": INSTANT,
        "changed_at": INSTANT,
    }
)
KEPT_QUOTE: Schema = record(
    {
        "id": identifier("qt"),
        "firm": identifier("fm"),
        "created_at": INSTANT,
        "created_by": example(TEXT, "us_01kbcagezr000000000000000"),
        "expires_at": INSTANT,
        "fingerprint": FINGERPRINT,
        "shipment": record(
            {
                "origin": TEXT,
                "destination": TEXT,
                "mass_g": _AMOUNT["mass_g"],
                "volume_cm3": _AMOUNT["volume_cm3"],
                "pieces": example(_COUNT, 40),
                "box": example(TEXT_OR_NULL, None),
                "boxes": example(COUNT_OR_NULL, None),
                "goods": example(list_of(TEXT), []),
                "regime": TEXT,
            }
        ),
    }
)
"""A quote without its answer."""
ALLOTMENT: Schema = record(
    {
        "id": identifier("al"),
        "firm": identifier("fm"),
        "departure": DEPARTURE_ID,
        **_AMOUNT,
        "release_at": INSTANT,
        "open": FLAG,
    }
)
DEPARTURE: Schema = record(
    {
        "id": DEPARTURE_ID,
        "service": TEXT,
        "mode": _MODE,
        "start_at": INSTANT,
        "capacity": ROOM,
        "free": ROOM | {"description": "On all its runs; null is no limit"},
        "calls": list_of(record({"location": TEXT, "arrive_at": INSTANT_OR_NULL, "depart_at": INSTANT_OR_NULL})),
        "runs": list_of(
            record({"from": TEXT, "to": TEXT, "free": ROOM, "taken": {"anyOf": [_TAKEN, {"type": "null"}]}})
        ),
        "allotments": list_of(ALLOTMENT),
    }
)
