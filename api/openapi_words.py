"""Schemas of the values that many answers have, each with an example, and of what is built of them."""

from __future__ import annotations

from collections.abc import Mapping

from api.answer_schema import Schema

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
INTEGER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time", "examples": ["2026-12-01T10:00:00Z"]}
"""An instant in UTC."""
INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time", "examples": [None]}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0}
DAY_OR_NULL: Schema = {"type": ["string", "null"], "format": "date", "examples": [None]}
FINGERPRINT: Schema = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "description": "Of a data set",
    "examples": ["1d0c6b0e7f54ce0f0f3a35f0f8d0a7e1a2b3c4d5e6f708192a3b4c5d6e7f8091"],
}
LIMIT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0, "examples": [12000000]}


def identifier(prefix: str, description: str = "") -> Schema:
    """
    Return the schema of an id that the service makes.

    Examples
    --------
    >>> identifier("bk")["examples"]
    ['bk_01kbcagezr000000000000000']
    """
    found: Schema = {"type": "string", "examples": [f"{prefix}_01kbcagezr000000000000000"]}
    return found | {"description": description} if description else found


def example(schema: Schema, value: object) -> Schema:
    """Return a schema with an example."""
    return schema | {"examples": [value]}


def or_null(fields: Mapping[str, Schema], *needed: str) -> dict[str, Schema]:
    """
    Return the fields of a body of which all but the needed ones may be null, which is as if they were not given.

    Examples
    --------
    >>> or_null({"seed": {"type": "integer"}, "from": TEXT}, "from")
    {'seed': {'type': ['integer', 'null']}, 'from': {'type': 'string'}}
    """
    found = {}
    for name, schema in fields.items():
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        found[name] = schema if name in needed or "null" in types else schema | {"type": [*types, "null"]}
    return found


def record(properties: Mapping[str, Schema], *, optional: Mapping[str, Schema] | None = None) -> Schema:
    """
    Return the schema of an object.

    Parameters
    ----------
    properties
        Members it has, and
    optional
        members it may have; there are no others.
    """
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def some_of(schema: Schema) -> Schema:
    """Return the schema of an object of which `fields` may have left members out."""
    return {key: value for key, value in schema.items() if key != "required"}


def list_of(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def page_of(items: Schema) -> Schema:
    """Return the schema of a page of a list, with the cursor of the next."""
    cursor = {
        "type": ["string", "null"],
        "description": "Cursor of the next page, null on the last",
        "examples": [None],
    }
    return record({"items": list_of(items), "next": cursor})
