"""
Whether the service keeps to the description of its interface: cases made from the OpenAPI document by Schemathesis.

The service runs in this process, on a SQLite file, with the shipped data and keys for everybody. Cases are of three
kinds: those at the edges of every schema, those drawn at random, valid or broken in one place, and chains in which ids
of answers are used again. Each answer is compared with the document: status, content type, headers, schema; no answer
may be an error of the service.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.clock import system_clock
from api.desk import Desk
from api.identity import people
from api.identity.principal import LOCAL
from api.schemas import EXAMPLE
from api.store import migrate
from api.store.session import WHOLE, Store
from benchmarks.registry import BenchSpec, Measurement, progress

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

    from api.identity.words import Role
    from api.store.session import WriteSession

ROLES: tuple[Role, ...] = ("admin", "forwarder")
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
)
"""What is checked of each answer."""
LENIENT = (
    "post_declarations",
    "post_landed_cost",
    "get_landed_cost",
    "post_papers",
    "post_quote",
    "post_regimes",
    "get_regimes",
    "post_schedules",
)
"""What reads values as they stand in files: a number may be a text, and null is nothing. That is not documented."""
STREAM, _STREAM_S = "get_job_events", 0.5
"""A stream ends with its job, and nobody does jobs here: what it says in so many seconds is looked at, no more."""
FILES = (
    "application/zip",
    "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""Content types of bodies that are sent as they are."""
ADDRESS = "http://localhost"
Known = Mapping[str, Sequence[Any]]
_KEY, _TAG = b"6f3c2e6a-order-17", b'"bk_0.1"'
_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How much is tried.

    Parameters
    ----------
    examples
        Cases at random of each operation, and chains.
    phases
        Kinds of cases.
    operations
        Ids of the only operations that are tried; all if there are none.
    """

    examples: int
    phases: Sequence[str] = PHASES
    operations: Sequence[str] = ()

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.examples


@dataclass(slots=True)
class Found:
    """
    What came of it.

    Parameters
    ----------
    statuses
        How many answers there were, by operation and status.
    failures
        What did not fit the document, by what is wrong, with a request that shows it.
    """

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many answers there were."""
        return self.statuses.total()

    def by_class(self, first: int) -> int:
        """Return how many answers had a status that begins with a digit."""
        return sum(number for (_, status), number in self.statuses.items() if status // 100 == first)


class Front:
    """
    Stands before the application, so that cases get further than they would by chance.

    Parameters
    ----------
    app
        The application.

    Notes
    -----
    The keys of the examples are made different ones, but for every fifth, which is that of the request before; the ETag
    of the example becomes the one that fits always. An error of the application is the answer it gave, and no more.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "lifespan":
            # The application is ready; what it does now and then would go on after the measurement.
            for answer in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{answer}.complete"})
            return
        self._count += 1
        with suppress(Exception):
            await self._app({**scope, "headers": [self._header(*one) for one in scope["headers"]]}, receive, send)

    def _header(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        if name == b"idempotency-key" and value == _KEY:
            return name, value + b"-%d" % (self._count - self._count % 5 // 4)
        return name, b"*" if name == b"if-match" and value == _TAG else value


def explore(app: FastAPI, secret: str, effort: Effort, seed: int, known: Known | None = None) -> Found:
    """
    Return what cases made from the description of an application show.

    Parameters
    ----------
    app
        The application, which runs in this process.
    secret
        The key that is sent.
    effort
        How much is tried.
    seed
        Of what is drawn at random.
    known
        Values that mean something to the service, by the names of parameters and members that take them; they stand
        in the place of the examples of the document.
    """
    # Loads much that no other measurement needs.
    import schemathesis  # noqa: PLC0415
    from schemathesis.engine import events, from_schema  # noqa: PLC0415

    schemathesis.serializer(*FILES)(_as_file)
    config = schemathesis.Config.from_dict(_settings(secret, effort, seed))
    document = json.loads(json.dumps(app.openapi()))
    _put(document, known or {})
    schema: Any = schemathesis.openapi.from_dict(document, config=config)
    schema.app = Front(app)
    if effort.operations:
        schema = schema.include(operation_id=list(effort.operations))
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(found, event.recorder)
        elif isinstance(event, events.NonFatalError):
            found.failures.setdefault(f"{event.label}: {event.info.title}", str(event.info.message))
    return found


def _as_file(_: object, value: Any) -> bytes:  # noqa: ANN401 - what was drawn
    """Return the bytes of a body that is a file; what is no file is sent as JSON."""
    content = getattr(value, "data", value)
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def _put(node: Any, known: Known) -> None:  # noqa: ANN401 - any JSON
    """Put known values in the place of examples."""
    for item in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        _put(item, known)
    if not isinstance(node, dict):
        return
    if "in" in node and isinstance(node.get("name"), str) and node["name"] in known:
        values = known[node["name"]]
        node.pop("example", None)
        node["schema"].pop("examples", None)
        node["examples"] = {str(number): {"value": value} for number, value in enumerate(values)}
    for name, schema in node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ():
        if name in known and isinstance(schema, dict):
            schema["examples"] = list(known[name])
    for example in (one for one in (node.get("example"), *_list(node.get("examples"))) if isinstance(one, dict)):
        fitting = [name for name in example.keys() & known.keys() if isinstance(example[name], type(known[name][0]))]
        example |= {name: known[name][0] for name in fitting}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _settings(secret: str, effort: Effort, seed: int) -> dict[str, Any]:
    """Return what Schemathesis is told."""
    return {
        "seed": seed,
        "base-url": ADDRESS,
        "headers": {"Authorization": f"Bearer {secret}"},
        "generation": {"max-examples": effort.examples, "no-shrink": True, "database": "none"},
        "phases": {name: {"enabled": name in effort.phases} for name in PHASES},
        "checks": {"enabled": False}
        | {name: {"enabled": True} for name in CHECKS}
        | {"missing_required_header": {"enabled": True, "expected-statuses": ["400", "401", "403", "422", "428"]}},
        "operations": [
            {"include-operation-id": name, "checks": {"negative_data_rejection": {"enabled": False}}}
            for name in LENIENT
        ]
        + [{"include-operation-id": STREAM, "request-timeout": _STREAM_S}],
        "continue-on-failure": True,
    }


def _note(found: Found, recorder: Any) -> None:  # noqa: ANN401 - it has no types of its own
    """Note what one scenario shows."""
    for case, interaction in recorder.interactions.items():
        operation = recorder.cases[case].value.operation
        if interaction.response is not None:
            found.statuses[operation.label, interaction.response.status_code] += 1
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            label = recorder.cases[case].value.operation.label
            answer = recorder.interactions.get(case)
            status = answer.response.status_code if answer is not None and answer.response is not None else 0
            what = f"{label}: {check.name} {status} {failure.title}"
            found.failures.setdefault(
                what, f"{str(failure.message)[:_SHOWN]}\n{check.failure_info.code_sample[:_SHOWN]}"
            )


class Cast:
    """
    Firms, users and keys of a service, and what they made.

    Parameters
    ----------
    client
        Of the service.
    store, now
        Where users are added.
    """

    def __init__(self, client: TestClient, store: Store, now: dt.datetime) -> None:
        self._client, self._store, self._now = client, store, now
        self._keys = 0

    def key(self, role: Role, firm: str) -> str:
        """Return a key for a new user of a firm."""
        self._keys += 1
        name = f"{role} {self._keys}"

        def work(session: WriteSession) -> str:
            user = people.add_user(session, LOCAL, firm, name, [role])
            return people.add_key(session, LOCAL, user, name="contract")[1].shown

        return self._store.write(WHOLE, "contract", self._now, work)

    def send(self, secret: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make something, and return it."""
        self._keys += 1
        headers = {"authorization": f"Bearer {secret}", "idempotency-key": f"cast-{self._keys}"}
        answer = self._client.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def known(self, role: Role, ask: Mapping[str, Any]) -> tuple[str, Known]:
        """
        Return a key for a role, and ids and words that mean something to its owner.

        Parameters
        ----------
        role
            Of somebody of the house, or of a forwarder of another firm.
        ask
            A request for a quote with options that can be booked.
        """
        house = self.key("admin", "house")
        firm = self.send(house, "/v1/firms", {"name": "A"})["id"]
        mine = self.key(role, firm if role == "forwarder" else "house")
        quote = self.send(mine, "/v1/quotes", ask)
        options = [number for number, option in enumerate(quote["options"], 1) if option["bookable_until"]][:3]
        bookings = [self.send(mine, "/v1/bookings", {"quote": quote["id"], "option": option}) for option in options]
        departure = bookings[0]["legs"][-1]["departure"]
        allotment = self.send(house, "/v1/allotments", {"firm": firm, "departure": departure, "mass_g": 1})
        user = self.send(house, "/v1/users", {"firm": firm, "name": "one", "roles": ["forwarder"]})
        key = self.send(house, "/v1/keys", {"user": user["id"], "name": "one"})
        return mine, {
            "booking_id": [booking["id"] for booking in bookings],
            **{name: [quote["id"]] for name in ("quote", "quote_id")},
            **{name: [firm] for name in ("firm", "firm_id")},
            **{name: [user["id"]] for name in ("user", "user_id")},
            **{name: [departure] for name in ("departure", "departure_id")},
            **{name: [ask[name]] for name in ("from", "to", "ready")},
            "key_id": [key["id"]],
            "allotment_id": [allotment["id"]],
        }


@contextmanager
def _store() -> Iterator[Store]:
    """Give a store on an empty file."""
    with tempfile.TemporaryDirectory(prefix="hubport-bench-") as folder:
        found = Store(str(Path(folder) / "hubport.db"))
        migrate.upgrade(found.engines)
        yield found
        found.close()


def measure(size: Effort, seed: int) -> Iterator[Measurement]:
    """Measure the shipped data, for each role."""
    desk = Desk.open()
    desk.warm()
    for role in ROLES:
        progress(f"  {role}")
        with _store() as store:
            app = create_app(desk, store=store, auth="on")
            secret, known = Cast(TestClient(app, base_url=ADDRESS), store, system_clock()).known(role, EXAMPLE)
            found = explore(app, secret, size, seed, known)
        for what, shown in found.failures.items():
            progress(f"  {what}\n    {shown}")
        values = {
            "cases": found.cases,
            "operations": len({operation for operation, _ in found.statuses}),
            "successes": found.by_class(2),
            "problems": found.by_class(4),
            "errors": found.by_class(5),
            "failures": len(found.failures),
        }
        for name, value in values.items():
            yield Measurement(
                name=f"contract/{role}/{name}", size=f"shipped/{size.number}", seed=seed, value=value, unit=""
            )


SPEC: BenchSpec[Effort] = BenchSpec(
    name="contract",
    sizes=(Effort(examples=220),),
    smoke_sizes=(Effort(examples=1, phases=("examples",)),),
    run=measure,
)
