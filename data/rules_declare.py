"""Rules of the tables of customs messages, and of those for matching and summing up."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from data.declare_rules import NAMES, is_value
from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault
    from data.records_declare import CebField, DeclareRule

TRANSFER = "BaseTransfer"
_EXPORT_LIST = "CEB603"
_FIELDS = {"merge_declaration": "InventoryHead", "merge_line": "InventoryList"}


def fields(catalogue: Catalogue) -> Iterator[Fault]:
    """Every field stands in an element of its message, and says how long it may be."""
    nodes = {row.id: {row.head or row.node, row.line, TRANSFER} for row in catalogue.ceb_messages}
    for row in catalogue.ceb_fields:
        if row.node not in nodes.get(row.message, {row.node}):
            yield row_fault(row, "node", "ceb-node", "不是该报文的节点", "is no element of its message")
        if row.max_length < max(1, row.min_length or 0):
            yield row_fault(
                row, "max_length", "ceb-size", "应不小于最短且大于 0", "must be above 0 and not below the least"
            )
        if (row.kind == "decimal") != (row.decimals is not None):
            yield row_fault(
                row, "decimals", "ceb-size", "小数类型且仅小数类型须填", "is for decimals, and only for them"
            )


def places(catalogue: Catalogue) -> Iterator[Fault]:
    """Find fields of an element that are not counted from 1 without gaps."""
    found: dict[tuple[str, str], list[CebField]] = defaultdict(list)
    for row in catalogue.ceb_fields:
        found[row.message, row.node].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.seq)
        for place, row in enumerate(rows, 1):
            if row.seq != place:
                zh, en = f"应为 {place}: 序号应从 1 起连续", f"must be {place}: places count from 1 without gaps"
                yield row_fault(row, "seq", "ceb-seq", zh, en)


def codes(catalogue: Catalogue) -> Iterator[Fault]:
    """Find codes of the customs that mean two things."""
    seen: set[tuple[str, str]] = set()
    for row in catalogue.ceb_codes:
        if (row.kind, row.code) in seen:
            yield row_fault(row, "code", "ceb-code", "代码重复", "stands twice")
        seen.add((row.kind, row.code))


def values(catalogue: Catalogue) -> Iterator[Fault]:
    """Every rule is one that is known, with a value it can have."""
    known = {(row.node, row.field) for row in catalogue.ceb_fields if row.message == _EXPORT_LIST}
    for row in catalogue.declare_rules:
        kind = NAMES.get(row.rule)
        if kind is None:
            choices = ", ".join(NAMES)
            yield row_fault(row, "rule", "declare-rule", f"应为其中之一: {choices}", f"must be one of: {choices}")
        elif not is_value(kind, row.value):
            yield row_fault(row, "value", "declare-value", "不是此规则的取值", "is no value of this rule")
        elif known and row.rule in _FIELDS:
            node = _FIELDS[row.rule]
            for name in row.value.split(";"):
                if (node, name) not in known:
                    zh, en = f"出口清单没有字段 {name}", f"the export list has no field {name}"
                    yield row_fault(row, "value", "declare-field", zh, en)


def one_at_a_time(catalogue: Catalogue) -> Iterator[Fault]:
    """At any date at most one row of a rule holds for a direction and a regime."""
    found: dict[tuple[str, str | None, str | None], list[DeclareRule]] = defaultdict(list)
    for row in catalogue.declare_rules:
        found[row.rule, row.direction, row.regime].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: "" if row.valid_from is None else row.valid_from.isoformat())
        for earlier, later in pairwise(rows):
            if earlier.valid_to is None or later.valid_from is None or later.valid_from <= earlier.valid_to:
                yield row_fault(
                    later,
                    "valid_from",
                    "declare-overlap",
                    "与同一规则的另一行重叠",
                    "overlaps another row of the same rule",
                )


RULES = (
    rule(fields, "ceb_messages", "ceb_fields"),
    rule(places, "ceb_fields"),
    rule(codes, "ceb_codes"),
    rule(values, "declare_rules", "ceb_fields"),
    rule(one_at_a_time, "declare_rules"),
)
