"""JSON Schema of requests about a seller's stock, and of what is kept and answered."""

from __future__ import annotations

from collections.abc import Mapping

from api.answer_schema import Json, Schema
from api.openapi_words import COUNT, FLAG, INSTANT, INTEGER, TEXT, example, identifier, or_null, record
from api.stocking.ask import MOST_S, MOST_WEEKS, PLAN_OPTIONS, USUAL_S, USUAL_WEEKS
from api.stocking.file import FILE
from data.stock_fields import DEMAND, FIELDS, LOTS, NEEDED, SHEETS

ANY: Schema = {"type": ["string", "number", "null"]}
_NUMBER: Schema = {"type": ["number", "string"]}
_FEN: Schema = INTEGER | {"description": "In fen"}


def sheet_rows(name: str) -> Schema:
    """Return the schema of the rows of a sheet."""
    fields = FIELDS[name]
    row: Schema = {
        "type": "object",
        "required": [field.en for field in fields if field.is_required],
        "properties": {field.en: ANY | {"description": field.zh} for field in fields},
    }
    return {"type": "array", "items": row}


def as_texts(fields: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the fields of a body as those of a form, where everything is text."""
    return {name: {**TEXT, "description": field.get("description", "")} for name, field in fields.items()}


FILE_BODY: Schema = {
    "type": "object",
    "required": sorted(NEEDED),
    "properties": {name: sheet_rows(name) for name in SHEETS},
    "description": "The seller's file: docs/stock.md has its sheets",
}
PLAN_ASKED: dict[str, Schema] = {
    "name": {"type": ["string", "number"], "maxLength": 200, "description": "Your words for it"},
    "priority": {**INTEGER, "minimum": 0, "maximum": 9, "description": "Among your own jobs; 5 is usual"},
    "from": {**TEXT, "description": "Where goods leave from: code or name of a place"},
    "weeks": {**_NUMBER, "description": f"How many are planned, at most {MOST_WEEKS} ({USUAL_WEEKS})"},
    "service": {**_NUMBER, "description": "Share of demand to be met; that of the settings if not given"},
    "seed": {**INTEGER, "minimum": 0, "description": "Of the futures and of every random choice (0)"},
    "time_limit": {**_NUMBER, "description": f"Seconds of the search, at most {MOST_S} ({USUAL_S})"},
    "gap": {**_NUMBER, "description": "Gap between cost and bound at which it is done (0.005)"},
}
PLAN_BODY: Schema = {
    "type": "object",
    "required": [FILE, "from"],
    "additionalProperties": False,
    "properties": {FILE: FILE_BODY, **or_null(PLAN_ASKED, "from")},
}
UPLOAD: Schema = {"type": "string", "format": "binary", "description": "The seller's file: .xlsx or .json"}
PLAN_FORM: Schema = {
    "type": "object",
    "required": [FILE, "from"],
    "properties": {
        FILE: UPLOAD,
        **as_texts({name: PLAN_ASKED[name] for name in PLAN_OPTIONS}),
    },
}
_SKU: Json = {
    "sku": "LAMP-1", "length_cm": 30, "width_cm": 20, "height_cm": 20, "weight_kg": 1.5, "value": 80,
    "carton_units": 10,
}  # fmt: skip
STOCK_EXAMPLE: Json = {
    "skus": [_SKU],
    DEMAND: [{"sku": "LAMP-1", "market": "DE", "week": "2026-W49", "units": 40, "sd": 12}],
    LOTS: [
        {"sku": "LAMP-1", "warehouse": "GC-DE", "state": "on_hand", "units": 280, "ages": "200@12;80@95",
         "counted_on": "2026-11-29"}
    ],
}  # fmt: skip
PLAN_EXAMPLE: Json = {"name": "2026-W49", "from": "义乌", "weeks": 20, "time_limit": 60, FILE: STOCK_EXAMPLE}

STOCK_PLAN: Schema = record(
    {
        "id": identifier("st"),
        "firm": TEXT,
        "job": identifier("job"),
        "name": TEXT,
        "created_at": INSTANT,
        "created_by": TEXT,
        "fingerprint": TEXT | {"description": "Of the data set it was made by"},
        "is_partial": FLAG | {"description": "Whether its job was cancelled, and this is the best there was by then"},
        "status": {"enum": ["optimal", "feasible", "stopped"]},
        "start": example(TEXT | {"format": "date"}, "2026-11-30"),
        "weeks": COUNT,
        "cost_minor": _FEN,
        "bound_minor": INTEGER | {"description": "No plan costs less, in fen"},
        "gap": {"type": "number"},
        "nothing_minor": INTEGER | {"description": "What it would cost to send nothing more, in fen"},
        "service": {"type": "number", "description": "Share of demand that is met in the futures of the plan"},
        "currency": TEXT,
        "warehouses": COUNT,
        "sendings": COUNT | {"description": "SKUs by week and way"},
        "now": COUNT | {"description": "Those of the first week"},
        "seed": INTEGER,
        "runtime_s": {"type": "number"},
    }
)
"""What is shown of a kept stocking plan."""
_LINES: Schema = {"type": "array", "items": {"type": "object"}, "examples": [[]]}
STOCK_PLAN_FILE: Schema = {
    "type": "object",
    "required": ["format", "kind", "fingerprint", "sendings", "boxes", "homes"],
    "properties": {
        "format": COUNT | {"description": "Version of the file"},
        "kind": example(TEXT, "stock"),
        "fingerprint": TEXT,
        **dict.fromkeys(("sendings", "boxes", "homes"), _LINES),
    },
    "description": "As `hubport stock plan -o plan.json` writes it",
}
_TOLD_LISTS = ("this_week", "consignments", "dry", "alerts", "warehouses")
STOCK_PLAN_TOLD: Schema = {
    "type": "object",
    "required": ["start", "weeks", "cost_minor", "bound_minor", "gap", *_TOLD_LISTS],
    "properties": {
        "start": example(TEXT, "2026-11-30"),
        "weeks": COUNT,
        "cost_minor": _FEN,
        "bound_minor": _FEN,
        "gap": {"type": "number"},
        **dict.fromkeys(_TOLD_LISTS, _LINES),
    },
    "description": "As `hubport stock plan --json` prints it",
}
