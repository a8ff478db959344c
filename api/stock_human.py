"""Fees and alerts of a seller's stock as text for a terminal."""

from __future__ import annotations

from decimal import Decimal

from api.answer_schema import Json
from api.human import columns
from api.texts import say
from viz.theme import Lang

_SHOWN = 20
_CNY = 2
_FEES = ("inbound", "pick_pack", "last_mile", "return", "disposal", "fba_transfer")


def amount(minor: int, exponent: int) -> str:
    """
    Return an amount of minor units in major ones.

    Examples
    --------
    >>> amount(123456, 2), amount(1205, 0)
    ('1,234.56', '1,205')
    """
    return f"{Decimal(minor).scaleb(-exponent):,f}"


def fees_text(answer: Json, lang: Lang, sku: str | None = None) -> str:
    """Return what a stock pays: sums by warehouse and fees of a piece, or every line of one SKU."""
    head = say(lang, "stock_fees_title", today=answer["today"], days=answer["days"])
    body = _overview(answer, lang) if sku is None else _lines_of(answer, lang, sku)
    return "\n".join([head, "", *body, *_notes(answer, lang)])


def _overview(answer: Json, lang: Lang) -> list[str]:
    names = ("warehouse", "card", "units", "m3", "currency", "next_day")
    rows = [[say(lang, f"stock_{name}") for name in names]]
    rows[0] += [say(lang, "stock_period", days=answer["days"]), say(lang, "stock_trust")]
    rows += [_warehouse(one, lang) for one in answer["warehouses"]]
    total = say(lang, "stock_total_cny", amount=amount(answer["storage_fen"], _CNY))
    return [*columns(rows, right=(2, 3, 5, 6)), total, "", say(lang, "stock_pieces"), *_pieces(answer, lang)]


def _warehouse(one: Json, lang: Lang) -> list[str]:
    return [
        one["warehouse"],
        one["card"],
        f"{one['units']:,}",
        f"{one['volume_m3']:,.3f}",
        one["currency"],
        amount(one["next_day_minor"], one["exponent"]),
        amount(one["period_minor"], one["exponent"]),
        say(lang, "paper_assumed") if one["assumed"] else "",
    ]


def _pieces(answer: Json, lang: Lang) -> list[str]:
    """Return a table of the fees of one piece."""
    rows = [[say(lang, "stock_sku"), say(lang, "stock_warehouse"), *(say(lang, f"fee_{fee}") for fee in _FEES)]]
    rows += [
        [piece["sku"], piece["warehouse"], *(_sum(piece["fees"][fee], lang) for fee in _FEES)]
        for piece in answer["pieces"][:_SHOWN]
    ]
    more = len(answer["pieces"]) - _SHOWN
    return columns(rows, right=tuple(range(2, 8))) + ([say(lang, "stock_more", count=more)] if more > 0 else [])


def _sum(lines: list[Json] | None, lang: Lang) -> str:
    """Return the sum of lines with its currency; what has no price is unknown, not nothing."""
    if not lines:
        return say(lang, "stock_unknown")
    total = amount(sum(line["minor"] for line in lines), lines[0]["exponent"])
    return f"{total} {lines[0]['currency']}"


def _lines_of(answer: Json, lang: Lang, sku: str) -> list[str]:
    """Return every line of one SKU with basis, rate and row."""
    names = ("warehouse", "line", "basis", "quantity", "rate", "amount", "currency", "row", "trust")
    rows = [[say(lang, f"stock_{name}") for name in names]]
    for lot in answer["lots"]:
        if lot["sku"] == sku:
            rows += [_line(lot["warehouse"], line, lang) for line in lot["period"]]
    for piece in answer["pieces"]:
        if piece["sku"] == sku:
            rows += [_line(piece["warehouse"], line, lang) for fee in _FEES for line in piece["fees"][fee] or ()]
    return columns(rows, right=(3, 4, 5))


def _line(warehouse: str, line: Json, lang: Lang) -> list[str]:
    trust = line["row"]["confidence"]
    if line["row"]["assumed"]:
        trust += f", {say(lang, 'paper_assumed')}"
    return [
        warehouse,
        say(lang, f"fee_{line['fee']}"),
        say(lang, line["basis"]),
        f"{line['quantity']:,.6g}",
        line["rate"],
        amount(line["minor"], line["exponent"]),
        line["currency"],
        line["row"]["id"],
        trust,
    ]


def _notes(answer: Json, lang: Lang) -> list[str]:
    notes = []
    if any(fee is None for piece in answer["pieces"] for fee in piece["fees"].values()):
        notes.append(say(lang, "stock_no_prices"))
    if any(one["assumed"] for one in answer["warehouses"]):
        notes.append(say(lang, "stock_assumed"))
    return notes + _unpriced(answer, lang)


def _unpriced(answer: Json, lang: Lang) -> list[str]:
    names = ", ".join(answer["unpriced"])
    return [say(lang, "stock_no_card", names=names)] if names else []


def alerts_text(answer: Json, lang: Lang) -> str:
    """Return the alerts, soonest first."""
    head = say(lang, "stock_alerts_title", today=answer["today"], days=answer["within"])
    if not answer["alerts"]:
        return "\n".join([head, "", say(lang, "stock_no_alerts"), *_unpriced(answer, lang)])
    names = ("on", "days_left", "sku", "warehouse", "state", "units", "edge", "price", "day_cost")
    rows = [[say(lang, f"stock_{name}") for name in names]]
    rows[0] += [
        say(lang, "stock_later", days=answer["within"]),
        *(say(lang, f"stock_{n}") for n in ("currency", "row")),
        *([say(lang, "stock_best")] if any(alert.get("advice") for alert in answer["alerts"]) else []),
    ]
    rows += [_alert(alert, lang, width=len(rows[0])) for alert in answer["alerts"]]
    total = say(lang, "stock_later_cny", days=answer["within"], amount=amount(answer["later_fen"], _CNY))
    is_assumed = any(alert["row"]["assumed"] for alert in answer["alerts"])
    notes = [say(lang, "stock_assumed")] if is_assumed else []
    return "\n".join([head, "", *columns(rows, right=(1, 5, 6, 9)), total, *notes, *_unpriced(answer, lang)])


def _alert(alert: Json, lang: Lang, *, width: int) -> list[str]:
    exponent = alert["exponent"]
    before, after = (amount(alert[f"day_{end}_minor"], exponent) for end in ("before", "after"))
    cells = [
        alert["on"],
        str(alert["days_left"]),
        alert["sku"],
        alert["warehouse"],
        say(lang, f"lot_{alert['state']}"),
        f"{alert['units']:,}",
        str(alert["from_day"]),
        say(lang, "stock_change", before=alert["rate_before"], after=alert["rate_after"]),
        say(lang, "stock_change", before=before, after=after),
        amount(alert["later_minor"], exponent),
        alert["currency"],
        alert["row"]["id"],
    ]
    best = [advice_text(alert["advice"], lang) if alert.get("advice") else ""]
    return cells + best if width > len(cells) else cells


def advice_text(step: Json, lang: Lang) -> str:
    """Return what is best to do, with how many, until when, and what that gains."""
    return say(
        lang,
        "stock_advice",
        what=say(lang, f"act_{step['action']}", percent=round(step["discount"] * 100), to=step["to"]),
        units=step["units"],
        by=step["act_by"],
        gain=amount(step["gain_fen"], _CNY),
    )
