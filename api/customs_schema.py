"""JSON Schema of questions about customs and of their answers."""

from __future__ import annotations

from typing import Any, get_args

from api.customs_read import CHANNELS, FACTS, LANDED_FIELDS, MODES, REGIME_FIELDS
from network.customs import COSTS, Criterion, Kind

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_INT: Schema = {"type": "integer"}
_INT_OR_NULL: Schema = {"type": ["integer", "null"]}
_FLAG: Schema = {"type": "boolean"}
_MONEY: Schema = {"type": ["number", "string"]}


def _record(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_RULE_FIELDS: Schema = {
    "id": _TEXT_OR_NULL,
    "source": _TEXT,
    "as_of": _TEXT,
    "confidence": {"enum": ["high", "medium", "low"]},
    "assumed": _FLAG,
    "valid_from": _TEXT_OR_NULL,
    "valid_to": _TEXT_OR_NULL,
}
_RULE = _record(**_RULE_FIELDS)
_NAMED_FIELDS: Schema = {**_RULE_FIELDS, "name_zh": _TEXT, "name_en": _TEXT}
_NOTE = _record(code=_TEXT, message_zh=_TEXT, message_en=_TEXT)
_CONDITION = _record(**_RULE_FIELDS, fact=_TEXT, rule_zh=_TEXT, rule_en=_TEXT)
_EXACT = _record(rounded=_INT, exact=_TEXT)
_LINE = _record(hs=_TEXT, value_minor=_INT, quantity=_INT, mass_g=_INT, volume_ml=_INT)
_AMOUNT = _record(
    kind={"enum": list(get_args(Kind))},
    code=_TEXT,
    name_zh=_TEXT,
    name_en=_TEXT,
    line=_INT_OR_NULL,
    currency=_TEXT,
    exponent=_INT,
    minor=_INT,
    basis_minor=_INT_OR_NULL,
    percent=_TEXT_OR_NULL,
    asked_minor=_INT,
    asked_low_minor=_INT,
    asked_high_minor=_INT,
    payer={"enum": ["seller", "buyer"]},
    collected=_TEXT,
    rule=_or_null(_RULE),
)
_TOTALS = _record(
    **dict.fromkeys(
        (
            *(f"{end}_minor" for end in ("low", "point", "high")),
            *(f"{kind}_minor" for kind in (*get_args(Kind), "seller", "buyer")),
        ),
        _INT,
    )
)
_BREAK_EVEN = _record(
    bands=_list(
        _record(
            above_minor=_EXACT,
            until_minor=_or_null(_EXACT),
            cheaper={"enum": ["parcel", "warehouse", "equal"]},
            ends_at_rule=_FLAG,
        )
    ),
    orders=_INT,
    with_vat=_FLAG,
    mix_asked=_FLAG,
    mix_share=_or_null(_record(percent=_TEXT, exact=_TEXT)),
)

LANDED_ANSWER: Schema = _record(
    question=_record(
        to=_TEXT,
        date=_TEXT,
        incoterm=_TEXT,
        channel={"enum": list(CHANNELS)},
        scheme=_TEXT_OR_NULL,
        mode=_TEXT_OR_NULL,
        origin=_TEXT,
        exporter=_TEXT_OR_NULL,
        origin_proof=_FLAG,
        regime=_TEXT_OR_NULL,
        lines=_list(_LINE),
        costs_minor={"type": "object", "additionalProperties": _INT},
    ),
    currency=_TEXT,
    exponent=_INT,
    territory_currency=_TEXT,
    totals=_TOTALS,
    amounts=_list(_AMOUNT),
    low_value=_or_null(_record(**_NAMED_FIELDS)),
    notes=_list(_NOTE),
    fx=_list(_record(currency=_TEXT, cny_per_unit=_TEXT_OR_NULL, rule=_or_null(_RULE))),
    fingerprint=_TEXT,
)
LANDED_ANSWER["properties"]["break_even"] = _BREAK_EVEN

_OPTION = _record(
    **_NAMED_FIELDS,
    code=_TEXT,
    status={"enum": ["allowed", "open", "barred"]},
    form_zh=_TEXT,
    form_en=_TEXT,
    hs_digits=_INT,
    refund=_TEXT,
    refund_days=_INT_OR_NULL,
    refund_fen=_record(low=_INT, point=_INT, high=_INT),
    fee_fen=_INT_OR_NULL,
    minutes=_INT_OR_NULL,
    minutes_p90=_INT_OR_NULL,
    inspection_ppm=_INT_OR_NULL,
    has_priority=_FLAG,
    ways=_list({"enum": ["port", "transit", "integration"]}),
    papers=_list(_TEXT),
    summary_by=_TEXT_OR_NULL,
    returns_days=_INT_OR_NULL,
    taxfree_days=_INT_OR_NULL,
    broken=_list(_CONDITION),
    unsaid=_list(_CONDITION),
    box_with=_list(_record(code=_TEXT, condition_zh=_TEXT_OR_NULL, condition_en=_TEXT_OR_NULL)),
    declaration_with=_list(_TEXT),
    clearance_rule=_or_null(_RULE),
)
REGIMES_ANSWER: Schema = _record(
    question=_record(direction=_TEXT, date=_TEXT, currency=_TEXT, facts={"type": "object"}),
    advised=_TEXT_OR_NULL,
    advised_by={"enum": [*get_args(Criterion), None]},
    before=_TEXT_OR_NULL,
    grade=_or_null(_record(**_NAMED_FIELDS, grade=_TEXT)),
    options=_list(_OPTION),
    notes=_list(_NOTE),
    fingerprint=_TEXT,
)

_GOODS: Schema = {
    "type": "array",
    "items": {
        "anyOf": [
            {"type": "string", "description": "HS:VALUE[:QUANTITY[:KG[:LITRES]]]"},
            {
                "type": "object",
                "properties": {"hs": _TEXT, "value": _MONEY, "quantity": _INT, "kg": _MONEY, "litres": _MONEY},
                "required": ["hs", "value"],
                "additionalProperties": False,
            },
        ]
    },
}
_SPECIAL: Schema = {
    "lines": _GOODS,
    "channel": {"enum": list(CHANNELS)},
    "mode": {"enum": list(MODES)},
    "direction": {"enum": ["export", "import"]},
    "origin_proof": _FLAG,
    "warehouse": {
        "type": "object",
        "description": "Costs of an order within stock, per_order, orders, with_vat, mix_lines",
    },
    **dict.fromkeys((*COSTS, "purchase", "value", "buyer_year_value"), _MONEY),
    **{name: {"type": ["boolean", "string"]} for name in FACTS if name not in {"customer", "credit", "way"}},
}


def _body(names: tuple[str, ...], required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": {name: _SPECIAL.get(name, _TEXT) for name in names},
        "required": required,
        "additionalProperties": False,
    }


LANDED_BODY = _body(LANDED_FIELDS, ["to", "lines"])
REGIMES_BODY = _body(REGIME_FIELDS, [])
