"""What is due on arrival, by the way that goods take."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from data import load_catalogue
from data.shipment import Shipment
from network import Network
from network.customs import Border, check_landed, landed_cost
from network.customs.question import TO_BORDER

if TYPE_CHECKING:
    from data.itinerary import Option

READY = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
GLASSES = Shipment(
    origin="WZ-OH", destination="DEHAM", mass_g=800_000, volume_cm3=4_200_000, pieces=40, hs="900410",
    value_minor=1_200_000, value_currency="EUR", ready_at=READY,
)  # fmt: skip


@cache
def network() -> Network:
    """Return the shipped network."""
    return Network(load_catalogue())


@cache
def options(shipment: Shipment = GLASSES) -> tuple[Option, ...]:
    """Return the ways of a shipment."""
    return network().quote(shipment).options


def border(shipment: Shipment = GLASSES, currency: str = "CNY") -> Border:
    """Return what asks about a shipment."""
    return Border(network().catalogue, shipment, currency)


def test_every_charge_is_a_cost() -> None:
    """The costs told to customs are the charges of the way, each once."""
    assert len(options()) > 3
    for option in options():
        paid = [charge.cny_minor for charge in option.charges]
        asked = border().question(option, paid)
        assert asked is not None
        question, rules = asked
        assert sum(question.costs_minor.values()) == option.cost_cny_minor
        assert check_landed(question, rules) == []
        assert (question.territory, question.origin, question.channel) == ("DE", "CN", "b2b")


def test_the_border_divides_the_way() -> None:
    """By hand: what is paid for legs that end before Europe, or enter it, counts to the border; the rest does not."""
    catalogue = network().catalogue
    areas = {row.code: row.customs_area for row in catalogue.territories}
    area = {row.code: areas[row.territory] for row in catalogue.locations}
    for option in options():
        paid = [charge.cny_minor for charge in option.charges]
        question, _ = border().question(option, paid) or pytest.fail("no question")
        inside = sum(
            charge.cny_minor
            for charge in option.charges
            if area[option.steps[charge.step].origin] == area["DEHAM"]
            or (area[option.steps[charge.step].destination] == area["DEHAM"] and charge.code == "handling_in")
        )
        to_border = sum(question.costs_minor.get(name, 0) for name in TO_BORDER)
        assert to_border == option.cost_cny_minor - inside
        assert question.mode in {"sea", "rail", "air", "road"}


def test_duty_and_vat_by_hand() -> None:
    """Duty is a share of goods and way to the border, VAT of goods, whole way and duty: 2.9 % and 19 %."""
    option = options()[0]
    charges = [charge.cny_minor for charge in option.charges]
    question, rules = border().question(option, charges) or pytest.fail("no question")
    cost = landed_cost(question, rules)
    value = rules.convert(1_200_000, "EUR", "CNY")
    to_border = sum(question.costs_minor.get(name, 0) for name in TO_BORDER)
    duty = float(value + to_border) * 0.029
    assert float(cost.total("duty")) == pytest.approx(duty, abs=20)
    vat = (float(value) + option.cost_cny_minor + duty) * 0.19
    assert float(cost.total("vat")) == pytest.approx(vat, abs=20)


def test_the_day_is_that_of_the_import_clearance() -> None:
    """The rules of that day hold, also where a later day of arrival has others."""
    for option in options():
        question, rules = border().question(option, [0] * len(option.charges)) or pytest.fail("no question")
        cleared = [step for step in option.steps if step.kind == "clearance"][-1]
        assert question.date == rules.date
        axis_day = network().axis.local_date(cleared.depart_min, network().catalogue.location(cleared.origin).zone)
        assert question.date == axis_day


def test_parcels_are_for_persons() -> None:
    """A regime for retail parcels makes it a sale to a person."""
    parcel = replace(GLASSES, mass_g=12_000, volume_cm3=60_000, pieces=1, value_minor=9_000, regime="9610")
    option = options(parcel)[0]
    question, _ = border(parcel).question(option, [0] * len(option.charges)) or pytest.fail("no question")
    assert question.channel == "b2c"


@pytest.mark.parametrize("lacks", [{"hs": None}, {"value_minor": None, "value_currency": None}])
def test_no_question_without_code_or_value(lacks: dict[str, None]) -> None:
    """What is not known is not taken as nothing."""
    assert border(replace(GLASSES, **lacks)).question(options()[0], [0] * len(options()[0].charges)) is None  # type: ignore[arg-type]


def test_at_home_nothing_is_crossed() -> None:
    """Goods that stay in their customs area meet no border."""
    assert border().is_crossed
    assert not border(replace(GLASSES, destination="SX-KQ")).is_crossed
