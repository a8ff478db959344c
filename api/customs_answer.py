"""Answers about customs as JSON: what the command line prints and the service returns."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, get_args

from api.answer_schema import Json
from api.customs_fields import Given
from api.customs_read import LandedAsk, RegimeAsk, read_landed, read_regimes
from api.texts import pair
from data.money import round_half_up
from data.shipment_read import BASE_CURRENCY
from network.customs import (
    Kind,
    LandedCost,
    RegimeOption,
    bands,
    companions,
    cost_of_order,
    known_code,
    landed_cost,
    mix_break_even,
    regimes,
)

if TYPE_CHECKING:
    import datetime as dt

    from data.catalogue import Catalogue
    from data.provenance import Row
    from data.records_customs import RegimeRule
    from network.customs import Band, RulesOfDate, Ways
    from network.customs.entries import Amount


def landed_json(given: Given, catalogue: Catalogue, today: dt.date) -> Json:
    """
    Return the answer to a question about landed cost.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the question.
    """
    ask = read_landed(given, catalogue, today)
    cost = landed_cost(ask.question, ask.rules)
    answer: Json = {
        "question": _question(ask),
        "currency": ask.question.currency,
        "exponent": _exponent(ask.rules, ask.question.currency),
        "territory_currency": cost.currency,
        "totals": _totals(cost),
        "amounts": [amount_json(amount, ask.rules) for amount in cost.amounts],
        "low_value": None if cost.low_value is None else named_json(cost.low_value),
        "notes": _landed_notes(ask, cost),
        "fx": [_rate(ask.rules, code) for code in dict.fromkeys([ask.question.currency, cost.currency])],
        "fingerprint": catalogue.fingerprint,
    }
    if ask.ways is not None:
        answer["break_even"] = _break_even(ask.ways, ask)
    return answer


def regimes_json(given: Given, catalogue: Catalogue, today: dt.date) -> Json:
    """
    Return the answer to a question about regimes.

    Raises
    ------
    RequestFaultsError
        With everything wrong with the question.
    """
    ask = read_regimes(given, catalogue, today)
    answer = regimes(ask.question, ask.rules)
    return {
        "question": {
            "direction": ask.question.direction,
            "date": ask.question.date.isoformat(),
            "currency": ask.question.currency,
            "facts": dict(ask.question.facts),
        },
        "advised": answer.advised,
        "advised_by": answer.advised_by,
        "before": answer.before,
        "grade": None if answer.grade is None else {**named_json(answer.grade), "grade": answer.grade.grade},
        "options": [_option(option, ask) for option in answer.options],
        "notes": [
            *([_note("credit_assumed")] if answer.is_grade_assumed else []),
            *([] if ask.question.lines else [_note("goods_missing")]),
            *([_note("purchase_assumed")] if ask.question.lines and ask.question.purchase_minor is None else []),
        ],
        "fingerprint": catalogue.fingerprint,
    }


def _question(ask: LandedAsk) -> Json:
    question = ask.question
    return {
        "to": question.territory,
        "date": question.date.isoformat(),
        "incoterm": question.incoterm,
        "channel": question.channel,
        "scheme": question.scheme,
        "mode": question.mode,
        "origin": question.origin or ask.rules.home,
        "exporter": question.exporter,
        "origin_proof": question.origin_proof,
        "regime": question.regime,
        "lines": [
            {
                "hs": line.hs,
                "value_minor": int(line.value_minor),
                "quantity": line.quantity,
                "mass_g": line.mass_g,
                "volume_ml": line.volume_ml,
            }
            for line in question.lines
        ],
        "costs_minor": dict(question.costs_minor),
    }


def _totals(cost: LandedCost) -> Json:
    kinds = {f"{kind}_minor": int(cost.total(kind)) for kind in get_args(Kind)}
    payers = {f"{payer}_minor": int(cost.total(payer=payer)) for payer in ("seller", "buyer")}
    return {
        "low_minor": int(cost.low_minor),
        "point_minor": int(cost.point_minor),
        "high_minor": int(cost.high_minor),
        **kinds,
        **payers,
    }


def _row(row: Row) -> Json:
    return {
        "id": getattr(row, "id", None) or getattr(row, "code", None) or getattr(row, "currency", None),
        "source": row.source,
        "as_of": row.as_of,
        "confidence": row.confidence,
        "assumed": row.assumed,
        "valid_from": _day(getattr(row, "valid_from", None)),
        "valid_to": _day(getattr(row, "valid_to", None)),
    }


def _day(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


def named_json(row: Row) -> Json:
    """Return where a row comes from, and its names."""
    return {**_row(row), "name_zh": getattr(row, "name_zh", ""), "name_en": getattr(row, "name_en", "")}


def amount_json(amount: Amount, rules: RulesOfDate) -> Json:
    """Return one amount with its basis, rate, row and range."""
    key, row = amount.key, amount.row
    word = pair(key.code if key.kind == "cost" else key.kind, "customs")
    has_name = row is not None and hasattr(row, "name_zh")
    return {
        "kind": key.kind,
        "code": key.code,
        "name_zh": getattr(row, "name_zh", "") if has_name else getattr(row, "vat_zh", word[0]),
        "name_en": getattr(row, "name_en", "") if has_name else getattr(row, "vat_en", word[1]),
        "line": None if key.line is None else key.line + 1,
        "currency": amount.currency,
        "exponent": _exponent(rules, amount.currency),
        "minor": int(amount.minor),
        "basis_minor": None if amount.basis_minor is None else round_half_up(amount.basis_minor),
        "percent": None if amount.percent is None else _plain(amount.percent),
        "asked_minor": int(amount.asked_minor["point"]),
        "asked_low_minor": int(min(amount.asked_minor.values())),
        "asked_high_minor": int(max(amount.asked_minor.values())),
        "payer": amount.payer,
        "collected": amount.collected,
        "rule": None if row is None else _row(row),
    }


def _plain(number: Fraction) -> str:
    """Return a number of the tables as it is written there."""
    whole, rest = divmod(number * 10**6, 10**6)
    digits = f"{round_half_up(rest):06d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def _exponent(rules: RulesOfDate, currency: str) -> int:
    rate = rules.rate(currency)
    return 2 if rate is None else rate.exponent


def _rate(rules: RulesOfDate, currency: str) -> Json:
    rate = rules.rate(currency)
    if rate is None:
        return {"currency": currency, "cny_per_unit": None, "rule": None}
    return {"currency": currency, "cny_per_unit": _plain12(rate.cny_per_unit), "rule": _row(rate.row)}


def _plain12(number: Fraction) -> str:
    """Return a rate with up to twelve decimals, as tables have them."""
    text = f"{round_half_up(number * 10**12):013d}"
    return f"{text[:-12]}.{text[-12:]}".rstrip("0").rstrip(".")


def _note(code: str, **values: object) -> Json:
    zh, en = pair(code, "customs_note")
    return {"code": code, "message_zh": zh.format(**values), "message_en": en.format(**values)}


def _landed_notes(ask: LandedAsk, cost: LandedCost) -> list[Json]:
    notes = [_note("value_alone")]
    for code in dict.fromkeys([ask.question.currency, cost.currency]):
        rate = ask.rules.rate(code)
        if rate is not None and ask.question.currency != cost.currency and code != BASE_CURRENCY:
            notes.append(_note("fx_dated", currency=code, as_of=rate.row.as_of))
    unknown = dict.fromkeys(line.hs for line in ask.question.lines if known_code(ask.rules, line.hs) is None)
    notes += [_note("hs_unknown", hs=hs) for hs in unknown]
    assumed = sum(amount.row is not None and amount.row.assumed for amount in cost.amounts)
    if assumed:
        notes.append(_note("rate_assumed", count=assumed))
    has_refund = any(amount.key.kind == "refund" for amount in cost.amounts)
    if not has_refund:
        notes.append(_note("refund_unknown"))
    elif ask.question.purchase_minor is None:
        notes.append(_note("purchase_assumed"))
    return notes


def _break_even(ways: Ways, ask: LandedAsk) -> Json:
    """Return where parcels and bulk to a warehouse cost the same."""
    found = {
        "bands": [_band(band) for band in bands(ways, ask.rules)],
        "orders": ways.orders,
        "with_vat": ways.with_vat,
        "mix_asked": bool(ask.mix),
        "mix_share": None,
    }
    if ask.mix:
        found["mix_share"] = _mix(ways, ask)
    return found


def _band(band: Band) -> Json:
    return {
        "above_minor": _exact(band.above),
        "until_minor": None if band.until is None else _exact(band.until),
        "cheaper": band.cheaper,
        "ends_at_rule": band.is_jump and band.until is not None,
    }


def _exact(number: Fraction) -> Json:
    return {"rounded": round_half_up(number), "exact": str(number)}


def _mix(ways: Ways, ask: LandedAsk) -> Json | None:
    """Return the share of orders of the first kind at which both ways cost the same, None if there is none."""
    other = replace(ways, parcel=replace(ways.parcel, lines=ask.mix), bulk=replace(ways.bulk, lines=ask.mix))
    share = mix_break_even(_difference(ways, ask.rules), _difference(other, ask.rules))
    return None if share is None else {"percent": _plain(share * 100), "exact": str(share)}


def _difference(ways: Ways, rules: RulesOfDate) -> Fraction:
    """Return the cost of an order by parcel less that by warehouse, at its own value."""
    value = ways.parcel.value_minor
    return cost_of_order(ways, rules, "parcel", value) - cost_of_order(ways, rules, "warehouse", value)


def _option(option: RegimeOption, ask: RegimeAsk) -> Json:
    row, clearance = option.regime, option.clearance
    return {
        **named_json(row),
        "code": row.code,
        "status": option.status,
        "form_zh": row.form_zh,
        "form_en": row.form_en,
        "hs_digits": row.hs_digits,
        "refund": row.refund,
        "refund_days": row.refund_days,
        "refund_fen": {"low": option.refund_fen[0], "point": option.refund_fen[1], "high": option.refund_fen[2]},
        "fee_fen": option.fee_fen,
        "minutes": None if clearance is None else clearance.minutes,
        "minutes_p90": None if clearance is None else clearance.minutes_p90,
        "inspection_ppm": option.inspection_ppm,
        "has_priority": option.has_priority,
        "ways": list(option.ways),
        "papers": list(row.papers),
        "summary_by": _day(option.summary_by),
        "returns_days": row.returns_days,
        "taxfree_days": row.taxfree_days,
        "broken": [_condition(rule) for rule in option.broken],
        "unsaid": [_condition(rule) for rule in option.unsaid],
        "box_with": [
            {"code": code, "condition_zh": mix.condition_zh, "condition_en": mix.condition_en}
            for code, mix in companions(ask.rules, "box", row.code)
        ],
        "declaration_with": [code for code, _ in companions(ask.rules, "declaration", row.code)],
        "clearance_rule": None if clearance is None else _row(clearance),
    }


def _condition(rule: RegimeRule) -> Json:
    return {**_row(rule), "fact": rule.fact, "rule_zh": rule.rule_zh, "rule_en": rule.rule_en}
