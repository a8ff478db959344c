"""How long tasks take and what they need, by the most specific row."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.problem import PoolKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.cargo import CargoShipment
    from data.catalogue import Catalogue
    from data.hub_schedule import Grade
    from data.records_hub import HubResource, HubTask

_GENERAL = "general"


class Cargoes(NamedTuple):
    """What a task is about: regimes, goods and credit grades of its cargo, and how much there is of it."""

    regimes: frozenset[str]
    goods: frozenset[str]
    grades: frozenset[str]
    volume_cm3: int
    mass_g: int
    pieces: int
    lines: int


def cargoes(shipments: Iterable[tuple[CargoShipment, Grade]]) -> Cargoes:
    """Return what some shipments are together; each is declared in one line."""
    some = list(shipments)
    return Cargoes(
        regimes=frozenset(shipment.regime for shipment, _ in some),
        goods=frozenset(name for shipment, _ in some for name in shipment.goods),
        grades=frozenset(grade for _, grade in some),
        volume_cm3=sum(shipment.volume_cm3 for shipment, _ in some),
        mass_g=sum(shipment.mass_g for shipment, _ in some),
        pieces=sum(shipment.pieces for shipment, _ in some),
        lines=len(some),
    )


class Work:
    """
    The rows of a hub's tasks and resources.

    Parameters
    ----------
    catalogue
        With the tables.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._tasks = sorted(catalogue.hub_tasks, key=lambda row: row.id)
        self._resources: dict[str, list[HubResource]] = {}
        for row in sorted(catalogue.hub_resources, key=lambda row: row.id):
            self._resources.setdefault(row.location, []).append(row)
        self._rows: dict[PoolKey, HubResource] = {
            PoolKey(row.location, row.kind, row.type): row for row in catalogue.hub_resources
        }

    def row(self, task: str, hub: str, about: Cargoes) -> HubTask:
        """
        Return the most specific row of a task: hub named, then grade, then regime, then goods; of equals by id.

        A row fits when any of the cargo is of its regime, its goods and its grade.
        """
        fitting = [row for row in self._tasks if row.task == task and _fits(row, hub, about)]
        return max(fitting, key=_specific)

    def pools(self, row: HubTask, hub: str) -> tuple[PoolKey, ...]:
        """Return what a task of a row needs in a hub."""
        return tuple(self._pool(hub, need) for need in row.needs)

    def _pool(self, hub: str, need: str) -> PoolKey:
        """Return the resource a need names; without a type the general ones, or else the first in order of id."""
        kind, _, type_ = need.partition(":")
        rows = [row for row in self._resources[hub] if row.kind == kind]
        found = next((row for row in rows if row.type == (type_ or _GENERAL)), rows[0])
        return PoolKey(hub, found.kind, found.type)

    def resource(self, key: PoolKey) -> HubResource:
        """Return the row of a resource."""
        return self._rows[key]

    def resources(self, hub: str) -> list[HubResource]:
        """Return the rows of a hub in order of id."""
        return self._resources[hub]


def _fits(row: HubTask, hub: str, about: Cargoes) -> bool:
    return (
        row.location in {None, hub}
        and (row.regime == "*" or row.regime in about.regimes)
        and (row.goods == "any" or row.goods in about.goods)
        and (row.credit == "any" or row.credit in about.grades)
    )


def _specific(row: HubTask) -> tuple[bool, bool, bool, bool]:
    return row.location is not None, row.credit != "any", row.regime != "*", row.goods != "any"


def minutes(row: HubTask, about: Cargoes) -> int:
    """Return how long a task takes: base, and what is added per m3, tonne, piece and line, rounded up to a minute."""
    whole = Fraction(row.minutes) + Fraction(row.min_per_m3) * about.volume_cm3 / 10**6
    whole += Fraction(row.min_per_t) * about.mass_g / 10**6
    whole += Fraction(row.min_per_piece) * about.pieces + Fraction(row.min_per_line) * about.lines
    return -(-whole.numerator // whole.denominator)
