"""What is fed to marketplaces as plain JSON, as text for a terminal and as a workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from api.answer_schema import Json
from api.human import columns
from api.stock_human import amount
from api.texts import say
from data.catalogue import Catalogue
from data.stock import Stock
from data.stock_feed import Feed, FeedCover, FeedMove
from data.workbook_bytes import timeless
from viz.theme import Lang

_CNY = 2
_WIDTH = 16
_DIGITS = 3
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOVE = ("sku", "origin", "to", "cartons", "units", "before_days", "after_days", "cost_fen", "oldest_on", "arrives_on")
COVER = ("sku", "to", "reason", "before_days", "after_days", "sent_units", "target_units", "most_units", "low_fen",
         "lost_fen", "avoided_fen", "over_fen")  # fmt: skip
_FEES = ("transfer_fen", "carriage_fen", "storage_fen", "saved_fen")
TEXTS = frozenset({"sku", "origin", "to", "reason", "oldest_on", "arrives_on"})
"""Columns that hold words or days; the others hold numbers."""


class UnsoundFeedError(Exception):
    """What is fed breaks a rule, which is a mistake of ours."""


def fed(catalogue: Catalogue, stock: Stock, today: dt.date) -> Json:
    """
    Return what is fed to marketplaces, after the checker has passed it.

    Raises
    ------
    SettingsError
        When the data set lacks a number.
    UnsoundFeedError
        When the checker finds a broken rule.
    """
    from optimizer.stock.feed import feed_marketplaces  # noqa: PLC0415 - the solver is slow to load
    from optimizer.verify.feed import verify_feed  # noqa: PLC0415

    feed = feed_marketplaces(catalogue, stock, today)
    broken = verify_feed(catalogue, stock, feed)
    if broken:
        raise UnsoundFeedError("\n".join(map(str, broken)))
    return feed_json(feed, catalogue)


def feed_json(feed: Feed, catalogue: Catalogue) -> Json:
    """Return what is fed to marketplaces."""
    rows = {row.warehouse: row for row in catalogue.marketplaces}
    told = {(one.sku, one.to): one for one in feed.covers}
    bands = [rows[name] for name in sorted({one.to for one in feed.covers})]
    return {
        "today": feed.today.isoformat(),
        "marketplaces": [
            {
                "warehouse": row.warehouse,
                "low_days": row.low_days,
                "high_days": row.high_days,
                "lead_days": row.lead_days,
                "sold_share": float(row.sold_share),
                "limit_m3": None if row.limit_m3 is None else float(row.limit_m3),
            }
            for row in bands
        ],
        "moves": [_move(one, told[one.sku, one.to]) for one in feed.moves],
        "covers": [_cover(one) for one in feed.covers],
        "cost_fen": feed.cost_fen,
        "bound_fen": feed.bound_fen,
        "avoided_fen": sum(one.avoided_fen for one in feed.covers),
        "assumed": list(feed.assumed),
        "fingerprint": catalogue.fingerprint,
    }


def _move(one: FeedMove, cover: FeedCover) -> Json:
    return {
        "sku": one.sku,
        "origin": one.origin,
        "to": one.to,
        "cartons": one.cartons,
        "units": one.units,
        "oldest_on": one.oldest_on.isoformat(),
        "newest_on": one.newest_on.isoformat(),
        "arrives_on": cover.arrives_on.isoformat(),
        "before_days": round(cover.before_days, _DIGITS),
        "after_days": round(cover.after_days, _DIGITS),
        "transfer_fen": one.transfer_fen,
        "carriage_fen": one.carriage_fen,
        "storage_fen": one.storage_fen,
        "saved_fen": one.saved_fen,
        "cost_fen": one.cost_fen,
    }


def _cover(one: FeedCover) -> Json:
    return {
        "sku": one.sku,
        "to": one.to,
        "arrives_on": one.arrives_on.isoformat(),
        "units_before": round(one.units_before, _DIGITS),
        "coming_units": one.coming_units,
        "sent_units": one.sent_units,
        "day_units": round(one.day_units, _DIGITS),
        "target_units": round(one.target_units, _DIGITS),
        "most_units": round(one.most_units, _DIGITS),
        "before_days": round(one.before_days, _DIGITS),
        "after_days": round(one.after_days, _DIGITS),
        "low_fen": one.low_fen,
        "lost_fen": one.lost_fen,
        "avoided_fen": one.avoided_fen,
        "over_fen": one.over_fen,
        "reason": one.reason,
    }


def feed_text(answer: Json, lang: Lang) -> str:
    """Return what goes from where to which marketplace, the cover of every SKU with its reason, and the sums."""
    lines = [say(lang, "fba_title", today=answer["today"], count=len(answer["moves"]))]
    lines += [band_text(one, lang) for one in answer["marketplaces"]]
    for name in ("moves", "covers"):
        if answer[name]:
            head, rows = feed_table(answer, name, lang)
            right = [at for at, key in enumerate(MOVE if name == "moves" else COVER) if key not in TEXTS]
            lines += ["", say(lang, f"fba_{name}"), *columns([head, *rows], right=right)]
    if not answer["covers"]:
        return "\n".join([*lines, say(lang, "fba_none")])
    return "\n".join([*lines, "", *sum_lines(answer, lang)])


def band_text(one: Json, lang: Lang) -> str:
    """Return the band of a marketplace in words."""
    limit = "" if one["limit_m3"] is None else say(lang, "fba_limit", limit=f"{one['limit_m3']:,g}")
    return say(
        lang, "fba_band", to=one["warehouse"], low=one["low_days"], high=one["high_days"], lead=one["lead_days"]
    ) + limit  # fmt: skip


def sum_lines(answer: Json, lang: Lang) -> list[str]:
    """Return the sums in words."""
    sent = sum(one["cost_fen"] for one in answer["moves"])
    left = answer["cost_fen"] - sent
    found = [
        say(lang, "fba_cost", sent=amount(sent, _CNY), avoided=amount(answer["avoided_fen"], _CNY)),
        say(lang, "fba_left", left=amount(left, _CNY)),
    ]
    gap = answer["cost_fen"] - answer["bound_fen"]
    found.append(say(lang, "fba_best") if gap == 0 else say(lang, "fba_gap", gap=amount(gap, _CNY)))
    return [*found, say(lang, "fba_assumed", rows=", ".join(answer["assumed"]))] if answer["assumed"] else found


def feed_workbook(answer: Json, lang: Lang) -> bytes:
    """Return what is fed as the content of a workbook; the same answer gives the same bytes."""
    # The library of workbooks is large, and JSON and text do not need it.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for name in ("moves", "covers"):
        sheet: Any = book.create_sheet(say(lang, f"fba_{name}"))
        keys = (*MOVE, *_FEES) if name == "moves" else COVER
        sheet.append([say(lang, f"fba_{key}") for key in keys])
        for row in answer[name]:
            sheet.append([_value(row, key, lang) for key in keys])
        for place in range(1, len(keys) + 1):
            sheet.cell(1, place).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
        sheet.freeze_panes = "B2"
    notes: Any = book.create_sheet(say(lang, "fba_notes"))
    for line in (*(band_text(one, lang) for one in answer["marketplaces"]), *sum_lines(answer, lang)):
        notes.append([line])
    out = io.BytesIO()
    book.save(out)
    return timeless(out.getvalue())


def _value(row: Json, key: str, lang: Lang) -> str | float:
    """Return what stands in a cell of a workbook: texts that cannot be formulas, amounts in CNY."""
    if key == "reason":
        return say(lang, f"fba_why_{row[key]}")
    if key in TEXTS:
        text = str(row[key])
        return f"'{text}" if text.startswith(_FORMULA) else text
    return row[key] / 100 if key.endswith("_fen") else float(row[key])


def feed_table(answer: Json, name: str, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of moves, or of covers, in words."""
    keys: Sequence[str] = MOVE if name == "moves" else COVER
    return [say(lang, f"fba_{key}") for key in keys], [[_cell(row, key, lang) for key in keys] for row in answer[name]]


def _cell(row: Json, key: str, lang: Lang) -> str:
    if key == "reason":
        return say(lang, f"fba_why_{row[key]}")
    if key.endswith("_fen"):
        return amount(row[key], _CNY)
    if key.endswith("_days") or key in {"target_units", "most_units"}:
        return f"{row[key]:,.0f}"
    return f"{row[key]:,}" if isinstance(row[key], int) else str(row[key])
