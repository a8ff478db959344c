"""How much departures, and places in a day, can take, and what parts of a plan take of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.plan import Journey, Unserved
from data.schedule import departures
from network.capacity import Amount, DepartureRoom
from network.closing import Run, Runs
from network.legs import LOOSE
from network.placedays import DAY, PlaceDay
from optimizer.consolidation.frozen import BEYOND, Bundle
from optimizer.consolidation.takings import Takings
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from data.cargo import Cargo, CargoShipment
    from network.closing import Use
    from network.legs import Leg
    from network.network import Network

    Uses = Mapping[Use, Amount]

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
    Knows what departures can take, of which vehicles and own allotments are the limits, and places in a day.

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
        self.places = self.runs.places
        self._known: dict[tuple[str, int] | PlaceDay, Amount] = {}

    def of(self, use: Use) -> Amount:
        """Return what a run, or a place on a day, can take."""
        key = use if isinstance(use, PlaceDay) else use[:2]
        if key not in self._known:
            if isinstance(use, PlaceDay):
                self._known[key] = self.places.of(use)
            else:
                self._known[key] = self._rooms.of(self._limited[use.service], use.start_min)
        return self._known[key]

    def uses(self, piece: Piece) -> dict[Use, Amount]:
        """Return what a part of a plan takes of every run, and of every place on a day, that has a limit."""
        found: dict[Use, Amount] = {}
        loads = () if piece.bundle is None else (piece.bundle.load,)
        for taking in self.takings.of((part for part in piece.parts if isinstance(part, Journey)), loads):
            step = taking.step
            if step.service in self._limited:
                amount = Amount(taking.teu_milli, taking.mass_g, taking.volume_cm3)
                for run in self.runs.of(step.service, step.origin, step.destination, step.depart_min, step.arrive_min):
                    found[run] = found.get(run, NOTHING).plus(amount)
        return self._with_work(piece, found) if self.places.limited else found

    def _with_work(self, piece: Piece, found: dict[Use, Amount]) -> dict[Use, Amount]:
        """Return what a part of a plan takes, with what it takes of places on their days."""
        first, load = piece.parts[0], None if piece.bundle is None else piece.bundle.load
        for working in self.takings.work(first, load) if isinstance(first, Journey) else ():
            day = self.places.day_of(working.step.origin, working.step.kind, working.step.depart_min)
            if day is not None:
                found[day] = found.get(day, NOTHING).plus(Amount(*working[1:]))
        return found

    def need(self, shipment: CargoShipment, leg: Leg) -> Amount:
        """Return what a shipment takes on its own by a leg: loose or in boxes of a type, or stuffing or stripping."""
        if leg.service is None:
            boxes = self.takings.box_count(shipment, leg.form_after if leg.form == LOOSE else leg.form)
        else:
            boxes = self.takings.teu_milli(shipment, leg.form)
        return Amount(boxes, shipment.mass_g, shipment.volume_cm3)

    def most(self, shipment: CargoShipment, use: Use) -> Amount:
        """Return the most that a shipment takes on its own in any form."""
        count = self.takings.most_boxes if isinstance(use, PlaceDay) else self.takings.most_teu_milli
        return Amount(count(shipment), shipment.mass_g, shipment.volume_cm3)

    def too_small(self, shipment: CargoShipment) -> set[Use]:
        """Return the days on which a place might not take a shipment even if it did nothing else."""
        if not self.places.limited:
            return set()
        ready = self._network.axis.by_min(shipment.ready_at)
        last = ready + self._network.catalogue.setting_int("search_days") * DAY
        days = self.places.days(ready, min(last, self._network.compiled.horizon_min - 1))
        return {day for day in days if not self.most(shipment, day).fits(self.of(day))}

    def useful(self) -> Network:
        """Return the network without departures and days on which there is no room for any box, or for any cargo."""
        goods = Amount(
            0,
            min((one.mass_g for one in self._cargo), default=0),
            min((one.volume_cm3 for one in self._cargo), default=0),
        )

        def bars(leg: Leg, use: Use) -> bool:
            boxes = 1 if leg.service is None else self.takings.box_teu_milli(leg.form)
            return not goods._replace(boxes=boxes).fits(self.of(use))

        days = self.places.days(0, self._network.compiled.horizon_min - 1)
        closed = (day for day in days if not goods._replace(boxes=1).fits(self.of(day)))
        return self.runs.closed(self._network, [*self._allotted_runs(), *closed], bars)

    def _allotted_runs(self) -> Iterator[Run]:
        """Yield the runs of all departures of services of which we have an allotment."""
        catalogue = self._network.catalogue
        for name in self._rooms.allotted:
            for start in departures(catalogue, self._limited[name]).tolist():
                yield from (Run(name, start, call) for call in range(len(catalogue.calls_of(name)) - 1))


def overfull(uses: Iterable[Uses], room: Callable[[Use], Amount]) -> dict[Use, Amount]:
    """Return the runs and days of places of which more is taken than they can take, and what is taken of them."""
    total = summed(uses)
    return {use: taken for use, taken in total.items() if not taken.fits(room(use))}


def summed(uses: Iterable[Uses]) -> dict[Use, Amount]:
    """Return what is taken of every run and day of a place."""
    total: dict[Use, Amount] = {}
    for one in uses:
        for use, amount in one.items():
            total[use] = total.get(use, NOTHING).plus(amount)
    return total
