"""Everything one data set needs to answer: loaded once, used by the command line, files and the service alike."""

from __future__ import annotations

import datetime as dt
import gc
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from api.answer import Renderer
from api.answer_schema import Json
from api.clock import Clock, system_clock
from api.notes import piece_limits
from api.requests import Ask, Request, check_request
from data import Catalogue, load_catalogue
from data.itinerary import Option, Quote
from data.places import find_places
from data.shipment import Filters, Shipment
from data.shipment_read import BASE_CURRENCY
from data.timeaxis import TimeAxis
from data.values import DAY_MIN
from viz.layers import Layers, network_layers, option_layers
from viz.lines import LineBook
from viz.theme import Lang

if TYPE_CHECKING:
    from network import Departure


class Planner(Protocol):
    """What the edge asks of `network.Network`; tests put a small one in its place."""

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """Return every non-dominated option."""

    def latest_ready(self, shipment: Shipment, filters: Filters | None = None) -> Quote:
        """Return the options with the latest departures that arrive by the due instant."""

    def departures(
        self,
        location: str | None,
        after_min: int,
        limit: int,
        mode: str | None = None,
        destination: str | None = None,
    ) -> list[Departure]:
        """Return dated departures in order."""


class Answer(NamedTuple):
    """A request with its quote."""

    request: Request
    quote: Quote


_TURN = threading.Lock()
"""Whoever works out an answer in this process: two threads at it would only take the interpreter from each other."""
_YOUNG = 50_000
"""Objects made before the young ones are gone through: an answer makes some thousands, which all end with it."""


class Desk:
    """
    Answers questions about one data set.

    Parameters
    ----------
    catalogue
        The facts.
    planner
        The compiled network; None compiles it when it is first needed.
    clock
        Tells the present.

    Attributes
    ----------
    turn
        To be held by whoever works out an answer of a service; see `_TURN`.
    """

    def __init__(self, catalogue: Catalogue, planner: Planner | None = None, clock: Clock = system_clock) -> None:
        self.catalogue = catalogue
        self._planner = planner
        self.clock = clock
        self.turn = _TURN
        self.axis = catalogue.derived(TimeAxis)
        self.book = LineBook(catalogue)
        self.renderer = Renderer(catalogue, self.axis, self.book)

    @classmethod
    def open(cls, folder: Path | None = None, clock: Clock = system_clock) -> Desk:
        """
        Load a data set; its network is compiled with the first question that needs it.

        Raises
        ------
        TableFaultsError
            With everything wrong with the tables.
        """
        return cls(load_catalogue(folder), clock=clock)

    @property
    def planner(self) -> Planner:
        """The compiled network."""
        if self._planner is None:
            # The compiler of the search and the network itself take longer than looking up places or drawing a map.
            from network import Network  # noqa: PLC0415

            self._planner = Network(self.catalogue)
        return self._planner

    def anew(self, catalogue: Catalogue) -> Desk:
        """Return a desk for another data set, to be put in the place of this one."""
        return Desk(catalogue, clock=self.clock)

    def warm(self) -> None:
        """Be ready before anybody asks, to stay for long."""
        self.rehearse()
        # What is loaded stays; a full collection would go through all of it while somebody waits.
        gc.freeze()
        gc.set_threshold(_YOUNG)

    def rehearse(self) -> None:
        """Answer one question of each kind, so that compiled code and indices are ready before anybody asks."""
        # An old data set must not keep the service from starting.
        latest = max(0, self.axis.horizon_min - 60 * DAY_MIN)
        first = self.axis.from_min(min(max(0, self.axis.to_min(self.clock())), latest))
        ends = [row.code for row in self.catalogue.locations if row.clears_export or row.clears_import]
        if len(ends) > 1:
            shipment = Shipment(origin=ends[0], destination=ends[-1], mass_g=1000, volume_cm3=10_000, ready_at=first)
            # Nothing is excluded, so that every mode has been searched once.
            request = Request(shipment=shipment, filters=Filters(), currency=BASE_CURRENCY, alternatives=0)
            self.renderer.quote(*self.answer(request))
            self._reach(shipment)
        find_places(self.catalogue, ends[0] if ends else "", 1)
        self.catalogue.derived(piece_limits)
        self.book.prepare_all()

    def _reach(self, shipment: Shipment) -> None:
        """Search from one place to another as maps of reach do, whose code is compiled by itself."""
        from network import Network  # noqa: PLC0415 - loaded with the planner
        from network.reach import reach  # noqa: PLC0415 - as above

        if isinstance(self.planner, Network):
            reach(self.planner, shipment, Filters(), days=1, places=frozenset({shipment.destination}))

    def ask(self, ask: Ask) -> Answer:
        """
        Check a request and answer it.

        Raises
        ------
        RequestFaultsError
            With everything wrong with the request.
        """
        return self.answer(check_request(ask, self.catalogue, self.clock()))

    def answer(self, request: Request) -> Answer:
        """Answer a request that was checked: which ways there are, or how late the goods may get ready."""
        shipment, filters = request.shipment, request.filters
        if not request.is_backward:
            return Answer(request, self.planner.quote(shipment, filters, alternatives=request.alternatives))
        quote = self.planner.latest_ready(shipment, filters)
        if not quote.options:
            # Nothing arrives in time; planning forward says why and what comes closest.
            forward = self.planner.quote(shipment, filters)
            quote = replace(quote, blocked=forward.blocked, nearest=forward.nearest)
        return Answer(request, quote)

    def quote_json(self, ask: Ask) -> Json:
        """Return the JSON answer to a request."""
        return self.renderer.quote(*self.ask(ask))

    def locations_json(self, query: str, limit: int) -> list[Json]:
        """Return the places a text may mean, best match first."""
        return [self.renderer.place(place.code) for place in find_places(self.catalogue, query, limit)]

    def departures_json(
        self, location: str, *, after: dt.datetime, limit: int, mode: str | None = None, destination: str | None = None
    ) -> list[Json]:
        """Return the next departures from a place."""
        rows = self.planner.departures(location, self.axis.to_min(after), limit, mode=mode, destination=destination)
        return [self._departure(row) for row in rows]

    def option_layers(self, option: Option, lang: Lang, title: str = "") -> Layers:
        """Return the map layers of an option."""
        return option_layers(self.book, self.axis, option, lang=lang, title=title)

    def network_layers(self, lang: Lang, modes: tuple[str, ...] | None = None) -> Layers:
        """Return the map layers of everything that runs."""
        return network_layers(self.book, lang=lang, modes=modes)

    def _departure(self, row: Departure) -> Json:
        depart, depart_zone = self.renderer.local(row.depart_min, row.origin)
        arrive, arrive_zone = self.renderer.local(row.arrive_min, row.destination)
        service = self.book.services[row.service]
        start, end = self.book.locations[row.origin], self.book.locations[row.destination]
        return {
            "service": row.service,
            "service_name_zh": service.name_zh,
            "service_name_en": service.name_en,
            "mode": row.mode,
            "status": row.status,
            "from": row.origin,
            "from_name_zh": start.name_zh,
            "from_name_en": start.name_en,
            "to": row.destination,
            "to_name_zh": end.name_zh,
            "to_name_en": end.name_en,
            "depart_at": depart,
            "depart_zone": depart_zone,
            "arrive_at": arrive,
            "arrive_zone": arrive_zone,
            "cargo_cutoff_at": self.renderer.local(row.cargo_cutoff_min, row.origin)[0],
            "papers_cutoff_at": None
            if row.papers_cutoff_min is None
            else self.renderer.local(row.papers_cutoff_min, row.origin)[0],
        }
