"""The JSON interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from api.avoid import MODES
from api.bodies import described
from api.bookings.space import add_free
from api.desk import Desk
from api.faults import Findings, RequestFaultsError
from api.fields import Fields, fields_of
from api.identity.policy import PrincipalOf, may
from api.network_schema import BOARD, LINES, PLACES
from api.office import OfficeOf
from api.plain import json_bytes
from api.requests import read_after
from data.fields import read_list, read_place

router = APIRouter(prefix="/v1", dependencies=[may("network:read")])


DepartureFields = Annotated[
    Fields,
    fields_of(
        "departure", "service", "service_name_zh", "service_name_en", "mode", "status", "from", "from_name_zh",
        "from_name_en", "to", "to_name_zh", "to_name_en", "depart_at", "depart_zone", "arrive_at", "arrive_zone",
        "cargo_cutoff_at", "papers_cutoff_at", "free",
    ),
]  # fmt: skip


async def get_desk(request: Request) -> Desk:
    """Return the desk of the application, once it is there; not waiting for anything, it needs no thread."""
    desk: Desk | None = request.app.state.desk
    if desk is None:
        raise HTTPException(503)
    return desk


DeskOf = Annotated[Desk, Depends(get_desk)]


def as_json(value: object) -> Response:
    """Return a JSON response."""
    return Response(json_bytes(value), media_type="application/json")


@router.get(
    "/locations",
    responses={200: described("Places, best match first", PLACES)},
    response_class=Response,
    summary="Find places",
)
def get_locations(
    desk: DeskOf,
    q: Annotated[str, Query(max_length=200, examples=["温州"])],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """Return the places a text may mean, best match first."""
    return as_json(desk.locations_json(q, limit))


@dataclass(frozen=True)
class _Narrowed:
    """What of all departures of a place is wanted."""

    to: Annotated[str | None, Query(max_length=200)] = None
    mode: Annotated[Literal["road", "rail", "sea", "air", "parcel"] | None, Query()] = None


@router.get(
    "/departures",
    responses={200: described("Departures, earliest first", BOARD)},
    response_class=Response,
    summary="List departures",
)
def get_departures(
    desk: DeskOf,
    office: OfficeOf,
    principal: PrincipalOf,
    fields: DepartureFields,
    location: Annotated[str, Query(max_length=200, examples=["CNNGB-P"])],
    narrowed: Annotated[_Narrowed, Depends()],
    after: Annotated[str | None, Query(max_length=40, examples=["2026-12-01T00:00+08:00"])] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Return the next departures from a place, with what is free; `after` is a date or a time with its zone."""
    found = Findings()
    place = read_place(found, "location", location, desk.catalogue)
    target = None if narrowed.to is None else read_place(found, "to", narrowed.to, desk.catalogue)
    moment = read_after(found, after, place, desk.catalogue, desk.clock())
    if found.faults or place is None:
        raise RequestFaultsError(found.faults)
    rows = desk.departures_json(place, after=moment, limit=limit, mode=narrowed.mode, destination=target)
    if office.store is not None:
        add_free(office.store, principal.scope, desk.catalogue, rows)
    return as_json(fields.of_all(rows))


@router.get(
    "/network",
    responses={200: described("Lines as GeoJSON", LINES)},
    response_class=Response,
    summary="Lines of the network as GeoJSON",
)
def get_network(
    desk: DeskOf,
    modes: Annotated[str | None, Query(max_length=80, examples=["sea,rail"])] = None,
    lang: Annotated[Literal["zh", "en"], Query()] = "zh",
) -> Response:
    """Return the lines between neighbouring calls of everything that runs; longitudes may pass 180 degrees."""
    layers = desk.network_layers(lang, read_modes(modes))
    features = [
        {
            "type": "Feature",
            "properties": {"mode": line["mode"], "name": line["tip"], "approximate": line["approximate"]},
            "geometry": {
                "type": "MultiLineString",
                "coordinates": [[(round(lon, 4), round(lat, 4)) for lat, lon in piece] for piece in line["pieces"]],
            },
        }
        for line in layers["lines"]
    ]
    return as_json({"type": "FeatureCollection", "features": features})


def read_modes(text: str | None) -> tuple[str, ...] | None:
    """
    Return the modes of a list, None for all.

    Raises
    ------
    RequestFaultsError
        When one is unknown.
    """
    found = Findings()
    modes = read_list(found, "modes", text)
    for mode in modes:
        if mode not in MODES:
            found.add("modes", mode, "unknown_mode", choices=", ".join(MODES))
    if found.faults:
        raise RequestFaultsError(found.faults)
    return modes or None
