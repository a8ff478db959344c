"""Rules of the tables about papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from data.codes import GoodsClass, PaperDue
from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records_papers import PaperField, PaperRule

SUBJECT = "subject"
"""The column of a file of facts that says what they are about, so no fact is named so."""

_GOODS = frozenset(get_args(GoodsClass)) - {"any"}
_DUES = frozenset(get_args(PaperDue))
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SHOWN = 12


def goods(catalogue: Catalogue) -> Iterator[Fault]:
    """Goods that a paper is for are classes of goods."""
    for row in catalogue.paper_rules:
        yield from _among(row, "goods", "paper-goods", row.goods, _GOODS)


def places(catalogue: Catalogue) -> Iterator[Fault]:
    """Where cargo comes from or goes to is a customs territory or an area of them."""
    known = {name for row in catalogue.territories for name in (row.code, row.customs_area)}
    for row in catalogue.paper_rules:
        yield from _among(row, "origins", "paper-area", row.origins, known)
        yield from _among(row, "areas", "paper-area", row.areas, known)


def incoterms(catalogue: Catalogue) -> Iterator[Fault]:
    """Incoterms that a paper is for are in their table."""
    known = {row.code for row in catalogue.incoterms}
    for row in catalogue.paper_rules:
        yield from _among(row, "incoterms", "paper-incoterm", row.incoterms, known)


def regimes(catalogue: Catalogue) -> Iterator[Fault]:
    """Look up that the regime a paper is for is in the table of regimes."""
    known = {"*", *(row.code for row in catalogue.regimes)}
    for row in catalogue.paper_rules:
        yield from _among(row, "regime", "paper-regime", (row.regime,), known)


def dues(catalogue: Catalogue) -> Iterator[Fault]:
    """Papers are due by a cut-off or an instant of a plan."""
    for row in catalogue.paper_rules:
        yield from _among(row, "due", "paper-due", row.due, _DUES)


def _among(
    row: PaperRule, column: str, name: str, values: Sequence[str], known: set[str] | frozenset[str]
) -> Iterator[Fault]:
    """Yield a fault if some values are not known."""
    wrong = [value for value in values if value not in known]
    if wrong:
        listed = ", ".join(sorted(known)[:_SHOWN])
        zh, en = f"不认识 {', '.join(wrong)}；可用如: {listed}", f"has unknown {', '.join(wrong)}; known are: {listed}"
        yield row_fault(row, column, name, zh, en)


def conditions(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask for conditions in both languages."""
    for row in catalogue.paper_rules:
        if (row.condition_zh is None) != (row.condition_en is None):
            zh, en = "条件应有中英文", "needs the condition in both languages"
            yield row_fault(row, "condition_zh", "paper-condition", zh, en)


def names(catalogue: Catalogue) -> Iterator[Fault]:
    """Fields and facts have plain names, and no fact has that of the column that says what facts are about."""
    for row in catalogue.paper_fields:
        for column in ("field", "fact"):
            value = getattr(row, column)
            if value is not None and (not _NAME.fullmatch(value) or (column == "fact" and value == SUBJECT)):
                zh, en = "应为小写字母、数字与下划线，且不为 subject", "must be a-z, 0-9 and _, and not subject"
                yield row_fault(row, column, "paper-name", zh, en)


def sources(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that a field has its value from the plan, from a fact, or from both."""
    for row in catalogue.paper_fields:
        if row.plan is None and row.fact is None:
            zh, en = "方案取值与补充资料至少填一项", "needs a value of the plan or a fact"
            yield row_fault(row, "plan", "paper-source", zh, en)


def givers(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that a fact is given by somebody, and that nobody gives what is none."""
    for row in catalogue.paper_fields:
        if (row.fact is None) != (row.giver is None):
            zh, en = "补充资料须有提供方，其他字段不得有", "needs a giver if it may be a fact, and else none"
            yield row_fault(row, "giver", "paper-giver", zh, en)


def sequence(catalogue: Catalogue) -> Iterator[Fault]:
    """Count the fields of a paper from 1; none stands twice in its head or in its lines."""
    for rows in fields_of(catalogue).values():
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            zh, en = "顺序应自 1 连续", "must count from 1 without gaps"
            yield row_fault(rows[-1], "seq", "paper-seq", zh, en)
        seen: set[tuple[str, bool]] = set()
        for row in rows:
            if (row.field, row.in_line) in seen or row.field == "lines":
                yield row_fault(row, "field", "paper-field-twice", "字段重复", "stands twice, or is named lines")
            seen.add((row.field, row.in_line))


def fields_of(catalogue: Catalogue) -> dict[str, list[PaperField]]:
    """Return the fields of each paper that has any, in order."""
    found: dict[str, list[PaperField]] = {}
    for row in sorted(catalogue.paper_fields, key=lambda row: (row.paper, row.seq)):
        found.setdefault(row.paper, []).append(row)
    return found


def facts(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask that a fact is of one kind wherever it stands, and no two facts have one Chinese name."""
    first: dict[str, PaperField] = {}
    named: dict[str, str] = {}
    for row in catalogue.paper_fields:
        if row.fact is None:
            continue
        before = first.setdefault(row.fact, row)
        if before.kind != row.kind or named.setdefault(row.name_zh, row.fact) != row.fact:
            zh, en = "同一补充资料的类型或名称不一致", "has another kind, or shares its name with another fact"
            yield row_fault(row, "fact", "paper-fact", zh, en)


def money(catalogue: Catalogue) -> Iterator[Fault]:
    """Where there is money, the head says its currency."""
    for rows in fields_of(catalogue).values():
        has = any(row.kind == "currency" and row.field == "currency" and not row.in_line for row in rows)
        for row in rows:
            if row.kind == "money" and not has:
                zh, en = "有金额的单证需有 currency 字段", "needs a field currency in the head of its paper"
                yield row_fault(row, "kind", "paper-currency", zh, en)


RULES = (
    rule(goods, "paper_rules"),
    rule(places, "paper_rules", "territories"),
    rule(incoterms, "paper_rules", "incoterms"),
    rule(regimes, "paper_rules", "regimes"),
    rule(dues, "paper_rules"),
    rule(conditions, "paper_rules"),
    rule(names, "paper_fields"),
    rule(sources, "paper_fields"),
    rule(givers, "paper_fields"),
    rule(sequence, "paper_fields"),
    rule(facts, "paper_fields"),
    rule(money, "paper_fields"),
)
