"""JSON Schema of requests about orders, payments and waybills, and of their answers."""

from __future__ import annotations

from typing import Any

from data.declare_fields import FIELDS, GOODS, ITEM, Field

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_INT: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_NUMBER_OR_TEXT: Schema = {"type": ["string", "number", "null"]}

EXAMPLE: Schema = {
    "direction": "import",
    "orders": [
        {
            "order_no": "HP0000000001",
            "platform": "33019600P0",
            "ordered_at": "2026-11-01 12:00:00",
            "currency": "142",
            "goods_value": "90",
            "freight": "10",
            "paid": "100",
            "buyer_name": "张三",
            "buyer_id": "330101199001010000",
            "consignee": "张三",
        }
    ],
    "payments": [
        {
            "payment_no": "PAY1",
            "order_no": "HP0000000001",
            "paid_at": "2026-11-01 12:01:00",
            "currency": "142",
            "amount": "99",
            "payer_name": "张三",
            "payer_id": "330101199001010000",
        }
    ],
    "waybills": [
        {
            "waybill_no": "WB1",
            "order_no": "HP0000000001",
            "shipped_at": "2026-11-02 09:00:00",
            "consignee": "张三",
        }
    ],
}


def _record(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _maybe_list(items: Schema) -> Schema:
    return {"type": ["array", "null"], "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _row(fields: tuple[Field, ...], **more: Schema) -> Schema:
    """Return the schema of a document with these columns."""
    properties = {field.name: _NUMBER_OR_TEXT | {"description": field.zh} for field in fields}
    needed = [field.name for field in fields if field.is_needed]
    return {"type": "object", "properties": properties | more, "required": needed}


_OPTIONS: Schema = {
    "direction": {"enum": ["export", "import", None], "default": "export"},
    "regime": {
        "type": ["string", "null"],
        "pattern": r"^\d{4}$",
        "description": "The setting declare_regime when missing",
        "examples": ["9610"],
    },
    "as_of": {
        "type": ["string", "null"],
        "format": "date",
        "description": "What may still come on this date is waited for",
    },
    "at": {
        "type": ["string", "null"],
        "pattern": r"^\d{14}$",
        "description": "Time of the lists, Chinese time; now when missing",
        "examples": ["20261122100000"],
    },
}
_ORDER = _row(FIELDS["order"], goods=_list(_row(GOODS)))
BODY: Schema = {
    "type": "object",
    "properties": {
        **_OPTIONS,
        "orders": _maybe_list(_ORDER),
        "payments": _maybe_list(_row(FIELDS["payment"])),
        "waybills": _maybe_list(_row(FIELDS["waybill"])),
        "items": _maybe_list(_row(ITEM)) | {"description": "With declarant: lists are made of the orders that match"},
        "declarant": {
            "type": ["object", "null"],
            "additionalProperties": _TEXT,
            "description": "Fields all lists share",
        },
    },
    "additionalProperties": False,
}
_FILE: Schema = {"type": "string", "format": "binary", "description": ".csv .ndjson .xlsx .xml"}
FORM: Schema = {
    "type": "object",
    "properties": {
        **_OPTIONS,
        **{name: _list(_FILE) for name in ("orders", "payments", "waybills")},
        "items": _FILE,
        "declarant": _FILE,
    },
    "additionalProperties": False,
}

_REASON = _record(code=_TEXT, expected=_TEXT, found=_TEXT, message_zh=_TEXT, message_en=_TEXT)
_END = _record(
    kind={"enum": ["order", "payment", "waybill"]},
    state={"enum": ["matched", "waiting", "unmatched"]},
    platform=_TEXT,
    number=_TEXT,
    reasons=_list(_REASON),
    payments=_list(_TEXT),
    waybills=_list(_TEXT),
    tolerant=_FLAG,
)
_TEXTS: Schema = {"type": "object", "additionalProperties": _TEXT}
_COUNTS: Schema = {"type": "object", "additionalProperties": _INT}
_MADE = _record(message=_TEXT, head=_TEXTS, lines=_list(_TEXTS))
_SOURCE = _record(list_no=_TEXT, gnum=_INT, platform=_TEXT, order_no=_TEXT)


def _open(**properties: Schema) -> Schema:
    """Return the schema of an object that has the fields of the rules besides."""
    return {"type": "object", "properties": properties, "required": list(properties)}


_LINE = _open(
    line=_INT, name=_TEXT, qty=_TEXT, qty1=_TEXT, qty2=_TEXT, price=_TEXT, total=_TEXT, list_lines=_INT,
    sources=_list(_SOURCE),
)  # fmt: skip
_DECLARATION = _open(
    id=_TEXT, month=_TEXT, part=_INT, parts=_INT, due=_TEXT, packs=_INT, gross_kg=_TEXT, net_kg=_TEXT,
    lines=_list(_LINE),
)  # fmt: skip
ANSWER: Schema = _record(
    direction={"enum": ["export", "import"]},
    regime=_TEXT,
    fingerprint=_TEXT,
    assumed_rules=_INT,
    read=_record(orders=_INT, payments=_INT, waybills=_INT),
    states=_record(matched=_INT, waiting=_INT, unmatched=_INT),
    tolerant=_INT,
    reasons=_COUNTS,
    ends=_list(_END),
    lists=_or_null(_list(_MADE)),
    declarations=_or_null(_list(_DECLARATION)),
)
