"""A week's cargo: shipments with what a plan must know of them beyond a quote."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from data.shipment import Shipment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

Temperature = Literal["ambient", "cool", "chilled", "frozen"]
Odour = Literal["none", "odorous", "sensitive"]
Battery = Literal["none", "battery_loose", "battery_packed", "battery_in_equipment"]

FIRST_PRIORITY, LAST_PRIORITY = 1, 5
ORDINARY_PRIORITY = 3
# The strictest first: cargo with several is kept apart as the first of them.
_BATTERIES: tuple[Battery, ...] = ("battery_loose", "battery_packed", "battery_in_equipment")


class MixingClass(NamedTuple):
    """
    What decides with which other cargo a shipment may share a load unit; the rules themselves are not here.

    Parameters
    ----------
    regime
        Customs regime code.
    is_dangerous
        Whether it holds dangerous goods.
    battery
        The strictest class of its batteries.
    temperature, odour
        As in `CargoShipment`.
    is_sealed
        Whether it travels under a customs seal.
    """

    regime: str
    is_dangerous: bool
    battery: Battery
    temperature: Temperature
    odour: Odour
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoShipment(Shipment):
    """
    A shipment of a cargo list.

    Parameters
    ----------
    id
        The sender's own number, unique in its list.
    currency
        Currency of the amounts in minor units, and of the goods value if it has one.
    priority
        1 (first) to 5 (last).
    late_minor_per_day
        Penalty for every day begun after `due_at`, in minor units; 0 without `due_at`.
    is_splittable
        Whether its pieces may travel in several load units and on several departures (see `data.splitting`). What is
        not splittable travels in one load unit, or together in its own boxes.
    temperature
        ``ambient``, ``cool`` (15 °C), ``chilled`` (2 to 8 °C) or ``frozen``.
    odour
        ``odorous`` cargo smells, ``sensitive`` cargo takes on smells.
    is_sealed
        Whether it travels under a customs seal of its own and may not be stowed with unsealed cargo.
    shipper
        Who sends it, or None.
    unserved_minor
        Price of leaving it behind, in minor units; None if it must travel.
    """

    id: str
    currency: str = "CNY"
    priority: int = ORDINARY_PRIORITY
    late_minor_per_day: int = 0
    is_splittable: bool = False
    temperature: Temperature = "ambient"
    odour: Odour = "none"
    is_sealed: bool = False
    shipper: str | None = None
    unserved_minor: int | None = None

    @property
    def mixing(self) -> MixingClass:
        """What decides with which other cargo it may share a load unit."""
        return MixingClass(
            regime=self.regime,
            is_dangerous="dangerous" in self.goods,
            battery=next((name for name in _BATTERIES if name in self.goods), "none"),
            temperature=self.temperature,
            odour=self.odour,
            is_sealed=self.is_sealed,
        )


@dataclass(frozen=True, kw_only=True)
class Cargo:
    """
    A cargo list.

    Parameters
    ----------
    shipments
        In the order they were given; their ids differ in a list that was checked.
    """

    shipments: tuple[CargoShipment, ...]

    def __len__(self) -> int:
        """Return the number of shipments."""
        return len(self.shipments)

    def __iter__(self) -> Iterator[CargoShipment]:
        """Yield the shipments in order."""
        return iter(self.shipments)

    @cached_property
    def by_id(self) -> dict[str, CargoShipment]:
        """The shipments by id."""
        return {shipment.id: shipment for shipment in self.shipments}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the shipments, whatever their order."""
        lines = sorted(_line(shipment) for shipment in self.shipments)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _line(shipment: CargoShipment) -> str:
    """Return every fact of a shipment as one line."""
    facts = {field.name: getattr(shipment, field.name) for field in fields(shipment)}
    return json.dumps(facts, sort_keys=True, default=_plain)


def _plain(value: dt.datetime | frozenset[str]) -> str | list[str]:
    """Return what JSON has no form for as text or a list."""
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()
