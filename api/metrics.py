"""
Figures of the service for Prometheus: requests, writes, problems, bookings, jobs, the database, the process.

Processes of one service count together, in files of a folder that the library keeps for that. It has to be named
before the library is loaded (`api.prefork.common_folder`). What is told of connections and of the process itself is
that of whoever is asked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

from prometheus_client import (
    GC_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Table, event, func, select

from api.prefork import FIGURES
from api.store.engine import StoreError
from api.store.models import Base
from api.store.session import WHOLE, Store

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 30.0)
_FRESH_S = 10.0
_BY_STATE = ("booking", "job")
"""Tables whose rows are counted by their column `state`, as far as they exist."""


class Figures:
    """
    What one application counts.

    Parameters
    ----------
    store
        Whose rows and errors are counted, None where nothing is kept.
    """

    def __init__(self, store: Store | None = None) -> None:
        # When a counter began is known from the start of the process.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        where = None if FIGURES in os.environ else self.registry
        if where is None:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self._requests = Counter("hubport_requests", "Requests answered", ("method", "route", "status"), registry=where)
        self._seconds = Histogram(
            "hubport_request_seconds",
            "Seconds to answer a request",
            ("method", "route"),
            buckets=_SECONDS,
            registry=where,
        )
        self.running = Gauge(
            "hubport_requests_running", "Requests being answered", registry=where, multiprocess_mode="livesum"
        )
        self.writes = Counter(
            "hubport_writes", "Writes by what they did and how they ended", ("action", "outcome"), registry=where
        )
        self.problems = Counter("hubport_problems", "Problem documents by name", ("problem",), registry=where)
        self._errors = Counter("hubport_database_errors", "Errors the database reported", ("kind",), registry=where)
        self.registry.register(_Identity())
        ProcessCollector(registry=self.registry)
        self.registry.register(GC_COLLECTOR)
        if store is not None:
            self.registry.register(_Kept(store))
            for engine in (store.engines.read, store.engines.write):
                event.listen(engine, "handle_error", self._on_error)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all figures in the form that Prometheus reads."""
        return generate_latest(self.registry)

    def _on_error(self, context: ExceptionContext) -> None:
        self._errors.labels(type(context.original_exception).__name__).inc()


class _Identity(Collector):
    """Tells the version, and which process answers: two that began together have the same `process_start_time`."""

    def collect(self) -> Iterator[Metric]:
        """Yield the version as a label, and the number of the process."""
        found = GaugeMetricFamily("hubport_info", "The version", labels=("version",))
        found.add_metric((version("hubport"),), 1.0)
        yield found
        yield GaugeMetricFamily("hubport_process_id", "The process that answers", value=os.getpid())


class _Kept(Collector):
    """Counts rows when it is asked, at most so often; a database that does not answer adds nothing but that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at = -_FRESH_S
        self._found: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the database is not asked before somebody wants to know."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of the database."""
        now = time.monotonic()
        if now - self._at >= _FRESH_S:
            self._at = now
            up = GaugeMetricFamily("hubport_database_up", "Whether the database answers")
            self._found = [up]
            counted: list[Metric] = []
            with suppress(StoreError):
                counted = [_by_state(self._store, table) for table in _tables()]
            up.add_metric((), float(bool(counted)))
            self._found += counted
        yield from self._found
        yield self._connections()

    def _connections(self) -> Metric:
        found = GaugeMetricFamily("hubport_database_connections", "Connections in use", labels=("kind",))
        engines = self._store.engines
        for kind, engine in (("read", engines.read), ("write", engines.write)):
            used = getattr(engine.pool, "checkedout", None)
            found.add_metric((kind,), float(used()) if callable(used) else 0.0)
        return found


def _tables() -> list[Table]:
    return [Base.metadata.tables[name] for name in _BY_STATE if name in Base.metadata.tables]


def _by_state(store: Store, table: Table) -> Metric:
    """Return how many rows of a table there are in each state."""
    state = table.c.state
    with store.read(WHOLE) as session:
        rows = session.rows(select(state, func.count()).group_by(state))
    found = GaugeMetricFamily(f"hubport_{table.name}s", f"Rows of {table.name} by state", labels=("state",))
    for name, number in rows:
        found.add_metric((str(name),), float(number))
    return found
