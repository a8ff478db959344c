"""The compiled network: the one object that answers questions about routes, prices and departures."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.itinerary import Quote
from data.shipment import Filters, Shipment
from data.timeaxis import TimeAxis
from network.answer import Answers, mark_best
from network.board import Board, Departure
from network.compile import compile_timetable
from network.explain import Explainer
from network.leg_builder import LegBuilder
from network.prices import PriceBook
from network.reliability import Reliability
from network.search import Front, Path, Window, ends, search_backward, search_forward
from network.timetable import FAR
from network.weights import Priced, Weigher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data import Catalogue
    from data.itinerary import Option

DAY = 1440


@dataclass(frozen=True)
class Found:
    """What one search found: weights, paths, and the instants it was about."""

    priced: Priced
    paths: list[Path]
    window: Window
    is_complete: bool


class Network:
    """
    A catalogue compiled for searching.

    Parameters
    ----------
    catalogue
        Checked facts. A scenario is another catalogue, or a scenario service switched on in the filters.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.axis = catalogue.derived(TimeAxis)
        book = PriceBook(catalogue)
        builder = LegBuilder(catalogue, book)
        self.legs = builder.build()
        self.compiled = compile_timetable(catalogue, self.legs)
        self.weigher = Weigher(catalogue, self.legs, book, self.compiled.states)
        reliability = Reliability(catalogue, self.legs, self.compiled.forward)
        self.answers = Answers(catalogue, self.legs, builder, self.weigher, self.compiled.forward, reliability)
        self._search_min = min(catalogue.setting_int("search_days"), 120) * DAY
        self._areas = {territory.code: territory.customs_area for territory in catalogue.territories}
        self._board = Board(self.legs, self.compiled.forward)
        self._explainer = Explainer(self)

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """
        Return every non-dominated way to move a shipment, cheapest first.

        Parameters
        ----------
        shipment
            The cargo and its instants.
        filters
            What may be used.
        alternatives
            Number of near-best itineraries by other main services to add to each option.

        Raises
        ------
        UnknownIdError
            If origin or destination is not a location.
        OutsideHorizonError
            If the shipment is ready outside the planning calendar.
        """
        started = time.perf_counter()
        filters = filters or Filters()
        found = self.find(shipment, filters)
        due = None if shipment.due_at is None else self.axis.to_min(shipment.due_at)
        in_time = [path for path in found.paths if due is None or self.arrival(path) <= due]
        late = [path for path in found.paths if due is not None and self.arrival(path) > due]
        options = self.options(shipment, found, in_time, due)
        nearest = [] if options else self.options(shipment, found, sorted(late, key=self.arrival)[:3], due)
        blocked = self._explainer.blocks(shipment, filters, found, options, late)
        if alternatives > 0:
            options = [
                replace(option, alternatives=self._alternatives(shipment, filters, option, alternatives, due))
                for option in options
            ]
        return Quote(
            shipment=shipment, options=tuple(options), blocked=tuple(blocked), nearest=tuple(nearest),
            fingerprint=self.catalogue.fingerprint, runtime_ms=(time.perf_counter() - started) * 1e3,
        )  # fmt: skip

    def find(self, shipment: Shipment, filters: Filters) -> Found:
        """Return the weights of a shipment and the paths of its front, whatever its due instant."""
        start = self._checked_start(shipment)
        priced = self.weigher.weigh(shipment, filters)
        depart_by = FAR if shipment.depart_by is None else self.axis.to_min(shipment.depart_by)
        window = self.window(start)._replace(last_departure=depart_by)
        front = self.search(shipment, filters, priced, window)
        return Found(priced, front.paths, window, front.is_complete)

    def window(self, start: int) -> Window:
        """Return the instants of a search for what is ready at a minute."""
        return Window(start, min(start + self._search_min, self.compiled.horizon_min - 1))

    def search(self, shipment: Shipment, filters: Filters, priced: Priced, window: Window) -> Front:
        """Return the front for given weights."""
        if shipment.box is not None and not priced.boxes:
            return Front([], is_complete=True)
        via_full = (1 << len(filters.via)) - 1
        most = -1 if filters.max_transfers is None else filters.max_transfers + 1
        at = ends(
            self.compiled, shipment.origin, shipment.destination, shipment.box, is_domestic=self.is_domestic(shipment)
        )
        return search_forward(self.compiled, priced.weights, at, window, via_full, most)

    def latest_ready(self, shipment: Shipment, filters: Filters | None = None) -> Quote:
        """
        Return the ways to arrive by the due instant that trade cost, emissions and the latest ready instant.

        `Shipment.ready_at` is the earliest instant the goods could be ready.
        """
        started = time.perf_counter()
        filters = filters or Filters()
        if shipment.due_at is None:
            msg = "latest_ready needs a shipment with due_at"
            raise ValueError(msg)
        start = self._checked_start(shipment)
        due = self.axis.to_min(shipment.due_at)
        self.axis.check_covered(due)
        priced = self.weigher.weigh(shipment, filters)
        depart_by = FAR if shipment.depart_by is None else self.axis.to_min(shipment.depart_by)
        window = Window(max(start, due - self._search_min), due, depart_by)
        paths = self.search_backward(shipment, filters, priced, window)
        options = self.answers.options(shipment, priced, paths, [path.ready_min for path in paths], due)
        return Quote(
            shipment=shipment, options=tuple(mark_best(options)), blocked=(), nearest=(),
            fingerprint=self.catalogue.fingerprint, runtime_ms=(time.perf_counter() - started) * 1e3,
        )  # fmt: skip

    def search_backward(self, shipment: Shipment, filters: Filters, priced: Priced, window: Window) -> list[Path]:
        """Return the backward front for given weights."""
        if shipment.box is not None and not priced.boxes:
            return []
        via_full = (1 << len(filters.via)) - 1
        most = -1 if filters.max_transfers is None else filters.max_transfers + 1
        at = ends(
            self.compiled, shipment.origin, shipment.destination, shipment.box, is_domestic=self.is_domestic(shipment)
        )
        return search_backward(self.compiled, priced.weights, at, window, via_full, most)

    def departures(
        self, location: str | None, after_min: int, limit: int, mode: str | None = None, destination: str | None = None
    ) -> list[Departure]:
        """Return the next departures from a location (or anywhere), in order of time."""
        if location is not None:
            self.catalogue.location(location)
        return self._board.departures(location, after_min, limit, mode, destination)

    def options(self, shipment: Shipment, found: Found, paths: Sequence[Path], due: int | None) -> list[Option]:
        """Return the options of paths, with the criteria each is best in."""
        ready = [found.window.start] * len(paths)
        return mark_best(self.answers.options(shipment, found.priced, paths, ready, due))

    @staticmethod
    def arrival(path: Path) -> int:
        """Return the instant at which the cargo of a path is ready at its destination."""
        return path.arrive_min

    def _checked_start(self, shipment: Shipment) -> int:
        self.catalogue.location(shipment.origin)
        self.catalogue.location(shipment.destination)
        start = self.axis.by_min(shipment.ready_at)
        self.axis.check_covered(start)
        return start

    def is_domestic(self, shipment: Shipment) -> bool:
        """Say whether a shipment stays in one customs area."""
        places = (self.catalogue.location(code) for code in (shipment.origin, shipment.destination))
        first, last = (self._areas[place.territory] for place in places)
        return first == last

    def _alternatives(
        self, shipment: Shipment, filters: Filters, option: Option, count: int, due: int | None
    ) -> tuple[Option, ...]:
        """Return the cheapest itineraries, arriving no later than a day after the option, without its main service."""
        main = max((step for step in option.steps if step.kind == "leg"), key=lambda s: s.arrive_min - s.depart_min)
        without = replace(filters, avoid_services=filters.avoid_services | {main.service or ""})
        found = self.find(shipment, without)
        slack = self.catalogue.setting_int("on_time_tolerance_min")
        near = [path for path in found.paths if self.arrival(path) <= option.arrive_min + slack]
        return tuple(self.options(shipment, found, near[:count], due))
