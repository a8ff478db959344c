"""Duty and import VAT of one piece that is imported in bulk, by SKU and warehouse."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.money import round_half_up
from network.customs.check import check_landed
from network.customs.landed import landed_cost
from network.customs.question import GoodsLine, LandedQuestion
from network.customs.rules_of_date import RulesByDate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.stock import Sku
    from network.customs.rules_of_date import RulesOfDate
    from optimizer.stock.problem import Ints
    from optimizer.stock.standing import Note

_PIECES = 1_000
_UNKNOWN_HS = "000000"


class Dues(NamedTuple):
    """
    What customs ask of one piece in bulk, in fen.

    Parameters
    ----------
    duty_fen
        Shape (S, W): duty, excise and fees.
    vat_fen
        Shape (S, W): VAT, which comes back.
    notes
        What is not known.
    """

    duty_fen: Ints
    vat_fen: Ints
    notes: tuple[Note, ...]


def dues(
    catalogue: Catalogue,
    skus: Sequence[Sku],
    values_fen: Ints,
    territories: Sequence[str],
    freight_fen: Ints,
    day: dt.date,
) -> Dues:
    """
    Return duty and VAT of one piece.

    Parameters
    ----------
    catalogue
        With the customs tables.
    skus, values_fen
        What is imported, and what a piece is worth, shape (S,).
    territories
        Of the warehouses.
    freight_fen
        Shape (S, W): freight of a piece, part of the customs value where that is CIF; of a territory the least.
    day
        Of the declaration.

    Notes
    -----
    A consignment of 1,000 pieces is asked about, so that least fees and rules for low values do not decide.
    """
    rules = catalogue.derived(RulesByDate).on(day)
    shape = (len(skus), len(territories))
    duty, vat = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    places = {territory: [w for w, one in enumerate(territories) if one == territory] for territory in territories}
    blank = [sku.id for sku in skus if sku.hs is None]
    unknown: set[str] = set()
    for s, sku in enumerate(skus):
        for territory, columns in places.items():
            freight = int(freight_fen[s, columns].min())
            found = _piece(_question(sku, int(values_fen[s]), territory, freight, day), rules)
            if found is None:
                unknown.add(f"{sku.id} {territory}")
            else:
                duty[s, columns], vat[s, columns] = found
    notes: list[Note] = []
    if blank:
        notes.append(("no_hs", (str(len(blank)), ", ".join(blank[:5]))))
    if unknown:
        notes.append(("duty_unknown", (str(len(unknown)), ", ".join(sorted(unknown)[:5]))))
    return Dues(duty, vat, tuple(notes))


def _question(sku: Sku, value_fen: int, territory: str, freight_fen: int, day: dt.date) -> LandedQuestion:
    line = GoodsLine(
        hs=sku.hs or _UNKNOWN_HS, value_minor=value_fen * _PIECES, quantity=_PIECES, mass_g=sku.mass_g * _PIECES,
        volume_ml=-(-sku.volume_mm3 // 1_000) * _PIECES,
    )  # fmt: skip
    return LandedQuestion(
        territory=territory, date=day, currency="CNY", lines=(line,), costs_minor={"freight": freight_fen * _PIECES},
        channel="b2b",
    )  # fmt: skip


def _piece(question: LandedQuestion, rules: RulesOfDate) -> tuple[int, int] | None:
    """Return duty with excise and fees, and VAT, of one piece; None if the question cannot be answered."""
    if check_landed(question, rules):
        return None
    answer = landed_cost(question, rules)
    duty = sum((answer.total(kind) for kind in ("duty", "excise", "fee")), Fraction(0))
    return round_half_up(duty / _PIECES), round_half_up(answer.total("vat") / _PIECES)
