"""The service: JSON for programs below ``/v1``, pages and maps for people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from api import (
    audit_endpoints,
    customs_endpoints,
    declaration_endpoints,
    endpoints,
    pages,
    papers_endpoints,
    reference,
    schedule_endpoints,
    start_page,
)
from api.bookings import departure_endpoints, quote_endpoints
from api.bookings import endpoints as booking_endpoints
from api.bookings.sweep import sweep
from api.bookings.terms import Terms
from api.clock import Clock, system_clock
from api.desk import Desk
from api.identity import endpoints as identity_endpoints
from api.identity.words import Auth
from api.middleware import BodyLimit, SecureHeaders
from api.office import Office
from api.openapi import DescribedApp
from api.problems import add_handlers
from api.store.session import Store
from viz.maps import HERE as VIZ
from viz.maps import LEAFLET

HERE = Path(__file__).parent
_SWEEP_S = 20.0
_LOG = logging.getLogger("hubport")


def create_app(
    desk: Desk | None = None,
    *,
    folder: Path | None = None,
    clock: Clock = system_clock,
    store: Store | None = None,
    auth: Auth = "off",
) -> FastAPI:
    """
    Return the application.

    Parameters
    ----------
    desk
        Answers the questions; None loads a data set when the application starts.
    folder
        The data set to load, None for the usual one.
    clock
        Tells the present, for a desk that is loaded here.
    store
        Where quotes and bookings are kept; without it, nothing is.
    auth
        Whether everybody needs an API key.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if app.state.desk is None:
            app.state.desk = await run_in_threadpool(_open, folder, clock)
        sweeping = None if store is None else asyncio.create_task(_sweep(app.state.desk, store))
        yield
        if sweeping is not None:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)

    app = DescribedApp(
        title="Hubport",
        version="1",
        summary="Priced door-to-door freight plans.",
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        # The usual documentation pages would load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    app.state.office = Office(store=store, auth=auth, clock=clock if desk is None else desk.clock)
    add_handlers(app)
    app.include_router(endpoints.router)
    app.include_router(customs_endpoints.router)
    app.include_router(declaration_endpoints.router)
    app.include_router(schedule_endpoints.router)
    app.include_router(papers_endpoints.router)
    app.include_router(identity_endpoints.router)
    app.include_router(quote_endpoints.router)
    app.include_router(booking_endpoints.router)
    app.include_router(departure_endpoints.router)
    app.include_router(audit_endpoints.router)
    app.include_router(endpoints.health)
    app.include_router(pages.router)
    app.include_router(start_page.router)
    app.include_router(reference.router)
    app.mount("/static/leaflet", StaticFiles(directory=LEAFLET), name="leaflet")
    app.mount("/static/map", StaticFiles(directory=VIZ / "templates"), name="map")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    large = (declaration_endpoints, schedule_endpoints)
    app.add_middleware(BodyLimit, larger={endpoint.PATH: endpoint.MAX_BYTES for endpoint in large})
    app.add_middleware(SecureHeaders)
    return app


async def _sweep(desk: Desk, store: Store) -> None:
    """End what falls due, again and again; what fails is tried again the next time."""
    terms = desk.catalogue.derived(Terms)
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await run_in_threadpool(sweep, store, terms, desk.clock())
        except Exception:  # noqa: BLE001 - whatever it was, holds have to end the next time
            _LOG.exception("sweep")


def _open(folder: Path | None, clock: Clock) -> Desk:
    """Return a desk that has answered once, so that nobody waits for its first answer."""
    desk = Desk.open(folder, clock)
    desk.warm()
    return desk
