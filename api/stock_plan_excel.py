"""A stocking plan as a workbook: this week, boxes with contents, all weeks, warehouses, costs, assumptions."""

from __future__ import annotations

from openpyxl import Workbook

from api.answer_schema import Json
from api.place_view import note_text
from api.plan_excel import add_sheet, saved
from api.plan_sheet import Column, Line, SheetRows, Value
from api.plan_view import yuan
from api.stock_plan_human import boxes_text, reason_text
from api.texts import say
from viz.theme import Lang

_TITLE = "sp_sheet_title"


class _Teller:
    """Says the texts of sheets."""

    def __init__(self, answer: Json, lang: Lang) -> None:
        self.id = f"{answer['start']} {answer['fingerprint'][:8]}"
        self._lang = lang

    def say(self, key: str, **values: object) -> str:
        """Return a text."""
        return say(self._lang, key, **values)


def plan_workbook(answer: Json, lang: Lang) -> bytes:
    """Return a plan as the content of a workbook; the same plan gives the same bytes."""
    book = Workbook()
    book.remove(book.active)
    teller = _Teller(answer, lang)
    for rows in (
        _now(answer, lang), _boxes(answer, lang), _weeks(answer, lang), _warehouses(answer), _costs(answer, lang),
        _notes(answer, lang),
    ):  # fmt: skip
        add_sheet(book, rows, teller, _TITLE)
    return saved(book)


def _now(answer: Json, lang: Lang) -> SheetRows:
    return SheetRows(key="sp_now", columns=_GOODS, lines=_goods(answer["this_week"], lang))


_GOODS = (
    Column("sp_week", "text", 12), Column("sp_mode", "text", 10), Column("stock_warehouse", "text", 18),
    Column("stock_sku", "text", 16), Column("stock_units", "count", 10), Column("sp_cartons", "count", 8),
    Column("sp_received", "text", 12), Column("sp_why", "wrap", 60),
)  # fmt: skip


def _goods(consignments: list[Json], lang: Lang) -> list[Line]:
    lines = []
    for one in consignments:
        for place, good in enumerate(one["goods"]):
            cells: tuple[Value, ...] = (
                one["leaves_from"], say(lang, f"mode_{one['mode']}"), one["warehouse"], good["sku"], good["units"],
                good["cartons"], one["received_from"], reason_text(good, lang),
            )  # fmt: skip
            lines.append(Line(cells, is_start=place == 0))
    return lines


def _boxes(answer: Json, lang: Lang) -> SheetRows:
    names = (
        Column("sp_week", "text", 12), Column("sp_mode", "text", 10), Column("stock_warehouse", "text", 18),
        Column("sp_box", "wrap", 34), Column("sp_fill", "share", 9), Column("sp_kg", "kg", 12),
        Column("stock_m3", "m3", 10), Column("sp_price", "money", 14), Column("stock_sku", "text", 16),
        Column("stock_units", "count", 10),
    )  # fmt: skip
    lines = []
    for one in answer["consignments"]:
        head: tuple[Value, ...] = (
            one["leaves_from"], say(lang, f"mode_{one['mode']}"), one["warehouse"], boxes_text(one, lang), one["fill"],
            one["mass_kg"], one["volume_m3"], yuan(one["price_fen"]), None, sum(good["units"] for good in one["goods"]),
        )  # fmt: skip
        lines.append(Line(head, is_head=True))
        lines += [Line((*(None,) * 8, good["sku"], good["units"]), is_start=False) for good in one["goods"]]
    return SheetRows(key="sp_boxes", columns=names, lines=lines)


def _weeks(answer: Json, lang: Lang) -> SheetRows:
    return SheetRows(key="sp_weeks", columns=_GOODS, lines=_goods(answer["consignments"], lang))


def _warehouses(answer: Json) -> SheetRows:
    keys = ("warehouse", "there_units", "coming_units", "sent_units", "skus", "most_m3", "last_m3")
    names = (
        Column("stock_warehouse", "text", 20), Column("sp_there", "count", 12), Column("sp_coming", "count", 12),
        Column("sp_sent", "count", 14), Column("sp_skus", "count", 10), Column("sp_most", "m3", 12),
        Column("sp_last", "m3", 12),
    )  # fmt: skip
    lines = [Line(tuple(one[key] for key in keys)) for one in answer["warehouses"]]
    return SheetRows(key="sp_warehouses", columns=names, lines=lines)


def _costs(answer: Json, lang: Lang) -> SheetRows:
    names = (
        Column("sp_part", "text", 26), Column("sp_amount", "money", 18), Column("sp_without", "money", 18),
        Column("stock_warehouse", "text", 18), Column("sp_lost", "m3", 12),
    )  # fmt: skip
    nothing = answer["nothing"]
    lines = [
        Line((say(lang, f"cost_{part}"), yuan(fen), yuan(nothing["cost_fen"][part]), None, None))
        for part, fen in answer["cost_fen"].items()
    ]
    lines.append(
        Line((say(lang, "sp_total"), yuan(answer["cost_minor"]), yuan(nothing["cost_minor"]), None, None), is_head=True)
    )
    lines += [
        Line((f"{row['sku']} {row['market']}", yuan(row["cost_fen"]), None, row["warehouse"], row["lost_units"]))
        for row in answer["dry"]
    ]
    return SheetRows(key="sp_costs", columns=names, lines=lines)


def _notes(answer: Json, lang: Lang) -> SheetRows:
    names = (Column("sp_note", "text", 26), Column("sp_why", "wrap", 90))
    lines = [Line((code, note_text(lang, code, tuple(values)))) for code, values in answer["notes"]]
    return SheetRows(key="sp_notes", columns=names, lines=lines)
