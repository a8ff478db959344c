"""JSON Schema of requests for simulations, and of what is kept of them."""

from __future__ import annotations

from api.answer_schema import Json, Schema
from api.openapi_words import (
    COUNT,
    FINGERPRINT,
    FLAG,
    INSTANT,
    INTEGER,
    TEXT,
    example,
    identifier,
    list_of,
    or_null,
    record,
)
from api.stock_simulate import RULE_NAMES, USUAL_FUTURES, USUAL_SEED
from api.stocking.ask_simulation import MOST_FUTURES
from api.stocking.file import FILE
from api.stocking.schema import FILE_BODY, PLAN_ASKED, STOCK_EXAMPLE, UPLOAD, as_texts

_NUMBER: Schema = {"type": "number"}
_START: Schema = example(TEXT | {"format": "date"}, "2026-11-30")
_PLAYED = ("plan", "plan-followed", *RULE_NAMES)
_ASKED: dict[str, Schema] = {
    **{name: PLAN_ASKED[name] for name in ("name", "priority", "from", "weeks", "service")},
    "plan": {
        **TEXT, "maxLength": 40, "pattern": "^[a-z0-9_]*$",
        "description": "Id of a kept stocking plan, played as it is and kept up weekly; it says from, weeks and "
        "service, and has the file if none is sent",
    },
    "policies": {
        "type": ["array", "string"], "items": {"enum": [*RULE_NAMES, "", None]},
        "description": "Rules that are played, blank ones left out; the first three without a plan: "
        + ", ".join(RULE_NAMES),
    },
    "futures": {"type": ["integer", "string"], "description": f"How many, at most {MOST_FUTURES} ({USUAL_FUTURES})"},
    "seed": {**INTEGER, "minimum": 0, "description": f"Of the futures ({USUAL_SEED})"},
}  # fmt: skip
SIMULATE_BODY: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {FILE: FILE_BODY, **or_null(_ASKED)},
    "description": "With a plan, or with a file and where goods leave from",
}
SIMULATE_FORM: Schema = {"type": "object", "properties": {FILE: UPLOAD, **as_texts(_ASKED)}}
SIMULATE_EXAMPLE: Json = {
    "name": "2026-W49", "from": "义乌", "weeks": 20, "policies": ["sea", "dual-index"], "futures": 500,
    FILE: STOCK_EXAMPLE,
}  # fmt: skip
SIMULATION: Schema = record(
    {
        "id": identifier("sm"),
        "firm": TEXT,
        "job": identifier("job"),
        "name": TEXT,
        "plan": {"type": ["string", "null"], "description": "The plan that was played", "examples": [None]},
        "created_at": INSTANT,
        "created_by": TEXT,
        "fingerprint": FINGERPRINT,
        "is_partial": FLAG | {"description": "Whether its job was cancelled, and these were played by then"},
        "start": _START,
        "weeks": COUNT,
        "seed": INTEGER,
        "futures": COUNT,
        "currency": TEXT,
        "runs": list_of(record({"name": {"enum": [*_PLAYED]}, "cost_minor": INTEGER, "fill": _NUMBER}))
        | {"description": "Mean cost in fen and share of demand that is met, of the plan and of each rule"},
    }
)
"""What is shown of a kept simulation."""
_END: Schema = {"type": ["number", "null"], "description": "Of the interval; null if it is not known"}
_ESTIMATE: Schema = record({"value": _NUMBER, "low": _END, "high": _END})
_ADDED: dict[str, Schema] = {
    "asked_early": _NUMBER | {"description": "Pieces asked for in weeks that nothing sent from now on can reach"},
    "fill_early": _ESTIMATE | {"description": "Share of these that is met, from stock that is there or on its way"},
    "fill_later": _ESTIMATE | {"description": "Share that is met in the other weeks"},
    "made_units": {
        "anyOf": [_ESTIMATE, {"type": "null"}],
        "description": "Pieces that leave and were in production; null if the file has none there",
    },
    "bought_fen": _ESTIMATE | {"description": "What goods are bought for that leave beyond these"},
}
_RUN: Schema = record(
    {
        "name": {"enum": [*_PLAYED]},
        "settings": {"type": ["object", "null"], "description": "Those of a rule, as they were tuned"},
        "promised": {"type": ["number", "null"], "description": "Share of demand that a plan says it meets"},
        "cost_fen": _ESTIMATE,
        "cost_p50_fen": _ESTIMATE,
        "cost_p90_fen": _ESTIMATE,
        "parts_fen": {"type": "object", "additionalProperties": _ESTIMATE, "examples": [{}]},
        "fill": _ESTIMATE,
        "markets": list_of(record({"market": TEXT, "fill": _ESTIMATE})),
        "pieces_by_mode": {"type": "object", "additionalProperties": _NUMBER, "examples": [{}]},
        "age_weeks": _ESTIMATE,
        "old_share": _ESTIMATE,
        "over_capacity_weeks": _NUMBER,
        "worst": list_of(record({"sku": TEXT, "fill": _NUMBER, "shortage_fen": INTEGER})),
    },
    # Simulations that were kept before these were worked out do not have them.
    optional=_ADDED,
)
SIMULATED: Schema = record(
    {
        "start": _START,
        "weeks": COUNT,
        "seed": INTEGER,
        "futures": COUNT,
        "confidence": _NUMBER,
        "service": _NUMBER,
        "runs": list_of(_RUN),
        "fingerprint": FINGERPRINT,
    }
)
"""As `hubport stock simulate --json` prints it."""
