"""The form in which papers are exchanged: one JSON Schema for each, made of the rows of ``paper_fields``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data.rules_papers import fields_of
from network.papers.values import local

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.records_papers import PaperField, PaperKind
    from network.papers.filled import Entry, Paper

_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}:\d{2}$"
_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "minLength": 1},
    "count": {"type": "integer", "minimum": 0},
    "mass": {"type": "integer", "minimum": 0, "description": "g"},
    "volume": {"type": "integer", "minimum": 0, "description": "cm3"},
    "money": {"type": "integer", "minimum": 0, "description": "minor units of the field currency"},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "instant": {"type": "string", "format": "date-time", "pattern": _INSTANT},
    "date": {"type": "string", "format": "date"},
    "container": {"type": "string", "pattern": "^[A-Z]{3}[UJZ][0-9]{7}$"},
    "incoterm": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "hs": {"type": "string", "pattern": "^[0-9]{6,13}$"},
}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def urn(kind: PaperKind) -> str:
    """Return the name of the schema of a paper, with its version."""
    return f"urn:hubport:paper:{kind.code}:{kind.version}"


def schema_of(kind: PaperKind, catalogue: Catalogue) -> dict[str, Any]:
    """
    Return the JSON Schema of a paper.

    A value that is not known is null. What says that it is complete has nothing missing and every needed value.

    Parameters
    ----------
    kind
        The paper.
    catalogue
        Has its fields.
    """
    fields = fields_of(catalogue).get(kind.code, [])
    head, line = [row for row in fields if not row.in_line], [row for row in fields if row.in_line]
    return {
        "$schema": _DRAFT,
        "$id": urn(kind),
        "title": f"{kind.name_zh} / {kind.name_en}",
        "type": "object",
        "additionalProperties": False,
        "required": [
            *("schema", "kind", "version", "subject", "status"),
            *("due_at", "due_by", "issuer", "missing", "values", "lines"),
        ],
        "properties": {
            "schema": {"const": urn(kind)},
            "kind": {"const": kind.code},
            "version": {"const": kind.version},
            "subject": {"type": "string"},
            "status": {"enum": ["complete", "incomplete"] if fields else ["obtain"]},
            "due_at": {"type": ["string", "null"], "format": "date-time", "pattern": _INSTANT},
            "due_by": {"type": ["string", "null"]},
            "issuer": {"const": {"zh": kind.issuer_zh, "en": kind.issuer_en}},
            "missing": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "values": _object(head, is_complete=False),
            "lines": {"type": "array", "items": _object(line, is_complete=False)},
        },
        "if": {"properties": {"status": {"const": "complete"}}},
        "then": {
            "properties": {
                "missing": {"maxItems": 0},
                "values": _object(head, is_complete=True),
                "lines": {"items": _object(line, is_complete=True), "minItems": 1 if line else 0},
            }
        },
    }  # fmt: skip


def _object(fields: list[PaperField], *, is_complete: bool) -> dict[str, Any]:
    """Return the schema of a head or a line."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [row.field for row in fields],
        "properties": {row.field: _property(row, is_needed=is_complete and row.needed) for row in fields},
    }


def _property(row: PaperField, *, is_needed: bool) -> dict[str, Any]:
    """Return the schema of a field, which may be null where it is not needed."""
    given = dict(_TYPES[row.kind])
    if not is_needed:
        given["type"] = [given["type"], "null"]
    if row.giver is not None:
        given["x-giver"] = row.giver
    return {"title": f"{row.name_zh} / {row.name_en}", **given}


def document(paper: Paper, catalogue: Catalogue) -> dict[str, Any]:
    """Return a paper in the form of its schema."""
    kind, due = paper.kind, paper.due
    return {
        "schema": urn(kind),
        "kind": kind.code,
        "version": kind.version,
        "subject": paper.subject,
        "status": paper.status,
        "due_at": None if due is None else local(due.minute, due.place, catalogue),
        "due_by": None if due is None else due.by,
        "issuer": {"zh": kind.issuer_zh, "en": kind.issuer_en},
        "missing": list(paper.missing),
        "values": _values(paper.fields),
        "lines": [_values(line) for line in paper.lines],
    }


def _values(entries: tuple[Entry, ...]) -> dict[str, Any]:
    return {entry.field.field: entry.value for entry in entries}
