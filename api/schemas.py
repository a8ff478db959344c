"""The body of a request for a quote. Shape only: `api.requests` checks the values, for every way in alike."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.avoid import MODES
from api.requests import Ask
from data.cargo_rules import GOODS

_NUMBER = {"type": "number", "exclusiveMinimum": 0}
_COUNT = {"type": "integer", "minimum": 1}
_WORDS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_PIECES = "Packages; limits of weight per piece are checked against weight_kg / pieces"
_BACKWARD = "Answer how late the goods may get ready to arrive by due, which is then required"

EXAMPLE: dict[str, Any] = {
    "from": "温州",
    "to": "汉堡",
    "weight_kg": 800,
    "volume_m3": 4.2,
    "pieces": 40,
    "ready": "2026-12-01",
    "currency": "CNY",
}


def _text(description: str, **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, **more})


class QuoteBody(BaseModel):
    """
    What is to be moved, from where to where, and what the answer may use.

    Unknown fields are refused by the one check of requests, so that they are listed with everything else wrong.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "required": ["from", "to", "weight_kg", "volume_m3"],
            "additionalProperties": False,
            "examples": [EXAMPLE],
        },
    )

    origin: Annotated[Any, Field(alias="from"), _text("Code or unambiguous name of the origin")] = None
    destination: Annotated[Any, Field(alias="to"), _text("Code or unambiguous name of the destination")] = None
    weight_kg: Annotated[Any, WithJsonSchema(_NUMBER)] = None
    volume_m3: Annotated[Any, WithJsonSchema(_NUMBER)] = None
    pieces: Annotated[Any, WithJsonSchema(_COUNT | {"default": 1, "description": _PIECES})] = None
    hs: Annotated[Any, _text("Commodity code", pattern=r"^\d{6}(\d{2}){0,2}$")] = None
    value: Annotated[Any, WithJsonSchema({"type": "number", "minimum": 0})] = None
    currency: Annotated[Any, _text("Currency of the answer and of the value", default="CNY")] = None
    ready: Annotated[Any, _text("Date (09:00 at the origin) or time with zone; now when missing")] = None
    due: Annotated[Any, _text("Date (end of day at the destination) or time with zone")] = None
    depart_by: Annotated[Any, _text("Latest first departure")] = None
    box: Annotated[Any, _text("Box type of cargo in its own boxes, such as 40HQ")] = None
    boxes: Annotated[Any, WithJsonSchema(_COUNT)] = None
    goods: Annotated[Any, WithJsonSchema({"type": "array", "items": {"enum": list(GOODS)}})] = None
    regime: Annotated[Any, _text("Customs regime", default="0110")] = None
    avoid: Annotated[Any, WithJsonSchema(_WORDS | {"description": "Modes, passages, territories, service ids"})] = None
    modes: Annotated[Any, WithJsonSchema({"type": "array", "items": {"enum": list(MODES)}})] = None
    via: Annotated[Any, WithJsonSchema(_WORDS | {"description": "Places the way must touch"})] = None
    max_transfers: Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 0})] = None
    scenario: Annotated[Any, WithJsonSchema(_WORDS | {"description": "Scenario services to switch on"})] = None
    alternatives: Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 5})] = None
    backward: Annotated[Any, WithJsonSchema({"type": "boolean", "default": False, "description": _BACKWARD})] = None

    def ask(self) -> Ask:
        """Return the request it makes."""
        return Ask(**{name: getattr(self, name) for name in type(self).model_fields}, unknown=self.model_extra or {})
