"""The service keeps to the description of its interface, whatever is sent; and what does not is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI, Response

from api.bodies import described
from api.openapi import DescribedApp
from api.store.session import Store
from benchmarks.contract import ROLES, Cast, Effort, Found, explore
from tests.api.booking_world import SHIPMENT, serving

if TYPE_CHECKING:
    from api.identity.words import Role
    from tests.databases import Databases

EFFORT = Effort(1, ("examples", "fuzzing", "stateful"))


@pytest.mark.parametrize("role", ROLES)
def test_service_keeps_to_its_description(databases: Databases, role: Role) -> None:
    """Some hundred cases in each role: no error of the service, nothing that the document does not say."""
    store = Store(databases.migrated("sqlite"))
    with serving(store, "on") as world:
        ask = SHIPMENT | {"ready": "2026-05-18"}
        secret, known = Cast(world.client, store, world.clock()).known(role, ask)
        found = explore(world.client.app, secret, EFFORT, 5, known | {"location": [ask["from"]]})  # type: ignore[arg-type]
    store.close()
    assert found.failures == {}
    assert len({operation for operation, _ in found.statuses}) >= 43
    assert found.cases >= 100
    assert found.by_class(2) >= (40 if role == "admin" else 20)
    assert found.by_class(5) == 0


def _app(answer: Response) -> FastAPI:
    """Return a service of one endpoint, which says it answers a number."""
    app = DescribedApp(title="t", version="1", openapi_url=None)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}

    @app.get("/v1/number", responses={200: described("A number", schema)}, summary="A number")
    def get_number() -> Response:
        """Return it."""
        return answer

    return app


def _explored(answer: Response) -> Found:
    return explore(_app(answer), "none", Effort(1, ("fuzzing",)), 1)


def test_what_is_right_is_not_found() -> None:
    """An endpoint that keeps to its description has no failures."""
    found = _explored(Response(b'{"n": 1}', media_type="application/json"))
    assert (found.failures, found.by_class(2)) == ({}, found.cases)


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (Response(b'{"n": "x"}', media_type="application/json"), "response_schema_conformance"),
        (Response(b'{"n": 1}', media_type="text/plain"), "content_type_conformance"),
        (Response(b'{"n": 1}', media_type="application/json", status_code=202), "status_code_conformance"),
        (Response(b"{}", media_type="application/problem+json", status_code=500), "not_a_server_error"),
    ],
)
def test_what_is_wrong_is_found(answer: Response, check: str) -> None:
    """Another schema, another content type, another status, an error: each is found by its own name."""
    assert any(check in what for what in _explored(answer).failures)


def test_crash_is_found() -> None:
    """An endpoint that raises what nobody expects is found, and does not end the measurement."""
    app = DescribedApp(title="t", version="1", openapi_url=None)

    @app.get("/v1/number", responses={200: described("A number")}, summary="A number")
    def get_number() -> Response:
        """Raise."""
        raise ValueError

    found = explore(app, "none", Effort(1, ("fuzzing",)), 1)
    assert any("not_a_server_error 500" in what for what in found.failures)
