"""Plans changed at the desk: told at once, kept as new versions, never overwritten."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from data.plan_json import PlanFile, parse_plan
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


def send(world: DeskWorld, plan: str, shipment: str, load: str = "", once: str = "a", **more: object) -> Response:
    """Keep a move."""
    data = {"shipment": shipment, "load": load, "once": once, **more}
    return world.client.post(f"/dispatcher/plans/{plan}/move", data=data)


def kept(response: Response) -> str:
    """Return the id of a version that was kept."""
    assert response.status_code == 303, response.text
    return str(re.findall(r"/plans/(pl_\w+)", response.headers["location"])[0])


def opened(world: DeskWorld, plan: str) -> PlanFile:
    """Return a plan that is kept."""
    return parse_plan(world.client.get(f"/v1/plans/{plan}/plan.json").content, tables())


def test_a_move_is_judged_and_kept(world: DeskWorld) -> None:
    """The price that is told is that of the version that is kept, which is sound; the old one stays as it was."""
    number, name = world.keep(), boxes()[0][0]
    page = world.client.get(f"/dispatcher/plans/{number}/move?shipment={name}&lang=en")
    assert "no rule is broken" in page.text
    before = world.client.get(f"/v1/plans/{number}/plan.json").content
    new = kept(send(world, number, name))
    plan, cargo = opened(world, new)
    assert verify_plan(tables(), cargo, plan) == []
    difference = (plan.cost_minor - file().plan.cost_minor) / 100
    assert f"{abs(difference):,.2f} CNY {'dearer' if difference > 0 else 'cheaper'}" in page.text
    assert plan.cost_minor == evaluate_plan(plan).total
    assert world.client.get(f"/v1/plans/{number}/plan.json").content == before
    job = world.job("edit")
    assert (job["state"], job["about"]) == ("done", number)


def test_left_behind_by_hand(world: DeskWorld) -> None:
    """What has a price for it is left behind at that, with its reason; what has none is told that it must travel."""
    number = world.keep()
    page = world.client.get(f"/dispatcher/plans/{number}/move?shipment=B&load=behind&lang=en")
    assert "no rule is broken" in page.text
    assert '<input type="hidden" name="load" value="behind">' in page.text
    plan, cargo = opened(world, kept(send(world, number, "B", "behind")))
    (left,) = (one for one in plan.unserved if one.shipment == "B")
    assert (left.price_cny_minor, left.reason_zh) == (900_000, "由调度员手工留下。")
    assert verify_plan(tables(), cargo, plan) == []
    refused = send(world, world.keep(), "A", "behind", once="b")
    assert refused.status_code == 409
    assert "必须发运" in refused.text


def test_a_new_box_with_others(world: DeskWorld) -> None:
    """A new box goes as another does, with all who are ticked; for one alone it is too dear, which is told."""
    number, (first, second) = world.keep(), boxes()
    address = f"/dispatcher/plans/{number}/move?shipment={first[0]}&lang=en"
    alone = world.client.get(f"{address}&load=new")
    assert "would bear more than alone" in alone.text
    assert all(f'name="with" value="{name}"' in alone.text for name in (*first[1:], "L"))
    like = next(load.id for load in file().plan.loads if load.shipments == second)
    both = world.client.get(f"{address}&load={like}&box=BOX&with={second[0]}")
    assert "no rule is broken" in both.text
    assert f'<input type="hidden" name="with" value="{second[0]}">' in both.text
    new = kept(send(world, number, first[0], like, box="BOX", **{"with": [second[0]]}))
    plan, cargo = opened(world, new)
    assert verify_plan(tables(), cargo, plan) == []
    (made,) = (load for load in plan.loads if set(load.shipments) == {first[0], second[0]})
    departs = {load.id: load.steps[-1].depart_min for load in plan.loads}
    assert departs[made.id] == departs[like]
    assert kept(send(world, number, first[0], like, box="BOX", **{"with": [second[0]]})) == new


def test_what_is_promised_or_gone_stays(world: DeskWorld) -> None:
    """Nobody is taken out of a booked box to be left behind or for a new one; its departure may take another box."""
    first, second = file().plan.loads
    held = replace(file().plan, loads=(replace(first, commitment="booked"), second))
    number, mine = world.keep(PlanFile(held, file().cargo)), first.shipments[0]
    for query in ("load=behind", "load=new", f"load={second.id}&box=BOX"):
        page = world.client.get(f"/dispatcher/plans/{number}/move?shipment={mine}&{query}&lang=en")
        assert f"{first.id} is booked, loaded or departed" in page.text
    assert send(world, number, mine, "behind").status_code == 409
    other, *rest = second.shipments
    assert kept(send(world, number, other, first.id, box="BOX", **{"with": rest}))


def test_nonsense_is_told_beside_its_field(world: DeskWorld) -> None:
    """A box, a type or a companion that there is not is told beside the field, and nothing is kept."""
    number, name = world.keep(), boxes()[0][0]
    for field, load, box, others in (
        ("load", "L999", "BOX", []),
        ("load", "\x00", "BOX", []),
        ("box", "L001", "<b>", []),
        ("box", "new", "🚢", []),
        ("with", "L001", "BOX", ["nobody"]),
        ("with", "L001", "BOX", [""]),
    ):
        query = {"shipment": name, "load": load, "box": box, "with": others, "lang": "en"}
        page = world.client.get(f"/dispatcher/plans/{number}/move", params=query)
        assert page.status_code == 200
        assert f'<p class="fault" id="{field}-fault">It cannot be put there' in page.text, (field, load, box)
        assert "<b>" not in page.text
        assert send(world, number, name, load, box=box, **{"with": others}).status_code == 409
    crowd = {"shipment": name, "load": "new", "with": [str(number) for number in range(99)]}
    assert world.client.get(f"/dispatcher/plans/{number}/move", params=crowd).status_code == 422
    assert len(world.client.get("/v1/plans").json()["items"]) == 1


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
