"""Which row of a table applies at a place: the most specific one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from data import Location


class Scoped(Protocol):
    """A row that holds at a location, a kind of place in a territory, a kind of place, or everywhere."""

    @property
    def location(self) -> str | None:
        """Location code."""

    @property
    def kind(self) -> str | None:
        """Location kind."""

    @property
    def territory(self) -> str | None:
        """Territory code."""


ScopedRow = TypeVar("ScopedRow", bound=Scoped)


class Scopes(Generic[ScopedRow]):
    """
    Rows by scope and key.

    Parameters
    ----------
    rows
        Pairs of a key, such as (mode, direction), and a row.
    """

    def __init__(self, rows: Iterable[tuple[Hashable, ScopedRow]]) -> None:
        self._rows: dict[tuple[Hashable, str | None, str | None, str | None], list[ScopedRow]] = defaultdict(list)
        for key, row in rows:
            self._rows[key, row.location, row.kind, row.territory].append(row)

    def at(self, key: Hashable, place: Location) -> list[ScopedRow]:
        """
        Return the rows of the most specific scope with this key at a place, in table order.

        A row that names the location wins; then kind and territory; then kind; then neither.
        """
        kind, territory = str(place.kind), place.territory
        for scope in (
            (place.code, None, None),
            (place.code, kind, None),
            (place.code, None, territory),
            (place.code, kind, territory),
            (None, kind, territory),
            (None, kind, None),
            (None, None, territory),
            (None, None, None),
        ):
            found = self._rows.get((key, *scope))
            if found:
                return found
        return []
