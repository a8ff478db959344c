"""JSON Schema of questions about a seller's stock on one day, and of their answers."""

from __future__ import annotations

from typing import get_args

from api.answer_schema import Json, Schema
from api.openapi_words import COUNT, FINGERPRINT, FLAG, INTEGER, TEXT, example, list_of, or_null, record
from api.stocking.ask_today import MOST_ORDERS, MOST_WITHIN
from api.stocking.file import FILE
from api.stocking.schema import FILE_BODY, STOCK_EXAMPLE, UPLOAD, as_texts, sheet_rows
from data.orders import RouteReason
from data.stock_feed import FeedReason
from data.stock_fields import ORDERS, WORDS

_DAY: Schema = example(TEXT | {"format": "date"}, "2026-11-30")
_FEN: Schema = INTEGER | {"description": "In fen"}
_MINOR: Schema = INTEGER | {"description": "In the minor unit of the currency"}
_ON: Schema = TEXT | {"description": "The day that is meant, such as 2026-12-01; today if not given"}
_ALERTS_ASKED: dict[str, Schema] = {
    "on": _ON,
    "within": {"type": ["integer", "string"], "description": f"Days ahead, at most {MOST_WITHIN} (stock_alert_days)"},
    "card": TEXT | {"description": "Id of a fee card that every warehouse is to have, to compare cards"},
}
ALERTS_BODY: Schema = {
    "type": "object",
    "required": [FILE],
    "additionalProperties": False,
    "properties": {FILE: FILE_BODY, **or_null(_ALERTS_ASKED)},
}
ALERTS_FORM: Schema = {
    "type": "object",
    "required": [FILE],
    "properties": {FILE: UPLOAD, **as_texts(_ALERTS_ASKED)},
}
ALERTS_EXAMPLE: Json = {"on": "2026-11-30", "within": 45, FILE: STOCK_EXAMPLE}
ROUTE_BODY: Schema = {
    "type": "object",
    "required": [FILE, ORDERS],
    "additionalProperties": False,
    "properties": {
        FILE: FILE_BODY,
        ORDERS: sheet_rows(ORDERS) | {"description": f"A row for each SKU of an order; at most {MOST_ORDERS} orders"},
        **or_null({"on": _ON}),
    },
}
ROUTE_FORM: Schema = {
    "type": "object",
    "required": [FILE, ORDERS],
    "properties": {
        FILE: UPLOAD,
        ORDERS: UPLOAD | {"description": f"The orders, at most {MOST_ORDERS}: .csv, .xlsx or .json"},
        **as_texts({"on": _ON}),
    },
}
ROUTE_EXAMPLE: Json = {
    "on": "2026-11-30",
    FILE: STOCK_EXAMPLE,
    ORDERS: [
        {
            "order": "1001",
            "market": "DE",
            "sku": "LAMP-1",
            "units": 2,
            "placed_on": "2026-11-29",
            "promise": "2026-12-03",
        }
    ],
}

_ADVICE: Schema = record(
    {
        "action": TEXT | {"description": "discount, move, return or destroy"},
        "units": COUNT,
        "act_by": _DAY,
        "discount": {"type": "number"},
        "to": {"type": ["string", "null"], "examples": [None]},
        "gain_fen": _FEN | {"description": "Beside keeping all pieces at full price, in fen"},
    }
)
_ALERT: Schema = record(
    {
        "sku": TEXT,
        "warehouse": TEXT,
        "state": {"enum": [*WORDS["state"]]},
        "units": COUNT,
        "received_on": _DAY,
        "on": _DAY | {"description": "The first dear day"},
        "days_left": COUNT,
        "card": TEXT,
        "currency": TEXT,
        "exponent": COUNT | {"description": "Decimals of the currency"},
        "from_day": COUNT | {"description": "Day of storage from which the dearer price holds"},
        "rate_before": TEXT,
        "rate_after": TEXT,
        "day_before_minor": _MINOR,
        "day_after_minor": _MINOR,
        "later_minor": _MINOR,
        "later_fen": _FEN,
        "row": record({"id": TEXT, "confidence": TEXT, "assumed": FLAG}),
    },
    optional={"advice": {"anyOf": [_ADVICE, {"type": "null"}], "description": "What is best done; null: keep it"}},
)
ALERTS: Schema = record(
    {
        "today": _DAY,
        "within": COUNT,
        "alerts": list_of(_ALERT),
        "later_fen": _FEN | {"description": "What is paid in as many days from the first edge of each piece, in fen"},
        "unpriced": list_of(TEXT) | {"description": "Warehouses with stock that have no fee card"},
        "advised": FLAG | {"description": "Whether it was worked out what is best done"},
        "fingerprint": FINGERPRINT,
    }
)
"""As `hubport stock alerts --json` prints it."""
_PARCEL: Schema = record(
    {
        "order": TEXT,
        "warehouse": TEXT,
        "lines": list_of(record({"sku": TEXT, "units": COUNT})),
        "zone": TEXT,
        "arrives_on": _DAY,
        "late_days": COUNT,
        "pick_fen": _FEN,
        "parcel_fen": _FEN,
        "late_fen": _FEN,
    }
)
_UNSENT: Schema = record(
    {"order": TEXT, "sku": TEXT, "units": COUNT, "reason": {"enum": [*get_args(RouteReason)]}, "lost_fen": _FEN}
)
ROUTING: Schema = record(
    {
        "day": _DAY,
        "parcels": list_of(_PARCEL),
        "unsent": list_of(_UNSENT),
        "prices": list_of(record({"sku": TEXT, "warehouse": TEXT, "price_fen": _FEN}))
        | {"description": "What one more piece in a warehouse would be worth"},
        "cost_fen": _FEN,
        "later_fen": _FEN | {"description": "Expected cost of later demand with what is then left, in fen"},
        "bound_fen": _FEN | {"description": "No other routing has a lower sum of the two, in fen"},
        "nearest_fen": _FEN | {"description": "Their sum by the usual rule, the nearest warehouse, in fen"},
        "gap": {"type": "number"},
        "is_whole": FLAG | {"description": "Whether the solver was not stopped by its time limit"},
        "fingerprint": FINGERPRINT,
    }
)
"""As `hubport stock route --json` prints it."""

FEED_BODY: Schema = {
    "type": "object",
    "required": [FILE],
    "additionalProperties": False,
    "properties": {FILE: FILE_BODY, "on": _ON},
}
FEED_FORM: Schema = {
    "type": "object",
    "required": [FILE],
    "properties": {FILE: UPLOAD, **as_texts({"on": _ON})},
}
FEED_EXAMPLE: Json = {"on": "2026-11-30", FILE: STOCK_EXAMPLE}
_DAYS: Schema = {"type": "number", "description": "Days of cover on the day of arrival"}
_PIECES: Schema = {"type": "number", "description": "Expected pieces"}
_FEED_MOVE: Schema = record(
    {
        "sku": TEXT,
        "origin": TEXT,
        "to": TEXT,
        "cartons": COUNT,
        "units": COUNT,
        "oldest_on": _DAY,
        "newest_on": _DAY,
        "arrives_on": _DAY,
        "before_days": _DAYS,
        "after_days": _DAYS,
        "transfer_fen": _FEN,
        "carriage_fen": _FEN,
        "storage_fen": _FEN | {"description": "Storage at the marketplace until the next feeding arrives, in fen"},
        "saved_fen": _FEN | {"description": "Storage it no longer pays where it lay, in fen"},
        "cost_fen": _FEN | {"description": "Transfer, carriage and storage, less what is saved, in fen"},
    }
)
_FEED_COVER: Schema = record(
    {
        "sku": TEXT,
        "to": TEXT,
        "arrives_on": _DAY,
        "units_before": _PIECES,
        "coming_units": COUNT,
        "sent_units": COUNT,
        "day_units": _PIECES,
        "target_units": _PIECES,
        "most_units": _PIECES,
        "before_days": _DAYS,
        "after_days": _DAYS,
        "low_fen": _FEN | {"description": "Expected fee for low stock that remains, in fen"},
        "lost_fen": _FEN | {"description": "Expected margin of lost sales that remains, in fen"},
        "avoided_fen": _FEN,
        "over_fen": _FEN | {"description": "Storage of pieces above the most days of cover, in fen"},
        "reason": {"enum": [*get_args(FeedReason)]},
    }
)
FEED: Schema = record(
    {
        "today": _DAY,
        "marketplaces": list_of(
            record(
                {
                    "warehouse": TEXT,
                    "low_days": COUNT,
                    "high_days": COUNT,
                    "lead_days": COUNT,
                    "sold_share": {"type": "number"},
                    "limit_m3": {"type": ["number", "null"], "examples": [None]},
                }
            )
        ),
        "moves": list_of(_FEED_MOVE),
        "covers": list_of(_FEED_COVER),
        "cost_fen": _FEN | {"description": "Of moves, with the fees and lost sales that remain, in fen"},
        "bound_fen": _FEN | {"description": "By these rules nothing costs less, in fen"},
        "avoided_fen": _FEN,
        "assumed": list_of(TEXT) | {"description": "Ids of rows it rests on that are assumptions"},
        "fingerprint": FINGERPRINT,
    }
)
"""As `hubport stock feed --json` prints it."""
