"""JSON Schema of requests for plans and schedules, and of what is kept of them."""

from __future__ import annotations

from api.answer_schema import Json, Schema
from api.openapi_words import or_null
from api.plans.ask import FIELDS, MOST_PLAN_S, MOST_SCHEDULE_S
from data.cargo_fields import FIELDS as CARGO

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_YES_OR_NO: Schema = {"type": ["boolean", "string"], "examples": [False]}
_FEN: Schema = {"type": "integer", "description": "In fen"}
_NUMBER: Schema = {"type": ["number", "string"]}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_ANY: Schema = {"type": ["string", "number", "boolean", "array", "null"], "items": _TEXT}
_NAME: Schema = {"type": ["string", "number"], "maxLength": 200, "description": "Your words for it"}
_PRIORITY: Schema = {"type": "integer", "minimum": 0, "maximum": 9, "description": "Among your own jobs; 5 is usual"}
_SEED: Schema = {"type": "integer", "minimum": 0}

_SHIPMENT: Schema = {
    "type": "object",
    "required": [known.en for known in CARGO if known.is_required],
    "properties": {known.en: {**_ANY, "description": known.zh} for known in CARGO},
}
_ASKED: Schema = {
    "name": _NAME,
    "priority": _PRIORITY,
    "time_limit": {**_NUMBER, "description": f"Seconds, at most {MOST_PLAN_S} (60)"},
    "gap": {**_NUMBER, "description": "Gap between cost and bound at which it is done (0.005)"},
    "seed": _SEED,
    "deterministic": {**_YES_OR_NO, "description": "The same plan every time; time_limit counts steps"},
    "holding_rate": {**_NUMBER, "description": "Percent a year on goods on their way (0)"},
    "carbon_price": {**_NUMBER, "description": "CNY a tonne of CO2e (0)"},
    "freeze": {**_TEXT, "description": "Id of an earlier plan, of which promises stay"},
    "freeze_before": {**_TEXT, "description": "What departs before stays, too; such as 2026-12-01T00:00+08:00"},
    "freeze_all": {**_YES_OR_NO, "description": "All of the earlier plan stays"},
    "pin": {
        "type": ["array", "string", "null"],
        "items": {"type": "string"},
        "description": "Ids of load units, and of shipments outside them, that stay; in a form a list as JSON",
    },
}
PLAN_BODY: Schema = {
    "type": "object",
    "required": ["cargo"],
    "additionalProperties": False,
    "properties": {"cargo": {"type": "array", "items": _SHIPMENT}, **or_null(_ASKED)},
}
PLAN_FORM: Schema = {
    "type": "object",
    "required": ["cargo"],
    "properties": {
        "cargo": {"type": "string", "format": "binary", "description": "A cargo list: .xlsx, .csv or .json"},
        **{name: {**_TEXT, "description": _ASKED[name].get("description", "")} for name in FIELDS if name in _ASKED},
    },
}
COMMIT_BODY: Schema = {
    "type": "object",
    "required": ["ids", "as"],
    "additionalProperties": False,
    "properties": {
        "ids": {
            "type": "array",
            "items": _TEXT,
            "minItems": 1,
            "description": "Of load units, and of shipments that travel alone",
        },
        "as": {"enum": ["planned", "booked", "loaded", "departed"], "description": "How far they are a promise"},
    },
}
PLAN_EXAMPLE: Json = {
    "name": "2026-W49",
    "time_limit": 30,
    "cargo": [
        {
            "id": "A-1",
            "from": "瓯海",
            "to": "汉堡",
            "weight_kg": 800,
            "volume_m3": 4.2,
            "pieces": 40,
            "ready": "2026-12-01",
        },
        {
            "id": "A-2",
            "from": "诸暨",
            "to": "莫斯科",
            "weight_kg": 5200,
            "volume_m3": 28,
            "pieces": 120,
            "ready": "2026-12-03",
            "due": "2027-01-15",
        },
    ],
}
_KEPT: Schema = {
    "id": _TEXT,
    "firm": _TEXT,
    "job": _TEXT,
    "name": _TEXT,
    "created_at": _INSTANT,
    "created_by": _TEXT,
    "fingerprint": {**_TEXT, "description": "Of the data set it was made by"},
    "is_partial": {**_FLAG, "description": "Whether its job was cancelled, and this is the best there was by then"},
    "status": {"enum": ["optimal", "feasible", "stopped"]},
    "seed": {"type": "integer"},
    "runtime_s": {"type": "number"},
}
_PLAN: Schema = {
    "cost_minor": _FEN,
    "bound_minor": {"type": ["integer", "null"], "description": "No plan costs less, in fen"},
    "gap": {"type": ["number", "null"]},
    "alone_minor": _FEN,
    "saving_minor": _FEN,
    "currency": _TEXT,
    **dict.fromkeys(("shipments", "journeys", "unserved", "loads", "splits"), _COUNT),
}
_TIER: Schema = {
    "type": "object",
    "properties": {"name": _TEXT, "value": {"type": "integer"}, "bound": {"type": "integer"}},
}
PLAN: Schema = {"type": "object", "required": [*_KEPT, *_PLAN], "properties": {**_KEPT, **_PLAN}}
SCHEDULE_BODY: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": _NAME,
        "priority": _PRIORITY,
        "time_limit": {**_NUMBER, "description": f"Seconds, at most {MOST_SCHEDULE_S} (8)"},
        "seed": _SEED,
        "credits": {
            "type": "object",
            "additionalProperties": {"enum": ["aeo", "ordinary", "dishonest"]},
            "description": "Grade of shippers",
        },
    },
}
_SCHEDULE: Schema = {
    "plan": _TEXT,
    **dict.fromkeys(("consignments", "missed", "tasks"), _COUNT),
    "tiers": {"type": "array", "items": _TIER},
}
SCHEDULE: Schema = {"type": "object", "required": [*_KEPT, *_SCHEDULE], "properties": {**_KEPT, **_SCHEDULE}}
_LINES: Schema = {"type": "array", "items": {"type": "object"}, "examples": [[]]}
PLAN_FILE: Schema = {
    "type": "object",
    "required": ["format", "fingerprint", "shipments", "journeys", "loads", "unserved"],
    "properties": {
        "format": {**_COUNT, "description": "Version of the file"},
        "fingerprint": _KEPT["fingerprint"],
        **dict.fromkeys(("shipments", "journeys", "loads", "unserved"), _LINES),
    },
    "description": "docs/formats.md has all of it",
}
SCHEDULE_FILE: Schema = {
    "type": "object",
    "required": ["kind", "format", "plan"],
    "properties": {"kind": _TEXT, "format": {**_COUNT, "description": "Version of the file"}, "plan": PLAN_FILE},
    "description": "docs/formats.md has all of it",
}
_EXPLAINED: dict[str, Schema] = {
    "shipment": {**_TEXT, "examples": ["A-1"]},
    "shipper": {"type": ["string", "null"], "examples": ["瓯海眼镜"]},
    "from": _TEXT,
    "to": _TEXT,
    "weight_kg": {"type": "number"},
    "volume_m3": {"type": "number"},
    "pieces": _COUNT,
    "currency": _TEXT,
    "fingerprint": _KEPT["fingerprint"],
    "served": _FLAG,
}
EXPLANATION: Schema = {
    "type": "object",
    "required": list(_EXPLAINED),
    "properties": {**_EXPLAINED, "parts": _LINES, "steps": _LINES, "reason_zh": _TEXT, "reason_en": _TEXT},
    "description": "Of a shipment in parts: the parts; of one that travels: its steps and costs; else: why it stays",
}
