"""Words of the ways of sending stock: what a way costs and how long it takes, and what ways are chosen by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.catalogue import Catalogue
    from data.stock import TransitMode

_G_PER_KG = 1_000
_DENSITY_G_CM3 = 1 / 6
"""Where goods are at the line between mass and volume in the air."""
_CARTON_G = 15_000


class BoxPrice(NamedTuple):
    """
    A full box to the door of the warehouse.

    Parameters
    ----------
    unit
        Box type.
    payload_g, volume_cm3
        What it holds on this way.
    fen
        Of a quote for it; unloading is not in it.
    """

    unit: str
    payload_g: int
    volume_cm3: int
    fen: int


class LoosePrice(NamedTuple):
    """
    Loose goods to the door of the warehouse.

    Parameters
    ----------
    fen_per_kg
        Of a chargeable kilogram of the consignment that was asked about.
    least_fen
        Of the smallest consignment.
    g_per_cm3
        Chargeable mass of a cubic centimetre.
    mass_g, volume_cm3, fen
        The consignment that was asked about, and its quote.
    """

    fen_per_kg: float
    least_fen: int
    g_per_cm3: float
    mass_g: int
    volume_cm3: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """
    One way of sending stock to a warehouse.

    Parameters
    ----------
    id
        Mode and warehouse, such as ``sea:GC-DE``.
    warehouse
        Id of its row.
    mode
        Of its main legs.
    weeks
        Whether something leaves in each week: what is ready at its start catches another main departure than what is
        ready a week later.
    lead_days
        Days from being ready to being on the shelf, over the departures of all weeks and what may happen on the way,
        each as likely as the others; sorted.
    loose, boxes
        Prices; None and empty where goods do not travel so.
    services
        Ids of the services of the first way found, without trucks.
    transfer
        Location where goods change from the sea to the air, None without one.
    divert_to
        Id of the way that goods may change to at the transfer, None where they cannot.
    is_assumed
        Whether a price of it rests on an assumed row.
    """

    id: str
    warehouse: str
    mode: TransitMode
    weeks: tuple[bool, ...]
    lead_days: tuple[int, ...]
    loose: LoosePrice | None
    boxes: tuple[BoxPrice, ...]
    services: tuple[str, ...]
    transfer: str | None = None
    divert_to: str | None = None
    is_assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    What ways are looked for with, and chosen by.

    Parameters
    ----------
    regime
        Customs regime under which goods leave.
    loose_g
        Mass of the loose consignment that is asked about.
    density_g_cm3
        Mass of a cubic centimetre of loose goods.
    carton_g
        Mass of one package.
    fen_per_kg_day
        What a day on the way costs a kilogram of goods; of the ways of a week the one is taken whose price, and time
        at this rate, is the least.
    goods
        Goods classes for restrictions.
    """

    regime: str
    loose_g: int
    density_g_cm3: float = _DENSITY_G_CM3
    carton_g: int = _CARTON_G
    fen_per_kg_day: float = 0.0
    goods: frozenset[str] = frozenset()

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Return those of the settings."""
        return cls(
            regime=catalogue.setting("stock_regime"), loose_g=catalogue.setting_int("stock_loose_kg") * _G_PER_KG
        )


def thinned(values: Sequence[int], most: int) -> tuple[int, ...]:
    """
    Return sorted values, or as many of their quantiles.

    Examples
    --------
    >>> thinned([3, 1, 2], 5), thinned(range(100), 4)
    ((1, 2, 3), (12, 37, 62, 87))
    """
    ranked = sorted(values)
    if len(ranked) <= most:
        return tuple(ranked)
    return tuple(ranked[int((place + 0.5) / most * len(ranked))] for place in range(most))
