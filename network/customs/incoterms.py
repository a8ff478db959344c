"""Who pays what under an incoterm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.records_customs import Incoterm
    from network.customs.entries import Payer


def payer(term: Incoterm, paid_as: str) -> Payer:
    """
    Return who pays an amount.

    Parameters
    ----------
    term
        The incoterm.
    paid_as
        A column of the table with a payer, ``goods`` for the price, which the buyer pays, or ``refund``, which the
        seller gets.
    """
    if paid_as == "goods":
        return "buyer"
    if paid_as == "refund":
        return "seller"
    found: Payer = getattr(term, paid_as)
    return found
