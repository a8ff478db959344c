"""What plans say of their reasons: every rule by name, and every promise kept when the change is made."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from data.cargo import Cargo, CargoShipment
from network import Network
from network.lanes import Lanes
from optimizer.consolidation import Params, Progress, solve
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.insight import explained
from optimizer.verify import verify_plan
from tests.builders import instant
from tests.plan_builder import PlanBuilder, Together
from tests.plan_network import DAY, catalogue, week

if TYPE_CHECKING:
    from data import Catalogue
    from data.insight import Insight
    from data.plan import Plan

_PARAMS = Params(deterministic=True, time_limit_s=50)
_EMPTY = 68 * 10**6
"""Usable volume of the box B40."""


@cache
def _late_papers() -> Catalogue:
    """Return the tables with documents closing an hour before departure, so that stuffing is what is missed."""
    rows = catalogue().cutoffs
    return catalogue().replace(cutoffs=[_closing(row, 60) if row.type == "documentation" else row for row in rows])


@cache
def _no_storage() -> Catalogue:
    """Return the tables without storage, so that nothing is said for trucks later than the first."""
    return catalogue().replace(storage=())


def _closing(row: Any, minutes: int) -> Any:  # noqa: ANN401 - a row of the table
    return replace(row, minutes_before=minutes)


@cache
def _network(tables: Catalogue) -> Network:
    return Network(tables)


def _shipment(name: str, volume_m3: int = 20, ready_min: int = 5 * DAY, **values: object) -> CargoShipment:
    """Return a shipment of 250 kg per cubic metre from P1 to M1, unless told otherwise."""
    given: dict[str, Any] = {
        "origin": "P1",
        "destination": "M1",
        "mass_g": volume_m3 * 250_000,
        "volume_cm3": volume_m3 * 10**6,
        "pieces": 10,
        "ready_at": instant(ready_min),
        **values,
    }
    return CargoShipment(id=name, **given)


def _hurried(name: str) -> CargoShipment:
    """Return a shipment that must sail on day 11."""
    return _shipment(name, due_at=instant(23 * DAY), late_minor_per_day=2_000_000)


PAIR = (_hurried("A"), replace(_hurried("B"), origin="P2", destination="M2"))
"""Two shipments that share a box in which 28 cubic metres are left; papers for its ship close on day 8 at 20:00."""


def _plan(*shipments: CargoShipment, tables: Catalogue | None = None) -> Plan:
    """Return a plan that was checked."""
    tables = tables or catalogue()
    cargo = Cargo(shipments=shipments)
    plan = solve(_network(tables), cargo, _PARAMS)
    assert verify_plan(tables, cargo, plan) == []
    assert [insight.shipment for insight in plan.insights] == [shipment.id for shipment in shipments]
    return plan


def _of(plan: Plan, name: str) -> Insight:
    return next(insight for insight in plan.insights if insight.shipment == name)


BINDING: dict[str, tuple[CargoShipment, str, int]] = {
    "papers": (_shipment("D", 10, 9 * DAY), "", 4 * 60),
    "volume": (_shipment("D", 29, due_at=instant(28_365), late_minor_per_day=900_000), "", 10**6),
    "payload": (_shipment("D", 10, mass_g=12_000_000), "", 2_000_000),
    "restriction": (_shipment("D", 10, mass_g=3_000_000, pieces=1, unserved_minor=900_000), "restrictions-3", 0),
    "regime": (_shipment("D", 10, regime="9710"), "H", 0),
    "late": (_shipment("D", 2, due_at=instant(28_365), late_minor_per_day=200_000), "", 1),
}


@pytest.mark.parametrize(("rule", "case"), BINDING.items(), ids=list(BINDING))
def test_binding_rule(rule: str, case: tuple[CargoShipment, str, int]) -> None:
    """The rule that keeps a shipment out of the box is named, with its row and by how much it is broken."""
    shipment, subject, over = case
    plan = _plan(*PAIR, shipment)
    assert plan.loads[0].shipments == ("A", "B")
    binding = _of(plan, "D").bindings[0]
    assert (binding.rule, binding.load, binding.subject, binding.over) == (rule, "L001", subject, over)
    assert binding.saving_minor > 0


def test_departures_too_small() -> None:
    """Of a service whose departures take less than a shipment its capacity is told, and its id."""
    taking = [replace(row, capacity_kg=10_500) if row.id == "SHIP" else row for row in catalogue().services]
    heavy = _shipment("D", 10, mass_g=10_500_001, unserved_minor=4_000_000)
    plan = _plan(*PAIR, heavy, tables=catalogue().replace(services=taking))
    binding = _of(plan, "D").bindings[0]
    assert (binding.rule, binding.load, binding.subject, binding.depart_min) == ("capacity", "L001", "SHIP", None)
    assert binding.saving_minor > 0


def test_a_regime_before_a_departure_too_small() -> None:
    """What is kept out by its regime as well is told that, and where it would be cleared."""
    taking = [replace(row, capacity_kg=10_500) if row.id == "SHIP" else row for row in catalogue().services]
    heavy = _shipment("D", 10, mass_g=10_500_001, unserved_minor=4_000_000, regime="9710")
    binding = _of(_plan(*PAIR, heavy, tables=catalogue().replace(services=taking)), "D").bindings[0]
    assert (binding.rule, binding.load, binding.subject) == ("regime", "L001", "H")


def test_stuffing_is_missed() -> None:
    """
    By how much a shipment is late is counted for the last truck that catches the ship, not for that of the plan.

    Ready on day 10 at 00:00, it leaves at 07:00, is ready at C after 90 + 45 min, and stuffed 300 min later, at 14:15.
    The last truck to the port leaves at 07:00 and takes boxes ready 30 min before: that is 7 h 45 min too late.
    """
    plan = _plan(*PAIR, _shipment("D", 10, 10 * DAY), tables=_late_papers())
    binding = _of(plan, "D").bindings[0]
    assert (binding.rule, binding.over) == ("stuffing", 7 * 60 + 45)


def test_leaves_in_time_and_waits() -> None:
    """A shipment that must leave days before its box is stuffed takes its first truck, and waits for the box."""
    hasty = _shipment("D", 2, depart_by=instant(6 * DAY))
    plan = _plan(*PAIR, hasty)
    assert plan.loads[0].shipments == ("A", "B", "D")
    (steps,) = (journey.steps for journey in plan.journeys if journey.shipment == "D")
    assert [(step.kind, step.depart_min) for step in steps[:2]] == [
        ("leg", 5 * DAY + 7 * 60),
        ("stuff", plan.journeys[0].steps[1].depart_min),
    ]
    hold = _of(plan, "D").holds[0]
    assert (hold.place, hold.since_min, hold.until_min) == ("C", 5 * DAY + 7 * 60 + 135, steps[1].depart_min)


@cache
def _night_trucks() -> Catalogue:
    """Return the tables with a cheaper truck from P1 to the depot that leaves at 22:00."""
    tables, night = catalogue(), {"service": "NIGHT"}
    (service,) = (replace(row, id="NIGHT", departs=(22 * 60,)) for row in tables.services if row.id == "P1C")
    calls = [replace(row, **night) for row in tables.calls if row.service == "P1C"]
    tariffs = [replace(row, **night, id="night", rate=row.rate / 2) for row in tables.tariffs if row.service == "P1C"]
    return tables.replace(
        services=[*tables.services, service], calls=[*tables.calls, *calls], tariffs=[*tables.tariffs, *tariffs]
    )


def test_leaves_in_time_at_more_cost() -> None:
    """A shipment for which the cheapest truck to the box leaves too late takes a dearer one."""
    hasty = _shipment("D", 10, depart_by=instant(5 * DAY + 12 * 60))
    plan = _plan(*PAIR, hasty, tables=_night_trucks())
    first = {journey.shipment: (journey.steps[0].service, journey.steps[0].depart_min) for journey in plan.journeys}
    assert plan.loads[0].shipments == ("A", "B", "D")
    assert first["A"][0] == "NIGHT"
    assert first["D"] == ("P1C", 5 * DAY + 7 * 60)


def _at_the_depot(depart_by: int) -> CargoShipment:
    """Return a shipment that begins where boxes are stuffed and must leave by a minute."""
    return _shipment("D", 10, origin="C", destination="E", depart_by=instant(depart_by))


def test_box_leaves_in_time() -> None:
    """For a shipment that begins where it is stuffed a box leaves earlier, and waits at the port instead."""
    plain = _plan(*PAIR, replace(_at_the_depot(0), depart_by=None))
    plan = _plan(*PAIR, _at_the_depot(8 * DAY))
    for one, leaves in ((plain, 10 * DAY + 7 * 60), (plan, 7 * DAY + 14 * 60)):
        assert one.loads[0].shipments == ("A", "B", "D")
        assert one.loads[0].steps[0].depart_min == leaves
    assert plain.cost_minor < plan.cost_minor
    leaving = _of(plan, "D").next_best
    assert leaving is not None
    assert leaving.difference_minor == _moved_out(plan, "D", _at_the_depot(8 * DAY))


def test_last_departure() -> None:
    """A shipment that begins where it is stuffed, and must leave before the others can be there, is told so."""
    large = (replace(shipment, volume_cm3=30 * 10**6) for shipment in PAIR)
    plan = _plan(*large, _at_the_depot(6 * DAY))
    assert [load.shipments for load in plan.loads] == [("A", "B")]
    binding = _of(plan, "D").bindings[0]
    assert (binding.rule, binding.load) == ("departure", "L001")


def test_others_share_without_it() -> None:
    """The others share a box as they do without it."""
    plan = _plan(*PAIR, _at_the_depot(6 * DAY))
    assert [load.shipments for load in plan.loads] == [("A", "B")]
    assert plan.cost_minor == _plan(*PAIR).cost_minor + _plan(_at_the_depot(6 * DAY)).cost_minor


def test_other_rules() -> None:
    """Boxes of their own, attributes that never share, and other groups are told, the last with what it costs."""
    plan = _plan(
        *PAIR,
        _shipment("N", 10, goods=frozenset({"battery_packed"})),
        _shipment("O", 10, odour="odorous"),
        _shipment("W", 25, origin="C", destination="E", box="B20", boxes=1),
        _shipment("X", 2, ready_min=9 * DAY, depart_by=instant(9 * DAY + 60 * 8)),
    )
    never, odour, own = (_of(plan, name).bindings[0] for name in "NOW")
    assert (never.rule, never.subject, never.load) == ("mixing", "battery.battery_packed", None)
    assert (own.rule, own.subject) == ("own_box", "B20")
    assert (odour.rule, odour.subject, odour.load) == ("mixing", "odour.odorous", "L001")
    plain = _plan(*PAIR, _shipment("O", 10))
    alone = _plan(_shipment("O", 10)).cost_minor
    assert odour.saving_minor == alone - (plain.cost_minor - _plan(*PAIR).cost_minor)


def _by_hand(cargo: tuple[CargoShipment, ...], *names: str) -> int:
    """Return the cost of a plan by hand, without storage, in which some share the box B40 and all others go alone."""
    together = Together(shipments=names, box="B40", origin="C", destination="E")
    return PlanBuilder(_no_storage(), Cargo(shipments=cargo)).plan((together,)).cost_minor


def test_next_best_is_exact() -> None:
    """Leaving the load, or joining one, changes the cost as much as it does in plans by hand."""
    cargo = (*PAIR, BINDING["late"][0])
    plan = _plan(*cargo, tables=_no_storage())
    leaves, joins = _of(plan, "A").next_best, _of(plan, "D").next_best
    assert leaves is not None
    assert joins is not None
    assert (leaves.kind, joins.kind, joins.load, joins.days_late) == ("alone", "join", "L001", 1)
    planned = _by_hand(cargo, "A", "B")
    assert planned == plan.cost_minor
    assert leaves.difference_minor == _by_hand(cargo, "B") - planned
    assert joins.difference_minor == _by_hand(cargo, "A", "B", "D") - planned
    assert joins.ride is not None
    assert (joins.ride.services, joins.ride.origin, joins.ride.destination) == (("CH", "SHIP", "XE"), "C", "E")


def test_box_of_its_own_and_staying_behind() -> None:
    """A box for one shipment is an alternative, and so is what the shipper would pay to leave it."""
    heavy, odorous = _shipment("D", 10, mass_g=12_000_000), _shipment("O", 2, odour="odorous", unserved_minor=260_000)
    plan = _plan(*PAIR, heavy, odorous)
    box, behind = _of(plan, "D").next_best, _of(plan, "O").next_best
    assert box is not None
    assert behind is not None
    assert (box.kind, box.box, behind.kind, behind.ride) == ("box", "B20", "behind", None)
    assert behind.difference_minor == 260_000 - _plan(replace(odorous, unserved_minor=None)).cost_minor
    large = _of(_plan(*PAIR, _shipment("D", 40, mass_g=12_000_000)), "D").next_best
    assert large is not None
    assert (large.kind, large.box) != ("box", "B20")
    # The truck on day 9 at 14:00 is the last after which the box is stuffed for that on day 10 at 07:00.
    late = Together(shipments=("D",), box="B20", origin="C", destination="E", leave_min=9 * DAY + 12 * 60)
    first = replace(late, leave_min=0)
    builder = PlanBuilder(catalogue(), Cargo(shipments=(heavy,)))
    by_hand = builder.plan((late,))
    # Nobody would pay for it alone, but all else is sound.
    assert {fault.rule for fault in verify_plan(catalogue(), Cargo(shipments=(heavy,)), by_hand)} == {"share_alone"}
    assert box.difference_minor == by_hand.cost_minor - builder.plan().cost_minor
    assert by_hand.cost_minor < builder.plan((first,)).cost_minor


PROMISES: dict[str, tuple[CargoShipment, bool]] = {
    "ready 1": (_shipment("D", 10, 9 * DAY), False),
    "ready 2": (_shipment("D", 10, 10 * DAY), False),
    "ready stuffing": (_shipment("D", 10, 10 * DAY), True),
    "due 1 join": (BINDING["late"][0], False),
    "due 1 stay": (_shipment("D", 2, due_at=instant(28_365), late_minor_per_day=60_000), False),
    "volume 0": (_shipment("D", 29, due_at=instant(28_365), late_minor_per_day=900_000), False),
    "payload 0": (_shipment("D", 10, mass_g=12_000_000), False),
}


@pytest.mark.parametrize(("name", "case"), PROMISES.items(), ids=list(PROMISES))
def test_promises_are_kept(name: str, case: tuple[CargoShipment, bool]) -> None:
    """When the suggested change is made, a new plan costs less by at least what was promised."""
    shipment, is_soft = case
    tables = _late_papers() if is_soft else catalogue()
    plan = _plan(*PAIR, shipment, tables=tables)
    change = _of(plan, "D").changes[0]
    kind, *rest = name.split()
    assert change.kind == kind
    if rest[0].isdigit() and kind in {"ready", "due"}:
        assert change.by == int(rest[0]) * DAY
    assert change.load == (None if rest[-1] == "stay" else "L001")
    assert change.saving_minor > 0
    changed = _changed(shipment, kind, change.by)
    assert plan.cost_minor - _plan(*PAIR, changed, tables=tables).cost_minor >= change.saving_minor


def _changed(shipment: CargoShipment, kind: str, by: int) -> CargoShipment:
    """Return a shipment with a change made."""
    minutes = instant(by) - instant(0)
    if kind == "ready":
        return replace(shipment, ready_at=shipment.ready_at - minutes)
    if kind == "due":
        assert shipment.due_at is not None
        return replace(shipment, due_at=shipment.due_at + minutes)
    if kind == "volume":
        return replace(shipment, volume_cm3=shipment.volume_cm3 - by)
    return replace(shipment, mass_g=shipment.mass_g - by)


def test_waiting_for_another() -> None:
    """Shipments that could have sailed a week before wait for the last of the load; going at once costs more."""
    plan = _plan(_shipment("A"), _shipment("B"), _shipment("D", 10, 9 * DAY))
    assert plan.loads[0].shipments == ("A", "B", "D")
    first, last = _of(plan, "A"), _of(plan, "D")
    assert [(hold.cause, hold.subject) for hold in first.holds] == [("shipment", "D"), ("departure", "SHIP")]
    assert (first.holds[0].place, first.holds[0].since_min) == ("P1", 5 * DAY)
    # It waits where storage is free, and from there on only as long as the ship's cut-off wants.
    assert [(hold.cause, hold.subject, hold.place) for hold in last.holds] == [
        ("departure", "SHIP", "P1"),
        ("departure", "SHIP", "H"),
    ]
    assert last.holds[0].since_min == 9 * DAY
    assert last.holds[1].until_min - last.holds[1].since_min < 2 * DAY
    assert first.first is not None
    assert first.first.ride is not None
    assert first.first.ride.arrive_min < next(j for j in plan.journeys if j.shipment == "A").arrive_min
    assert first.next_best is not None
    assert first.next_best.difference_minor == _moved_out(plan, "A") < first.first.difference_minor


def _moved_out(plan: Plan, name: str, shipment: CargoShipment | None = None) -> int:
    """Return what a plan costs more when a shipment leaves its load, and the load stays, by the lines of both."""
    journey = next(journey for journey in plan.journeys if journey.shipment == name)
    alone = _plan(shipment or _shipment(name)).cost_minor
    return alone - journey.own_cny_minor - journey.penalty_cny_minor


def test_sensitivities_hold() -> None:
    """Of three that miss the papers two fit; a day for them, or for the ship, saves what it is said to save."""
    # Together the three fill too little of a box for one of their own.
    late = tuple(_shipment(name, 4, 9 * DAY) for name in "DEF")
    three = (*PAIR, _hurried("C"))
    plan = _plan(*three, *late)
    assert [load.shipments for load in plan.loads] == [("A", "B", "C")]
    found = {one.kind: one for one in plan.sensitivities}
    assert set(found) == {"cutoff", "ready"}
    for one in found.values():
        assert (one.shipments, one.load, one.service, one.origin) == (("D", "E"), "L001", "SHIP", "H")
        assert (one.by, one.depart_min) == (DAY, 11 * DAY + 20 * 60)
    earlier = [_changed(shipment, "ready", DAY) if shipment.id in "DE" else shipment for shipment in late]
    assert plan.cost_minor - _plan(*three, *earlier).cost_minor >= found["ready"].saving_minor
    rows = [_closing(row, row.minutes_before - (0 if row.form == "loose" else DAY)) for row in catalogue().cutoffs]
    relaxed = _plan(*three, *late, tables=catalogue().replace(cutoffs=rows))
    assert plan.cost_minor - relaxed.cost_minor >= found["cutoff"].saving_minor


def test_lateness_is_summed_by_departure() -> None:
    """Shipments that are late on the same ship are one line, with what a day would save them together."""
    late = {"due_at": instant(28_365), "late_minor_per_day": 60_000}
    plan = _plan(*PAIR, _shipment("D", 2, **late), _shipment("E", 3, **late))
    assert plan.loads[0].shipments == ("A", "B", "D", "E")
    only = plan.sensitivities
    assert [(one.kind, one.shipments, one.saving_minor) for one in only] == [("due", ("D", "E"), 120_000)]


def test_ctrl_c_while_explaining() -> None:
    """Ctrl-C while reasons are looked for leaves out the reasons, and nothing else."""

    def stop(progress: Progress) -> None:
        if progress.phase == "explain":
            raise KeyboardInterrupt

    network, cargo = _network(catalogue()), Cargo(shipments=PAIR)
    plan, whole = solve(network, cargo, _PARAMS, stop), solve(network, cargo, _PARAMS)
    assert plan == replace(whole, insights=(), sensitivities=())
    assert whole.insights


def test_loads_of_another_run() -> None:
    """Of a load that the run did not choose itself only the waits are told."""
    network, cargo = _network(catalogue()), Cargo(shipments=PAIR)
    plan = solve(network, cargo, _PARAMS)
    makes = Houses(Lanes(network))
    houses = [makes.make(index, shipment) for index, shipment in enumerate(cargo)]
    again = explained(plan, [], houses, makes, {}, lambda: None)
    assert [insight.next_best for insight in again.insights] == [None, None]
    assert all(insight.holds for insight in again.insights)


def test_reasons_are_the_same_every_time() -> None:
    """Two runs say the same, of everybody."""
    network = _network(catalogue())
    first, second = (solve(network, week(), _PARAMS) for _ in range(2))
    assert first == second
    assert len(first.insights) == len(week())
