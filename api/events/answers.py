"""JSON Schema of events and milestones, as the service answers with them."""

from __future__ import annotations

from api.answer_schema import Schema
from api.events.words import ACTIONS, CONTEXT, PREFIX, TYPES, URN, VERSION
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

_PLACE: Schema = {
    "type": "object",
    "properties": {"id": example(TEXT, "urn:hubport:location:CNNBO-P")},
    "required": ["id"],
}
_TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2026-12-05T18:10:00+08:00"]}
_DCSA: dict[str, Schema] = {
    "eventType": example(TEXT, "TRANSPORT"),
    "eventClassifierCode": {"type": "string", "enum": ["ACT", "PLN"]},
}
_CODES: dict[str, Schema] = {
    "transportEventTypeCode": example(TEXT, "DEPA"),
    "shipmentEventTypeCode": TEXT,
    "equipmentEventTypeCode": TEXT,
    "documentTypeCode": TEXT,
}
DCSA: Schema = record(_DCSA, optional=_CODES) | {
    "description": "What DCSA calls it",
    "examples": [{"eventType": "TRANSPORT", "eventClassifierCode": "ACT", "transportEventTypeCode": "DEPA"}],
}
_EVENT: dict[str, Schema] = {
    "type": {"type": "string", "enum": list(TYPES)},
    "eventID": example(TEXT, "urn:uuid:5f9c6a2e-0f7b-4a6e-9a43-5b1d4f0c7b11"),
    "eventTime": _TIME,
    "eventTimeZoneOffset": example(TEXT, "+08:00"),
    "action": {"type": "string", "enum": list(ACTIONS)},
    "recordTime": INSTANT | {"description": "When the service recorded it"},
    f"{PREFIX}:id": identifier("ev", "That the service gave it"),
}
EVENT: Schema = {
    "type": "object",
    "required": list(_EVENT),
    "properties": {
        **_EVENT,
        "epcList": example(list_of(TEXT), ["urn:epc:id:bic:CSQU3054383"]),
        "bizStep": example(TEXT, "departing"),
        "disposition": example(TEXT, "in_transit"),
        "readPoint": _PLACE,
        "bizLocation": _PLACE,
        f"{PREFIX}:dcsa": DCSA,
    },
    "description": "As it was captured: it may have all that `POST /v1/events:capture` takes, extensions included",
}
_RESULTS = record({"queryName": {"const": "SimpleEventQuery"}, "resultsBody": record({"eventList": list_of(EVENT)})})
RESULT: Schema = record(
    {
        "@context": example({"type": "array", "items": {"type": ["string", "object"]}}, [CONTEXT, {PREFIX: URN}]),
        "type": {"const": "EPCISQueryDocument"},
        "schemaVersion": {"const": VERSION},
        "creationDate": INSTANT,
        "epcisBody": record({"queryResults": _RESULTS}),
    }
)
"""An answer to a query; the events are in the list at its end."""
CAPTURED: Schema = record(
    {
        "capture": identifier("cp"),
        "events": list_of(_EVENT["eventID"]) | {"description": "`eventID` of the events, in their order"},
        "known": COUNT | {"description": "How many of them had been captured before"},
    }
)
_MILESTONE = record(
    {
        "milestone": example(TEXT, "departed"),
        "name_zh": example(TEXT, "已离港"),
        "name_en": example(TEXT, "Departed"),
        "leg": {"type": ["integer", "null"], "description": "At whose end it is planned", "examples": [0]},
        "place": example(TEXT_OR_NULL, "urn:hubport:location:CNNBO-P"),
        "place_name_zh": example(TEXT_OR_NULL, "宁波港"),
        "place_name_en": example(TEXT_OR_NULL, "Port of Ningbo"),
        "planned_at": example(INSTANT_OR_NULL, "2026-12-05T10:00:00Z"),
        "actual_at": example(INSTANT_OR_NULL, "2026-12-05T10:10:00Z"),
        "late_min": {"type": ["integer", "null"], "description": "Minutes after the plan", "examples": [10]},
        "is_late": FLAG | {"examples": [True]},
        "status": {"type": "string", "enum": ["done", "planned", "overdue", "unreported"]},
        "event": example(TEXT_OR_NULL, "ev_01kbcagezr000000000000000")
        | {"description": "Id of the event that says so"},
        "dcsa": {"anyOf": [DCSA, {"type": "null"}]},
    }
)
MILESTONES: Schema = record(
    {"booking": identifier("bk"), "state": example(TEXT, "confirmed"), "is_late": FLAG, "items": list_of(_MILESTONE)}
)
