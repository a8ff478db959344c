"""Which regimes may share a box or a declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.codes import MixingScope
    from data.records_customs import RegimeMixing
    from network.customs.rules_of_date import RulesOfDate


def may_share(rules: RulesOfDate, scope: MixingScope, first: str, second: str) -> RegimeMixing | None:
    """
    Return the row that says whether two regimes may be together, None if no row does.

    Parameters
    ----------
    rules
        The rows of the date.
    scope
        ``box`` or ``declaration``.
    first, second
        Regime codes, in either order. A row about both goes before one about one of them and any other.
    """
    pair = {first, second}
    rows = [row for row in rules.regime_mixing if row.scope == scope]
    for row in rows:
        if row.second != "*" and {row.first, row.second} == pair:
            return row
    return next((row for row in rows if row.second == "*" and row.first in pair), None)


def companions(rules: RulesOfDate, scope: MixingScope, code: str) -> list[tuple[str, RegimeMixing]]:
    """Return the regimes a regime may share with, each with the row that allows it."""
    found: list[tuple[str, RegimeMixing]] = []
    for other in dict.fromkeys(row.code for row in rules.regimes):
        row = may_share(rules, scope, code, other)
        if row is not None and row.shares:
            found.append((other, row))
    return found
