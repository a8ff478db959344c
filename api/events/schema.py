"""
JSON Schema of what can be captured: a document of EPCIS 2.0 with events of two types.

`api.events.check` is the check itself; the tests hold the two together.
"""

from __future__ import annotations

from typing import Any

from api.events.words import ACTIONS, CONTEXT, TYPES, VERSION

MOST_EVENTS, MOST_OBJECTS = 500, 1000
URI_PATTERN = r"^[A-Za-z][A-Za-z0-9+.\-]*:[!#-;=?-\[\]_a-z~]+$"
OFFSET_PATTERN = r"^[+-](?:0[0-9]|1[0-3]):[0-5][0-9]$|^[+-]14:00$"
UNIT_PATTERN = r"^[A-Z0-9]{2,3}$"
EXTENSION_PATTERN = r"^[A-Za-z][A-Za-z0-9+.\-]*:[!#-;=?-\[\]_a-z~]+$"

_URI = {"type": "string", "pattern": URI_PATTERN, "maxLength": 255}
_TIME = {"type": "string", "format": "date-time"}
_WORD = {"type": "string", "maxLength": 255, "description": "A word of CBV, or a URI of your own"}
_PLACE = {"type": "object", "properties": {"id": _URI}, "required": ["id"], "additionalProperties": False}
_URIS = {"type": "array", "items": _URI, "uniqueItems": True, "maxItems": MOST_OBJECTS}
_QUANTITIES = {
    "type": "array",
    "maxItems": MOST_OBJECTS,
    "items": {
        "type": "object",
        "properties": {
            "epcClass": _URI,
            "quantity": {"type": "number", "minimum": 0, "exclusiveMaximum": 10**15},
            "uom": {"type": "string", "pattern": UNIT_PATTERN},
        },
        "required": ["epcClass"],
        "additionalProperties": False,
    },
}


def _typed(name: str, *, needs_type: bool) -> dict[str, Any]:
    """Return the schema of a list of URIs with types."""
    return {
        "type": "array",
        "maxItems": MOST_OBJECTS,
        "items": {
            "type": "object",
            "properties": {"type": _WORD, name: _URI},
            "required": ["type", name] if needs_type else [name],
            "additionalProperties": False,
        },
    }


_SETS = {"type": "array", "items": _WORD, "minItems": 1}
_CONTEXT: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "object"}]}}],
    "description": "Holds the context of EPCIS; prefixes of extensions are defined in objects",
}
_SHARED: dict[str, Any] = {
    "@context": {"anyOf": [*_CONTEXT["anyOf"], {"type": "object"}]},
    "eventID": _URI | {"description": "The same event again has the same; made from the content if missing"},
    "eventTime": _TIME,
    "eventTimeZoneOffset": {"type": "string", "pattern": OFFSET_PATTERN},
    "recordTime": _TIME | {"description": "Ignored: the service says when it recorded an event"},
    "action": {"enum": list(ACTIONS)},
    "bizStep": _WORD,
    "disposition": _WORD,
    "persistentDisposition": {
        "type": "object",
        "properties": {"set": _SETS, "unset": _SETS},
        "additionalProperties": False,
    },
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": _typed("bizTransaction", needs_type=False),
    "sourceList": _typed("source", needs_type=True),
    "destinationList": _typed("destination", needs_type=True),
    "certificationInfo": {"anyOf": [_URI, _URIS]},
    "errorDeclaration": {
        "type": "object",
        "properties": {"declarationTime": _TIME, "reason": _WORD, "correctiveEventIDs": _URIS},
        "required": ["declarationTime"],
        "additionalProperties": False,
    },
}
_OF_TYPE: dict[str, dict[str, Any]] = {
    "ObjectEvent": {"epcList": _URIS, "quantityList": _QUANTITIES, "ilmd": {"type": "object"}},
    "AggregationEvent": {"parentID": _URI, "childEPCs": _URIS, "childQuantityList": _QUANTITIES},
}
FIELDS: dict[str, frozenset[str]] = {name: frozenset({"type", *_SHARED, *_OF_TYPE[name]}) for name in TYPES}
"""The fields that an event of each type may have besides extensions."""


def _has(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"minItems": 1}}}


_RULES: dict[str, list[dict[str, Any]]] = {
    "ObjectEvent": [
        {"anyOf": [_has("epcList"), _has("quantityList")]},
        {"anyOf": [{"not": {"required": ["ilmd"]}}, {"properties": {"action": {"const": "ADD"}}}]},
    ],
    "AggregationEvent": [
        {"anyOf": [{"required": ["parentID"]}, {"properties": {"action": {"const": "OBSERVE"}}}]},
        {
            "anyOf": [
                _has("childEPCs"),
                _has("childQuantityList"),
                {"properties": {"action": {"const": "DELETE"}}},
            ]
        },
    ],
}


def _event(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"const": name}, **_SHARED, **_OF_TYPE[name]},
        "required": ["type", "eventTime", "eventTimeZoneOffset", "action"],
        "patternProperties": {EXTENSION_PATTERN: {}},
        "additionalProperties": False,
        "allOf": _RULES[name],
    }


EVENT_SCHEMAS: dict[str, dict[str, Any]] = {name: _event(name) for name in TYPES}
DOCUMENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "EPCISDocument",
    "properties": {
        "@context": _CONTEXT,
        "id": _URI,
        "type": {"const": "EPCISDocument"},
        "schemaVersion": {"const": VERSION},
        "creationDate": _TIME,
        "sender": {"type": "string"},
        "receiver": {"type": "string"},
        "instanceIdentifier": {"type": "string"},
        "epcisBody": {
            "type": "object",
            "properties": {
                "eventList": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_EVENTS,
                    "items": {"anyOf": list(EVENT_SCHEMAS.values())},
                }
            },
            "required": ["eventList"],
            "additionalProperties": False,
        },
    },
    "required": ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
    "additionalProperties": False,
    "examples": [
        {
            "@context": [CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": VERSION,
            "creationDate": "2026-12-05T11:00:00Z",
            "epcisBody": {
                "eventList": [
                    {
                        "type": "ObjectEvent",
                        "eventID": "urn:uuid:5f9c6a2e-0f7b-4a6e-9a43-5b1d4f0c7b11",
                        "eventTime": "2026-12-05T18:10:00+08:00",
                        "eventTimeZoneOffset": "+08:00",
                        "epcList": ["urn:epc:id:bic:CSQU3054383"],
                        "action": "OBSERVE",
                        "bizStep": "departing",
                        "disposition": "in_transit",
                        "readPoint": {"id": "urn:hubport:location:CNNBO-P"},
                    }
                ]
            },
        }
    ],
}
"""What `POST /v1/events:capture` takes."""
