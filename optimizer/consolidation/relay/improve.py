"""Better plans by sending some commodities anew, on many possible departures, while the others stay as they are."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from optimizer.consolidation.relay.cells import Uses, instants, uses
from optimizer.consolidation.relay.model import assemble
from optimizer.consolidation.relay.plans import gathered, plan_of, read
from optimizer.consolidation.relay.price import missing
from optimizer.consolidation.relay.problem import Ride
from optimizer.consolidation.relay.solvers import Effort, solve_linear, solve_whole
from optimizer.consolidation.relay.splits import Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.consolidation.relay.model import Model
    from optimizer.consolidation.relay.plans import Rides
    from optimizer.consolidation.relay.problem import Floats, Ints, Plan, Problem
    from optimizer.consolidation.relay.reach import Pairs
    from optimizer.consolidation.relay.replay import Replay
    from optimizer.consolidation.relay.solvers import Linear

FEWEST, MOST = 5, 400
"""Commodities sent anew at once."""
BATCH = 12
"""Commodities sent at once while the first plan is made."""
STEP = Effort(seconds=3.0, nodes=500, gap=0.0005)
"""What is spent on sending some commodities anew."""
GUIDED, MOST_NEW, GUIDED_IN = 8, 400, 0.1
"""Most rounds in which departures are priced, departures taken in in each, part of the time left for all of them."""
SURE, LEAST_FIXED, DIVED = 0.99, 0.1, 60
"""Part of a commodity on one path that counts as all, part of the rest that stays in any case, rest that is small."""
LAST_S, LAST_NODES = 10.0, 500
"""What is spent on that small rest."""
WHOLE = 1e-4
DULL, MOST_PATIENCE = 8, 8.0
"""Steps without a better plan after which more is spent on a step, and how much more at most."""
QUICK = 0.4
"""Part of the seconds of a step below which more commodities are tried next time."""


class Pool:
    """
    Departures that plans are made of.

    Parameters
    ----------
    problem, pairs
        Who may use which link when.
    """

    def __init__(self, problem: Problem, pairs: Pairs) -> None:
        self.problem = problem
        self.pairs = pairs
        self.at: dict[int, set[int]] = {link: set() for link in np.unique(pairs.link).tolist()}
        self._add_ends()
        self._add_earliest()
        self._is_stale = True
        self.refresh()

    def add(self, link: int, instant: int) -> None:
        """Take in a departure."""
        if instant not in self.at[link]:
            self.at[link].add(instant)
            self._is_stale = True

    def add_replay(self, replay: Replay) -> None:
        """Take in the departures that a solution on cells would need, and those of each commodity by itself."""
        for link, instant in replay.departures():
            self.add(link, instant)

    def refresh(self) -> None:
        """Work out again who may use what."""
        if self._is_stale:
            self.cells = instants(self.at)
            self.use = uses(self.problem, self.pairs, self.cells)
            self.position = {key: at for at, key in enumerate(zip(*(c.tolist() for c in self.cells[:2]), strict=True))}
            self._is_stale = False

    def _add_ends(self) -> None:
        """Take in, for each link, instants that meet the time of every pair: once as late as can be, once as early."""
        for link in self.at:
            here = np.flatnonzero(self.pairs.link == link)
            early, late = self.pairs.early[here], self.pairs.late[here]
            for since, until, sign in ((early, late, 1), (-late, -early, -1)):
                last = None
                for at in np.argsort(until, kind="stable").tolist():
                    if last is None or since[at] > last:
                        last = int(until[at])
                        self.add(link, sign * last)

    def _add_earliest(self) -> None:
        """Take in the earliest way of every commodity, so that all can be sent."""
        for who in np.unique(self.pairs.commodity).tolist():
            here = np.flatnonzero(self.pairs.commodity == who)
            entry = self.problem.commodities[who]
            link = self.pairs.link[here]
            arrival = self.pairs.early[here] + self.problem.minutes[link]
            node = entry.destination
            while node != entry.origin:
                into = np.flatnonzero(self.problem.destination[link] == node)
                at = int(into[np.argmin(arrival[into])])
                self.add(int(link[at]), int(self.pairs.early[here[at]]))
                node = int(self.problem.origin[link[at]])


class Improver:
    """
    A plan that gets better step by step.

    Parameters
    ----------
    pool
        Departures it may use.
    seed
        Of the choice of commodities.
    """

    def __init__(self, pool: Pool, seed: int) -> None:
        self.problem = pool.problem
        self.pairs = pool.pairs
        self.pool = pool
        self.random = np.random.default_rng(seed)
        self.seed = seed
        self.size = BATCH
        self.patience, self.dull = 1.0, 0
        self.near = self._nearness()
        self.plan: Plan | None = None

    def begin(self, seconds: float | None) -> bool:
        """Make a first plan, some commodities at a time; say whether there is one."""
        effort = Effort(seconds=_least(seconds, STEP.seconds), nodes=STEP.nodes, gap=STEP.gap)
        order = self._grow(len(self.problem.commodities))
        rides: list[Rides | None] = [None] * len(order)
        left_out = {number for number, entry in enumerate(self.problem.commodities) if entry.alone_cost is not None}
        for start in range(0, len(order), BATCH):
            who = np.sort(order[start : start + BATCH])
            found = self._sent(who, rides, effort)
            if found is None:
                return False
            for number in who.tolist():
                rides[number] = found.get(number)
        if any(path is None and number not in left_out for number, path in enumerate(rides)):
            return False
        self.plan = plan_of(self.problem, rides)
        return True

    def guide(self, seconds: float | None) -> bool:
        """
        Take in the departures that the linear solution misses, and make a plan near it; say whether it is better.

        What the linear solution sends on one path stays there; the others follow, some at a time.
        """
        self.pool.refresh()
        until = None if seconds is None else time.monotonic() + GUIDED_IN * seconds
        for number in range(GUIDED):
            model = assemble(self.problem, self.pairs, self.pool.cells, self.pool.use)
            linear = solve_linear(model, seconds)
            if linear is None:
                return False
            lacking = missing(self.problem, self.pairs, Values(model, linear, self.problem.nodes))
            is_late = until is not None and time.monotonic() > until
            if not lacking or is_late or number == GUIDED - 1:
                return self._dive(linear, model, seconds)
            for entry in lacking[:MOST_NEW]:
                self.pool.add(entry.link, entry.instant)
            self.pool.refresh()
        return False

    def _dive(self, linear: Linear, model: Model, seconds: float | None) -> bool:
        """
        Make a plan from a linear solution; say whether it is better.

        The commodities that are sent most surely stay as they are and the rest is solved again, until it is small.
        """
        rides: list[Rides | None] = [None] * len(self.problem.commodities)
        rest = np.arange(len(rides))
        while True:
            paths = self._followed(model, linear)
            by_score = sorted(((score, who) for who, (score, _) in paths.items()), reverse=True)
            fixed = [who for at, (score, who) in enumerate(by_score) if score > SURE or at < LEAST_FIXED * len(rest)]
            for who in fixed:
                rides[who] = paths[who][1]
            rest = np.setdiff1d(rest, fixed)
            if len(rest) <= DIVED:
                break
            model = self._model(rest, rides)
            again = solve_linear(model, seconds)
            if again is None:
                return False
            linear = again
        return self.repair(rides, seconds)

    def _followed(self, model: Model, linear: Linear) -> dict[int, tuple[float, Rides]]:
        """Return for each commodity its surest path in a linear solution and how sure it is, where it has one."""
        chosen = np.flatnonzero(linear.columns[: model.boxes] > WHOLE)
        ways: dict[tuple[int, int], list[tuple[float, Ride]]] = defaultdict(list)
        first, minutes = self.pool.cells.first, self.problem.minutes
        for at, pair, cell in zip(
            chosen.tolist(), model.use.pair[chosen].tolist(), model.use.cell[chosen].tolist(), strict=True
        ):
            ride = Ride(int(self.pairs.link[pair]), int(first[cell]))
            key = int(self.pairs.commodity[pair]), int(self.problem.origin[ride.link])
            ways[key].append((float(linear.columns[at]), ride))
        found = {}
        for who in {key[0] for key in ways}:
            entry = self.problem.commodities[who]
            node, now, score, path = entry.origin, entry.ready, 1.0, []
            while node != entry.destination:
                open_to = [way for way in ways.get((who, node), []) if way[1].depart >= now]
                if not open_to:
                    break
                share, ride = max(open_to)
                path.append(ride)
                node, now, score = (
                    int(self.problem.destination[ride.link]),
                    ride.depart + int(minutes[ride.link]),
                    min(score, share),
                )
            else:
                found[who] = score, tuple(path)
        return found

    def step(self, seconds: float | None) -> bool:
        """
        Send some commodities anew; say whether the plan got better.

        The longer nothing gets better, the more is spent on a step, and so on more commodities.
        """
        if self.plan is None:
            return False
        most = None if seconds is None else min(seconds, (STEP.seconds or 0.0) * self.patience)
        effort = Effort(seconds=most, nodes=math.ceil((STEP.nodes or 0) * self.patience), gap=STEP.gap)
        who = np.sort(self._grow(min(self.size, len(self.problem.commodities))))
        for departure in self.plan.departures:
            self.pool.add(departure.link, departure.depart)
        rides = list(self.plan.rides)
        begun = time.monotonic()
        found = self._sent(who, rides, effort)
        if most is not None:
            self._resize((time.monotonic() - begun) / most)
        is_better = False
        if found is not None:
            for number in who.tolist():
                rides[number] = found.get(number)
            is_better = self.take(plan_of(self.problem, rides))
        self.dull = 0 if is_better else self.dull + 1
        if self.dull == DULL:
            self.dull, self.patience = 0, min(self.patience * 1.5, MOST_PATIENCE)
        return is_better

    def repair(self, rides: list[Rides | None], seconds: float | None) -> bool:
        """Complete a plan of which some paths are missing; say whether it is better."""
        for ride in gathered(rides):
            self.pool.add(*ride)
        order = self._grow(len(rides))
        rest = np.array([who for who in order.tolist() if rides[who] is None], dtype=np.int64)
        limit = _least(seconds, LAST_S)
        for start in range(0, len(rest), DIVED):
            who = np.sort(rest[start : start + DIVED])
            sent = self._sent(who, rides, Effort(seconds=limit, nodes=LAST_NODES, gap=STEP.gap))
            if sent is None:
                return False
            for number in who.tolist():
                rides[number] = sent.get(number)
        return self.take(plan_of(self.problem, rides))

    def take(self, plan: Plan) -> bool:
        """Keep a plan if it is no worse; say whether it is better."""
        before = self.plan
        if before is None or plan.cost <= before.cost:
            self.plan = plan
        return before is None or plan.cost < before.cost

    def _sent(self, who: Ints, rides: Sequence[Rides | None], effort: Effort) -> dict[int, Rides] | None:
        """Return the best paths of some commodities beside those of the others."""
        model = self._model(who, rides)
        whole = solve_whole(model, effort, self.seed)
        if whole.columns is None:
            return None
        return read(self.problem, self.pairs, model, dict(enumerate(self.pool.cells.first.tolist())), whole.columns)

    def _model(self, who: Ints, rides: Sequence[Rides | None]) -> Model:
        """Return the model of some commodities beside the paths of the others."""
        self.pool.refresh()
        cells, chosen = self.pool.cells, set(who.tolist())
        base = np.zeros((len(cells.link), self.problem.quantity.shape[1]), dtype=np.int64)
        others = [None if number in chosen else path for number, path in enumerate(rides)]
        for ride, members in gathered(others).items():
            base[self.pool.position[ride]] = self.problem.quantity[members].sum(axis=0)
        is_theirs = np.isin(self.pairs.commodity[self.pool.use.pair], who)
        use = Uses(*(column[is_theirs] for column in self.pool.use))
        return assemble(self.problem, self.pairs, cells, use, who=who, base=base)

    def _resize(self, part: float) -> None:
        """Take more commodities next time if a step was quick, fewer if its time did not suffice."""
        if part < QUICK:
            self.size = min(self.size + 1 + self.size // 10, MOST)
        elif part > 1 - QUICK / 5:
            self.size = max(FEWEST, self.size - 1 - self.size // 10)

    def _nearness(self) -> Floats:
        """Return for each two commodities the boxes they could share, in cost."""
        count = len(self.problem.commodities)
        near = np.zeros((count, count))
        for link in self.pool.at:
            here = np.flatnonzero(self.pairs.link == link)
            who = self.pairs.commodity[here]
            since = np.maximum.outer(self.pairs.early[here], self.pairs.early[here])
            until = np.minimum.outer(self.pairs.late[here], self.pairs.late[here])
            near[np.ix_(who, who)] += (since <= until) * float(self.problem.box_cost[link])
        np.fill_diagonal(near, 0)
        return near

    def _grow(self, size: int) -> Ints:
        """Return some commodities, each near one before it where there is such a one."""
        count = len(self.near)
        is_out = np.ones(count, dtype=bool)
        chosen: list[int] = []
        while len(chosen) < size:
            weight = is_out.astype(float)
            if chosen:
                weight = np.where(is_out, self.near[chosen[int(self.random.integers(len(chosen)))]] ** 2, 0)
                weight = weight if weight.any() else is_out.astype(float)
            chosen.append(int(self.random.choice(count, p=weight / weight.sum())))
            is_out[chosen[-1]] = False
        return np.array(chosen, dtype=np.int64)


def _least(seconds: float | None, other: float | None) -> float | None:
    """Return the lesser of two limits; no limit if the first is none."""
    return None if seconds is None or other is None else min(seconds, other)
