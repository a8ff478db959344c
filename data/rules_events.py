"""Rules of the tables about events and webhooks."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault


def words(catalogue: Catalogue) -> Iterator[Fault]:
    """Every word stands once for each kind."""
    counts = Counter((row.kind, row.code) for row in catalogue.event_words)
    for row in catalogue.event_words:
        if counts[row.kind, row.code] > 1:
            zh, en = "此类别中该代码出现不止一行", "stands in more than one row of this kind"
            yield row_fault(row, "code", "event-word-twice", zh, en)


def steps(catalogue: Catalogue) -> Iterator[Fault]:
    """Every event tells of one milestone, and its step is a known word or a URI."""
    known = {row.code for row in catalogue.event_words if row.kind == "biz_step"}
    counts = Counter((row.event_type, row.action, row.biz_step) for row in catalogue.event_milestones)
    for row in catalogue.event_milestones:
        if counts[row.event_type, row.action, row.biz_step] > 1:
            zh, en = "此事件已属于另一节点", "of this type and action is told by another row"
            yield row_fault(row, "biz_step", "milestone-twice", zh, en)
        if row.biz_step not in known and ":" not in row.biz_step:
            zh, en = "既不是事件用语也不是 URI", "is neither a word of event_words nor a URI"
            yield row_fault(row, "biz_step", "milestone-step", zh, en)


def codes(catalogue: Catalogue) -> Iterator[Fault]:
    """Every code of DCSA has a type, and only that of a shipment event has a document, which it must have."""
    for row in catalogue.event_milestones:
        if (row.dcsa_type is None) != (row.dcsa_code is None):
            zh, en = "DCSA 类型与代码须同时填写", "needs type and code, or neither"
            yield row_fault(row, "dcsa_code", "milestone-code", zh, en)
        elif (row.dcsa_type == "shipment") != (row.dcsa_document is not None):
            zh, en = "仅 shipment 类须填写单证", "is needed for shipment events, and only for those"
            yield row_fault(row, "dcsa_document", "milestone-document", zh, en)


def waits(catalogue: Catalogue) -> Iterator[Fault]:
    """Every attempt has its number, from 1 without holes, and no wait is shorter than the one before."""
    rows = sorted(catalogue.webhook_waits, key=lambda row: row.attempt)
    for number, row in enumerate(rows, 1):
        if row.attempt != number:
            zh, en = f"次数应从 1 起连续，此处应为 {number}", f"must count from 1 without holes; expected {number}"
            yield row_fault(row, "attempt", "wait-attempt", zh, en)
    for before, row in pairwise(rows):
        if row.wait_s < before.wait_s:
            yield row_fault(row, "wait_s", "wait-shrinks", "不得短于前一次", "must not be shorter than the one before")


RULES = (
    rule(words, "event_words"),
    rule(steps, "event_words", "event_milestones"),
    rule(codes, "event_milestones"),
    rule(waits, "webhook_waits"),
)
