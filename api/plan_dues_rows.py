"""The sheet of a plan that tells duty, fees and VAT, and their line in its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.plan_landed import KINDS, amount_text, dues_json, missing_text, range_text
from api.plan_sheet import Column, Line, SheetRows, Value
from api.plan_view import yuan

if TYPE_CHECKING:
    from api.plan_view import PlanView
    from network.customs import Dues

_COLUMNS = (
    Column("shipment", "wrap", 16),
    Column("territory", "text", 8),
    Column("declared_on", "text", 12),
    Column("hs", "text", 11),
    Column("channel", "text", 8),
    Column("goods_value", "money", 14),
    Column("to_border", "money", 13),
    Column("duty_cny", "money", 13),
    Column("excise_cny", "money", 12),
    Column("fee_cny", "money", 12),
    Column("vat_cny", "money", 13),
    Column("dues_cny", "money", 14),
    Column("dues_low", "money", 14),
    Column("dues_high", "money", 14),
    Column("trust", "wrap", 18),
    Column("note", "wrap", 40),
)


def dues_sheet(view: PlanView) -> SheetRows:
    """Return what is due of every shipment that crosses a border, and in total."""
    total = view.dues_total
    cells = (yuan(total[f"{name}_minor"]) for name in (*KINDS, "total", "low", "high"))
    head = Line((view.say("total"), "", "", "", "", None, None, *cells, "", view.say("footer")), is_head=True)
    return SheetRows(key="dues", columns=_COLUMNS, lines=[head, *(Line(_row(view, dues)) for dues in view.dues)])


def _row(view: PlanView, dues: Dues) -> tuple[Value, ...]:
    """Return the cells of one shipment."""
    shown = dues_json(dues)
    first = (dues.shipment, shown.get("territory", ""), shown.get("date", ""))
    if "missing" in shown:
        return (*first, "", "", *[None] * 9, "", missing_text(dues, view.lang))
    names = ("value", "to_border", *KINDS, "total", "low", "high")
    trust = view.say(f"trust_{shown['confidence']}") + (f" {view.say('assumed')}" if shown["assumed"] else "")
    cells = (yuan(shown[f"{name}_minor"]) for name in names)
    return (*first, shown["hs"], view.say(shown["channel"]), *cells, trust, shown["low_value"] or "")


def dues_figure(view: PlanView) -> tuple[str, Value, str]:
    """Return what is due of all shipments together, with its kinds and its range."""
    total = view.dues_total
    spread = range_text(total["low_minor"], total["high_minor"], view.lang)
    note = view.say(
        "plan_dues_note",
        **{kind: amount_text(total[f"{kind}_minor"]) for kind in KINDS},
        spread=f"{view.say('semicolon')}{spread}" if spread else "",
        known=total["known"],
        missing=total["missing"],
    )
    return "plan_dues", yuan(total["total_minor"]), note
