"""The JSON interface of customs: regimes and landed cost."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from api.answer_schema import PROBLEM_SCHEMA
from api.customs_answer import landed_json, regimes_json
from api.customs_read import FACTS, LANDED_FIELDS, REGIME_FIELDS
from api.customs_schema import LANDED_ANSWER, LANDED_BODY, REGIMES_ANSWER, REGIMES_BODY
from api.endpoints import DeskOf, as_json
from api.faults import RequestFaultsError, fault
from api.identity.policy import may
from api.problems import MEDIA_TYPE

_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}


def _answers(text: str, schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"description": text, "content": {"application/json": {"schema": schema}}},
        413: {"description": "The body is above 1 MiB", **_PROBLEM},
        422: {"description": "The question is refused; all its faults are listed", **_PROBLEM},
    }


def _takes(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


LANDED_EXAMPLE: dict[str, Any] = {
    "to": "DE",
    "date": "2026-12-01",
    "currency": "EUR",
    "lines": [{"hs": "640411", "value": 60}, {"hs": "610910", "value": 30, "quantity": 2}],
    "freight": 8,
    "scheme": "ioss",
    "incoterm": "DDP",
}
REGIMES_EXAMPLE: dict[str, Any] = {
    "date": "2026-12-01",
    "customer": "b2c",
    "lines": [{"hs": "640411", "value": 4000}],
    "registered": True,
    "platform_order": True,
}


_IN_ADDRESS = {
    "channel": "b2c",
    "credit": "ordinary",
    "customer": "b2c",
    "direction": "export",
    "exporter": "",
    "mode": "air",
    "origin": "CN",
    "regime": "9610",
    "way": "port",
}
"""Examples of parameters; that of an amount is 8, that of any other fact yes."""


def _asks(names: tuple[str, ...], example: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a question in an address; several lines are several parameters ``line``."""
    shown = [name for name in names if name not in {"lines", "warehouse"}]
    plain = {name: "yes" if name in FACTS or name == "origin_proof" else "8" for name in shown} | _IN_ADDRESS
    texts = {name: str(value) for name, value in example.items() if isinstance(value, str)}
    parameters = [
        {"name": name, "in": "query", "schema": {"type": "string"}, "example": (plain | texts)[name]} for name in shown
    ]
    lines = {"name": "line", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
    lines["example"] = [f"{line['hs']}:{line['value']}" for line in example["lines"]]
    return {"parameters": [*parameters, lines]}


_LANDED = _answers("Every amount, with its basis, rate, row and range", LANDED_ANSWER)
_REGIMES = _answers("Every regime, best first, with what bars it", REGIMES_ANSWER)

router = APIRouter(prefix="/v1", dependencies=[may("network:read")])
Given = Annotated[Any, Body()]


def _object(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise RequestFaultsError([fault("body", None, "malformed", detail="JSON object")])
    return body


def _query(request: Request) -> dict[str, Any]:
    """Return the question in an address; a parameter that is repeated, other than ``line``, is refused."""
    given: dict[str, Any] = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        if name == "line":
            given["lines"] = values
        elif len(values) > 1:
            raise RequestFaultsError([fault(name, ", ".join(values), "too_many", limit=1)])
        else:
            given[name] = values[0]
    return given


@router.post(
    "/landed-costs",
    responses=_LANDED,
    openapi_extra=_takes(LANDED_BODY, LANDED_EXAMPLE),
    response_class=Response,
    summary="Duty, VAT and fees on arrival",
)
def post_landed_cost(body: Given, desk: DeskOf) -> Response:
    """Return what a consignment costs on arrival, line by line, and who pays what."""
    return as_json(landed_json(_object(body), desk.catalogue, desk.clock().date()))


@router.get(
    "/landed-costs",
    responses=_LANDED,
    openapi_extra=_asks(LANDED_FIELDS, LANDED_EXAMPLE),
    response_class=Response,
    summary="Duty, VAT and fees on arrival",
)
def get_landed_cost(request: Request, desk: DeskOf) -> Response:
    """Return the same for a question in the address; each `line` is HS:VALUE[:QUANTITY[:KG[:LITRES]]]."""
    return as_json(landed_json(_query(request), desk.catalogue, desk.clock().date()))


@router.post(
    "/regimes:advise",
    responses=_REGIMES,
    openapi_extra=_takes(REGIMES_BODY, REGIMES_EXAMPLE),
    response_class=Response,
    summary="Which customs regimes are allowed",
)
def post_regimes(body: Given, desk: DeskOf) -> Response:
    """Return which regimes a shipment may use, which is advised, and what bars the others."""
    return as_json(regimes_json(_object(body), desk.catalogue, desk.clock().date()))


@router.get(
    "/regimes:advise",
    responses=_REGIMES,
    openapi_extra=_asks(REGIME_FIELDS, REGIMES_EXAMPLE),
    response_class=Response,
    summary="Which customs regimes are allowed",
)
def get_regimes(request: Request, desk: DeskOf) -> Response:
    """Return the same for a question in the address."""
    return as_json(regimes_json(_query(request), desk.catalogue, desk.clock().date()))
