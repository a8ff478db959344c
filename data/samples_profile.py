"""The demand profile of a data set, made ready for drawing from it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING, Generic, TypeVar

from data.errors import LogisticsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.catalogue import Catalogue
    from data.records import LoadUnit
    from data.records_demand import (
        DemandClass,
        DemandGoods,
        DemandMarket,
        DemandPlace,
        DemandRegime,
        DemandShare,
        DemandSite,
        DemandTraitShare,
    )

T = TypeVar("T")


class SampleError(LogisticsError):
    """A sample that cannot be drawn, with the reason in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """
    Things to draw one of.

    Parameters
    ----------
    items
        The things.
    upto
        Sum of the weights up to and including each.
    """

    items: tuple[T, ...]
    upto: tuple[float, ...]

    @classmethod
    def of(cls, weighted: Iterable[tuple[T, float]], what: str) -> Choice[T]:
        """
        Return the choice among things with weights above zero.

        Raises
        ------
        SampleError
            If there is none.
        """
        kept = [(item, weight) for item, weight in weighted if weight > 0]
        if not kept:
            msg = f"需求数据中没有可选项: {what} / the demand profile offers nothing for: {what}"
            raise SampleError(msg)
        return cls(tuple(item for item, _ in kept), tuple(accumulate(weight for _, weight in kept)))

    def pick(self, at: float) -> T:
        """
        Return the thing at a place from 0 to below 1.

        Examples
        --------
        >>> Choice.of([("a", 1.0), ("b", 3.0)], "letters").pick(0.3)
        'b'
        """
        return self.items[min(bisect_right(self.upto, at * self.upto[-1]), len(self.items) - 1)]


class Profile:
    """
    Who ships what, where to, and how, in one month.

    Parameters
    ----------
    catalogue
        With the demand tables.
    month
        1 to 12.

    Raises
    ------
    SampleError
        If the data set has no demand profile.
    """

    def __init__(self, catalogue: Catalogue, month: int) -> None:
        self._catalogue = catalogue
        self._month = month
        self.sites: Choice[DemandSite] = Choice.of(
            ((row, float(row.weight)) for row in catalogue.demand_sites), "demand_sites"
        )
        self.goods: dict[str, DemandGoods] = {row.id: row for row in catalogue.demand_goods}
        self._all_markets: dict[str, DemandMarket] = {row.id: row for row in catalogue.demand_markets}
        self._all_regimes = {(row.direction, row.regime): row for row in catalogue.demand_regimes}
        self._markets: dict[str, Choice[DemandMarket]] = {}
        self._regimes: dict[tuple[str, str, str], Choice[DemandRegime]] = {}
        self._places: dict[tuple[str, str, str], Choice[DemandPlace]] = {}
        self._classes: dict[str, Choice[DemandClass]] = {}
        self._traits: dict[tuple[str, str], tuple[DemandTraitShare, ...]] = {}

    @cached_property
    def boxes(self) -> tuple[LoadUnit, ...]:
        """Box types, the smallest first."""
        found = [unit for unit in self._catalogue.load_units if unit.kind == "box"]
        return tuple(sorted(found, key=lambda unit: (unit.usable_cm3, unit.code)))

    @cached_property
    def most_traits(self) -> int:
        """Greatest number of traits any goods may have."""
        goods = [row.goods for row in self._catalogue.demand_traits]
        return max((goods.count(name) for name in set(goods)), default=0)

    def markets(self, site: DemandSite) -> Choice[DemandMarket]:
        """Return the markets a site trades with."""
        if site.id not in self._markets:
            rows = [
                row
                for row in self._catalogue.demand_shares
                if row.regime is None
                and row.market is not None
                and row.direction == site.direction
                and row.area in {None, site.area}
                and row.goods in {None, site.goods}
            ]
            named = dict.fromkeys(row.market for row in rows if row.goods is None and row.market is not None)
            weighted = [
                (self._all_markets[name], _product(row for row in rows if row.market == name)) for name in named
            ]
            self._markets[site.id] = Choice.of(weighted, f"{site.id} → demand_markets")
        return self._markets[site.id]

    def regimes(self, site: DemandSite, market: DemandMarket) -> Choice[DemandRegime]:
        """Return the regimes under which a site's goods cross to or from a market."""
        key = (site.direction, site.goods, market.id)
        if key not in self._regimes:
            rows = [
                row
                for row in self._catalogue.demand_shares
                if row.regime is not None
                and row.direction == site.direction
                and row.market in {None, market.id}
                and row.goods in {None, site.goods}
                and row.month in {None, self._month}
            ]
            named = dict.fromkeys(
                row.regime
                for row in rows
                if row.market is not None and row.goods is None and row.month is None and row.regime is not None
            )
            weighted = [
                (self._all_regimes[site.direction, name], _product(row for row in rows if row.regime == name))
                for name in named
            ]
            self._regimes[key] = Choice.of(weighted, f"{site.id} → {market.id} → demand_regimes")
        return self._regimes[key]

    def places(self, market: DemandMarket, regime: DemandRegime) -> Choice[DemandPlace]:
        """Return the foreign ends in a market; rows that name the regime replace those that do not."""
        key = (market.id, regime.direction, regime.regime)
        if key not in self._places:
            rows = [
                row
                for row in self._catalogue.demand_places
                if row.market == market.id and row.direction == regime.direction
            ]
            own = [row for row in rows if row.regime == regime.regime]
            chosen = own or [row for row in rows if row.regime is None]
            what = f"{market.id} {regime.direction} {regime.regime} → demand_places"
            self._places[key] = Choice.of(((row, float(row.weight)) for row in chosen), what)
        return self._places[key]

    def classes(self, regime: str) -> Choice[DemandClass]:
        """Return the classes of urgency of a regime; rows that name it replace those that do not."""
        if regime not in self._classes:
            rows = self._catalogue.demand_classes
            own = [row for row in rows if row.regime == regime]
            chosen = own or [row for row in rows if row.regime is None]
            weighted = ((row, float(row.weight)) for row in chosen)
            self._classes[regime] = Choice.of(weighted, f"{regime} → demand_classes")
        return self._classes[regime]

    def traits(self, goods: str, market: str) -> tuple[DemandTraitShare, ...]:
        """Return the traits goods may have in a market, each once; rows that name it replace those that do not."""
        if (goods, market) not in self._traits:
            rows = [row for row in self._catalogue.demand_traits if row.goods == goods]
            here = {row.trait: row for row in rows if row.market == market}
            general = [here.get(row.trait, row) for row in rows if row.market is None]
            known = {row.trait for row in general}
            found = (*general, *(row for trait, row in here.items() if trait not in known))
            self._traits[goods, market] = found
        return self._traits[goods, market]


def _product(rows: Iterable[DemandShare]) -> float:
    """Return the product of factors."""
    return float(prod(row.factor for row in rows))
