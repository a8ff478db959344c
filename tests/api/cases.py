"""Requests that must be refused, whichever way they come in: what is changed, the field and the rule to be named."""

from __future__ import annotations

from typing import Any

GOOD: dict[str, Any] = {"from": "温州", "to": "DEHAM-P", "weight_kg": "800", "volume_m3": "4.2", "ready": "2026-05-20"}

# As text, the way all three of the command line, a file and a form have them.
BAD: list[tuple[dict[str, str], str, str]] = [
    ({"from": "nowhere"}, "from", "unknown_place"),
    ({"from": "Wenzhow"}, "from", "unknown_place"),
    ({"from": "双城"}, "from", "ambiguous_place"),
    ({"from": ""}, "from", "required"),
    ({"to": "CNWNZ"}, "to", "same_place"),
    ({"to": "Wenzhou"}, "to", "same_place"),
    ({"weight_kg": ""}, "weight_kg", "required"),
    ({"weight_kg": "-5"}, "weight_kg", "positive"),
    ({"weight_kg": "0"}, "weight_kg", "positive"),
    ({"weight_kg": "nan"}, "weight_kg", "number"),
    ({"weight_kg": "inf"}, "weight_kg", "number"),
    ({"weight_kg": "1e99"}, "weight_kg", "max"),
    ({"weight_kg": "1e999999999"}, "weight_kg", "max"),
    ({"weight_kg": "1e-999999999"}, "weight_kg", "min"),
    ({"weight_kg": "1_000"}, "weight_kg", "number"),
    ({"weight_kg": "8 t"}, "weight_kg", "number"),
    ({"volume_m3": "-1"}, "volume_m3", "positive"),
    ({"volume_m3": "NaN"}, "volume_m3", "number"),
    ({"volume_m3": "1e300"}, "volume_m3", "max"),
    # 800 kg in 0.03 m3 would be 26,667 kg/m3, more than osmium; in 900 m3 it would float.
    ({"volume_m3": "0.03"}, "volume_m3", "density"),
    ({"volume_m3": "900"}, "volume_m3", "density"),
    ({"pieces": "0"}, "pieces", "min"),
    ({"pieces": "1.5"}, "pieces", "whole_number"),
    ({"pieces": "1e99"}, "pieces", "max"),
    ({"value": "-0.01"}, "value", "min"),
    ({"value": "1e30"}, "value", "max"),
    # A number of a billion decimals is compared but never computed with.
    ({"value": "1e-999999999"}, "value", "decimals"),
    ({"value": "0e-999999999"}, "value", "decimals"),
    ({"value": "-1e-999999999"}, "value", "min"),
    ({"value": "1" * 61}, "value", "number"),
    ({"weight_kg": "0e999999999"}, "weight_kg", "positive"),
    ({"pieces": "1e-999999999"}, "pieces", "min"),
    ({"boxes": "1e999999999", "box": "40HQ"}, "boxes", "max"),
    ({"max_transfers": "1e-999999999"}, "max_transfers", "decimals"),
    ({"currency": "XXX"}, "currency", "unknown_currency"),
    ({"hs": "12345"}, "hs", "hs"),
    ({"hs": "1234567"}, "hs", "hs"),
    ({"hs": "8517.13"}, "hs", "hs"),
    ({"hs": "٨٥١٧١٣"}, "hs", "hs"),
    ({"ready": "soon"}, "ready", "instant"),
    ({"ready": "2026-02-30"}, "ready", "instant"),
    ({"ready": "0001-01-01T00:00+14:00"}, "ready", "instant"),
    ({"ready": "2026-05-16T00:00+00:00"}, "ready", "past"),
    ({"ready": "2027-01-02"}, "ready", "outside_horizon"),
    ({"ready": "2025-12-31"}, "ready", "outside_horizon"),
    ({"due": "2026-05-19"}, "due", "after_ready"),
    ({"due": "9999-12-31"}, "due", "outside_horizon"),
    ({"depart_by": "2026-05-18"}, "depart_by", "after_ready"),
    ({"box": "41HQ"}, "box", "unknown_box"),
    ({"box": "T9.6"}, "box", "unknown_box"),
    ({"box": "40HQ", "boxes": "0"}, "boxes", "min"),
    ({"boxes": "2"}, "boxes", "boxes_without_box"),
    ({"box": "40HQ", "weight_kg": "26501", "volume_m3": "40"}, "weight_kg", "box_payload"),
    ({"box": "40HQ", "boxes": "2", "weight_kg": "9000", "volume_m3": "152.1"}, "volume_m3", "box_volume"),
    ({"goods": "fireworks"}, "goods", "unknown_goods"),
    ({"goods": "food,any"}, "goods", "unknown_goods"),
    ({"regime": "961"}, "regime", "regime"),
    ({"avoid": "atlantis"}, "avoid", "unknown_avoid"),
    ({"avoid": "road,rail,sea,air,parcel"}, "avoid", "no_mode_left"),
    ({"modes": "ship"}, "modes", "unknown_mode"),
    ({"modes": "sea", "avoid": "海运"}, "modes", "no_mode_left"),
    ({"via": "nowhere"}, "via", "unknown_place"),
    ({"max_transfers": "-1"}, "max_transfers", "min"),
    ({"scenario": "SEA-9"}, "scenario", "unknown_service"),
    ({"scenario": "SEA-1"}, "scenario", "not_scenario"),
]
IDS = [f"{field}-{rule}-{next(iter(change.values()))[:12]}" for change, field, rule in BAD]

# A form says "local time" beside its fields, so a time without zone is refused everywhere else.
NAIVE = ({"ready": "2026-05-20T10:00"}, "ready", "naive_time")
