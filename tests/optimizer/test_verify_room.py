"""The checker holds departures to capacities and allotments, run by run, and knows where there is room."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from data import DepartureException
from data.shipment import Filters
from optimizer.verify import verify_plan
from optimizer.verify.case import Case
from optimizer.verify.clock import Clock
from optimizer.verify.facts import Facts
from optimizer.verify.offers import rides
from optimizer.verify.reach import can_carry
from optimizer.verify.room import Room
from optimizer.verify.uses import Ticket, Use
from tests.builders import Sketch, allotment, shipment
from tests.oracles.brute import Brute
from tests.oracles.dice import Dice
from tests.oracles.networks import question
from tests.plan_mutations import built, changed_cargo, sound, with_allotments, with_tables, without_shipment
from tests.plan_network import catalogue, week
from tests.table_mutations import PROVENANCE

if TYPE_CHECKING:
    from data import Allotment, Catalogue

SAILING = dt.date(2026, 1, 12)
DAY = dt.timedelta(days=1)
START_MIN = 5 * 1440 + 30 - 8 * 60
"""The train leaves A at 00:30 of 6 January in Shanghai, which is the day before in UTC."""
# The ship takes 3 TEU, 19,000,615 g and 76,022,835 cm3; this makes it whole kilograms and cubic metres.
ROUND = {"mass_g": 750_123 - 615, "volume_cm3": 3_004_567 - 22_835}


def _found(*rows: Allotment) -> list[tuple[str, int | str | None, int | str | None]]:
    """Return what is violated on the ship with allotments, with the numbers."""
    violations = verify_plan(*with_allotments(sound(), *rows))
    return [(found.rule, found.actual, found.limit) for found in violations]


@pytest.mark.parametrize(
    ("allotted", "found"),
    [
        ({"capacity_teu_milli": 2999}, ("capacity_teu", 3000, 2999)),
        ({"capacity_kg": 19_000}, ("capacity_mass", 19_000_615, 19_000_000)),
        ({"capacity_m3": 76}, ("capacity_volume", 76_022_835, 76_000_000)),
        ({"capacity_m3": 0}, ("capacity_volume", 76_022_835, 0)),
    ],
)
def test_over_an_allotment(allotted: dict[str, int], found: tuple[str, int, int]) -> None:
    """A plan over an allotment is refused with the rule and both numbers."""
    assert _found(allotment("SHIP", **allotted)) == [found]


def test_names_the_departure() -> None:
    """A violation names the departure and the run."""
    planned = with_allotments(sound(), allotment("SHIP", capacity_teu_milli=0))
    assert [found.subject for found in verify_plan(*planned)] == ["departure SHIP at 17040 run 1"]


def test_exactly_an_allotment() -> None:
    """A plan may use all that is allotted."""
    planned = built(catalogue(), changed_cargo(week(), "S4", **ROUND))
    whole = {"capacity_teu_milli": 3000, "capacity_kg": 19_000, "capacity_m3": 76}
    assert verify_plan(*with_allotments(planned, allotment("SHIP", **whole))) == []


def test_an_allotment_is_no_capacity() -> None:
    """What is allotted beyond the capacity of a service cannot be used."""
    small = with_tables(sound(), "services", "SHIP", capacity_teu_milli=2000)
    planned = with_allotments(small, allotment("SHIP", capacity_teu_milli=4000))
    found = [(found.rule, found.actual, found.limit) for found in verify_plan(*planned)]
    assert found == [("capacity_teu", 3000, 2000)]


@pytest.mark.parametrize(
    ("period", "counts"),
    [
        ((None, None), True),
        ((SAILING, SAILING), True),
        ((SAILING + DAY, None), False),
        ((None, SAILING - DAY), False),
        ((SAILING, None), True),
        ((None, SAILING), True),
    ],
)
def test_periods(period: tuple[dt.date | None, dt.date | None], *, counts: bool) -> None:
    """An allotment counts from its first day to its last."""
    row = allotment("SHIP", valid_from=period[0], valid_to=period[1], capacity_teu_milli=0)
    assert bool(_found(row)) == counts


@pytest.mark.parametrize(
    ("name", "allotted", "has_room"),
    [
        ("S4", {"capacity_kg": 19_000}, False),
        ("S4", {"capacity_kg": 19_001}, True),
        ("S4", {"capacity_m3": 76}, False),
        ("S4", {"capacity_m3": 77}, True),
        ("S4", {"capacity_teu_milli": 3000}, True),
        ("S5", {"capacity_teu_milli": 2999}, False),
        ("S5", {"capacity_teu_milli": 3000}, True),
    ],
)
def test_left_behind(name: str, allotted: dict[str, int], *, has_room: bool) -> None:
    """
    A shipment without a price may stay behind if and only if what the plan sends leaves no room for it.

    Nothing may be used of the later ships. S4 may travel loose, which takes no slots; S5 is in a box of its own.
    """
    first = allotment("SHIP", valid_to=SAILING, **allotted)
    later = allotment("SHIP", valid_from=SAILING + DAY, capacity_kg=0)
    planned = without_shipment(with_allotments(sound(), first, later), name)
    assert [found.rule for found in verify_plan(*planned)] == ["unserved"] * has_room


def _line() -> Sketch:
    """Return a train that leaves A half an hour after midnight, and calls at B 30 hours and at C 40 hours later."""
    sketch = Sketch().territory("HO")
    for code in "ABC":
        sketch.location(code, "HO", zone="Asia/Shanghai")
    calls = [{"location": "A"}, {"location": "B", "run_min": 30 * 60}, {"location": "C", "run_min": 10 * 60}]
    sketch.service("T", "rail", calls, days="1234567", departs="00:30", capacity_kg=1000)
    return sketch.add("tariffs", service="T", product="lcl", basis="per_wm", rate="10")


def _fits(tables: Catalogue, start_min: int, uses: dict[Ticket, Use]) -> dict[str, bool]:
    """Return between which calls 800 kg fit on a departure."""
    facts = Facts(tables)
    case, room = Case(facts, shipment("A", "C"), Filters()), Room(facts, Clock(facts), uses)
    found = {}
    for pair in ((0, 1), (1, 2), (0, 2)):
        (ride,) = rides(facts, facts.services["T"], pair)
        found[ride.board.code + ride.alight.code] = room.fits(case, ride, pair[0], start_min)
    return found


@pytest.mark.parametrize(
    ("board", "alight", "times", "closed"),
    [
        ("A", "B", (0, 30 * 60), {"AB", "AC"}),
        ("B", "C", (30 * 60, 40 * 60), {"BC", "AC"}),
        ("A", "C", (0, 40 * 60), {"AB", "BC", "AC"}),
    ],
)
def test_room_is_by_run(board: str, alight: str, times: tuple[int, int], closed: set[str]) -> None:
    """What is taken between two calls closes just the rides on one of its runs, on that departure alone."""
    ticket = Ticket("T", board, alight, START_MIN + times[0], START_MIN + times[1])
    tables = _line().catalogue()
    for mass_g, expected in ((200_000, set()), (200_001, closed)):
        fits = _fits(tables, START_MIN, {ticket: Use(mass_g=mass_g)})
        assert {name for name, is_open in fits.items() if not is_open} == expected
    assert all(_fits(tables, START_MIN + 1440, {ticket: Use(mass_g=200_001)}).values())


@pytest.mark.parametrize(("teu_milli", "is_open"), [(1999, False), (2000, True)])
def test_room_for_boxes(teu_milli: int, *, is_open: bool) -> None:
    """Cargo in boxes takes the slots of all the boxes it fills, and none while it is loose."""
    size = {"volume_cm3": 33 * 10**6, "usable_cm3": 28 * 10**6, "payload_g": 21 * 10**6, "teu_milli": 1000}
    sketch = _line().add("load_units", code="B20", **size)
    sketch.add("tariffs", service="T", product="fcl", unit="B20", basis="per_box", rate="10")
    facts = Facts(sketch.add("allotments", service="T", capacity_teu_milli=teu_milli).catalogue())
    case, room = Case(facts, shipment("A", "C", volume_cm3=29 * 10**6), Filters()), Room(facts, Clock(facts), {})
    offered = rides(facts, facts.services["T"], (0, 2))
    assert {ride.form: room.fits(case, ride, 0, START_MIN) for ride in offered} == {"loose": True, "B20": is_open}


def test_the_date_is_that_of_the_first_call() -> None:
    """The date of a departure is the local one at its first call, wherever it is boarded."""
    for day, is_open in ((5, True), (6, False), (7, True)):
        date = dt.date(2026, 1, day)
        sketch = _line().add("allotments", service="T", valid_from=date, valid_to=date, capacity_m3=4)
        assert set(_fits(sketch.catalogue(), START_MIN, {}).values()) == {is_open}


@pytest.mark.parametrize("seed", range(0, 120, 10))
def test_no_room_is_like_no_departure(seed: int) -> None:
    """A shipment can be carried where nothing may be used of some departures just as if these were cancelled."""
    for number in range(seed, seed + 10):
        tables, wanted, filters = question(number)
        filters = Filters(scenarios=filters.scenarios, modes=filters.modes, avoid_services=filters.avoid_services)
        closed = _some_departures(tables, Dice(number))
        found = bool(Brute(_cancelled(tables, closed), wanted, filters).front)
        facts = Facts(_allotted(tables, closed))
        clock = Clock(facts)
        room = Room(facts, clock, {})
        assert can_carry(Case(facts, wanted, filters, clock=clock), room.fits) == found, f"question({number})"


def _some_departures(tables: Catalogue, dice: Dice) -> list[tuple[str, dt.date]]:
    """Return some services and dates."""
    clock = Clock(Facts(tables))
    days = (clock.last_date - clock.first_date).days + 1
    share = dice.pick((0.2, 0.5, 0.8))
    every = [(service.id, clock.first_date + day * DAY) for service in tables.services for day in range(days)]
    return [departure for departure in every if dice.chance(share)]


def _cancelled(tables: Catalogue, closed: list[tuple[str, dt.date]]) -> Catalogue:
    """Return tables without some departures."""
    kept = [row for row in tables.departure_exceptions if (row.service, row.date) not in closed]
    rows = [
        DepartureException(service=service, date=date, action="cancel", reason=None, **PROVENANCE)
        for service, date in closed
    ]
    return tables.replace(departure_exceptions=[*kept, *rows])


def _allotted(tables: Catalogue, closed: list[tuple[str, dt.date]]) -> Catalogue:
    """Return tables in which nothing may be used of some departures, by mass or by volume."""
    rows = [
        allotment(service, valid_from=date, valid_to=date, **{("capacity_kg", "capacity_m3")[index % 2]: 0})
        for index, (service, date) in enumerate(closed)
    ]
    return tables.replace(allotments=rows)
