"""How much departures can take, and what parts of a plan take of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.plan import Journey, Unserved
from data.schedule import departures
from network.capacity import Amount, DepartureRoom
from network.closing import Run, Runs
from network.legs import LOOSE
from optimizer.consolidation.frozen import BEYOND, Bundle
from optimizer.consolidation.takings import Takings
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from data.cargo import Cargo, CargoShipment
    from network.legs import Leg
    from network.network import Network

    Uses = Mapping[Run, Amount]

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
        return evaluate(self.parts, () if self.bundle is None else (self.bundle.load,)).total

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
        self.runs = Runs(network)
        self._rooms = DepartureRoom(network.catalogue)
        services = network.catalogue.services
        self._limited = {service.id: service for service in services if self._rooms.is_limited(service)}
        self._known: dict[tuple[str, int], Amount] = {}

    def of(self, run: Run) -> Amount:
        """Return what a run can take."""
        key = run[:2]
        if key not in self._known:
            self._known[key] = self._rooms.of(self._limited[run.service], run.start_min)
        return self._known[key]

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
        """Return the network without departures of which our allotment is too small for a box, or for any cargo."""
        goods = Amount(
            0,
            min((one.mass_g for one in self._cargo), default=0),
            min((one.volume_cm3 for one in self._cargo), default=0),
        )

        def bars(leg: Leg, run: Run) -> bool:
            return not goods._replace(teu_milli=self.takings.box_teu_milli(leg.form)).fits(self.of(run))

        return self.runs.closed(self._network, list(self._allotted_runs()), bars)

    def _allotted_runs(self) -> Iterator[Run]:
        """Yield the runs of all departures of services of which we have an allotment."""
        catalogue = self._network.catalogue
        for name in self._rooms.allotted:
            for start in departures(catalogue, self._limited[name]).tolist():
                yield from (Run(name, start, call) for call in range(len(catalogue.calls_of(name)) - 1))


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
