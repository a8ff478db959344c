"""The tables of a catalogue, grouped the way the rules ask for them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from data.catalogue import Catalogue
    from data.records import ChargeableRule, Location, Service, Throughput

_Row = TypeVar("_Row")
_LONGEST_SEARCH_DAYS = 120


class Facts:
    """
    Plain dictionaries over the rows of a catalogue; nothing is computed but the grouping.

    Parameters
    ----------
    catalogue
        The checked tables.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.territories = {row.code: row for row in catalogue.territories}
        self.calendars = {row.code: row for row in catalogue.calendars}
        self.locations = {row.code: row for row in catalogue.locations}
        self.units = {row.code: row for row in catalogue.load_units}
        self.services = {row.id: row for row in catalogue.services}
        self.factors = {row.id: row for row in catalogue.emission_factors}
        self.rates = {row.currency: row for row in catalogue.fx}
        self.chargeable: dict[tuple[str, str], ChargeableRule] = {
            (row.product, row.mode): row for row in catalogue.chargeable_rules
        }
        self.through = {row.id: row for row in catalogue.through_rates}
        calls = sorted(catalogue.calls, key=lambda row: row.seq)
        self.calls = _grouped(calls, lambda row: row.service)
        self.tariffs = _grouped(catalogue.tariffs, lambda row: row.service)
        self.surcharges = _grouped(catalogue.surcharges, lambda row: row.mode)
        self.cutoffs = _grouped(catalogue.cutoffs, lambda row: row.form)
        self.handling = _grouped(catalogue.handling, lambda row: (row.mode, row.direction, row.form))
        self.exceptions = _grouped(catalogue.departure_exceptions, lambda row: (row.service, row.date))
        self.allotments = _grouped(catalogue.allotments, lambda row: row.service)
        self.throughput = _grouped(catalogue.throughput, lambda row: (row.location, row.process))
        # Overrides come second and so replace the holiday of the same territory and date.
        self.workdays = {(row.territory, row.date): row.is_workday for row in catalogue.holidays}
        self.workdays |= {(row.territory, row.date): row.is_workday for row in catalogue.workday_overrides}
        self._settings = {row.key: row.value for row in catalogue.settings}
        self._by_id: dict[str, dict[str, Any]] = {}

    def row(self, table: str, row_id: str) -> Any:  # noqa: ANN401 - a row of any table
        """Return the row of a table that has ids."""
        if table not in self._by_id:
            self._by_id[table] = {row.id: row for row in getattr(self.catalogue, table)}
        return self._by_id[table][row_id]

    def throughput_on(self, place: str, process: str, date: dt.date) -> Throughput | None:
        """Return what a place can stuff, or strip, on a local date, None if the tables do not say."""
        for row in self.throughput.get((place, process), ()):
            if (row.valid_from is None or row.valid_from <= date) and (row.valid_to is None or date <= row.valid_to):
                return row
        return None

    def setting(self, key: str) -> int:
        """Return a whole-number setting."""
        return int(self._settings[key])

    @property
    def epoch(self) -> dt.datetime:
        """The instant minutes are counted from."""
        return dt.datetime.fromisoformat(self._settings["planning_epoch"]).astimezone(dt.UTC)

    @property
    def search_min(self) -> int:
        """Longest time from ready to arrival that is looked at."""
        return min(self.setting("search_days"), _LONGEST_SEARCH_DAYS) * 24 * 60

    def area(self, location: Location) -> str:
        """Return the customs area of a location."""
        return self.territories[location.territory].customs_area

    def runs(self, service: Service, scenarios: Iterable[str]) -> bool:
        """Tell whether a service is offered at all."""
        return service.status in {"active", "seasonal"} or (service.status == "scenario" and service.id in scenarios)


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], Any]) -> dict[Any, list[_Row]]:
    """Return the rows by key, each group in table order."""
    groups: dict[Any, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)
