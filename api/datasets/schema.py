"""JSON Schema of data sets, as the service answers with them."""

from __future__ import annotations

from api.answer_schema import Schema
from api.openapi_words import (
    COUNT,
    FINGERPRINT,
    FLAG,
    INSTANT,
    TEXT,
    example,
    identifier,
    list_of,
    page_of,
    record,
    some_of,
)

_ROWS = example(COUNT, 1234)
_CELLS: Schema = {"type": "object", "additionalProperties": TEXT}
_CELLS_OR_NULL: Schema = {"type": ["object", "null"], "additionalProperties": TEXT}
_DATA_SET: dict[str, Schema] = {
    "id": FINGERPRINT,
    "number": {"type": "integer", "minimum": 1},
    "name": example(TEXT, "2026-12 sea rates"),
    "base": {"type": ["string", "null"], "description": "Fingerprint of what it changes", "examples": [None]},
    "rows": _ROWS,
    "active": FLAG | {"description": "Whether it counts"},
    "created_at": INSTANT,
    "created_by": identifier("us"),
}
DATA_SET: Schema = record(_DATA_SET)
_TABLE = record(
    {"name": example(TEXT, "fx"), "name_zh": example(TEXT, "汇率"), "rows": _ROWS, "digest": example(TEXT, "9f2c")}
)
DATA_SET_WHOLE: Schema = record(_DATA_SET | {"tables": list_of(_TABLE)})
"""A data set with its tables."""


def _page(items: Schema, more: dict[str, Schema]) -> Schema:
    """Return the schema of a page that says more than its items."""
    return record(more | page_of(items)["properties"])


DATA_SETS: Schema = _page(some_of(DATA_SET), {"active": FINGERPRINT})
ROWS: Schema = page_of(example(_CELLS, {"id": "usd", "rate": "7.12"}))
_CHANGES = record(dict.fromkeys(("added", "removed", "changed"), COUNT))
DIFFERENCES: Schema = _page(
    record(
        {
            "table": example(TEXT, "fx"),
            "key": example(_CELLS, {"id": "usd"}),
            "change": {"type": "string", "enum": ["added", "removed", "changed"]},
            "before": example(_CELLS_OR_NULL, {"rate": "7.12"}) | {"description": "Cells by column"},
            "after": example(_CELLS_OR_NULL, {"rate": "7.15"}),
        }
    ),
    {
        "from": FINGERPRINT,
        "to": FINGERPRINT,
        "tables": {"type": "object", "additionalProperties": _CHANGES, "description": "How many rows, by table"},
    },
)
