"""The client: one object for the whole interface."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import httpx

from api.client.booking import Allotments, Bookings, Departures, Parties, Quotes
from api.client.events import ServerEvent
from api.client.people import Audit, Firms, Identities, Keys, Sessions, Users
from api.client.plans import Jobs, Plans, Schedules
from api.client.questions import Questions
from api.client.shipments import Shipments
from api.client.stock import Stock
from api.client.tables import DataSets, Warehouses
from api.client.tracking import Epcis, Statistics, Webhooks
from api.client.wire import Wire


class Hubport:
    """
    The service, as a Python object.

    Parameters
    ----------
    address
        Of the service.
    key
        API key, None where nobody has to say who they are.
    tries
        How often a request is sent at most, if the service is busy or not reached. Every write has a key of its own,
        made here unless one is given, that stays the same over all tries: it happens once.
    timeout_s
        How long an answer is waited for.
    transport
        Of httpx, for tests and proxies.
    wait
        Lets time pass.

    Examples
    --------
    >>> with Hubport("http://127.0.0.1:8000", key="key_….…") as hub:  # doctest: +SKIP
    ...     quote = hub.quotes.ask("瓯海", "汉堡", weight_kg=800, volume_m3=4.2, pieces=40)
    ...     booking = hub.bookings.book(quote, 1)
    ...     booking = hub.bookings.confirm(booking)
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        key: str | None = None,
        *,
        tries: int = 4,
        timeout_s: float = 60.0,
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wire = Wire(address, key, tries=tries, timeout_s=timeout_s, transport=transport, wait=wait)
        self.quotes = Quotes(self._wire)
        self.bookings = Bookings(self._wire)
        self.parties = Parties(self._wire)
        self.departures = Departures(self._wire)
        self.allotments = Allotments(self._wire)
        self.firms = Firms(self._wire)
        self.users = Users(self._wire)
        self.keys = Keys(self._wire)
        self.sessions = Sessions(self._wire)
        self.identities = Identities(self._wire)
        self.audit = Audit(self._wire)
        self.shipments = Shipments(self._wire)
        self.plans = Plans(self._wire)
        self.schedules = Schedules(self._wire)
        self.jobs = Jobs(self._wire)
        self.epcis = Epcis(self._wire)
        self.webhooks = Webhooks(self._wire)
        self.statistics = Statistics(self._wire)
        self.data_sets = DataSets(self._wire)
        self.warehouses = Warehouses(self._wire)
        self.stock = Stock(self._wire)
        self.questions = Questions(self._wire)

    def events(self, path: str, *, last: str = "") -> Iterator[ServerEvent]:
        """
        Yield the events of a stream of the service until it ends.

        Parameters
        ----------
        path
            Of the stream, below the address of the service.
        last
            Id of the event after which it begins; a stream that breaks off goes on by itself.
        """
        return self._wire.events(path, last)

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()
