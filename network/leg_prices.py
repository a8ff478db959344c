"""How legs can be bought: tariffs, surcharges and handling as components of prices, by their periods."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from network.legs import LOOSE, Option, Run
from network.prices import Component, PriceBook
from network.scopes import Scopes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from data import Catalogue, Clearance, Handling, Location, Stuffing, Surcharge, Tariff, ThroughRate


class LegPrices:
    """
    Price options of legs, as numbers of components in a book.

    Parameters
    ----------
    catalogue
        With tariffs, surcharges and handling.
    book
        Components are added to it, each once.
    """

    def __init__(self, catalogue: Catalogue, book: PriceBook) -> None:
        self.book = book
        self._handling = Scopes(((row.mode, row.direction, row.form), row) for row in catalogue.handling)
        self._tariffs: dict[str, list[Tariff]] = defaultdict(list)
        for row in catalogue.tariffs:
            self._tariffs[row.service].append(row)
        self._surcharges: dict[tuple[str, str], list[Surcharge]] = defaultdict(list)
        for surcharge in catalogue.surcharges:
            self._surcharges[surcharge.mode, surcharge.location or surcharge.territory or ""].append(surcharge)
        self._order = {row.id: i for i, row in enumerate(catalogue.surcharges)}
        self._naming = {str(row.mode) for row in catalogue.surcharges if row.service}
        self._handled: dict[tuple[str, str, str, str], Handling | None] = {}
        self._found: dict[tuple[str, str, str, str], list[Surcharge]] = {}
        self._numbers: dict[tuple[str, int, str], int] = {}

    def rows_of(self, run: Run) -> list[Tariff]:
        """Return the tariff rows that may price a run."""
        ends = (run.origin.code, run.destination.code)
        return [
            row
            for row in self._tariffs[run.service.id]
            if row.origin in (None, ends[0]) and row.destination in (None, ends[1])
        ]

    def options(
        self, run: Run, rows: Sequence[Tariff], surcharges: Sequence[Surcharge], skip: frozenset[str] = frozenset()
    ) -> Iterator[Option]:
        """Yield the price options among rows valid on the same dates; the most specific rows of each win."""
        groups: dict[tuple[str, str | None], list[Tariff]] = defaultdict(list)
        for row in rows:
            groups[row.product, row.unit].append(row)
        for (product, unit), group in groups.items():
            named = max(_named(row) for row in group)
            best = [row for row in group if _named(row) == named]
            form = unit if product == "fcl" and unit else LOOSE
            numbers = [self._freight(run, best)]
            numbers += self.surcharge_numbers(run, (product, form, best[0].currency), surcharges, skip)
            if "origin" not in skip:
                numbers += self.handling_numbers(run.origin, str(run.service.mode), "out", form)
            numbers += self.handling_numbers(run.destination, str(run.service.mode), "in", form)
            yield Option(product, unit, tuple(numbers))

    def _freight(self, run: Run, rows: Sequence[Tariff]) -> int:
        """Return the number of the freight component."""
        first = rows[0]
        mode = str(run.service.mode)
        quantity: tuple[str, ...] = ("charge", first.product, mode)
        if first.basis == "per_box":
            quantity = ("box", first.unit or "")
        elif first.basis == "per_truck":
            quantity = ("truck", first.unit or "")
        elif first.basis == "per_wm":
            quantity = ("wm1",)
        ordered = tuple(sorted(rows, key=lambda row: row.break_kg or 0)) if first.basis == "breaks" else (first,)
        least = max((row.min_charge for row in ordered if row.min_charge is not None), default=None)
        component = Component("freight", "tariffs", ordered, first.basis, quantity, first.currency, first.rate)
        return self.book.add(component, least)

    def surcharges_of(self, run: Run) -> list[Surcharge]:
        """Return the surcharge rows of a run, in table order, whatever their product and dates."""
        mode = str(run.service.mode)
        key = (mode, run.service.id if mode in self._naming else "", run.origin.code, run.destination.code)
        if key not in self._found:
            found = {
                id(row): row
                for scope in {
                    "", run.origin.code, run.origin.territory, run.destination.code, run.destination.territory,
                }
                for row in self._surcharges.get((mode, scope), ())
                if _applies(row, run)
            }  # fmt: skip
            self._found[key] = sorted(found.values(), key=lambda row: self._order[row.id])
        return self._found[key]

    def surcharge_numbers(
        self, run: Run, sold_as: tuple[str, str, str], surcharges: Sequence[Surcharge], skip: frozenset[str]
    ) -> list[int]:
        """Return the surcharge components of a leg sold as (product, form, currency of the freight)."""
        product, form, freight_currency = sold_as
        numbers = []
        for row in surcharges:
            if row.product not in (None, product) or row.at in skip or row.basis in skip:
                continue
            if row.basis == "per_box" and product != "fcl":
                continue
            quantity: tuple[str, ...] = {
                "per_box": ("box", form), "per_bl": ("bl",), "per_wm": ("wm",), "percent": ("bl",),
                "per_kg": ("weighed", product, str(run.service.mode)),
            }[row.basis]  # fmt: skip
            currency = row.currency or freight_currency
            component = Component(row.code, "surcharges", (row,), row.basis, quantity, currency, row.rate)
            numbers.append(self.book.add(component, row.min_charge))
        return numbers

    def handling_row(self, place: Location, mode: str, direction: str, form: str) -> Handling | None:
        """Return the handling of a place for a mode, direction and form, None if there is none."""
        key = (place.code, mode, direction, "loose" if form == LOOSE else "box")
        if key not in self._handled:
            rows = self._handling.at(key[1:], place)
            self._handled[key] = rows[0] if rows else None
        return self._handled[key]

    def handling_numbers(self, place: Location, mode: str, direction: str, form: str) -> list[int]:
        """Return the component of a handling, none if it has no price."""
        row = self.handling_row(place, mode, direction, form)
        if row is None or row.basis is None or row.rate is None or row.currency is None:
            return []
        return [self.priced(f"handling_{direction}", "handling", row, form, row.min_charge)]

    def priced(
        self, code: str, table: str, row: Handling | Stuffing | Clearance, form: str, least: Decimal | None = None
    ) -> int:
        """Return the number of the component of a row that has a price."""
        key = (code, id(row), form)
        if key in self._numbers:
            return self._numbers[key]
        quantity: tuple[str, ...] = {
            "per_box": ("box", form), "per_bl": ("bl",), "per_kg": ("kg",), "per_wm": ("wm",),
        }[str(row.basis)]  # fmt: skip
        component = Component(code, table, (row,), str(row.basis), quantity, str(row.currency), row.rate or Decimal(0))
        self._numbers[key] = self.book.add(component, least)
        return self._numbers[key]


def _named(row: Tariff) -> int:
    """Return how closely a tariff row names its ends: both 3, the origin 2, the destination 1, none 0."""
    return 2 * (row.origin is not None) + (row.destination is not None)


def _applies(row: Surcharge, run: Run) -> bool:
    """Say whether a surcharge row of the run's mode applies to it, whatever its product and dates."""
    if row.service not in (None, run.service.id) or (row.international and not run.is_international):
        return False
    ends = {"origin": (run.origin,), "destination": (run.destination,), "leg": (run.origin, run.destination)}[row.at]
    return any(row.location in (None, end.code) and row.territory in (None, end.territory) for end in ends)


def periods(rows: Iterable[Tariff | Surcharge | ThroughRate]) -> list[tuple[dt.date, dt.date]]:
    """Return the maximal spans of dates on which the same rows hold."""
    edges = sorted({edge for row in rows for edge in (row.valid_from.toordinal(), row.valid_to.toordinal() + 1)})
    kind = type(next(iter(rows)).valid_from) if edges else None
    return [(kind.fromordinal(a), kind.fromordinal(b - 1)) for a, b in pairwise(edges)] if kind else []


def holds(row: Tariff | Surcharge | ThroughRate, period: tuple[dt.date, dt.date]) -> bool:
    """Say whether a row is valid throughout a period that does not cross its edges."""
    return row.valid_from <= period[0] and period[1] <= row.valid_to
