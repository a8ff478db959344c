"""The lines of an answer about landed cost: every amount with its basis, its row and its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    from data.provenance import Row
    from network.customs.rates import Case

Kind = Literal["goods", "cost", "duty", "excise", "fee", "vat", "refund"]
Payer = Literal["seller", "buyer"]


class Key(NamedTuple):
    """
    What tells an amount from the others.

    Parameters
    ----------
    kind
        Sort of amount.
    code
        Name of the cost, layer of the duty, or ``excise``, ``fee``, ``vat``, ``refund``, ``goods``.
    row
        Id of the row, empty for what the question says.
    line
        Number of the goods line from 0, None for the consignment.
    """

    kind: Kind
    code: str
    row: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One amount in one case.

    Parameters
    ----------
    key
        What it is.
    minor
        In minor units of `currency`; a credit is below 0.
    basis_minor
        What a percentage is taken of, None where there is none.
    percent
        The percentage, None where there is none.
    currency
        Of both.
    row
        The row it follows from, None for what the question says.
    paid_as
        Column of ``incoterms`` that says who pays it.
    collected
        ``border``, ``checkout`` for VAT that the seller collects, or ``trade``.
    """

    key: Key
    minor: Fraction
    currency: str
    paid_as: str
    row: Row | None = None
    basis_minor: Fraction | None = None
    percent: Fraction | None = None
    collected: str = "border"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """
    One amount of an answer.

    Parameters
    ----------
    key, currency, row, basis_minor, percent, collected
        As in `Entry`, of the case that is taken.
    minor
        In minor units of its currency.
    asked_minor
        In minor units of the question's currency, by case; the amounts of a case add up to its total.
    payer
        Who pays it.
    """

    key: Key
    currency: str
    row: Row | None
    basis_minor: Fraction | None
    percent: Fraction | None
    collected: str
    minor: Fraction
    asked_minor: dict[Case, Fraction]
    payer: Payer
