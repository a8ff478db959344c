"""What those ask who run the service: whether it lives, whether it is ready, and its figures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.endpoints import DeskOf
from api.identity.policy import may, public
from api.life import Life
from api.metrics import CONTENT_TYPE, Figures
from api.office import OfficeOf
from api.problems import problem
from api.store import migrate

router = APIRouter(include_in_schema=False)


async def get_life(request: Request) -> Life:
    """Return where the service is between start and end."""
    found: Life = request.app.state.life
    return found


@router.get("/healthz", dependencies=[public()])
async def get_health() -> dict[str, str]:
    """Return that the process lives."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[public()], response_model=None)
def get_readiness(
    desk: DeskOf, office: OfficeOf, life: Annotated[Life, Depends(get_life)]
) -> dict[str, str | None] | Response:
    """Return that the data is loaded, and which; that the database answers and fits; and that it will stay so."""
    if life.is_going_down:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, name="going-down", headers={"Retry-After": "5"})
    revision = None
    if office.store is not None:
        revision = migrate.revision(office.store.engines)
        if revision != migrate.head_revision():
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, name="not-migrated", detail=f"revision {revision or '-'}")
    return {"status": "ok", "fingerprint": desk.catalogue.fingerprint, "revision": revision}


@router.get("/metrics", dependencies=[may("metrics:read")])
def get_metrics(request: Request) -> Response:
    """Return the figures of the service in the form that Prometheus reads."""
    figures: Figures = request.app.state.figures
    return Response(figures.text(), media_type=CONTENT_TYPE)
