"""The addresses of the planner's desk. Everything a page shows stands in its address, so that links can be shared."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.endpoints import DeskOf
from api.identity.policy import PrincipalOf, page
from api.office import OfficeOf
from api.pages import language
from api.planner.catchment_view import catchment_view
from api.planner.flows_view import flows_view
from api.planner.network_view import network_view
from api.planner.reach_view import reach_view
from api.planner.scenario_view import scenario_view, stream
from api.planner.shown import give

router = APIRouter(include_in_schema=False)


@router.get("/planner", dependencies=[page("network:read")])
@router.get("/network", dependencies=[page("network:read")])
def get_network(request: Request, desk: DeskOf, office: OfficeOf, principal: PrincipalOf) -> Response:
    """Return the network as a page or a file: what runs, how often, how much it takes."""
    can_count = "bookings:read" in principal.permissions
    store = office.store if can_count else None
    return give(request, desk, network_view(request, desk, store, principal.scope, language(request)))


@router.get("/planner/flows", dependencies=[page("bookings:read")])
def get_flows(request: Request, desk: DeskOf, office: OfficeOf, principal: PrincipalOf) -> Response:
    """Return what moves, of a kept plan or of what is booked in a period, as a page or a file."""
    return give(request, desk, flows_view(request, desk, office.store, principal, language(request)))


@router.get("/planner/reach", dependencies=[page("network:read")])
def get_reach(request: Request, desk: DeskOf) -> Response:
    """Return how far a consignment gets within days and a budget, as a page or a file."""
    return give(request, desk, reach_view(request, desk, language(request)))


@router.get("/planner/catchments", dependencies=[page("network:read")])
def get_catchments(request: Request, desk: DeskOf) -> Response:
    """Return which overseas warehouse serves which market best, as a page or a file."""
    return give(request, desk, catchment_view(request, desk, language(request)))


@router.get("/planner/scenario", dependencies=[page("network:read")])
def get_scenario(request: Request, desk: DeskOf, office: OfficeOf, principal: PrincipalOf) -> Response:
    """Return the editor of a scenario with what it does, as a page or a file."""
    return give(request, desk, scenario_view(request, desk, office.store, principal, language(request)))


@router.get("/planner/scenario/compare", dependencies=[page("network:read")])
def get_comparison(request: Request, desk: DeskOf, office: OfficeOf, principal: PrincipalOf) -> Response:
    """Return how far the comparison of a scenario is, line by line, and last what it found."""
    lines = stream(request, desk, office.store, principal, language(request))
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})
