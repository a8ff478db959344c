"""Safety stock along a tree of stages, such as a factory, a port, warehouses: the guaranteed-service model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    A place that may hold stock between its suppliers and its customers.

    Parameters
    ----------
    id
        Unique.
    time
        Whole periods from having everything to being done.
    holding
        Money for a piece and period.
    sd
        Standard deviation of a period's demand from outside; 0 where only other stages ask.
    safety
        Standard deviations of demand over the time that is not covered which stock must meet.
    suppliers
        Ids of the stages that it takes from. Without direction, all stages and their suppliers make a tree.
    inbound
        Periods that a supplier outside needs.
    promise
        Most periods in which it serves customers outside; None where it has none.
    """

    id: str
    time: int
    holding: float
    sd: float = 0.0
    safety: float
    suppliers: tuple[str, ...] = ()
    inbound: int = 0
    promise: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """
    Where safety stock lies.

    Parameters
    ----------
    cost
        Of holding it for a period.
    service
        Periods in which each stage serves its customers.
    stock
        Pieces of safety stock of each stage.
    """

    cost: float
    service: Mapping[str, int]
    stock: Mapping[str, float]


class NotATreeError(ValueError):
    """Stages with a supplier that is none of them, a ring, or parts that are not connected."""


def guaranteed_service(stages: Sequence[Stage]) -> Placed:
    """
    Return the cheapest safety stocks: every stage serves within a time of its own, whatever is asked for.

    A stage that gets everything within SI periods, needs T, and serves within S, covers SI + T - S periods of demand
    by stock; it pays holding x safety x sd x root of that. Exact, by a dynamic programme over the tree.

    Raises
    ------
    NotATreeError
        If the stages are no tree.
    """
    tree = _Tree(stages)
    cost = min(tree.best(tree.root, tree.root).values())
    service: dict[str, int] = {}
    inbound: dict[str, int] = {}
    tree.walk(service, inbound)
    stock = {
        one.id: one.safety * tree.sd[one.id] * math.sqrt(inbound[one.id] + one.time - service[one.id]) for one in stages
    }
    return Placed(cost, service, stock)


class _Tree:
    """
    The dynamic programme: for each stage seen from its parent, the cost of its part of the tree by the time between.

    Towards a customer the time is that in which the stage serves, towards a supplier that in which it is served.
    """

    def __init__(self, stages: Sequence[Stage]) -> None:
        self.stages = {one.id: one for one in stages}
        self.customers: dict[str, list[str]] = {one.id: [] for one in stages}
        for one in stages:
            for supplier in one.suppliers:
                if supplier not in self.stages:
                    msg = f"{one.id} takes from {supplier}, which is no stage"
                    raise NotATreeError(msg)
                self.customers[supplier].append(one.id)
        self._check()
        self.root = stages[0].id
        self.sd = {name: math.sqrt(self._variance(name)) for name in self.stages}
        self.longest = {name: self._longest(name) for name in self.stages}
        self._known: dict[tuple[str, str], dict[int, float]] = {}
        self._choice: dict[tuple[str, str, int], tuple[int, int]] = {}

    def _check(self) -> None:
        """Refuse what is no tree."""
        seen, todo = {next(iter(self.stages))}, [next(iter(self.stages))]
        while todo:
            one = todo.pop()
            fresh = [other for other in self._beside(one) if other not in seen]
            seen.update(fresh)
            todo += fresh
        links = sum(len(one.suppliers) for one in self.stages.values())
        if len(seen) < len(self.stages) or links != len(self.stages) - 1:
            msg = f"{len(self.stages)} stages with {links} links are no tree"
            raise NotATreeError(msg)

    def _beside(self, name: str) -> list[str]:
        return [*self.stages[name].suppliers, *self.customers[name]]

    def _variance(self, name: str) -> float:
        return self.stages[name].sd ** 2 + sum(self._variance(other) for other in self.customers[name])

    def _longest(self, name: str) -> int:
        """Return the most periods until a stage is done if nobody before it has stock."""
        one = self.stages[name]
        return one.time + max([one.inbound, *(self._longest(other) for other in one.suppliers)])

    def best(self, name: str, parent: str) -> dict[int, float]:
        """
        Return the least cost of the part of the tree behind a stage, by the time between it and its parent.

        Seen from itself (the root), by nothing: the one key is 0.
        """
        key = (name, parent)
        if key not in self._known:
            self._known[key] = self._worked_out(name, parent)
        return self._known[key]

    def _worked_out(self, name: str, parent: str) -> dict[int, float]:
        one = self.stages[name]
        most = self.longest[name]
        found: dict[int, float] = {}
        for served in range(one.inbound, most - one.time + 1):
            before = sum(self._supplied(other, name, served) for other in one.suppliers if other != parent)
            if math.isinf(before):
                continue
            for service in range(min(served + one.time, most if one.promise is None else one.promise) + 1):
                after = sum(
                    self.best(other, name).get(service, math.inf) for other in self.customers[name] if other != parent
                )
                held = one.holding * one.safety * self.sd[name] * math.sqrt(served + one.time - service)
                total = before + after + held
                for time in self._between(name, parent, served, service):
                    if total < found.get(time, math.inf) - 1e-12:
                        found[time] = total
                        self._choice[name, parent, time] = (served, service)
        return found

    def _between(self, name: str, parent: str, served: int, service: int) -> range:
        """Return the times between a stage and its parent that fit: it may be served sooner than it counts on."""
        if name == parent:
            return range(1)
        if parent in self.stages[name].suppliers:
            return range(served + 1)
        return range(service, service + 1)

    def _supplied(self, supplier: str, name: str, served: int) -> float:
        """Return the least cost behind a supplier that serves within some periods."""
        return min((cost for time, cost in self.best(supplier, name).items() if time <= served), default=math.inf)

    def walk(self, service: dict[str, int], inbound: dict[str, int]) -> None:
        """Fill in the times of the best solution."""
        todo = [(self.root, self.root, 0)]
        while todo:
            name, parent, time = todo.pop()
            inbound[name], service[name] = self._choice[name, parent, time]
            for other in self.stages[name].suppliers:
                if other != parent:
                    costs = {at: cost for at, cost in self.best(other, name).items() if at <= inbound[name]}
                    todo.append((other, name, min(costs, key=lambda at: costs[at])))
            todo += [(other, name, service[name]) for other in self.customers[name] if other != parent]
