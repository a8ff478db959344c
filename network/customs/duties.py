"""Which layers of duty goods meet: the most exact row of each layer, less what others replace or exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.customs.rates import Case, is_zero

if TYPE_CHECKING:
    from data.records_customs import DutyRate
    from network.customs.question import LandedQuestion
    from network.customs.rules_of_date import RulesOfDate


def fits(prefix: str, hs: str) -> bool:
    """
    Return whether a code begins as a row says.

    Examples
    --------
    >>> fits("64", "640411"), fits("*", "640411"), fits("64041190", "640411")
    (True, True, False)
    """
    return prefix == "*" or hs.startswith(prefix)


def _exactness(row: DutyRate, territory: str) -> tuple[bool, int, bool, bool]:
    """Return how exactly a row is about goods: of the territory itself, by more digits, of one origin and exporter."""
    digits = 0 if row.hs == "*" else len(row.hs)
    return row.area == territory, digits, row.origin != "*", row.exporter is not None


def layers(question: LandedQuestion, rules: RulesOfDate, hs: str) -> tuple[DutyRate, ...]:
    """
    Return the rates that goods of a code meet, one for each layer, in the order of the table.

    A layer that needs a proof of origin is left out without one; a layer that another one replaces is left out.
    """
    origins = {"*", question.origin or rules.home}
    exporter = (question.exporter or "").casefold()
    best: dict[str, DutyRate] = {}
    for row in rules.duty_rates_of(question.territory, hs):
        if row.origin not in origins:
            continue
        if row.exporter is not None and row.exporter.casefold() != exporter:
            continue
        if row.needs == "origin_proof" and not question.origin_proof:
            continue
        known = best.get(row.layer)
        if known is None or _exactness(row, question.territory) > _exactness(known, question.territory):
            best[row.layer] = row
    replaced = {layer for row in best.values() for layer in row.replaces}
    return tuple(row for layer, row in best.items() if layer not in replaced)


def charged(rows: tuple[DutyRate, ...], case: Case) -> tuple[DutyRate, ...]:
    """Return the layers that are due in a case: not those excluded by one that is above zero there."""
    above = {row.layer for row in rows if not is_zero(row, case)}
    return tuple(row for row in rows if above.isdisjoint(row.unless))
