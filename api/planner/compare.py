"""A scenario against things as they are: the same consignments asked of both networks, step by step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from api.planner.consignment import network_of
from api.planner.effects import effects_of
from api.planner.reach_view import MAIN_MODES
from api.planner.scenario import applied
from data.shipment import Filters
from data.values import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from api.desk import Desk
    from api.planner.effects import Effect
    from api.planner.scenario import Scenario
    from data.itinerary import Option
    from data.shipment import Shipment
    from network import Network
    from network.search import Path

_CHUNK = 10
_MOST_KEPT = 8
_WAIT_S = 0.5


class Ride(NamedTuple):
    """A leg of a way: mode, service, and where from and to."""

    mode: str
    service: str
    origin: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    The cheapest way of a consignment, and how fast it could be.

    Parameters
    ----------
    cost_cny_minor, days, emissions_g
        Of the cheapest way that arrives in time, or of the cheapest at all.
    mode
        That gives it its character.
    rides
        Its legs.
    fastest_days
        Of the fastest way.
    dues_cny_minor
        Duty, taxes and fees on arrival by the cheapest way, None where value or commodity code are not known.
    """

    cost_cny_minor: int
    days: float
    emissions_g: int
    mode: str
    rides: tuple[Ride, ...]
    fastest_days: float
    dues_cny_minor: int | None

    @property
    def total_cny_minor(self) -> int:
        """Cost with what is due on arrival, as far as that is known."""
        return self.cost_cny_minor + (self.dues_cny_minor or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A consignment with what becomes of it as things are and in the scenario, None where there is no way."""

    label: str
    origin: str
    destination: str
    before: Outcome | None
    after: Outcome | None

    @property
    def fate(self) -> str:
        """What the scenario does to it: ``lost``, ``new``, ``worse``, ``better``, ``slower``, ``faster``, ``same``."""
        if self.before is None or self.after is None:
            return "same" if self.before is self.after else ("lost" if self.after is None else "new")
        if self.before.total_cny_minor != self.after.total_cny_minor:
            return "worse" if self.after.total_cny_minor > self.before.total_cny_minor else "better"
        if self.before.days != self.after.days:
            return "slower" if self.after.days > self.before.days else "faster"
        return "same"

    @property
    def is_changed(self) -> bool:
        """Whether anything of its chosen way is different, and be it only by whom it goes."""
        return self.before != self.after


class Progress(NamedTuple):
    """How far a comparison is: steps done, all steps, and the name of what is being done."""

    done: int
    all: int
    doing: str


class Comparison(NamedTuple):
    """What becomes of consignments in a scenario, and what each of its changes touches."""

    pairs: tuple[Pair, ...]
    effects: tuple[Effect, ...]

    @property
    def changed(self) -> int:
        """How many consignments have another cost, another time, or another way."""
        return sum(pair.is_changed for pair in self.pairs)


class Question(NamedTuple):
    """
    A scenario and the consignments it is tried on.

    Parameters
    ----------
    scenario, shipments
        What is different, and the consignments, each with what it is called.
    filters
        What may be used.
    within_days
        Days after which an arrival is no use, None for any; a due instant of a consignment counts as well.
    """

    scenario: Scenario
    shipments: tuple[tuple[str, Shipment], ...]
    filters: Filters
    within_days: int | None = None


_kept: dict[object, Comparison] = {}
_turn = Lock()


def kept(desk: Desk, question: Question) -> Comparison | None:
    """Return what was found for a question before, None if it is not at hand."""
    return _kept.get((desk.catalogue.fingerprint, question))


def compared(desk: Desk, question: Question) -> Comparison:
    """
    Return what a scenario does to its consignments.

    Raises
    ------
    TableFaultsError
        When there can be no such data set.
    """
    steps = comparing(desk, question)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Comparison = end.value
            return found


def comparing(desk: Desk, question: Question) -> Generator[Progress, None, Comparison]:
    """
    Yield how far the comparison is, and return what it found; who stops listening stops it.

    Only one compiles a network at a time; others wait, and say so.
    """
    known = kept(desk, question)
    if known is not None:
        return known
    steps = len(question.shipments)
    # Compiling takes about as long as some hundred questions.
    rest = max(10, steps // 2)
    whole = 2 * rest + 2 * steps
    while not _turn.acquire(timeout=_WAIT_S):
        yield Progress(0, whole, "wait")
    try:
        yield Progress(0, whole, "tables")
        catalogue = applied(desk.catalogue, question.scenario)
        yield Progress(rest // 2, whole, "base")
        base = network_of(desk)
        yield Progress(rest, whole, "network")
        from network import Network  # noqa: PLC0415 - it brings the compiler of the search with it

        other = base if question.scenario.is_empty else Network(catalogue)
    finally:
        _turn.release()
    pairs: list[Pair] = []
    for number, (label, shipment) in enumerate(question.shipments):
        if number % _CHUNK == 0:
            yield Progress(2 * rest + 2 * number, whole, "ask")
        before, after = (_outcome(network, shipment, question) for network in (base, other))
        pairs.append(
            Pair(label=label, origin=shipment.origin, destination=shipment.destination, before=before, after=after)
        )
    found = Comparison(tuple(pairs), effects_of(desk.catalogue, catalogue, question.scenario, pairs))
    while len(_kept) >= _MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[desk.catalogue.fingerprint, question] = found
    return found


def _outcome(network: Network, shipment: Shipment, question: Question) -> Outcome | None:
    """Return what becomes of a consignment on a network, None if there is no way."""
    found = network.find(shipment, question.filters)
    start = found.window.start
    end = found.window.end if question.within_days is None else start + question.within_days * DAY_MIN
    paths = [path for path in found.paths if path.arrive_min <= end]
    if not paths:
        return None
    due = None if shipment.due_at is None else network.axis.to_min(shipment.due_at)
    in_time = [path for path in paths if due is None or path.arrive_min <= due]
    # The front stands in order of cost; what is late anyway is late by as little as can be.
    best = in_time[0] if in_time else min(paths, key=lambda path: (path.arrive_min, path.cost_cny_minor))
    rides = rides_of(network, best)
    used = {ride.mode for ride in rides}
    return Outcome(
        cost_cny_minor=best.cost_cny_minor,
        days=round((best.arrive_min - start) / DAY_MIN, 2),
        emissions_g=best.emissions_g,
        mode=next((mode for mode in MAIN_MODES if mode in used), "road"),
        rides=rides,
        fastest_days=round((min(path.arrive_min for path in paths) - start) / DAY_MIN, 2),
        dues_cny_minor=_dues(network, shipment, network.options(shipment, found, [best], due)),
    )


def rides_of(network: Network, path: Path) -> tuple[Ride, ...]:
    """Return the legs of a way that a vehicle makes."""
    legs = (network.legs[hop.leg] for hop in path.hops)
    return tuple(
        Ride(str(leg.service.mode), leg.service.id, leg.origin, leg.destination) for leg in legs if leg.service
    )


def _dues(network: Network, shipment: Shipment, options: Sequence[Option]) -> int | None:
    """Return what is due on arrival in fen, None where that is not known."""
    if shipment.hs is None or shipment.value_minor is None:
        return None
    from api.landed_option import LandedOptions  # noqa: PLC0415 - customs are looked at where they are asked for

    option = options[0]
    landed, _ = LandedOptions(network.catalogue, shipment, "CNY").of(
        option, [charge.cny_minor for charge in option.charges]
    )
    return None if landed is None else int(landed["total_minor"])


def fates(pairs: Sequence[Pair]) -> Counter[str]:
    """Return how many consignments meet which fate."""
    return Counter(pair.fate for pair in pairs)
