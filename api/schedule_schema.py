"""JSON Schema of questions about hub schedules and of their answers."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from api.answer_schema import Schema
from data.hub_schedule import EventKind, Grade, HubSchedule, ScheduleStatus
from data.plain_values import INSTANTS

_TEXT: Schema = {"type": "string"}
_LISTS = {field.name for field in fields(HubSchedule) if "tuple" in str(field.type)}
_OTHER: dict[str, Schema] = {
    "status": {"enum": list(get_args(ScheduleStatus))},
    "seed": {"type": "integer"},
    "risk_ppm": {"type": "integer"},
    "gap": {"type": ["number", "null"]},
    "runtime_s": {"type": "number"},
    "now_min": {"type": ["string", "null"], "format": "date-time"},
    "agreement": {"type": ["object", "null"]},
}

EVENT: Schema = {
    "type": "object",
    "required": ["kind", "at"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": list(get_args(EventKind))},
        "at": {**_TEXT, "description": "When it is known, with its zone"},
        "subject": {**_TEXT, "description": "Shipment, or shared box to be inspected as a whole"},
        "until": {**_TEXT, "description": "When late cargo comes, or a closure ends, with its zone"},
        "location": _TEXT,
        "resource": _TEXT,
        "type": _TEXT,
        "count": {"type": "integer", "minimum": 1},
    },
}
SCHEDULE_BODY: Schema = {
    "type": "object",
    "required": ["plan"],
    "additionalProperties": False,
    "properties": {
        "plan": {"type": "object", "description": "As hubport plan -o plan.json writes it"},
        "schedule": {"type": ["object", "null"], "description": "An earlier answer for the same plan, to be changed"},
        "events": {"type": "array", "items": EVENT},
        "credits": {
            "type": "object",
            "additionalProperties": {"enum": list(get_args(Grade))},
            "description": "Grade of shippers, for a first schedule",
        },
        "seed": {"type": "integer", "minimum": 0},
    },
}
SCHEDULE_ANSWER: Schema = {
    "type": "object",
    "required": ["kind", "format", *(INSTANTS.get(field.name, field.name) for field in fields(HubSchedule))],
    "properties": {
        "kind": {"const": "hub_schedule"},
        "format": {"type": "integer"},
        **{
            INSTANTS.get(field.name, field.name): {"type": "array"}
            if field.name in _LISTS
            else _OTHER.get(field.name, _TEXT)
            for field in fields(HubSchedule)
        },
    },
}
SCHEDULE_EXAMPLES: Schema = {
    "first": {
        "summary": "The schedule of a plan; paste the content of plan.json",
        "value": {"plan": {"format": 1}, "credits": {"义乌市某贸易公司": "aeo"}},
    },
    "change": {
        "summary": "An inspection, and a bay that is shut; paste plan.json and the answer before",
        "value": {
            "plan": {"format": 1},
            "schedule": {"kind": "hub_schedule", "format": 1},
            "events": [
                {"kind": "inspect", "at": "2026-12-02T10:00:00+08:00", "subject": "L003"},
                {
                    "kind": "close",
                    "at": "2026-12-02T10:00:00+08:00",
                    "location": "CNNBO-P",
                    "resource": "bay",
                    "type": "manual",
                    "until": "2026-12-03T18:00:00+08:00",
                    "count": 1,
                },
            ],
        },
    },
}
