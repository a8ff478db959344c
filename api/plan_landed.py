"""
Duty, fees and VAT of the shipments of a plan, for its files and for people.

All of it is derived from the plan, its cargo and the tables whenever it is shown. No cost of the plan has a part of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from api.faults import fault
from api.texts import say
from data.money import round_half_up
from optimizer.verify import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from api.answer_schema import Json
    from data.cargo import Cargo
    from data.catalogue import Catalogue
    from data.plan import Plan
    from data.provenance import Row
    from network.customs import Dues
    from viz.theme import Lang

KINDS = ("duty", "excise", "fee", "vat")
_TRUST = ("low", "medium", "high")
_EITHER = ("total", "low", "high", *KINDS)


class PlanLanded:
    """
    What is due of the shipments of a plan; that of the plan asked for last is kept.

    Parameters
    ----------
    catalogue
        All rows; see `data.catalogue.Catalogue.derived`.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._last: tuple[Plan, tuple[Dues, ...]] | None = None

    def of(self, plan: Plan, cargo: Cargo) -> tuple[Dues, ...]:
        """
        Return what is due of every shipment that crosses a border.

        Parameters
        ----------
        plan
            The plan.
        cargo
            Its shipments, with parts in place of what is split.
        """
        from network.customs import plan_dues  # noqa: PLC0415 - the network loads when there is a plan

        if self._last is None or self._last[0] is not plan:
            self._last = (plan, tuple(plan_dues(plan, cargo, self._catalogue)))
        return self._last[1]


def trust_of(rows: Iterable[Row]) -> tuple[str, bool]:
    """Return the least confidence of some rows, and whether one of them is assumed."""
    known = tuple(rows)
    return min((row.confidence for row in known), key=_TRUST.index, default="high"), any(row.assumed for row in known)


def dues_json(dues: Dues) -> Json:
    """Return what is due of one shipment: amounts in fen, with their range and how far to trust them."""
    shown: Json = {"shipment": dues.shipment}
    if dues.question is None:
        return shown | {"missing": "hs_or_value"}
    question = dues.question
    shown |= {"territory": question.territory, "date": question.date.isoformat(), "channel": question.channel}
    if dues.sums is None:
        return shown | {"missing": "" if dues.fault is None else dues.fault.rule}
    sums = dues.sums
    confidence, is_assumed = trust_of(sums.rows)
    return {
        **shown,
        "hs": question.lines[0].hs,
        "mode": question.mode,
        "value_minor": sums.goods_minor,
        "to_border_minor": dues.to_border_minor,
        **{f"{kind}_minor": getattr(sums.point, kind) for kind in KINDS},
        "total_minor": sum(sums.point),
        "low_minor": sums.low_minor,
        "high_minor": sums.high_minor,
        "confidence": confidence,
        "assumed": is_assumed,
        "low_value": None if sums.low_value is None else sums.low_value.id,
    }


def total_json(found: Iterable[Dues]) -> Json:
    """Return what is due of all shipments together, and of how many that is not known."""
    rows = [dues_json(dues) for dues in found]
    known = [row for row in rows if "missing" not in row]
    return {
        "currency": "CNY",
        **{f"{name}_minor": sum(row[f"{name}_minor"] for row in known) for name in _EITHER},
        "known": len(known),
        "missing": len(rows) - len(known),
        "assumed": sum(row["assumed"] for row in known),
    }


def missing_text(dues: Dues, lang: Lang) -> str:
    """Return why nothing is known of what is due."""
    if dues.fault is None or dues.question is None:
        return say(lang, "dues_unsaid")
    if dues.fault.rule in {"unknown_destination", "no_rules_on_date"}:
        return say(lang, "dues_unknown", territory=dues.question.territory, date=dues.question.date.isoformat())
    broken = fault(dues.fault.field, dues.fault.value, dues.fault.rule, **dues.fault.values)
    return f"{dues.fault.field} {broken.value}: {broken.message_zh if lang == 'zh' else broken.message_en}"


def amount_text(fen: int) -> str:
    """
    Return fen as yuan with thousands separators.

    Examples
    --------
    >>> amount_text(123456)
    '1,234.56'
    """
    return f"{Decimal(fen).scaleb(-2):,.2f}"


def range_text(low: int, high: int, lang: Lang) -> str:
    """Return what a sum may be, nothing if it is certain."""
    return "" if low == high else say(lang, "landed_range", low=amount_text(low), high=amount_text(high))


def dues_text(dues: Dues, lang: Lang) -> str:
    """Return what is due of one shipment in a line."""
    if dues.sums is None or dues.question is None:
        return missing_text(dues, lang)
    point = dues.sums.point
    minor = {kind: amount_text(getattr(point, kind)) for kind in KINDS} | {"total": amount_text(sum(point))}
    minor["duty"] = amount_text(point.duty + point.excise)
    date = dues.question.date.isoformat()
    said = say(lang, "dues_sum", **minor, date=date, border=amount_text(dues.to_border_minor))
    spread = range_text(dues.sums.low_minor, dues.sums.high_minor, lang)
    shown = dues_json(dues)
    trust = say(lang, f"trust_{shown['confidence']}") + (f" {say(lang, 'assumed')}" if shown["assumed"] else "")
    return say(lang, "semicolon").join(filter(None, (said, spread, trust)))


def check_landed_lines(told: Json, plan: Plan, cargo: Cargo, catalogue: Catalogue) -> Iterator[Violation]:
    """
    Yield a violation for everything a plan file says of dues that does not follow from plan and tables.

    Parameters
    ----------
    told
        The file, with ``landed`` and ``landed_total``.
    plan, cargo, catalogue
        What they should follow from.

    Notes
    -----
    Amounts are worked out anew one by one, by `network.customs.landed_cost`, not by the sums that were written. The
    question of each shipment, its day and what of its way counts to the border, is put together by the same code.
    """
    written = told.get("landed")
    lines = written if isinstance(written, list) else []
    given = {line.get("shipment"): line for line in lines if isinstance(line, dict)}
    found = catalogue.derived(PlanLanded).of(plan, cargo)
    if len(given) != len(lines) or set(given) != {dues.shipment for dues in found}:
        yield _violation("plan", len(lines), len(found), "dues are told once of each shipment that crosses")
    total = total_json(found)
    if told.get("landed_total") != total:
        yield _violation("plan", None, total["total_minor"], "the total of dues is the sum of its lines")
    for dues in found:
        line, wanted = given.get(dues.shipment), _again(dues)
        if line is not None and line != wanted:
            said, due = line.get("total_minor"), wanted.get("total_minor")
            shown = said if isinstance(said, int) else None
            yield _violation(dues.shipment, shown, due, "dues are what plan and tables say")


def _violation(subject: str, actual: int | None, limit: int | None, message: str) -> Violation:
    return Violation(rule="landed", subject=subject, actual=actual, limit=limit, message=message)


def _again(dues: Dues) -> Json:
    """Return what is due of one shipment, its amounts worked out one by one."""
    from network.customs import landed_cost  # noqa: PLC0415

    shown = dues_json(dues)
    if dues.sums is None or dues.question is None or dues.rules is None:
        return shown
    cost = landed_cost(dues.question, dues.rules)
    way = cost.total("goods") + cost.total("cost")
    return {
        **shown,
        "value_minor": round_half_up(dues.question.value_minor),
        **{f"{kind}_minor": int(cost.total(kind)) for kind in KINDS},
        "total_minor": int(cost.point_minor - way),
        "low_minor": int(cost.low_minor - way),
        "high_minor": int(cost.high_minor - way),
        "low_value": None if cost.low_value is None else cost.low_value.id,
    }
