"""How much departures can take, and what parts of a plan take of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from data.plan import Journey, Unserved
from data.schedule import departures
from network.closing import Run, Runs
from network.legs import LOOSE
from optimizer.consolidation.frozen import BEYOND, Bundle, cost_of
from optimizer.consolidation.takings import Takings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from data.cargo import Cargo, CargoShipment
    from data.records import Allotment, Service
    from network.legs import Leg
    from network.network import Network

    Uses = Mapping[Run, "Amount"]

ENDLESS = 1 << 60
GRAMS_PER_KG, CM3_PER_M3 = 1_000, 1_000_000


class Amount(NamedTuple):
    """An amount of cargo: thousandths of a TEU, grams and cubic centimetres."""

    teu_milli: int
    mass_g: int
    volume_cm3: int

    def plus(self, other: Amount) -> Amount:
        """Return a sum."""
        return Amount(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: Amount) -> Amount:
        """Return a difference."""
        return Amount(*(one - two for one, two in zip(self, other, strict=True)))

    def fits(self, room: Amount) -> bool:
        """Say whether it is within some room; of what it has nothing, no room is needed."""
        return all(taken <= max(0, most) for taken, most in zip(self, room, strict=True))


NOTHING = Amount(0, 0, 0)


class Piece(NamedTuple):
    """
    What moves, or stays, as one in a plan.

    Parameters
    ----------
    bundle
        A load unit with its journeys, None if there is none.
    outside
        Otherwise what one shipment does that is in no load unit.
    is_fixed
        Whether an earlier plan fixed it.
    """

    bundle: Bundle | None
    outside: Journey | Unserved | None
    is_fixed: bool = False

    @property
    def cost(self) -> int:
        """What it adds to the objective, in fen."""
        return (0 if self.bundle is None else self.bundle.cost) + (0 if self.outside is None else cost_of(self.outside))

    @property
    def weight(self) -> int:
        """What it costs, and beyond everything if a shipment is left behind that has no price for that."""
        left = self.outside
        is_stuck = isinstance(left, Unserved) and not left.price_cny_minor and not left.is_unplanned
        return self.cost + (BEYOND if is_stuck else 0)

    @property
    def parts(self) -> tuple[Journey | Unserved, ...]:
        """What each of its shipments does."""
        inside = () if self.bundle is None else tuple(self.bundle.journeys)
        return inside if self.outside is None else (*inside, self.outside)


class Room:
    """
    Knows what departures can take, of which vehicles and own allotments are the limits.

    Parameters
    ----------
    network
        The compiled network.
    cargo
        All shipments.
    """

    def __init__(self, network: Network, cargo: Cargo) -> None:
        self._network = network
        self._cargo = cargo
        self.takings = Takings(network.catalogue, cargo.by_id)
        self._allotted: dict[str, list[Allotment]] = defaultdict(list)
        for row in network.catalogue.allotments:
            self._allotted[row.service].append(row)
        self._limited = {
            service.id: service
            for service in network.catalogue.services
            if service.id in self._allotted or not (service.capacity_teu_milli is None and service.capacity_kg is None)
        }
        self.runs = Runs(network)
        self._limits: dict[tuple[str, int], Amount] = {}

    def of(self, run: Run) -> Amount:
        """Return what a run can take."""
        key = run[:2]
        if key not in self._limits:
            service = self._limited[run.service]
            rows = [row for row in self._allotted[service.id] if _holds(row, self._date(service, run.start_min))]
            self._limits[key] = Amount(
                _least([service.capacity_teu_milli, *(row.capacity_teu_milli for row in rows)], 1),
                _least([service.capacity_kg, *(row.capacity_kg for row in rows)], GRAMS_PER_KG),
                _least([row.capacity_m3 for row in rows], CM3_PER_M3),
            )
        return self._limits[key]

    def _date(self, service: Service, start_min: int) -> dt.date:
        """Return the local date of a departure at its first call."""
        catalogue = self._network.catalogue
        zone = catalogue.location(catalogue.calls_of(service.id)[0].location).zone
        return self._network.axis.local_date(start_min, zone)

    def uses(self, piece: Piece) -> dict[Run, Amount]:
        """Return what a part of a plan takes of every run that has a limit."""
        found: dict[Run, Amount] = {}
        loads = () if piece.bundle is None else (piece.bundle.load,)
        for taking in self.takings.of((part for part in piece.parts if isinstance(part, Journey)), loads):
            step = taking.step
            if step.service in self._limited:
                amount = Amount(taking.teu_milli, taking.mass_g, taking.volume_cm3)
                for run in self.runs.of(step.service, step.origin, step.destination, step.depart_min, step.arrive_min):
                    found[run] = found.get(run, NOTHING).plus(amount)
        return found

    def need(self, shipment: CargoShipment, form: str) -> Amount:
        """Return what a shipment takes on its own, loose or in boxes of a type."""
        return Amount(self.takings.teu_milli(shipment, form), shipment.mass_g, shipment.volume_cm3)

    def most(self, shipment: CargoShipment) -> Amount:
        """Return the most that a shipment takes on its own in any form."""
        return self.need(shipment, LOOSE)._replace(teu_milli=self.takings.most_teu_milli(shipment))

    def useful(self) -> Network:
        """Return the network without departures of which our allotment is too small for any part of the cargo."""
        least = self._least()
        tiny = [run for run in self._allotted_runs() if not least.fits(self.of(run))]

        def bars(leg: Leg, run: Run) -> bool:
            return not (least._replace(teu_milli=0) if leg.form == LOOSE else least).fits(self.of(run))

        return self.runs.closed(self._network, tiny, bars) if tiny else self._network

    def _least(self) -> Amount:
        """Return the smallest box, the least mass and the least volume that could be sent."""
        boxes = [unit.teu_milli for unit in self._network.catalogue.load_units if unit.kind == "box"]
        return Amount(
            min(boxes, default=0),
            min((one.mass_g for one in self._cargo), default=0),
            min((one.volume_cm3 for one in self._cargo), default=0),
        )

    def _allotted_runs(self) -> Iterator[Run]:
        """Yield the runs of all departures of services of which we have an allotment."""
        catalogue = self._network.catalogue
        for name in self._allotted:
            for start in departures(catalogue, self._limited[name]).tolist():
                yield from (Run(name, start, call) for call in range(len(catalogue.calls_of(name)) - 1))


def _holds(row: Allotment, date: dt.date) -> bool:
    """Say whether an allotment is one of departures on a date."""
    return (row.valid_from or date) <= date <= (row.valid_to or date)


def _least(values: Iterable[int | None], unit: int) -> int:
    """Return the least of the values there are, in another unit."""
    return min((value * unit for value in values if value is not None), default=ENDLESS)


def overfull(uses: Iterable[Uses], room: Callable[[Run], Amount]) -> dict[Run, Amount]:
    """Return the runs of which more is taken than they can take, and what is taken of them."""
    total = summed(uses)
    return {run: taken for run, taken in total.items() if not taken.fits(room(run))}


def summed(uses: Iterable[Uses]) -> dict[Run, Amount]:
    """Return what is taken of every run."""
    total: dict[Run, Amount] = {}
    for one in uses:
        for run, amount in one.items():
            total[run] = total.get(run, NOTHING).plus(amount)
    return total
