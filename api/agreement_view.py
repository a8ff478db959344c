"""How a plan and the schedule of its hubs came to agree, told in one language: lines and rows."""

from __future__ import annotations

from collections.abc import Iterator

from api.plan_sheet import Column, Line, SheetRows
from api.plan_view import NOWHERE, yuan
from api.schedule_view import ScheduleView
from data.agreement import Agreement, AgreeRound, Shift

_SHOWN = 40


def agreement_lines(view: ScheduleView, agreement: Agreement) -> Iterator[str]:
    """Yield what a dispatcher asks first: whether they agree, what that took and cost, who misses all the same."""
    first, best = agreement.first, agreement.best
    yield view.say("agree_head", status=view.say(f"agree_{agreement.status}"))
    yield "  " + view.say(
        "agree_sum", rounds=len(agreement.rounds) - 1, before=first.missed, after=best.missed,
        was=_money(first.cost_cny_minor), now=_money(best.cost_cny_minor),
        more=_more(best.cost_cny_minor - first.cost_cny_minor),
    )  # fmt: skip
    for one in agreement.rounds[1:]:
        yield f"  {_round(view, one)}"
    for lead in agreement.leads:
        yield "  " + view.say(
            "agree_lead", hub=view.plan.place(lead.hub), service=lead.service, cargo=lead.cargo_minutes,
            papers=lead.papers_minutes,
        )  # fmt: skip
    if agreement.unsaved:
        yield view.say("agree_unsaved_head")
        for missed in agreement.unsaved:
            hub, reason = view.plan.place(missed.hub), view.say(f"unsaved_{missed.reason}")
            yield "  " + view.say("agree_unsaved", who=view.who(missed), hub=hub, reason=reason)
    yield from _shift_lines(view, agreement)


def _shift_lines(view: ScheduleView, agreement: Agreement) -> Iterator[str]:
    """Yield who pays what, the dearest changes first."""
    found = sorted(agreement.shifts, key=lambda one: (one.was_cny_minor - one.cny_minor, one.shipment))
    if not found:
        return
    total = sum(one.cny_minor - one.was_cny_minor for one in found)
    yield view.say("shift_head", count=len(found), more=_more(total))
    for one in found[:_SHOWN]:
        yield f"  {_shift(view, one)}"
    if len(found) > _SHOWN:
        yield "  " + view.say("shift_more", count=len(found) - _SHOWN)


def _round(view: ScheduleView, one: AgreeRound) -> str:
    kept = view.say("agree_kept") if one.is_kept else ""
    return view.say(
        "agree_round", number=one.number, moved=len(one.moved), missed=one.missed, weight=one.weight,
        cost=_money(one.cost_cny_minor), kept=kept,
    )  # fmt: skip


def _shift(view: ScheduleView, one: Shift) -> str:
    late = (
        view.say("shift_late", days=one.days_late, was=one.was_days_late) if one.days_late or one.was_days_late else ""
    )
    return view.say(
        "shift_line", shipment=one.shipment, was=_money(one.was_cny_minor), now=_money(one.cny_minor),
        more=_more(one.cny_minor - one.was_cny_minor), was_arrive=_arrival(view, one.shipment, one.was_arrive_min),
        arrive=_arrival(view, one.shipment, one.arrive_min), late=late,
    )  # fmt: skip


def _arrival(view: ScheduleView, shipment: str, minute: int | None) -> str:
    """Return an arrival in the local time of the destination."""
    return NOWHERE if minute is None else view.plan.when(minute, view.plan.whole.by_id[shipment].destination)


def _money(fen: int) -> str:
    return f"{yuan(fen):,}"


def _more(fen: int) -> str:
    """
    Return a difference with its sign.

    Examples
    --------
    >>> _more(0), _more(150), _more(-1234567)
    ('+0.00', '+1.50', '-12,345.67')
    """
    return f"{yuan(fen):+,}"


def agreement_sheet(view: ScheduleView, agreement: Agreement) -> SheetRows:
    """Return the rounds, who misses all the same, and who pays what."""
    columns = (
        *(Column("hub_what", "wrap", 60), Column("hub_before", "money", 16), Column("hub_after", "money", 16)),
        *(Column("hub_more", "money", 16), Column("hub_was_arrival", "text", 24), Column("hub_arrival", "text", 24)),
        *(Column("hub_was_late", "count", 10), Column("hub_days_late", "count", 10)),
    )
    blank = (None,) * (len(columns) - 1)
    quiet = Agreement(
        status=agreement.status, rounds=agreement.rounds, leads=agreement.leads, unsaved=agreement.unsaved
    )
    lines = [Line((text.strip(), *blank)) for text in agreement_lines(view, quiet)]
    lines += [
        Line(
            (
                *(one.shipment, yuan(one.was_cny_minor), yuan(one.cny_minor), yuan(one.cny_minor - one.was_cny_minor)),
                *(_arrival(view, one.shipment, one.was_arrive_min), _arrival(view, one.shipment, one.arrive_min)),
                *(one.was_days_late, one.days_late),
            )
        )
        for one in agreement.shifts
    ]
    return SheetRows(key="hub_agreement", columns=columns, lines=lines)
