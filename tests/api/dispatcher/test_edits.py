"""Plans changed at the desk: told at once, kept as new versions, never overwritten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.plan_json import parse_plan
from optimizer.evaluate import evaluate_plan
from optimizer.verify import verify_plan
from tests.agree_world import tables
from tests.api.dispatcher.conftest import DeskWorld, file

if TYPE_CHECKING:
    from httpx import Response


def boxes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the shipments of the two boxes."""
    first, second = file().plan.loads
    return first.shipments, second.shipments


def send(world: DeskWorld, plan: str, shipment: str, load: str = "", once: str = "a") -> Response:
    """Keep a move."""
    return world.client.post(f"/dispatcher/plans/{plan}/move", data={"shipment": shipment, "load": load, "once": once})


def kept(response: Response) -> str:
    """Return the id of a version that was kept."""
    assert response.status_code == 303, response.text
    return str(re.findall(r"/plans/(pl_\w+)", response.headers["location"])[0])


def test_a_move_is_judged_and_kept(world: DeskWorld) -> None:
    """The price that is told is that of the version that is kept, which is sound; the old one stays as it was."""
    number, name = world.keep(), boxes()[0][0]
    page = world.client.get(f"/dispatcher/plans/{number}/move?shipment={name}&lang=en")
    assert "no rule is broken" in page.text
    before = world.client.get(f"/v1/plans/{number}/plan.json").content
    new = kept(send(world, number, name))
    plan, cargo = parse_plan(world.client.get(f"/v1/plans/{new}/plan.json").content, tables())
    assert verify_plan(tables(), cargo, plan) == []
    difference = (plan.cost_minor - file().plan.cost_minor) / 100
    assert f"{abs(difference):,.2f} CNY {'dearer' if difference > 0 else 'cheaper'}" in page.text
    assert plan.cost_minor == evaluate_plan(plan).total
    assert world.client.get(f"/v1/plans/{number}/plan.json").content == before
    job = world.job("edit")
    assert (job["state"], job["about"]) == ("done", number)


def test_a_broken_rule_is_told_with_its_numbers(world: DeskWorld) -> None:
    """What does not fit is refused with what it is and what is allowed, and nothing is kept."""
    number, (first, second) = world.keep(), boxes()
    target = next(load for load in file().plan.loads if load.shipments == second)
    biggest = max(first, key=lambda name: file().cargo.by_id[name].volume_cm3)
    page = world.client.get(f"/dispatcher/plans/{number}/move?shipment={biggest}&load={target.id}&lang=en")
    volume = (target.volume_cm3 + file().cargo.by_id[biggest].volume_cm3) / 1e6
    assert f"{volume:,.2f} m³" in page.text
    assert "28.00 m³" in page.text
    assert "Keep as a new version" not in page.text
    assert send(world, number, biggest, target.id).status_code == 409
    assert len(world.client.get("/v1/plans").json()["items"]) == 1


def test_the_second_dispatcher_is_told(world: DeskWorld) -> None:
    """Two change the same plan: the first is kept, the second is told by whom, and sees the way on."""
    number, (first, second) = world.keep(), boxes()
    new = kept(send(world, number, first[0]))
    refused = send(world, number, second[0], once="b")
    assert refused.status_code == 409
    assert f"/dispatcher/plans/{new}/move?shipment={second[0]}" in refused.text
    assert len(world.client.get("/v1/plans").json()["items"]) == 2
    assert new in world.client.get(f"/dispatcher/plans/{number}/news").text
    assert world.client.get(f"/dispatcher/plans/{new}/news").status_code == 204
    assert f"/dispatcher/plans/{new}" in world.client.get(f"/dispatcher/plans/{number}").text
    newer = kept(send(world, new, second[0], once="c"))
    assert newer in world.client.get(f"/dispatcher/plans/{number}/news").text


def test_sent_twice_is_kept_once(world: DeskWorld) -> None:
    """A form that is sent again leads to the same version."""
    number, name = world.keep(), boxes()[0][0]
    assert kept(send(world, number, name)) == kept(send(world, number, name))
    assert len(world.client.get("/v1/plans").json()["items"]) == 2


def test_unknown_names_are_refused(world: DeskWorld) -> None:
    """What the plan does not have is told, and a plan that there is not is not found."""
    number = world.keep()
    for query in ("shipment=nobody", f"shipment={boxes()[0][0]}&load=L999", "", f"shipment={boxes()[0][0]}&load=%00"):
        page = world.client.get(f"/dispatcher/plans/{number}/move?{query}")
        assert page.status_code == 200
        assert "notice bad" in page.text
    assert world.client.get("/dispatcher/plans/pl_none/move?shipment=A").status_code == 404


def test_comparison_tells_who_moved(world: DeskWorld) -> None:
    """Against its version, exactly the shipment that was moved has another way; costs are those of both."""
    number, name = world.keep(), boxes()[0][0]
    new = kept(send(world, number, name))
    page = world.client.get(f"/dispatcher/compare?one={number}&other={new}&lang=en")
    assert f"Shipments that move (1 of {len(file().cargo)})" in page.text
    assert f"{file().plan.cost_minor / 100:,.2f}" in page.text
    same = world.client.get(f"/dispatcher/compare?one={number}&other={number}&lang=en")
    assert "No shipment moves." in same.text
