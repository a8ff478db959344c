"""JSON Schema of the answer to a quote: what the command line prints and the service returns."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""An object of an answer."""
Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_INTEGER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_UTC: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
    "examples": ["2026-12-01T10:00:00Z"],
}
_INSTANT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$",
    "examples": ["2026-12-01T18:00:00+08:00"],
}


def _record(properties: Schema, *, optional: Schema | None = None) -> Schema:
    """Return the schema of an object that has exactly these members."""
    return {
        "type": "object",
        "properties": properties | (optional or {}),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _instants(*names: str) -> Schema:
    return {key: schema for name in names for key, schema in ((f"{name}_at", _INSTANT), (f"{name}_zone", _TEXT))}


_ENDS: Schema = dict.fromkeys(("from", "from_name_zh", "from_name_en", "to", "to_name_zh", "to_name_en"), _TEXT)
_MESSAGE: Schema = {"message_zh": _TEXT, "message_en": _TEXT}
_CUTOFF = _record({"type": _TEXT, **_instants("cutoff"), "slack_min": _INTEGER, "binding": _FLAG})
_FACTOR = _record({"id": _TEXT, "factor_set": _TEXT, "g_per_tkm": _TEXT, "gwp_basis": _TEXT_OR_NULL})
_STEP: Schema = {
    **_ENDS,
    "form": _TEXT,
    "status": {"enum": ["D", "R", "I"]},
    **_instants("ready", "depart", "arrive", "available"),
    "emissions_g": _INTEGER,
}
_LEG = _record(
    {
        "kind": {"const": "leg"},
        "mode": {"enum": ["road", "rail", "sea", "air", "parcel"]},
        "service": _TEXT,
        **_STEP,
        "service_name_zh": _TEXT,
        "service_name_en": _TEXT,
        "operator": _TEXT_OR_NULL,
        "service_status": _TEXT,
        "product": _TEXT,
        "unit": _TEXT_OR_NULL,
        "through": _TEXT_OR_NULL,
        "cutoffs": _list(_CUTOFF),
        "binding_cutoff": {"anyOf": [_CUTOFF, {"type": "null"}]},
        "slack_min": {"type": ["integer", "null"]},
        "emission_factors": _list(_FACTOR),
    }
)
_PROCESS = _record(
    {
        "kind": {"enum": ["clearance", "stuff", "strip"]},
        "mode": {"type": "null"},
        "service": {"type": "null"},
        **_STEP,
        "row": _TEXT_OR_NULL,
    },
    optional={"direction": _TEXT_OR_NULL, "papers": _list(_TEXT)},
)
_CHARGE = _record(
    {
        "code": _TEXT,
        "name_zh": _TEXT,
        "name_en": _TEXT,
        "amount_minor": _INTEGER,
        "currency": _TEXT,
        "original_amount_minor": _INTEGER,
        "original_currency": _TEXT,
        "cny_minor": _INTEGER,
        "step": _INTEGER,
        "basis": _TEXT,
        "quantity": _TEXT,
        "rate": _TEXT,
        "table": _TEXT,
        "row": _TEXT,
        "source": _TEXT,
        "as_of": _TEXT,
        "valid_to": _TEXT_OR_NULL,
        "assumed": _FLAG,
    }
)
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_ON_TIME = (
    "Share of sampled futures that arrive by the due time. Without a due time: that arrive no later than the planned "
    "arrival and the setting on_time_tolerance_min, which is one day as shipped; `on_time` of the answer says which"
)
_LANDED = _record(
    {
        "territory": _TEXT,
        "date": _TEXT | {"description": "Day of the import declaration"},
        "channel": {"enum": ["b2c", "b2b"]},
        "hs": _TEXT,
        "value_minor": _INTEGER,
        **dict.fromkeys(("duty_minor", "excise_minor", "fee_minor", "vat_minor", "total_minor"), _INTEGER),
        "low_minor": _INTEGER | {"description": "All of it in the cheapest case of uncertain rates"},
        "high_minor": _INTEGER | {"description": "All of it in the dearest case"},
        "with_way_minor": _INTEGER | {"description": "Together with the way"},
        "assumed": _FLAG,
        "low_value": {"anyOf": [{"type": "object"}, {"type": "null"}]},
        "amounts": _list({"type": "object"}),
    }
)
_PAPER = _record(
    {
        "kind": _TEXT,
        "due_at": {"anyOf": [_INSTANT, {"type": "null"}]},
        "due_zone": _TEXT_OR_NULL,
        "due_by": _TEXT_OR_NULL | {"description": "The cut-off, or the instant, by which it is due"},
        "is_conditional": _FLAG | {"description": "Whether it is needed only where a condition holds"},
        "assumed": _FLAG,
    }
)
_PAPER_KIND = _record(
    dict.fromkeys(("name_zh", "name_en", "issuer_zh", "issuer_en"), _TEXT)
    | dict.fromkeys(("needs_zh", "needs_en", "condition_zh", "condition_en"), _TEXT_OR_NULL)
)
_OPTION = _record(
    {
        "cost_minor": _INTEGER,
        "currency": _TEXT,
        "cost_cny_minor": _INTEGER,
        **_instants("depart", "arrive", "latest_ready"),
        "arrive_p50": _INSTANT,
        "arrive_p90": _INSTANT,
        "emissions_g": _INTEGER,
        "emissions_complete": _FLAG,
        "duration_min": _INTEGER | {"description": "From the ready instant, backward from the latest one, to arrival"},
        "on_time_probability": _SHARE | {"description": _ON_TIME},
        "best_in": _list({"enum": ["cost", "time", "latest_ready", "emissions"]}),
        "legs": _list(_LEG),
        "steps": _list({"anyOf": [_LEG, _PROCESS]}),
        "charges": _list(_CHARGE),
        "assumed_share": _SHARE,
        "landed": {"anyOf": [_LANDED, {"type": "null"}]},
        "papers": _list(_PAPER) | {"description": "By due time; their names are under `papers` of the answer"},
        "not_included": _list(_record({"code": _TEXT, "subject": _TEXT, **_MESSAGE})),
        "alternatives": _list({"$ref": "#/$defs/option"}),
    },
    optional={"bookable_until": {"anyOf": [_UTC, {"type": "null"}], "description": "Null if it cannot be booked"}},
)
_SHIPMENT = _record(
    {
        **_ENDS,
        "weight_kg": {"type": "number"},
        "volume_m3": {"type": "number"},
        "pieces": _INTEGER,
        "pieces_given": _FLAG | {"description": "False when pieces was not said and is taken as 1"},
        "hs": _TEXT_OR_NULL,
        "value": _TEXT_OR_NULL,
        "currency": _TEXT,
        **_instants("ready"),
        "box": _TEXT_OR_NULL,
        "boxes": _INTEGER,
        "goods": _list(_TEXT),
        "regime": _TEXT,
        "modes": {"type": ["array", "null"], "items": _TEXT},
        "avoid": _list(_TEXT),
        "via": _list(_TEXT),
        "max_transfers": {"type": ["integer", "null"]},
        "scenarios": _list(_TEXT),
        "backward": _FLAG,
    },
    optional=_instants("due", "depart_by"),
)
_FX = _record(
    {
        "currency": _TEXT,
        "cny_per_unit": _TEXT,
        "exponent": _INTEGER,
        "as_of": _TEXT,
        "source": _TEXT,
        "assumed": _FLAG,
        "rounding": {"const": "half_up_per_line"},
    }
)
_ON_TIME_MEANING = _record(
    {
        "measure": {"enum": ["due", "planned_arrival"]},
        "tolerance_min": {"type": ["integer", "null"], "description": "Minutes after the planned arrival"},
        **_MESSAGE,
    }
)

ANSWER_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_record(
        {
            "shipment": _SHIPMENT,
            "options": _list({"$ref": "#/$defs/option"}),
            "nearest": _list({"$ref": "#/$defs/option"}),
            "papers": {"type": "object", "additionalProperties": _PAPER_KIND},
            "blocked": _list(_record({"rule": _TEXT, "subject": _TEXT, "subjects": _list(_TEXT), **_MESSAGE})),
            "notes": _list(_record({"code": _TEXT, "subject": _TEXT, **_MESSAGE})),
            "on_time": _ON_TIME_MEANING,
            "fx": _FX,
            "fingerprint": _TEXT,
        },
        optional={
            "id": _TEXT | {"description": "Of the quote, where quotes are kept"},
            "created_at": _UTC,
            "expires_at": _UTC | {"description": "Until when the last of its options can be booked"},
        },
    ),
    "$defs": {"option": _OPTION},
}
PROBLEM_SCHEMA: Schema = _record(
    {"type": _TEXT, "title": _TEXT, "title_zh": _TEXT, "status": _INTEGER, "detail": _TEXT},
    optional={
        "instance": _TEXT | {"description": "The request, by the id that stands in the log too"},
        "subject": _TEXT | {"description": "Id of what it is about"},
        "errors": _list(
            _record(
                {"field": _TEXT, "value": _TEXT_OR_NULL, "rule": _TEXT, **_MESSAGE},
                optional={"file": _TEXT, "row": _INTEGER, "column": _TEXT},
            )
        ),
    },
)
