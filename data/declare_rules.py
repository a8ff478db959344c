"""The rules by which orders, payments and waybills are matched and lists summed up: which of them hold on a date."""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.errors import SettingsError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from data.catalogue import Catalogue
    from data.records_declare import DeclareRule

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "key_width": "flag",
        "key_case": "flag",
        "key_spaces": "flag",
        "key_zeros": "flag",
        "key_o_zero": "flag",
        "payment_needed": "flag",
        "waybill_needed": "flag",
        "most_payments": "count",
        "most_waybills": "count",
        "amount_tolerance": "amount",
        "sum_tolerance": "amount",
        "payer_is_buyer": "flag",
        "consignee_agrees": "flag",
        "payment_window_days": "count",
        "waybill_window_days": "count",
        "change_ignores": "fields",
        "summary_flag": "text",
        "merge_declaration": "fields",
        "merge_line": "fields",
        "merge_month": "flag",
        "summary_day": "count",
        "lines_per_declaration": "count",
    }
)
"""The rules there are, with the kind of value each has."""

_FORMS = {
    "flag": re.compile(r"yes|no"),
    "count": re.compile(r"[1-9][0-9]{0,5}"),
    "amount": re.compile(r"[0-9]{1,9}(\.[0-9]{1,5})?"),
    "text": re.compile(r"[^\s;]+"),
    "fields": re.compile(r"[A-Za-z0-9]+(;[A-Za-z0-9]+)*"),
}
REGIME, TERRITORY = "declare_regime", "home_territory"
"""Settings: the regime of lists where none is named, and the customs territory whose working days count."""
E5 = 100_000
"""Amounts and quantities of customs messages have five decimals, so they are whole numbers of this part of one."""


def is_value(kind: str, text: str) -> bool:
    """Return whether a text is a value of a kind of rule."""
    return _FORMS[kind].fullmatch(text) is not None


class DeclareRules:
    """
    The rules of one direction and regime that hold on a date.

    A row for the direction and the regime counts before one for either, and that before one for neither.

    Parameters
    ----------
    rows
        Of the table ``declare_rules``.
    direction
        ``export`` or ``import``.
    regime
        Such as ``9610``.
    day
        The date.
    """

    def __init__(self, rows: Iterable[DeclareRule], *, direction: str, regime: str, day: dt.date) -> None:
        self.direction = direction
        self.regime = regime
        self.day = day
        self._all = tuple(rows)
        chosen: dict[str, DeclareRule] = {}
        for row in self._all:
            if not _holds(row, direction, regime, day):
                continue
            before = chosen.get(row.rule)
            if before is None or _weight(row) > _weight(before):
                chosen[row.rule] = row
        self._rows = chosen

    @classmethod
    def of(cls, catalogue: Catalogue, *, direction: str, regime: str, day: dt.date) -> DeclareRules:
        """Return the rules of a data set."""
        return cls(catalogue.declare_rules, direction=direction, regime=regime, day=day)

    def on(self, day: dt.date) -> DeclareRules:
        """Return the rules of the same direction and regime on another date."""
        return DeclareRules(self._all, direction=self.direction, regime=self.regime, day=day)

    def row(self, name: str) -> DeclareRule:
        """
        Return the row of a rule.

        Raises
        ------
        SettingsError
            If none holds.
        """
        found = self._rows.get(name)
        if found is None:
            msg = f"declare_rules has no row {name!r} for {self.direction} {self.regime} on {self.day}"
            raise SettingsError(msg)
        return found

    def assumed_count(self) -> int:
        """Return how many of the rules that hold are assumptions."""
        return sum(row.assumed for row in self._rows.values())

    def flag(self, name: str) -> bool:
        """Return whether a rule says yes."""
        return self.row(name).value == "yes"

    def count(self, name: str) -> int:
        """Return the number of a rule."""
        return int(self.row(name).value)

    def amount_e5(self, name: str) -> int:
        """Return the amount of a rule, in hundred-thousandths."""
        return int(Decimal(self.row(name).value) * E5)

    def names(self, name: str) -> tuple[str, ...]:
        """Return the fields a rule names."""
        return tuple(self.row(name).value.split(";"))


def _holds(row: DeclareRule, direction: str, regime: str, day: dt.date) -> bool:
    """Return whether a row is about a direction, a regime and a date."""
    if row.direction not in {None, direction} or row.regime not in {None, regime}:
        return False
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def _weight(row: DeclareRule) -> tuple[bool, bool]:
    """Return how special a row is."""
    return row.regime is not None, row.direction is not None
