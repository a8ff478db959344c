"""What somebody wants moved, and what they will not accept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """
    Goods one seller sends one buyer, door to door.

    Parameters
    ----------
    origin, destination
        Location codes.
    mass_g, volume_cm3
        Gross mass in grams and volume in cubic centimetres, both above 0.
    pieces
        Number of packages.
    ready_at
        Aware instant at which goods and documents are ready.
    due_at
        Aware instant by which the goods must be ready for use at the destination, or None.
    depart_by
        Latest aware instant of the first departure, or None.
    box, boxes
        Load-unit code and number for cargo that travels in its own boxes (FCL); None and 0 for loose cargo.
    goods
        Goods classes for restriction rules (``battery_loose``, ``dangerous`` ...); empty for ordinary goods.
    regime
        Customs regime code.
    hs
        Commodity code of 6 to 10 digits, or None.
    value_minor, value_currency
        Goods value in minor units, or None when unknown.
    """

    origin: str
    destination: str
    mass_g: int
    volume_cm3: int
    ready_at: dt.datetime
    pieces: int = 1
    due_at: dt.datetime | None = None
    depart_by: dt.datetime | None = None
    box: str | None = None
    boxes: int = 0
    goods: frozenset[str] = frozenset()
    regime: str = "0110"
    hs: str | None = None
    value_minor: int | None = None
    value_currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """
    What an answer may use; the default allows everything that runs.

    Parameters
    ----------
    modes
        Allowed modes, or None for all.
    avoid_services, avoid_territories, avoid_passages
        Service ids, territory codes and passages (``suez``, a border location code ...) not to be used.
    via
        Locations the itinerary must touch, at most eight.
    max_transfers
        Greatest number of legs minus one, or None.
    scenarios
        Ids of scenario services switched on.
    """

    modes: frozenset[str] | None = None
    avoid_services: frozenset[str] = frozenset()
    avoid_territories: frozenset[str] = frozenset()
    avoid_passages: frozenset[str] = frozenset()
    via: tuple[str, ...] = ()
    max_transfers: int | None = None
    scenarios: frozenset[str] = frozenset()
