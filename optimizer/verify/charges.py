"""Comparing the lines of an option with those the tables demand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

    from data.itinerary import Charge
    from optimizer.verify.facts import Facts
    from optimizer.verify.lines import Line
    from optimizer.verify.log import Log

_Key = tuple[int, str, str]


def check_charges(facts: Facts, charges: tuple[Charge, ...], lines: Mapping[int, tuple[Line, ...]], log: Log) -> None:
    """Check every charge, that none is missing and none superfluous; the lines demanded are given by step."""
    demanded = {(index, line.code, row): line for index, found in lines.items() for line in found for row in line.rows}
    open_lines = {_key(index, line): line for index, found in lines.items() for line in found}
    for charge in charges:
        subject = f"charge {charge.code} of step {charge.step}"
        line = demanded.get((charge.step, charge.code, charge.row))
        if line is None or open_lines.pop(_key(charge.step, line), None) is None:
            log.add("charge_extra", subject, "no row demands this charge", charge.row, None)
        else:
            _compare(facts, charge, line, subject, log)
    for (index, code, row), line in open_lines.items():
        if line.amount_minor != 0:
            log.add("charge_missing", f"charge {code} of step {index}", "a row demands this charge", None, row)


def _key(index: int, line: Line) -> _Key:
    """Return what tells a line from the others of an option."""
    return index, line.code, line.rows[0]


def _compare(facts: Facts, charge: Charge, line: Line, subject: str, log: Log) -> None:
    """Check one charge against the line it stands for."""
    log.same("charge_table", subject, "the table of the row", charge.table, line.table)
    log.same("charge_amount", subject, "quantity times rate", charge.amount_minor, line.amount_minor)
    log.same("charge_currency", subject, "the currency of the row", charge.currency, line.currency)
    log.same("charge_cny", subject, "the amount at the dated rate", charge.cny_minor, line.cny_minor)
    place = line.rows.index(charge.row)
    log.same("charge_assumed", subject, "whether it is assumed", charge.assumed, line.assumed[place])
    quantity, rate = line.terms[place]
    log.same("charge_quantity", subject, "quantity of the row", _exact(charge.quantity), str(quantity))
    log.same("charge_rate", subject, "rate of the row", _exact(charge.rate), str(rate))
    _check_source(facts, charge, line, subject, log)


def _exact(value: Decimal) -> str:
    """Return a number as exact text, also if it is none."""
    return str(Fraction(value)) if value.is_finite() else str(value)


def _check_source(facts: Facts, charge: Charge, line: Line, subject: str, log: Log) -> None:
    """Check that a charge quotes its row."""
    row = facts.row(line.table, charge.row)
    ends: dt.date | None = getattr(row, "valid_to", None)
    quoted = (charge.source, charge.as_of, charge.valid_to)
    right = (row.source, row.as_of, None if ends is None else ends.isoformat())
    log.same("charge_source", subject, "source, date and end of the row", str(quoted), str(right))
    basis = getattr(row, "basis", None)
    if basis is not None:
        log.same("charge_basis", subject, "the basis of the row", charge.basis, basis)
