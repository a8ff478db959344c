"""Answers about customs as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.human import columns
from api.texts import pair, say

if TYPE_CHECKING:
    from api.answer_schema import Json
    from viz.theme import Lang

_MINUTES = 60
_MILLION = 1_000_000


def word(lang: Lang, key: str, **values: object) -> str:
    """Return a word of customs in one language."""
    return pair(key, "customs")[lang == "en"].format(**values)


def amount(minor: int, exponent: int) -> str:
    """
    Return minor units with thousands separators.

    Examples
    --------
    >>> amount(-1234567, 2), amount(1234, 0)
    ('-12,345.67', '1,234')
    """
    whole, rest = divmod(abs(minor), 10**exponent)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{exponent}d}" if exponent else "")


def landed_text(answer: Json, lang: Lang) -> str:
    """Return an answer about landed cost as a table, with what must be known about it."""
    question, exponent = answer["question"], answer["exponent"]
    head = {"to": question["to"], "date": question["date"], "incoterm": question["incoterm"]}
    lines = [word(lang, "landed_heading", **head, currency=answer["currency"]), ""]
    names = ("item", "basis", "rate", "amount", "range", "payer", "row", "confidence")
    rows = [[word(lang, name) for name in names], *(_row(item, exponent, lang) for item in answer["amounts"])]
    totals = answer["totals"]
    total = amount(totals["point_minor"], exponent)
    rows.append([word(lang, "total"), "", "", total, _range(totals, exponent, lang), "", "", ""])
    lines += columns(rows, right=(1, 2, 3))
    lines.append("")
    for who in ("seller", "buyer"):
        shown = amount(totals[f"{who}_minor"], exponent)
        lines.append(word(lang, "pays", who=word(lang, who), amount=shown))
    rule = answer["low_value"]
    lines.append(
        word(lang, "in_full")
        if rule is None
        else word(lang, "low_value_applies", name=rule[f"name_{lang}"], row=rule["id"])
    )
    if "break_even" in answer:
        lines += ["", *_break_even(answer, lang)]
    return "\n".join([*lines, *(note[f"message_{lang}"] for note in answer["notes"])])


def _row(item: Json, exponent: int, lang: Lang) -> list[str]:
    name = item[f"name_{lang}"]
    if item["line"] is not None:
        name = f"{name} ({word(lang, 'line', number=item['line'])})"
    basis = "" if item["basis_minor"] is None else f"{amount(item['basis_minor'], item['exponent'])} {item['currency']}"
    limits = {"low_minor": item["asked_low_minor"], "high_minor": item["asked_high_minor"]}
    rule = item["rule"]
    trust = "" if rule is None else rule["confidence"] + (f", {word(lang, 'assumed')}" if rule["assumed"] else "")
    return [
        name,
        basis,
        "" if item["percent"] is None else f"{item['percent']} %",
        amount(item["asked_minor"], exponent),
        _range(limits, exponent, lang),
        word(lang, item["payer"]),
        "" if rule is None else rule["id"],
        trust,
    ]


def _range(limits: Json, exponent: int, lang: Lang) -> str:
    """Return what an amount may be, nothing if it is certain."""
    low, high = (amount(limits[f"{end}_minor"], exponent) for end in ("low", "high"))
    return "" if low == high else word(lang, "to_value", low=low, high=high)


def _break_even(answer: Json, lang: Lang) -> list[str]:
    found, exponent = answer["break_even"], answer["exponent"]
    lines = [f"{word(lang, 'break_even')} ({answer['currency']})"]
    for band in found["bands"]:
        low = amount(band["above_minor"]["rounded"], exponent)
        if band["until_minor"] is None:
            span = word(lang, "above_value", low=low)
        else:
            span = word(lang, "to_value", low=low, high=amount(band["until_minor"]["rounded"], exponent))
        mark = word(lang, "jump") if band["ends_at_rule"] else ""
        lines.append(f"  {span}  {word(lang, band['cheaper'])}{mark}")
    if found["mix_asked"]:
        share = found["mix_share"]
        lines.append(
            word(lang, "mix_none") if share is None else word(lang, "mix_share", share=f"{share['percent']} %")
        )
    return lines


def regimes_text(answer: Json, lang: Lang) -> str:
    """Return an answer about regimes: a table, and what holds of each."""
    rows = [[word(lang, name) for name in ("regime", "status", "refund_column", "fee_column", "hours", "inspection")]]
    rows += [_option(option, lang) for option in answer["options"]]
    named = {option["id"]: option for option in answer["options"]}
    advised = named.get(answer["advised"] or "")
    head = (
        word(lang, "none_advised")
        if advised is None
        else word(lang, "advised", name=f"{advised['id']} {advised[f'name_{lang}']}")
    )
    why = [] if advised is None else [word(lang, f"by_{answer['advised_by']}", before=answer["before"] or "")]
    lines = [head, *why, "", *columns(rows, right=(2, 3, 4, 5)), ""]
    for option in answer["options"]:
        lines += _details(option, lang)
    return "\n".join([*lines, *(note[f"message_{lang}"] for note in answer["notes"])])


def _option(option: Json, lang: Lang) -> list[str]:
    refund = option["refund_fen"]
    shown = amount(refund["point"], 2)
    if refund["low"] != refund["high"]:
        shown = word(lang, "to_value", low=amount(refund["low"], 2), high=amount(refund["high"], 2))
    unknown = word(lang, "unknown")
    minutes, odds = option["minutes"], option["inspection_ppm"]
    return [
        f"{option['id']} {option[f'name_{lang}']}",
        word(lang, option["status"]),
        shown,
        unknown if option["fee_fen"] is None else amount(option["fee_fen"], 2),
        unknown if minutes is None else f"{minutes // _MINUTES}:{minutes % _MINUTES:02d}",
        unknown if odds is None else f"{odds * 100 / _MILLION:.2f} %",
    ]


def _details(option: Json, lang: Lang) -> list[str]:
    """Return what bars a regime or remains to be shown for it, its papers and what may share its box."""
    lines = [f"{option['id']}  {option[f'form_{lang}']}"]
    for key, name in (("broken", "because"), ("unsaid", "needs")):
        lines += [f"    {word(lang, name)} {rule[f'rule_{lang}']} [{rule['id']}]" for rule in option[key]]
    if option["status"] == "barred":
        return lines
    lines.append(f"    {word(lang, 'papers')} {', '.join(say(lang, code) for code in option['papers'])}")
    lines.append(f"    {word(lang, 'ways')} {', '.join(word(lang, way) for way in option['ways'])}")
    if option["summary_by"] is not None:
        lines.append(f"    {word(lang, 'summary_by', date=option['summary_by'])}")
    boxes = [
        item["code"] + (f" ({item[f'condition_{lang}']})" if item[f"condition_{lang}"] else "")
        for item in option["box_with"]
    ]
    if boxes:
        lines.append(f"    {word(lang, 'box_with')} {', '.join(boxes)}")
    return lines
