"""Rules of the tables about booking."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault

_WHOLE_PERCENT = 100
_LASTING = frozenset({"quote_valid", "hold_valid"})


def terms(catalogue: Catalogue) -> Iterator[Fault]:
    """Every term has one row for a mode, and quotes and holds last at least a minute."""
    counts = Counter((row.term, row.mode) for row in catalogue.booking_terms)
    for row in catalogue.booking_terms:
        if counts[row.term, row.mode] > 1:
            zh, en = "此条款与运输方式出现不止一行", "stands in more than one row for this mode"
            yield row_fault(row, "term", "booking-term-twice", zh, en)
        if row.minutes == 0 and row.term in _LASTING:
            yield row_fault(row, "minutes", "booking-term-time", "应大于 0", "must be above 0")


def fees(catalogue: Catalogue) -> Iterator[Fault]:
    """Every fee has one row for a mode and a number of hours, and takes no more than the price."""
    counts = Counter((row.action, row.mode, row.hours_before) for row in catalogue.booking_fees)
    for row in catalogue.booking_fees:
        if counts[row.action, row.mode, row.hours_before] > 1:
            zh, en = "此操作、运输方式与提前小时出现不止一行", "stands in more than one row for this mode and action"
            yield row_fault(row, "hours_before", "booking-fee-twice", zh, en)
        if row.percent > _WHOLE_PERCENT:
            yield row_fault(row, "percent", "booking-fee-share", "不得大于 100", "must be at most 100")


RULES = (rule(terms, "booking_terms"), rule(fees, "booking_fees"))
