"""A stocking plan as text for a terminal."""

from __future__ import annotations

from api.answer_schema import Json
from api.human import columns
from api.plan_view import gap_text, yuan
from api.stock_plan_view import summed
from api.texts import say
from viz.theme import Lang

_SHOWN = 12
_SHOWN_GOODS = 8


def plan_text(answer: Json, lang: Lang, days: int) -> str:
    """Return what a seller reads: this week, the weeks after, fees to come, what runs dry, costs."""
    parts = [
        [say(lang, "sp_title", start=answer["start"], weeks=answer["weeks"])],
        _now(answer, lang),
        _next(answer, lang),
        _fees(answer, lang, days),
        _dry(answer, lang),
        _costs(answer, lang),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _fen(fen: int) -> str:
    return f"{yuan(fen):,}"


def boxes_text(one: Json, lang: Lang) -> str:
    """Return the boxes of a consignment and how full they are, or that it goes loose."""
    if not one["boxes"]:
        return say(lang, "sp_loose")
    names = " + ".join(f"{box['count']}×{box['unit']}" for box in one["boxes"])
    text = say(lang, "sp_boxes", boxes=names, fill=f"{one['fill']:.0%}")
    return say(lang, "sp_and_loose", boxes=text, share=f"{one['loose_share']:.0%}") if one["loose_share"] else text


def reason_text(good: Json, lang: Lang) -> str:
    """Return why a SKU is sent."""
    key = "sp_reason" if good["dry_without"] else "sp_reason_more"
    weeks = say(lang, "stock_unknown") if good["lasts_weeks"] is None else good["lasts_weeks"]
    why = say(lang, key, markets=", ".join(good["markets"]), weeks=weeks, dry=good["dry_without"])
    made = good.get("made_units", 0)
    return say(lang, "sp_made", why=why, units=f"{made:,}") if made else why


def _now(answer: Json, lang: Lang) -> list[str]:
    lines = [say(lang, "sp_this_week", start=answer["start"])]
    if not answer["this_week"]:
        return [*lines, say(lang, "sp_nothing_now")]
    for one in answer["this_week"]:
        lines.append(f"  {_consignment(one, lang)}")
        rows = [
            ["   ", good["sku"], f"{good['units']:,}", reason_text(good, lang)] for good in one["goods"][:_SHOWN_GOODS]
        ]
        lines += columns(rows, right=(2,))
        more = len(one["goods"]) - _SHOWN_GOODS
        lines += [f"    {say(lang, 'stock_more', count=more)}"] if more > 0 else []
    return lines


def _consignment(one: Json, lang: Lang) -> str:
    return say(
        lang, "sp_consignment", mode=say(lang, f"mode_{one['mode']}"), warehouse=one["warehouse"],
        boxes=boxes_text(one, lang), kg=f"{one['mass_kg']:,.0f}", m3=f"{one['volume_m3']:,.2f}",
        price=_fen(one["price_fen"]), received=one["received_from"],
    )  # fmt: skip


def _next(answer: Json, lang: Lang) -> list[str]:
    later = [one for one in answer["consignments"] if one["week"] > 0]
    if not later:
        return []
    lines = [f"  {one['leaves_from']}  {_consignment(one, lang)}" for one in later[:_SHOWN]]
    more = len(later) - _SHOWN
    return [say(lang, "sp_next"), *lines, *([f"  {say(lang, 'stock_more', count=more)}"] if more > 0 else [])]


def _fees(answer: Json, lang: Lang, days: int) -> list[str]:
    if not answer["alerts"]:
        return [say(lang, "stock_no_alerts")]
    rows = [
        [
            "  " + one["on"],
            one["sku"],
            one["warehouse"],
            f"{one['units']:,}",
            say(lang, "stock_edge"),
            str(one["from_day"]),
        ]
        for one in answer["alerts"][:_SHOWN]
    ]
    head = say(lang, "sp_fees", days=days, count=len(answer["alerts"]), cost=_fen(answer["alerts_fen"]))
    return [head, *columns(rows, right=(3, 5))]


def _dry(answer: Json, lang: Lang) -> list[str]:
    rows = answer["dry"]
    if not rows:
        return [say(lang, "sp_no_dry")]
    head = say(lang, "sp_dry", count=len(rows), cost=_fen(sum(row["cost_fen"] for row in rows)))
    names = [[say(lang, f"sp_{name}") for name in ("market", "lost", "amount")]]
    markets = [[name, f"{units:,.1f}", _fen(fen)] for name, fen, units in summed(rows, "market")]
    cases = [_case(row) for row in rows[:_SHOWN]]
    return [head, *columns(names + markets, right=(1, 2)), *columns(cases, right=(3, 4))]


def _case(row: Json) -> list[str]:
    names = [row["sku"], row["market"], row["warehouse"] or "-"]
    return [*names, f"{row['lost_units']:,.1f}", _fen(row["cost_fen"]), row["dry_from"] or ""]


def _costs(answer: Json, lang: Lang) -> list[str]:
    nothing = answer["nothing"]
    rows = [["", say(lang, "sp_amount"), say(lang, "sp_without")]]
    rows += [
        [say(lang, f"cost_{part}"), _fen(fen), _fen(nothing["cost_fen"][part])]
        for part, fen in answer["cost_fen"].items()
        if fen or nothing["cost_fen"][part]
    ]
    rows.append([say(lang, "sp_total"), _fen(answer["cost_minor"]), _fen(nothing["cost_minor"])])
    lines = columns(rows, right=(1, 2))
    lines.append(say(lang, "sp_bound", bound=_fen(answer["bound_minor"]), gap=gap_text(answer["gap"])))
    share = f"{answer['service']:.1%}"
    lines.append(
        say(lang, "sp_service", service=share, asked=f"{answer['service_asked']:.1%}", futures=answer["futures"])
    )
    if answer["service"] < answer["service_asked"]:
        lines.append(say(lang, "sp_below"))
    saved = _fen(nothing["cost_minor"] - answer["cost_minor"])
    served = f"{nothing['service']:.1%}"
    return [*lines, say(lang, "sp_compare", cost=_fen(nothing["cost_minor"]), service=served, saved=saved)]
