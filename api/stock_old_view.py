"""What to do with old stock as plain JSON and as text for a terminal."""

from __future__ import annotations

import datetime as dt

from api.answer_schema import Json
from api.human import columns
from api.stock_human import amount
from api.texts import say
from data.catalogue import Catalogue
from data.errors import SettingsError
from data.stock import Stock
from data.stock_advice import AdvisedStep, Alternative, LotAdvice, StockAdvice
from viz.theme import Lang

_CNY = 2
_PERCENT = 100
_SHOWN = 40


def advice_json(advice: StockAdvice, catalogue: Catalogue) -> Json:
    """Return what to do with old stock."""
    return {
        "today": advice.today.isoformat(),
        "days": advice.days,
        "gain_fen": sum(one.gain_fen for one in advice.lots),
        "lots": [lot_json(one) for one in advice.lots],
        "returns": [
            {
                "sku": one.sku,
                "warehouse": one.warehouse,
                "units_per_month": one.units_per_month,
                "action": one.action,
                "worth_fen": one.worth_fen,
            }
            for one in advice.returns
        ],
        "unjudged": [{"sku": sku, "warehouse": warehouse} for sku, warehouse in advice.unjudged],
        "fingerprint": catalogue.fingerprint,
    }


def add_advice(answer: Json, catalogue: Catalogue, stock: Stock, today: dt.date) -> None:
    """
    Put the best thing to do beside each alert of stock on hand.

    It is None where that is to keep, where a lot cannot be judged, and where the data set lacks a number.
    """
    from optimizer.stock.aging import advise_old_stock  # noqa: PLC0415 - slow to load, and most views do without it

    try:
        lots = advice_json(advise_old_stock(catalogue, stock, today), catalogue)["lots"] if answer["alerts"] else []
    except SettingsError:
        lots = []
    found = {(one["sku"], one["warehouse"], one["received_on"]): one for one in lots if one["steps"]}
    for alert in answer["alerts"]:
        one = found.get((alert["sku"], alert["warehouse"], alert["received_on"]))
        alert["advice"] = None if one is None else one["steps"][0] | {"gain_fen": one["gain_fen"]}


def lot_json(one: LotAdvice) -> Json:
    """Return the advice for one lot."""
    return {
        "sku": one.sku,
        "warehouse": one.warehouse,
        "received_on": one.received_on.isoformat(),
        "units": one.units,
        "age_days": one.age_days,
        "sold_units": one.sold_units,
        "steps": [_step(step) for step in one.steps],
        "worth_fen": one.worth_fen,
        "keep_fen": one.keep_fen,
        "gain_fen": one.gain_fen,
        "storage_fen": one.storage_fen,
        "alternatives": [_alternative(way) for way in one.alternatives],
        "next_edge": None if one.next_edge is None else one.next_edge.isoformat(),
        "taxfree_until": None if one.taxfree_until is None else one.taxfree_until.isoformat(),
        "assumed": one.is_assumed,
    }


def _step(step: AdvisedStep) -> Json:
    return {
        "action": step.action,
        "units": step.units,
        "act_by": step.act_by.isoformat(),
        "discount": step.discount,
        "to": step.to,
    }


def _alternative(way: Alternative) -> Json:
    return {"action": way.action, "worth_fen": way.worth_fen, "discount": way.discount, "to": way.to}


def step_text(step: Json, lang: Lang) -> str:
    """Return one thing to do in words."""
    return say(lang, f"act_{step['action']}", percent=round(step["discount"] * _PERCENT), to=step["to"])


def advice_text(answer: Json, lang: Lang) -> str:
    """Return what to do with old stock, most worth first, and what comes back from buyers."""
    lines = [say(lang, "old_title", today=answer["today"], days=answer["days"]), ""]
    names = ("sku", "warehouse", "age", "units", "what", "of", "by", "gain", "taxfree")
    acted = [one for one in answer["lots"] if one["steps"]]
    rows = [[say(lang, f"old_head_{name}") for name in names], *(_row(one, lang) for one in acted[:_SHOWN])]
    lines += columns(rows, right=(2, 3, 5, 7)) if acted else [say(lang, "old_none")]
    if len(acted) > _SHOWN:
        lines.append(say(lang, "stock_more", count=len(acted) - _SHOWN))
    lines += ["", say(lang, "old_gain", amount=amount(answer["gain_fen"], _CNY), count=len(acted))]
    lines.append(say(lang, "old_kept", count=len(answer["lots"]) - len(acted)))
    for action in ("restock", "return", "destroy"):
        count = sum(one["action"] == action for one in answer["returns"])
        if count:
            lines.append(say(lang, f"returns_{action}", count=count))
    if answer["unjudged"]:
        names_of = ", ".join(f"{one['sku']} {one['warehouse']}" for one in answer["unjudged"][:_SHOWN])
        lines.append(say(lang, "old_unjudged", names=names_of))
    return "\n".join([*lines, say(lang, "old_assumed")])


def _row(one: Json, lang: Lang) -> list[str]:
    step = one["steps"][0]
    return [
        one["sku"],
        one["warehouse"],
        str(one["age_days"]),
        f"{one['units']:,}",
        step_text(step, lang),
        f"{step['units']:,}",
        step["act_by"],
        amount(one["gain_fen"], _CNY),
        one["taxfree_until"] or "",
    ]
