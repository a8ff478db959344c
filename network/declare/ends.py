"""How every order ended, in the few words that people and files are told; for a million orders in seconds."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.declare.documents import lay_out
from network.declare.join import folded_outcomes
from network.declare.match import FAULTY, MATCHED, WAITING
from network.declare.quick import Plain, split
from network.declare.reasons import Reason
from network.declare.records import Order
from network.declare.state import count_of

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.declare_cells import Bools
    from data.declare_rules import DeclareRules
    from network.declare.match import Outcome

MOST_AT_ONCE = 4_500_000
"""Documents that are looked at all at once at most; it takes some 400 bytes of memory for each."""
_BATCH = 50_000
_TEXTS = 5


class End(NamedTuple):
    """
    How one order ended, or a document that belongs to none.

    Parameters
    ----------
    kind, state
        As in `network.declare.match.Outcome`.
    platform, number
        Of the order or document.
    payments, waybills
        Numbers of those of the order.
    is_tolerant
        Whether one of them writes the number of the order otherwise.
    reasons
        Why it does not match.
    """

    kind: str
    state: str
    platform: str
    number: str
    payments: tuple[str, ...] = ()
    waybills: tuple[str, ...] = ()
    is_tolerant: bool = False
    reasons: tuple[Reason, ...] = ()


_NOTHING: tuple[str, End | None] = ("", None)


def ends(
    connection: sqlite3.Connection, catalogue: Catalogue, rules: DeclareRules, as_of: dt.date | None = None
) -> Iterator[End]:
    """
    Yield how every order ends and what belongs to none, in the order of their numbers.

    They are those of `network.declare.join.outcomes`; orders that plainly match are only found faster.

    Parameters
    ----------
    connection, catalogue, rules, as_of
        As for `network.declare.join.outcomes`.
    """
    if count_of(connection) > MOST_AT_ONCE:
        lay_out(connection, catalogue, rules)
        yield from (end_of(outcome) for _, outcome in folded_outcomes(connection, rules, as_of))
        return
    plain, others = split(connection, catalogue, rules, as_of)
    lay_out(connection, catalogue, rules, others)
    told = _told(plain)
    # Both streams are sorted by number, and have none in common.
    fold, end = next(told, _NOTHING)
    for other, outcome in folded_outcomes(connection, rules, as_of):
        while end is not None and fold < other:
            yield end
            fold, end = next(told, _NOTHING)
        yield end_of(outcome)
    while end is not None:
        yield end
        fold, end = next(told, _NOTHING)


def end_of(outcome: Outcome) -> End:
    """Return an outcome in few words."""
    document = outcome.document
    return End(
        kind=outcome.kind,
        state=outcome.state,
        platform=document.platform,
        number=document.order_no if isinstance(document, Order) else document[0],
        payments=tuple(payment.payment_no for payment in outcome.payments),
        waybills=tuple(waybill.waybill_no for waybill in outcome.waybills),
        is_tolerant=outcome.is_tolerant,
        reasons=outcome.reasons,
    )


def _told(plain: Plain) -> Iterator[tuple[str, End]]:
    """Yield orders that match or only lack something, with their numbers as they are compared."""
    for start in range(0, len(plain.folds), _BATCH):
        part = Plain._make(column[start : start + _BATCH] for column in plain)
        folds, platforms, numbers, payments, waybills = (
            [text.decode() for text in column.tolist()] for column in part[:_TEXTS]
        )
        states = [MATCHED] * len(folds)
        reasons: list[tuple[Reason, ...]] = [()] * len(folds)
        for place in np.flatnonzero(part.lacks_payment | part.lacks_waybill).tolist():
            states[place] = WAITING if part.is_early[place] else FAULTY
            reasons[place] = _lacking(part.lacks_payment[place], part.lacks_waybill[place])
        columns = (
            repeat("order"),
            states,
            platforms,
            numbers,
            _numbers(payments, part.has_payment),
            _numbers(waybills, part.has_waybill),
            part.is_tolerant.tolist(),
            reasons,
        )
        yield from zip(folds, map(End._make, zip(*columns, strict=False)), strict=True)


def _numbers(texts: list[str], is_there: Bools) -> list[tuple[str, ...]]:
    """Return the number of each document as the only one of its order; none where there is no document."""
    found: list[tuple[str, ...]] = [(text,) for text in texts]
    for place in np.flatnonzero(~is_there).tolist():
        found[place] = ()
    return found


def _lacking(*lacks: np.bool_) -> tuple[Reason, ...]:
    """Return the reasons of an order that lacks its payment, its waybill, or both."""
    return tuple(
        Reason(code) for is_missing, code in zip(lacks, ("no_payment", "no_waybill"), strict=True) if is_missing
    )
