"""Parts of a kept plan promised over HTTP, on both databases: a new version each time, which the next plan keeps to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.identity.principal import LOCAL
from api.jobs import queue
from api.jobs.claimed import packed, unpacked
from api.jobs.kinds import KINDS, Made
from api.jobs.submit import Order, submit
from api.plans.schema import COMMIT_BODY, PLAN
from api.plans.versions import made_of
from api.plans.work import make_plan
from api.store import audit
from api.store.session import WHOLE
from data.cargo import Cargo
from data.cargo_write import cargo_bytes
from data.plan_json import parse_plan
from optimizer.verify import verify_plan
from tests.agree_world import planned, shipment, tables
from tests.api.bookings.test_bookings import problem
from tests.api.plans.test_plans import PLANS, asked, refused, submitted
from tests.api.plans.test_work import listener

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import World


@cache
def made() -> Made:
    """Return a plan of three shipments, as a job makes it."""
    cargo = Cargo(shipments=tuple(shipment(name) for name in "ABC"))
    file = planned(cargo)
    return made_of(file.plan, file.cargo, listener().desk)


def keep(world: World) -> str:
    """Keep a plan, and return its address."""
    order = Order(kind=KINDS["plan"], question=packed({}), fingerprint=tables().fingerprint, name="week")
    world.store.write(WHOLE, "job.submit", world.clock(), lambda session: submit(session, LOCAL, order))
    return finished(world, made())


def finished(world: World, found: Made | None = None) -> str:
    """Have the job whose turn it is end with a plan, and return the address of that."""
    claimed = queue.claim(world.store, KINDS, "w", world.clock(), 30)
    assert claimed is not None
    result = make_plan(unpacked(claimed.question), listener()) if found is None else found
    assert queue.finish(world.store, KINDS["plan"], claimed, result, world.clock(), 1)
    return str(world.local.get(f"/v1/jobs/{claimed.id}")["result"])


def parts(address: str, world: World) -> tuple[list[str], list[str], list[str]]:
    """Return the ids of load units, of shipments in them and of shipments alone."""
    plan = world.local.get(f"{address}/plan.json")
    alone = [one["shipment"] for one in plan["journeys"] if one["load"] is None]
    boxed = [one["shipment"] for one in plan["journeys"] if one["load"] is not None]
    return [one["id"] for one in plan["loads"]], boxed, alone


def commit(world: World, address: str, ids: object, commitment: str = "booked", **headers: str) -> Response:
    """Promise parts of a plan."""
    return world.local.send("POST", f"{address}/commit", {"ids": ids, "as": commitment}, **headers)


def test_the_next_plan_keeps_to_it(world: World) -> None:
    """What was promised is a new version, sound and else the same; the next plan leaves it as it is."""
    old = keep(world)
    before = world.local.send("GET", f"{old}/plan.json").content
    loads, _, alone = parts(old, world)
    names = [*loads, *alone]
    answer = commit(world, old, names)
    assert answer.status_code == 201, answer.text
    jsonschema.validate(answer.json(), PLAN)
    new = answer.headers["location"]
    assert new == f"{PLANS}/{answer.json()['id']}" != old
    assert world.local.send("GET", f"{old}/plan.json").content == before
    raw = world.local.send("GET", f"{new}/plan.json").content
    plan, cargo = parse_plan(raw, tables())
    assert verify_plan(tables(), cargo, plan) == []
    assert {one.commitment for one in plan.loads} | {one.commitment for one in plan.journeys if one.load is None} == {
        "booked"
    }
    assert world.local.get(new)["cost_minor"] == world.local.get(old)["cost_minor"]
    # One more shipment, and what was promised stays.
    submitted(world.local.send("POST", PLANS, asked(longer(), freeze=new.rsplit("/", 1)[1])))
    after, _ = parse_plan(world.local.send("GET", f"{finished(world)}/plan.json").content, tables())
    assert {load.id for load in plan.loads} <= set(after.frozen_loads)
    assert set(alone) <= set(after.frozen_shipments)
    assert {one.shipment for one in after.journeys} >= {one.shipment for one in plan.journeys}
    with world.store.read(WHOLE) as session:
        assert audit.verify(session).breaks == []


def longer() -> bytes:
    """Return the list of the plan and a fourth shipment."""
    return cargo_bytes(Cargo(shipments=tuple(shipment(name) for name in "ABCD")), tables(), ".json")


def test_every_bad_id_at_once(world: World) -> None:
    """Ids in boxes, unknown ids and whatever else is wrong are told together; nothing is kept then."""
    address = keep(world)
    loads, boxed, alone = parts(address, world)
    names = [*boxed[:1], "nobody", *loads, *alone]
    rules = {(one["value"], one["rule"]) for one in refused(commit(world, address, names))["errors"]}
    assert rules == {*((name, "commit_boxed") for name in boxed[:1]), ("nobody", "commit_unknown")}
    for ids, as_, fields in (([], "x", {"ids", "as"}), ("L1", "booked", {"ids"}), ([1], "", {"ids", "as"})):
        found = refused(commit(world, address, ids, as_))["errors"]
        assert {one["field"] for one in found} == fields
    for body in ([], {"ids": ["x"], "as": "booked", "by": 1}, None):
        refused(world.local.send("POST", f"{address}/commit", body))
    problem(commit(world, f"{PLANS}/pl_none", ["x"]), 404, "not-found")
    assert len(world.local.get(PLANS)["items"]) == 1


def test_one_version_follows_another(world: World) -> None:
    """The same key is one version; a second version of the same plan is refused, however close the two are."""
    address = keep(world)
    loads, _, alone = parts(address, world)
    name = [*loads, *alone][0]
    first, again = (commit(world, address, [name], idempotency_key="a") for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    late = problem(commit(world, address, [name]), 409, "plan-changed")
    assert late["subject"] == first.json()["id"]
    new = first.headers["location"]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda word: commit(world, new, [name], word), ("loaded", "departed")))
    assert sorted(one.status_code for one in both) == [201, 409]
    assert len(world.local.get(PLANS)["items"]) == 3


def test_whose_it_is(firms: World) -> None:
    """Only who may plan promises; nobody promises parts of somebody else's plan."""
    house = firms.caller("house", "planner")
    order = Order(kind=KINDS["plan"], question=packed({}), fingerprint=tables().fingerprint)
    firms.store.write(WHOLE, "job.submit", firms.clock(), lambda session: submit(session, LOCAL, order))
    claimed = queue.claim(firms.store, KINDS, "w", firms.clock(), 30)
    assert claimed is not None
    assert queue.finish(firms.store, KINDS["plan"], claimed, made(), firms.clock(), 1)
    address = str(house.get(f"/v1/jobs/{claimed.id}")["result"])
    body = {"ids": ["x"], "as": "booked"}
    firm = firms.firm("A")
    problem(firms.caller(firm, "planner").send("POST", f"{address}/commit", body), 404, "not-found")
    problem(firms.caller(firm, "forwarder").send("POST", f"{address}/commit", body), 403, "forbidden")
    assert refused(house.send("POST", f"{address}/commit", body))["errors"][0]["rule"] == "commit_unknown"


@pytest.mark.parametrize("body", [{"ids": ["L001", "A-2"], "as": "booked"}])
def test_the_example(body: dict[str, Any]) -> None:
    """The example keeps to the schema."""
    jsonschema.validate(body, COMMIT_BODY)
