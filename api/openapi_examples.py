"""Examples made of schemas: what somebody said of a value if they did, else the plainest value that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.answer_schema import Schema

_USUAL: dict[str, str] = {
    "allotment_id": "al_01kbcagezr000000000000000",
    "as_of": "2026-07-01",
    "booking_id": "bk_01kbcagezr000000000000000",
    "box": "40HQ",
    "currency": "CNY",
    "date": "2026-12-01",
    "departure": "SEA-1@20260520T1400Z",
    "destination": "DEHAM",
    "firm": "fm_01kbcagezr000000000000000",
    "firm_id": "fm_01kbcagezr000000000000000",
    "from": "WZ-OH",
    "from_name_en": "Ouhai eyewear",
    "from_name_zh": "瓯海眼镜",
    "hs": "900311",
    "key_id": "key_01kbcagezr000000000000000",
    "kind": "commercial_invoice",
    "location": "CNNGB-P",
    "message_en": "is missing",
    "message_zh": "缺少",
    "mode": "sea",
    "name": "瓯海眼镜",
    "name_en": "Ouhai eyewear",
    "name_zh": "瓯海眼镜",
    "note": "易碎",
    "origin": "WZ-OH",
    "quote": "qt_01kbcagezr000000000000000",
    "quote_id": "qt_01kbcagezr000000000000000",
    "reference": "PO-1",
    "regime": "0110",
    "service": "SEA-1",
    "to": "DEHAM",
    "to_name_en": "Hamburg",
    "to_name_zh": "汉堡",
    "user": "us_01kbcagezr000000000000000",
    "user_id": "us_01kbcagezr000000000000000",
    "zone": "Asia/Shanghai",
}
"""What a text is likely to be, by its name."""
_FORMATS: dict[str, str] = {
    "date": "2026-12-01",
    "date-time": "2026-12-01T10:00:00Z",
    "uri": "https://example.com/hubport",
    "uri-reference": "/v1/bookings",
    "email": "wang@example.com",
    "uuid": "6f3c2e6a-0000-4000-8000-000000000000",
}
_REF = "#/components/schemas/"


class Examples:
    """
    Makes examples.

    Parameters
    ----------
    schemas
        What schemas refer to by name.
    """

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of(self, schema: Schema, name: str = "", seen: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - any JSON
        """
        Return an example.

        Parameters
        ----------
        schema
            Of what.
        name
            What it is called where it stands.
        seen
            Schemas it stands in; a list of one of them is left empty.

        Examples
        --------
        >>> Examples({}).of({"type": "object", "properties": {"pieces": {"type": "integer", "minimum": 1}}})
        {'pieces': 1}
        """
        said, value = _said(schema)
        if said:
            return value
        if "$ref" in schema:
            key = str(schema["$ref"]).removeprefix(_REF)
            return self.of(self._schemas[key], name, seen | {key})
        for words in ("anyOf", "oneOf"):
            if words in schema:
                return self.of(schema[words][0], name, seen)
        if "allOf" in schema:
            parts = [self.of(part, name, seen) for part in schema["allOf"]]
            return {key: item for part in parts for key, item in part.items()}
        return self._plain(schema, name, seen)

    def _plain(self, schema: Schema, name: str, seen: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = kind if isinstance(kind, str) else kind[0]
        if kind == "object":
            properties: Mapping[str, Schema] = schema.get("properties", {})
            return {
                key: self.of(value, key, seen) for key, value in properties.items() if not self._is_over(value, seen)
            }
        if kind == "array":
            items = schema.get("items", {})
            return [] if not items or self._is_over(items, seen) else [self.of(items, name, seen)]
        if kind in {"integer", "number"}:
            return int(max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1))
        return {"boolean": False, "null": None}.get(kind, _text(schema, name))

    @staticmethod
    def _is_over(schema: Schema, seen: frozenset[str]) -> bool:
        """Say whether a schema stands in itself."""
        return str(schema.get("$ref", "")).removeprefix(_REF) in seen


def _said(schema: Schema) -> tuple[bool, object]:
    """Return whether a schema says of itself what it may be, and what."""
    for key in ("examples", "enum"):
        if schema.get(key):
            found = schema[key]
            return True, found[0] if isinstance(found, list) else next(iter(found.values()))["value"]
    for key in ("example", "const", "default"):
        if key in schema:
            return True, schema[key]
    return False, None


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    usual = _USUAL.get(name, "text")
    return usual[: schema.get("maxLength", len(usual))].ljust(schema.get("minLength", 0), "x")
