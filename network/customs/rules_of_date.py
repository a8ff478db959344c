"""The customs tables as they are in force on one date."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from copy import copy
from fractions import Fraction
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from data.catalogue import Catalogue
    from data.provenance import Row
    from data.records import ExchangeRate, Territory
    from data.records_customs import CustomsRounding, DestinationRule, DutyRate, Incoterm

_R = TypeVar("_R")
_MOST_DATES = 400


class Rate(NamedTuple):
    """
    An exchange rate.

    Parameters
    ----------
    currency
        ISO 4217 code.
    cny_per_unit
        Exact.
    exponent
        Digits of its minor unit.
    row
        Where it stands.
    """

    currency: str
    cny_per_unit: Fraction
    exponent: int
    row: Row


def in_force(row: object, date: dt.date) -> bool:
    """
    Return whether a row with ``valid_from`` and ``valid_to`` holds on a date; both days count.

    Examples
    --------
    >>> import datetime as dt
    >>> from types import SimpleNamespace
    >>> row = SimpleNamespace(valid_from=dt.date(2026, 7, 1), valid_to=None)
    >>> in_force(row, dt.date(2026, 6, 30)), in_force(row, dt.date(2026, 7, 1))
    (False, True)
    """
    start: dt.date | None = getattr(row, "valid_from", None)
    end: dt.date | None = getattr(row, "valid_to", None)
    return (start is None or start <= date) and (end is None or date <= end)


class RulesOfDate:
    """
    What the customs tables say on one date.

    Parameters
    ----------
    catalogue
        All rows, of whatever time.
    date
        The day of the declaration.

    Attributes
    ----------
    compiled
        The same rows as whole numbers, for sums.
    """

    def __init__(self, catalogue: Catalogue, date: dt.date) -> None:
        self.catalogue = catalogue
        self.date = date
        self.regimes = self._now(catalogue.regimes)
        self.regime_rules = self._now(catalogue.regime_rules)
        self.regime_mixing = self._now(catalogue.regime_mixing)
        self.duty_rates = self._now(catalogue.duty_rates)
        self.low_value_rules = self._now(catalogue.low_value_rules)
        self.excise_rates = self._now(catalogue.excise_rates)
        self.customs_fees = self._now(catalogue.customs_fees)
        self.vat_refunds = self._now(catalogue.vat_refunds)
        self.credit_grades = {row.grade: row for row in self._now(catalogue.credit_grades)}
        self.incoterms: dict[str, Incoterm] = {row.code: row for row in self._now(catalogue.incoterms)}
        self.destinations: dict[str, DestinationRule] = {
            row.territory: row for row in self._now(catalogue.destination_rules)
        }
        self.roundings: dict[str, CustomsRounding] = {row.code: row for row in catalogue.customs_roundings}
        self._territories: dict[str, Territory] = {row.code: row for row in catalogue.territories}
        self._duty_rates: dict[tuple[str, str], list[tuple[int, DutyRate]]] = {}
        for place, row in enumerate(self.duty_rates):
            self._duty_rates.setdefault((row.area, row.hs), []).append((place, row))
        self._rates = self._read_rates()
        # What compiles these rows reads them.
        from network.customs.compiled import Compiled  # noqa: PLC0415

        self.compiled = Compiled(self)

    def _now(self, rows: Iterable[_R]) -> tuple[_R, ...]:
        return tuple(row for row in rows if in_force(row, self.date))

    def _read_rates(self) -> dict[str, Rate]:
        """Return the rates of the date: those of customs where a currency has any, else the ordinary one."""
        dated = {row.currency for row in self.catalogue.customs_fx}
        rates = {
            row.currency: Rate(row.currency, Fraction(row.cny_per_unit), row.exponent, row)
            for row in self.catalogue.fx
            if row.currency not in dated
        }
        for row in self._now(self.catalogue.customs_fx):
            rates[row.currency] = Rate(row.currency, Fraction(row.cny_per_unit), row.exponent, row)
        return rates

    @property
    def home(self) -> str:
        """
        The customs territory in which shipments are declared for export, and where goods are made unless said.

        Raises
        ------
        SettingsError
            If the data set does not name it.
        """
        return self.catalogue.setting("home_territory")

    def on(self, date: dt.date) -> RulesOfDate:
        """Return the rules of another day on which the same rows are in force; everything made of them is shared."""
        rules = copy(self)
        rules.date = date
        return rules

    def duty_rates_of(self, territory: str, hs: str) -> list[DutyRate]:
        """Return the rates whose area and first digits goods have, in the order of the table."""
        prefixes = ("*", *(hs[:digits] for digits in range(2, len(hs) + 1, 2)))
        places = [(area, prefix) for area in dict.fromkeys(self.areas(territory)) for prefix in prefixes]
        found = [pair for place in places for pair in self._duty_rates.get(place, ())]
        return [row for _, row in sorted(found, key=itemgetter(0))]

    def territory(self, code: str) -> Territory | None:
        """Return a customs territory, None if there is none of this code."""
        return self._territories.get(code)

    def areas(self, territory: str) -> tuple[str, str]:
        """Return the codes under which rows may be about a territory: its own, then that of its customs area."""
        return territory, self._territories[territory].customs_area

    def currency_of(self, territory: str) -> str:
        """Return the currency of a territory."""
        return self._territories[territory].currency

    def rate(self, currency: str) -> Rate | None:
        """Return the rate of a currency on the date, None if there is none."""
        return self._rates.get(currency)

    def exchange_rate(self, currency: str) -> ExchangeRate:
        """
        Return the row of a currency, with which amounts are read and written.

        Raises
        ------
        KeyError
            If it has no rate on the date.
        """
        return cast("ExchangeRate", self._rates[currency].row)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies with a rate on the date."""
        return tuple(sorted(self._rates))

    def convert(self, minor: Fraction | int, source: str, target: str) -> Fraction:
        """
        Return an amount of minor units of one currency in those of another, exactly.

        Raises
        ------
        KeyError
            If one of them has no rate on the date, which `network.customs.check` tells first.
        """
        if source == target:
            return Fraction(minor)
        first, second = self._rates[source], self._rates[target]
        cny = Fraction(minor) / 10**first.exponent * first.cny_per_unit
        return Fraction(cny / second.cny_per_unit * 10**second.exponent)

    def major(self, amount: Decimal | Fraction | str, currency: str, target: str) -> Fraction:
        """
        Return an amount of a row, in major units of its currency, in minor units of another currency.

        Parameters
        ----------
        amount
            A decimal of the table, or its text.
        currency
            Its currency.
        target
            The other one.
        """
        scale = Fraction(10 ** self._rates[currency].exponent)
        return self.convert(Fraction(amount) * scale, currency, target)


DATED = (
    "regimes",
    "regime_rules",
    "regime_mixing",
    "credit_grades",
    "destination_rules",
    "duty_rates",
    "low_value_rules",
    "excise_rates",
    "customs_fees",
    "vat_refunds",
    "incoterms",
    "customs_fx",
)
"""The tables whose rows are in force on some dates only."""


def _changes(catalogue: Catalogue) -> Iterator[dt.date]:
    """Yield the days on which some row begins to hold, or holds no more."""
    for name in DATED:
        for row in catalogue.table(name):
            yield getattr(row, "valid_from")  # noqa: B009 - rows of many types
            last: dt.date | None = getattr(row, "valid_to")  # noqa: B009
            if last is not None and last < dt.date.max:
                yield last + dt.timedelta(days=1)


class RulesByDate:
    """
    The rules of dates; those of days on which the same rows are in force are made once.

    Parameters
    ----------
    catalogue
        All rows; see `data.catalogue.Catalogue.derived`.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[dt.date, RulesOfDate] = {}
        self._periods: dict[int, RulesOfDate] = {}
        self._changes = sorted(set(_changes(catalogue)))

    def on(self, date: dt.date) -> RulesOfDate:
        """Return the rules of a date."""
        if date not in self._known:
            if len(self._known) >= _MOST_DATES:
                self._known.clear()
            period = bisect_right(self._changes, date)
            if period not in self._periods:
                self._periods[period] = RulesOfDate(self._catalogue, date)
            self._known[date] = self._periods[period].on(date)
        return self._known[date]
