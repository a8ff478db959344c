"""The customs tables as they are in force on one date."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from decimal import Decimal

    from data.catalogue import Catalogue
    from data.provenance import Row
    from data.records import Territory
    from data.records_customs import CustomsRounding, DestinationRule, Incoterm

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
        self._rates = self._read_rates()

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


class RulesByDate:
    """
    The rules of dates, made once for each.

    Parameters
    ----------
    catalogue
        All rows; see `data.catalogue.Catalogue.derived`.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[dt.date, RulesOfDate] = {}

    def on(self, date: dt.date) -> RulesOfDate:
        """Return the rules of a date."""
        if date not in self._known:
            if len(self._known) >= _MOST_DATES:
                self._known.clear()
            self._known[date] = RulesOfDate(self._catalogue, date)
        return self._known[date]
