"""The service: JSON for programs below ``/v1``, pages and maps for people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
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
    health_endpoints,
    pages,
    papers_endpoints,
    reference,
    schedule_endpoints,
    start_page,
    warehouse_endpoints,
)
from api.bookings import departure_endpoints, party_endpoints, quote_endpoints
from api.bookings import endpoints as booking_endpoints
from api.bookings.sweep import sweep
from api.bookings.terms import Terms
from api.clock import Clock, system_clock
from api.datasets import endpoints as data_set_endpoints
from api.datasets.seat import Seat
from api.desk import Desk
from api.dispatcher import examples as dispatcher_examples
from api.dispatcher import forms as dispatcher_forms
from api.dispatcher import job_pages as dispatcher_jobs
from api.dispatcher import pages as dispatcher_pages
from api.events import endpoints as event_endpoints
from api.forwarder import desk as forwarder_desk
from api.identity import account_pages, admin_forms, admin_pages, login_endpoints, login_pages
from api.identity import endpoints as identity_endpoints
from api.identity.oidc import Provider, provider_of
from api.identity.page_faults import add_page_handlers
from api.identity.sessions import forget
from api.identity.settings import LogIn
from api.identity.words import Auth
from api.jobs import endpoints as job_endpoints
from api.jobs.watch import Watches
from api.life import Life
from api.limits import Bounds, RateLimit
from api.metrics import Figures
from api.middleware import BodyLimit, Compressed, SecureHeaders
from api.office import Office
from api.openapi import DescribedApp
from api.planner import pages as planner_pages
from api.plans import commit_endpoints
from api.plans import endpoints as plan_endpoints
from api.plans import schedule_endpoints as kept_schedule_endpoints
from api.problems import add_handlers
from api.shipments import endpoints as shipment_endpoints
from api.shipments import import_endpoints
from api.statistics import endpoints as statistics_endpoints
from api.stocking import endpoints as stocking_endpoints
from api.stocking import simulation_endpoints as stocking_simulations
from api.stocking import today_endpoints as stocking_today
from api.store.session import Store
from api.threads import to_the_end
from api.warehouses_page import blanks as warehouses_blanks
from api.warehouses_page import endpoints as warehouses_page
from api.warehouses_page import feeding as warehouses_feeding
from api.warehouses_page import jobs as warehouses_jobs
from api.warehouses_page import orders as warehouses_orders
from api.warehouses_page import plans as warehouses_plans
from api.warehouses_page import simulations as warehouses_simulations
from api.watch import Watch
from api.webhooks import endpoints as webhook_endpoints
from api.webhooks.courier import Courier
from api.webhooks.guard import Guard
from api.webhooks.service import forget_deliveries
from viz.maps import HERE as VIZ
from viz.maps import LEAFLET

HERE = Path(__file__).parent
_SWEEP_S, _FOLLOW_S = 20.0, 2.0
ROUTERS = (
    # Addresses are compared in this order: what is asked most often comes first.
    quote_endpoints.router,
    booking_endpoints.router,
    departure_endpoints.router,
    party_endpoints.router,
    event_endpoints.router,
    endpoints.router,
    customs_endpoints.router,
    declaration_endpoints.router,
    schedule_endpoints.router,
    papers_endpoints.router,
    identity_endpoints.router,
    login_endpoints.router,
    plan_endpoints.router,
    commit_endpoints.router,
    kept_schedule_endpoints.router,
    job_endpoints.router,
    webhook_endpoints.router,
    statistics_endpoints.router,
    data_set_endpoints.router,
    shipment_endpoints.router,
    import_endpoints.router,
    warehouse_endpoints.router,
    stocking_endpoints.router,
    stocking_today.router,
    stocking_simulations.router,
    audit_endpoints.router,
    health_endpoints.router,
    pages.router,
    planner_pages.router,
    reference.router,
    start_page.router,
    statistics_endpoints.pages,
    dispatcher_pages.router,
    dispatcher_examples.router,
    dispatcher_jobs.router,
    dispatcher_forms.router,
    warehouses_page.router,
    warehouses_plans.router,
    warehouses_jobs.router,
    warehouses_simulations.router,
    warehouses_orders.router,
    warehouses_feeding.router,
    warehouses_blanks.router,
    *forwarder_desk.ROUTERS,
    login_pages.router,
    account_pages.router,
    admin_pages.router,
    admin_forms.router,
)
_LARGER = (
    {one.PATH: one.MAX_BYTES for one in (declaration_endpoints, schedule_endpoints, plan_endpoints)}
    | data_set_endpoints.LARGER
    | import_endpoints.LARGER
    | dispatcher_forms.LARGER
    | stocking_endpoints.LARGER
    | stocking_today.LARGER
    | stocking_simulations.LARGER
    | warehouses_page.LARGER
    | warehouses_plans.LARGER
    | warehouses_orders.LARGER
    | warehouses_feeding.LARGER
    | forwarder_desk.LARGER
)
"""Bytes of a body, where more are taken than usual."""
_LOG = logging.getLogger("hubport")


def create_app(  # noqa: PLR0913 - the one place where the service is put together
    desk: Desk | None = None,
    *,
    folder: Path | None = None,
    clock: Clock = system_clock,
    store: Store | None = None,
    auth: Auth = "off",
    bounds: Bounds | None = None,
    life: Life | None = None,
    log_in: LogIn | None = None,
    provider: Provider | None = None,
    guard: Guard | None = None,
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
    bounds
        How much a caller may use; without them, requests are not counted.
    life
        Where the service is between start and end.
    log_in
        How people log in.
    provider
        Who says who people are, None for the one that `log_in` names, if any.
    guard
        Says where messages to webhooks may go; without one, none are sent from here.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if app.state.desk is None:
            app.state.desk = await run_in_threadpool(_open, folder, clock)
        tasks = [] if store is None else _tasks(app, store, guard)
        yield
        if app.state.watches is not None:
            await app.state.watches.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
    log_in = log_in or LogIn()
    provider = provider or provider_of(log_in)
    app.state.desk = desk
    app.state.life = life or Life()
    app.state.figures = Figures(store)
    app.state.office = Office(
        store=store, auth=auth, clock=clock if desk is None else desk.clock, log_in=log_in, provider=provider
    )
    app.state.watches = None if store is None else Watches(store)
    app.state.guard = guard or Guard()
    add_handlers(app)
    add_page_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static/leaflet", StaticFiles(directory=LEAFLET), name="leaflet")
    app.mount("/static/map", StaticFiles(directory=VIZ / "templates"), name="map")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    _add_middleware(app, bounds or Bounds())
    return app


def _add_middleware(app: FastAPI, bounds: Bounds) -> None:
    """Put around the application what every request passes, the innermost first."""
    app.add_middleware(Compressed)
    app.add_middleware(BodyLimit, larger=_LARGER, seconds=bounds.body_s)
    if bounds.rate:
        app.add_middleware(RateLimit, bounds=bounds)
    app.add_middleware(Watch, figures=app.state.figures)
    app.add_middleware(SecureHeaders)


def _tasks(app: FastAPI, store: Store, guard: Guard | None) -> list[asyncio.Task[None]]:
    """Start what is done again and again beside the requests."""
    state = app.state

    def end_what_is_due() -> None:
        now = state.desk.clock()
        sweep(store, state.desk.catalogue.derived(Terms), now)
        forget(store, now)
        forget_deliveries(store, now)

    def follow() -> None:
        Seat.of(state, store).follow()

    tasks = [
        asyncio.create_task(_every(_SWEEP_S, "sweep", end_what_is_due)),
        asyncio.create_task(_every(_FOLLOW_S, "data set", follow)),
    ]
    if guard is not None:
        tasks.append(asyncio.create_task(Courier(store, state.desk.catalogue, state.desk.clock, guard).run()))
    return tasks


async def _every(pause_s: float, name: str, work: Callable[[], object]) -> None:
    """Do something again and again; what fails is tried again the next time."""
    while True:
        await asyncio.sleep(pause_s)
        try:
            await to_the_end(work)
        except Exception:  # noqa: BLE001 - whatever it was, holds have to end the next time
            _LOG.exception(name)


def _open(folder: Path | None, clock: Clock) -> Desk:
    """Return a desk that has answered once, so that nobody waits for its first answer."""
    desk = Desk.open(folder, clock)
    desk.warm()
    return desk
