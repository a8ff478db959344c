"""Which row of a table counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from optimizer.verify.case import form_class

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from data.records import Clearance, CutOff, Handling, Location, Service, Storage, Stuffing, Tariff
    from optimizer.verify.case import Case
    from optimizer.verify.facts import Facts


class Placed(Protocol):
    """A row about a location, a kind of location or a territory."""

    @property
    def location(self) -> str | None:
        """Location named."""

    @property
    def kind(self) -> str | None:
        """Kind named."""

    @property
    def territory(self) -> str | None:
        """Territory named."""


_P = TypeVar("_P", bound=Placed)


def rank(row: Placed, place: Location) -> int | None:
    """Return how closely a row names a place, None if it names another."""
    named = ((row.location, place.code, 4), (row.kind, place.kind, 2), (row.territory, place.territory, 1))
    if any(value is not None and value != actual for value, actual, _ in named):
        return None
    return sum(weight for value, _, weight in named if value is not None)


def most_specific(rows: Iterable[_P], place: Location) -> list[_P]:
    """Return the rows that name a place most closely, in table order."""
    ranked = [(rank(row, place), row) for row in rows]
    best = max((found for found, _ in ranked if found is not None), default=None)
    return [row for found, row in ranked if found is not None and found == best]


def handling_row(facts: Facts, place: Location, mode: str, direction: str, form: str) -> Handling | None:
    """Return the row of handling into or out of a mode."""
    key = (mode, direction, form_class(form))
    return next(iter(most_specific(facts.handling.get(key, ()), place)), None)


def storage_rows(facts: Facts, place: Location, form: str) -> list[Storage]:
    """Return the tiers of a place, by their first day."""
    rows = [row for row in facts.catalogue.storage if row.form == form_class(form)]
    return sorted(most_specific(rows, place), key=lambda row: row.from_day)


def stuffing_row(facts: Facts, place: Location, direction: str) -> Stuffing | None:
    """Return the row of stuffing or stripping."""
    rows = [row for row in facts.catalogue.stuffing if row.direction == direction]
    return next(iter(most_specific(rows, place)), None)


def clearance_row(case: Case, place: Location, direction: str) -> Clearance | None:
    """Return the row of clearance: a named regime wins over any, then a named kind."""
    regime = case.shipment.regime
    rows = [
        row
        for row in case.facts.catalogue.clearance
        if (row.territory, row.direction) == (place.territory, direction)
        and row.regime in {regime, "*"}
        and row.kind in {place.kind, None}
    ]
    return max(rows, key=lambda row: (row.regime != "*", row.kind is not None), default=None)


def cutoff_rows(facts: Facts, service: Service, form: str) -> list[CutOff]:
    """Return the cut-offs of a departure: those that name the service, or else those of its mode."""
    rows = facts.cutoffs.get(form_class(form), [])
    own = [row for row in rows if row.service == service.id]
    return own or [row for row in rows if row.service is None and row.mode == service.mode]


def tariff_options(
    facts: Facts, service: Service, board: str, alight: str
) -> dict[tuple[str, str | None], list[Tariff]]:
    """Return every row of every (product, unit) sold between two calls."""
    options: dict[tuple[str, str | None], list[Tariff]] = {}
    for row in facts.tariffs.get(service.id, ()):
        if row.origin in {None, board} and row.destination in {None, alight}:
            options.setdefault((row.product, row.unit), []).append(row)
    return options


def valid_rows(rows: Iterable[Tariff], date: dt.date) -> list[Tariff]:
    """Return the rows of an option that price a date: of those in force, the ones that name the ends most closely."""
    in_force = [row for row in rows if row.valid_from <= date <= row.valid_to]
    best = max(map(_ends_named, in_force), default=None)
    return [row for row in in_force if _ends_named(row) == best]


def _ends_named(row: Tariff) -> tuple[int, bool]:
    """Return the number of ends a tariff row names; of one end, the origin counts more."""
    return (row.origin is not None) + (row.destination is not None), row.origin is not None
