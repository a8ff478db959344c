"""A service with a ship, trucks and firms: what is tested with it is room, money and who sees what, not the search."""

from __future__ import annotations

import datetime as dt
import zlib
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from api.identity import identities, people
from api.identity.principal import LOCAL
from api.store.columns import new_id
from api.store.models import User
from api.store.models_jobs import Job, JobEvent, JobQuestion, KeptResult
from api.store.session import WHOLE, Store
from data import Catalogue
from data.schedule import departures
from tests.api.fakes import NOW, FakePlanner, sea_option
from tests.data.world import small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

    from api.identity.words import Auth, Role
    from api.store.session import WriteSession
    from data.itinerary import Option, Quote
    from data.shipment import Filters, Shipment

HOUR, DAY = 60, 1440
TEU, KG, M3 = 1000, 1000, 10**6
SHIPMENT: dict[str, Any] = {"from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 1000, "volume_m3": 5, "pieces": 10}
FIRST = "SEA-1@20260520T1400Z"
"""The first ship after `NOW`, which calls at Ningbo, Kaohsiung and Hamburg."""


def catalogue(*, teu_milli: int = 4 * TEU, kg: int = 10_000) -> Catalogue:
    """Return the small data set, with room on the ship, which calls at Kaohsiung as well."""
    rows = small()
    harbour = next(row for row in rows["locations"] if row["code"] == "DEHAM-P")
    kaohsiung = {"code": "TWKHH-P", "name_zh": "高雄港", "name_en": "Kaohsiung port", "aliases": "", "territory": "TW"}
    rows["locations"].append(harbour | kaohsiung | {"zone": "Asia/Taipei"})
    ship = next(row for row in rows["services"] if row["id"] == "SEA-1")
    ship |= {"capacity_teu_milli": str(teu_milli), "capacity_kg": str(kg)}
    last = next(row for row in rows["calls"] if row["service"] == "SEA-1" and row["seq"] == "2")
    run = {"run_min": "2880", "run_p10_min": "2880", "run_p90_min": "2880", "stop_min": "600"}
    rows["calls"].insert(rows["calls"].index(last), last | run | {"location": "TWKHH-P"})
    last["seq"] = "3"
    return Catalogue.from_rows(rows, is_complete=False)


class ShipPlanner(FakePlanner):
    """Answers the next three ships, dearest first; from Wenzhou with a truck to the port."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.catalogue = catalogue
        services = {service.id: service for service in catalogue.services}
        self.ships = departures(catalogue, services["SEA-1"]).tolist()
        self.trucks = departures(catalogue, services["ROAD-1"]).tolist()

    def quote(self, shipment: Shipment, filters: Filters | None = None, alternatives: int = 0) -> Quote:
        """Return an option for each of the next ships."""
        found = super().quote(shipment, filters, alternatives)
        start = self.axis.to_min(shipment.ready_at)
        after = [ship for ship in self.ships if ship >= start + DAY][:3]
        options = tuple(self._option(shipment, start, ship, number) for number, ship in enumerate(after))
        return replace(found, options=options, blocked=(), nearest=(), fingerprint=self.catalogue.fingerprint)

    def _option(self, shipment: Shipment, start: int, ship: int, number: int) -> Option:
        road, _, sea = sea_option(start).steps
        form = shipment.box or "loose"
        minute = {"CNNGB-P": (0, 0), "TWKHH-P": (2880, 3480), "DEHAM-P": (3480 + 43_200, 0)}
        origin = "CNNGB-P" if shipment.origin == "CNWNZ" else shipment.origin
        depart, arrive = ship + minute[origin][1], ship + minute[shipment.destination][0]
        sea = replace(
            sea, origin=origin, destination=shipment.destination, depart_min=depart, arrive_min=arrive,
            available_min=arrive, form=form, cutoffs=(),
        )  # fmt: skip
        steps = (sea,)
        if shipment.origin == "CNWNZ":
            truck = max(truck for truck in self.trucks if truck < ship - 12 * HOUR)
            steps = (replace(road, depart_min=truck, arrive_min=truck + 360, available_min=truck + 360, form=form), sea)
        price = 1_000_000 - 100_000 * number
        option = sea_option(start)
        return replace(
            option, steps=steps, charges=(replace(option.charges[0], amount_minor=price, cny_minor=price),),
            cost_cny_minor=price, depart_min=steps[0].depart_min, arrive_min=arrive, emissions_complete=number != 1,
        )  # fmt: skip


class ShipDesk(Desk):
    """A desk whose planner knows the ships by heart, on whichever data set."""

    def anew(self, catalogue: Catalogue) -> Desk:
        """Return a desk of the same kind."""
        return ShipDesk(catalogue, ShipPlanner(catalogue), self.clock)

    def rehearse(self) -> None:
        """Need no exercise."""


class Now:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> dt.datetime:
        """Return the present of these tests."""
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += dt.timedelta(**span)


class Caller:
    """Somebody who uses the service: every write has a key of its own unless one is given."""

    _numbers = count(1)

    def __init__(self, client: TestClient, firm: str, secret: str | None) -> None:
        self.client, self.firm, self.secret = client, firm, secret

    def send(self, method: str, path: str, body: object = None, **headers: str | None) -> Response:
        """Send a request; names of headers have underscores, and None leaves one out."""
        found = {"authorization": None if self.secret is None else f"Bearer {self.secret}"}
        if method != "GET":
            found["idempotency-key"] = f"k{next(self._numbers)}"
        found |= {name.replace("_", "-"): value for name, value in headers.items()}
        shown = {name: value for name, value in found.items() if value is not None}
        return self.client.request(method, path, headers=shown, **({} if body is None else {"json": body}))

    def send_form(self, path: str, **fields: Any) -> Response:  # noqa: ANN401 - any field
        """Send a form as a program may, with the key."""
        found = {"once": f"o{next(self._numbers)}"} | fields
        headers = {"authorization": f"Bearer {self.secret}", "accept": "text/html"}
        return self.client.post(path, data=found, headers=headers, follow_redirects=False)

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands at an address."""
        response = self.send("GET", path)
        assert response.status_code == 200, response.text
        return response.json()

    def quote(self, **change: object) -> dict[str, Any]:
        """Ask for a quote."""
        response = self.send("POST", "/v1/quotes", SHIPMENT | {"ready": "2026-05-18"} | change)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def book(self, quote: dict[str, Any] | None = None, option: int = 1, **more: object) -> Response:
        """Book an option of a quote, of a new one if none is given."""
        found = self.quote() if quote is None else quote
        return self.send("POST", "/v1/bookings", {"quote": found["id"], "option": option} | more)

    def booked(self, quote: dict[str, Any] | None = None, option: int = 1, **more: object) -> dict[str, Any]:
        """Book an option, which must be possible."""
        response = self.book(quote, option, **more)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    def change(self, booking: dict[str, Any], step: str, body: object = None) -> Response:
        """Do something with a booking as it is now: `amend`, or the end of an address."""
        address = f"/v1/bookings/{booking['id']}"
        tag = self.send("GET", address).headers["etag"]
        if step == "amend":
            return self.send("PATCH", address, body, if_match=tag)
        return self.send("POST", f"{address}/{step}", body, if_match=tag)

    def free(self, departure: str = FIRST) -> dict[str, Any]:
        """Return what is free on a departure."""
        found: dict[str, Any] = self.get(f"/v1/departures/{departure}")["free"]
        return found


class World:
    """A service on a store, with a house and two firms."""

    def __init__(self, client: TestClient, store: Store, clock: Now, desk: Desk) -> None:
        self.client, self.store, self.clock, self.desk = client, store, clock, desk
        self.local = Caller(client, "house", None)

    def firm(self, name: str) -> str:
        """Add a firm and return its id."""
        return self.store.write(WHOLE, "test", self.clock(), lambda session: people.add_firm(session, name).id)

    def caller(self, firm: str, *roles: Role, scopes: tuple[Any, ...] = ()) -> Caller:
        """Add a user with a key to a firm."""
        name = f"{'-'.join(roles)}-{next(Caller._numbers)}"

        def work(session: WriteSession) -> str:
            user = people.add_user(session, LOCAL, firm, name, roles)
            return people.add_key(session, LOCAL, user, name="test", scopes=scopes)[1].shown

        return Caller(self.client, firm, self.store.write(WHOLE, "test", self.clock(), work))

    def browser(self, caller: Caller | None = None, agent: str = "Firefox") -> Browser:
        """Return a browser, in which somebody has logged in with a key."""
        client = TestClient(self.client.app, base_url="http://localhost", raise_server_exceptions=False)
        browser = Browser(client, agent)
        if caller is not None:
            assert browser.log_in(str(caller.secret)).status_code == 303
        return browser

    def identity(self, user: str) -> str:
        """Open the account of a user to somebody at a provider, and return the id of that."""

        def work(session: WriteSession) -> str:
            row = people.found(session, User, user)
            return identities.invite(session, LOCAL, row, issuer="https://id.example", subject=f"sub-{user}").id

        return self.store.write(WHOLE, "test", self.clock(), work)

    def worked(self, firm: str) -> dict[str, str]:
        """Make jobs of a firm that have ended, with what came of them, and return the ids."""
        now = self.clock()
        ids = {f"{kind}_id": new_id(kind, now) for kind in ("plan", "schedule", "stock", "simulation")}
        jobs = {result: new_id("job", now) for result in ids.values()}
        content = zlib.compress(b"{}")

        def work(session: WriteSession) -> None:
            for name, result in ids.items():
                kind, job = name.removesuffix("_id"), jobs[result]
                row = {
                    "firm_id": firm,
                    "kind": kind,
                    "created_at": now,
                    "created_by": "u",
                    "fingerprint": "f",
                    "name": "",
                }
                known = {"question_hash": "", "ready_at": now, "ended_at": now, "priority": 5, "result_id": result}
                session.insert([Job(id=job, state="done", **row, **known)])
                session.insert([JobQuestion(job_id=job, firm_id=firm, content=content)])
                session.insert([JobEvent(job_id=job, firm_id=firm, seq=1, at=now, kind="state", data={})])
                made = {"parent": ids["plan_id"], "is_partial": False, "summary": {}, "content": content}
                session.insert([KeptResult(id=result, job_id=job, **row, **made)])

        self.store.write(WHOLE, "test", now, work)
        return ids | {"job_id": jobs[ids["plan_id"]], "shipment": "nobody_knows_this"}


class Browser:
    """A browser: it keeps cookies, says where its forms come from, and goes where it is sent only when told to."""

    def __init__(self, client: TestClient, agent: str) -> None:
        self.client, self.agent = client, agent

    def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        found = {"accept": "text/html,*/*;q=0.8", "user-agent": self.agent}
        return self.client.get(path, headers=found | headers, follow_redirects=False)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str | None) -> Response:
        """Send a form."""
        given: dict[str, str | None] = {"accept": "text/html", "user-agent": self.agent, "origin": "http://localhost"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in given.items() if value is not None}
        return self.client.post(path, data=fields or {}, headers=sent, follow_redirects=False)

    def log_in(self, secret: str, to: str = "/") -> Response:
        """Log in with a key."""
        return self.post("/login", {"key": secret, "return": to})

    @property
    def cookie(self) -> str:
        """What the cookie of the session holds, empty without one."""
        return str(self.client.cookies.get("hubport") or "")

    @property
    def id(self) -> str:
        """The id of the session."""
        return self.cookie.partition(".")[0]

    @property
    def token(self) -> str:
        """The token that writes of the session carry."""
        return str(self.get("/v1/session").json()["csrf"])

    def send(self, path: str, **fields: Any) -> Response:  # noqa: ANN401 - any field
        """Send a form as a page of the service does."""
        return self.post(path, {"csrf": self.token, "once": f"o{next(Caller._numbers)}"} | fields)


def serve(store: Store, auth: Auth = "off", *, facts: Catalogue | None = None, **more: Any) -> Iterator[World]:  # noqa: ANN401 - for the application
    """Yield a service on a store."""
    clock = Now()
    known = catalogue() if facts is None else facts
    desk = ShipDesk(known, ShipPlanner(known), clock)
    app = create_app(desk, store=store, auth=auth, **more)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield World(client, store, clock, desk)


serving = contextmanager(serve)
"""The same for a ``with`` statement."""
