"""JSON Schema of totals and of the shipments behind them, as the service answers with them."""

from __future__ import annotations

from api.answer_schema import Schema
from api.openapi_words import (
    COUNT,
    COUNT_OR_NULL,
    FLAG,
    INSTANT,
    TEXT,
    TEXT_OR_NULL,
    example,
    identifier,
    list_of,
    record,
)
from api.statistics.question import COLUMNS, PERIODS, WHENS
from api.statistics.totals import MEASURES, SHIPMENTS

_MONTH = example(TEXT, "2026-11")
_MONTH_OR_NULL = example(TEXT_OR_NULL, "2026-11")
_MEASURES: dict[str, Schema] = {
    **dict.fromkeys(MEASURES, COUNT),
    "shipments_url": example(TEXT, f"{SHIPMENTS}?when=depart&from=2026-11&to=2026-11")
    | {"description": "Address of the shipments that were added up"},
}
_GROUPS: dict[str, Schema] = dict.fromkeys(
    COLUMNS, example(TEXT_OR_NULL, "sea") | {"description": "If it was grouped by that; null if not known"}
)
TOTALS: Schema = record(
    {
        "period": {"type": "string", "enum": list(PERIODS)},
        "when": {"type": "string", "enum": list(WHENS)},
        "by": example(list_of({"type": "string", "enum": list(COLUMNS)}), ["mode"]),
        "from": _MONTH_OR_NULL,
        "to": _MONTH_OR_NULL,
        "filters": example({"type": "object", "additionalProperties": TEXT}, {"mode": "sea"}),
        "totals": record(_MEASURES),
        "rows": list_of(
            record({"period": example(TEXT_OR_NULL, "2026-11"), **_MEASURES}, optional=_GROUPS)
            | {"description": "A period and a group"}
        ),
    }
)
COUNTED: Schema = record(
    {
        "booking": identifier("bk"),
        "firm": identifier("fm"),
        "confirmed_at": INSTANT,
        "confirmed_month": _MONTH,
        "depart_month": _MONTH,
        "regime": example(TEXT_OR_NULL, "0110"),
        "mode": TEXT,
        "origin": TEXT,
        "destination": TEXT,
        "hs_chapter": example(TEXT_OR_NULL, "90"),
        "mass_g": example(COUNT, 800_000),
        "volume_cm3": example(COUNT, 4_200_000),
        "value_cny_minor": example(COUNT_OR_NULL, 12_000_000),
        "freight_cny_minor": example(COUNT, 802_081),
        "emissions_g": example(COUNT_OR_NULL, 210_000),
        "declared": FLAG,
    }
)
"""A shipment, with what it counts with."""
