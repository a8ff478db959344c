"""Ways of sending stock: their prices are those of quotes, their weeks have holes where nothing leaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from data import load_catalogue
from data.errors import OutsideHorizonError, UnknownIdError
from data.shipment import Filters, Shipment
from network import Network
from network.warehouse import Inbound, Terms, inbounds
from network.warehouse.inbound import _diverted

if TYPE_CHECKING:
    from data.records_warehouses import Warehouse

START = dt.date(2026, 12, 7)
ORIGIN = "CNWNZ"
WEEKS = 4


@pytest.fixture(scope="module")
def network() -> Network:
    """Return the shipped network."""
    return Network(load_catalogue())


def row_of(network: Network, id_: str) -> Warehouse:
    """Return a warehouse."""
    return next(row for row in network.catalogue.warehouses if row.id == id_)


def terms_of(network: Network) -> Terms:
    """Return the terms of the settings with goods of a usual density."""
    return replace(Terms.of(network.catalogue), density_g_cm3=0.2, fen_per_kg_day=3.0)


@pytest.fixture(scope="module")
def ways(network: Network) -> dict[str, Inbound]:
    """Return the ways to a warehouse in Germany and one in Italy."""
    rows = [row_of(network, "PX-DE"), row_of(network, "GC-IT")]
    told: list[tuple[int, int, str]] = []
    found = inbounds(
        network,
        ORIGIN,
        rows,
        start=START,
        weeks=WEEKS,
        terms=terms_of(network),
        on_progress=lambda *one: told.append(one),
    )
    assert [done for done, _, _ in told] == list(range(1, 9))
    return {way.id: way for way in found}


def asked(network: Network, way: Inbound, mass_g: int, volume_cm3: int, box: str | None) -> Shipment:
    """Return the consignment of a price."""
    ready = dt.datetime.combine(START, dt.time(), ZoneInfo("Asia/Shanghai")).astimezone(dt.UTC)
    return Shipment(
        origin=ORIGIN,
        destination=row_of(network, way.warehouse).location,
        mass_g=mass_g,
        volume_cm3=volume_cm3,
        pieces=max(1, mass_g // Terms.of(network.catalogue).carton_g),
        ready_at=ready,
        box=box,
        boxes=0 if box is None else 1,
        regime=Terms.of(network.catalogue).regime,
    )


def test_every_box_costs_what_a_quote_of_it_says(network: Network, ways: dict[str, Inbound]) -> None:
    """There is one price: an option of the quote of the full box, by the same modes, has it."""
    way = ways["sea:PX-DE"]
    assert {box.unit for box in way.boxes} >= {"20GP", "40GP", "40HQ"}
    for box in way.boxes:
        shipment = asked(network, way, box.payload_g, box.volume_cm3, box.unit)
        quote = network.quote(shipment, Filters(modes=frozenset({"sea", "road"})))
        assert box.fen in {option.cost_cny_minor for option in quote.options}


def test_a_kilogram_costs_what_a_quote_of_the_consignment_says(network: Network, ways: dict[str, Inbound]) -> None:
    """The price of a chargeable kilogram, times the kilograms of the consignment, is that of a quote."""
    loose = ways["air:PX-DE"].loose
    assert loose is not None
    shipment = asked(network, ways["air:PX-DE"], loose.mass_g, loose.volume_cm3, None)
    quote = network.quote(shipment, Filters(modes=frozenset({"air", "road"})))
    assert loose.fen in {option.cost_cny_minor for option in quote.options}
    charged_kg = max(loose.mass_g, loose.volume_cm3 * loose.g_per_cm3) / 1_000
    assert loose.fen_per_kg * charged_kg == pytest.approx(loose.fen)
    assert 0 < loose.least_fen <= loose.fen


def test_modes_are_told_apart_by_price_and_time(ways: dict[str, Inbound]) -> None:
    """Air is the fastest, sea the slowest and the cheapest; times are sorted and hold the days to the shelf."""
    sea, rail, air = (ways[f"{mode}:PX-DE"] for mode in ("sea", "rail", "air"))
    middle = [way.lead_days[len(way.lead_days) // 2] for way in (air, rail, sea)]
    assert middle == sorted(middle)
    assert all(list(way.lead_days) == sorted(way.lead_days) and way.lead_days[0] > 2 for way in ways.values())
    assert sea.loose is not None
    assert rail.loose is not None
    assert sea.loose.fen < rail.loose.fen
    assert air.boxes == ()
    assert sea.services


def test_a_train_every_other_week_leaves_holes(ways: dict[str, Inbound]) -> None:
    """What still catches next week's train leaves next week."""
    weeks = ways["rail:GC-IT"].weeks
    assert sum(weeks) == WEEKS // 2
    assert all(weeks[week] != weeks[week + 1] for week in range(WEEKS - 1))


def test_a_service_that_stops_leaves_holes(network: Network) -> None:
    """Weeks after the last departure of every service have none; a mode without any service is no way at all."""
    catalogue = network.catalogue
    last = START + dt.timedelta(days=20)
    kept = [replace(row, valid_to=last) if row.mode == "rail" else row for row in catalogue.services]
    stopped = Network(catalogue.replace(services=kept))
    found = inbounds(
        stopped, ORIGIN, [row_of(network, "PX-DE")], start=START, weeks=6, modes=("rail",), terms=terms_of(network)
    )
    assert len(found) == 1
    assert any(found[0].weeks)
    assert not any(found[0].weeks[4:])
    later = START + dt.timedelta(days=63)
    assert inbounds(stopped, ORIGIN, [row_of(network, "PX-DE")], start=later, weeks=2, modes=("rail",)) == ()


def test_sea_that_calls_where_goods_go_on_by_air_may_change(network: Network) -> None:
    """A sea way whose service calls at the transfer of the sea-air way may be diverted to it, another may not."""
    catalogue = network.catalogue
    service = next(row.id for row in catalogue.services if row.mode == "sea" and len(catalogue.calls_of(row.id)) > 2)
    plain = {"warehouse": "PX-DE", "weeks": (True,), "lead_days": (9,), "loose": None, "boxes": ()}
    sea = Inbound(id="sea:PX-DE", mode="sea", services=(service,), **plain)
    port = catalogue.calls_of(service)[1].location
    air = Inbound(id="sea_air:PX-DE", mode="sea_air", services=(), transfer=port, **plain)
    assert [way.divert_to for way in _diverted({"sea": sea, "sea_air": air}, catalogue)] == [air.id, None]
    other = replace(air, transfer=ORIGIN)
    assert [way.divert_to for way in _diverted({"sea": sea, "sea_air": other}, catalogue)] == [None, None]


def test_bad_questions(network: Network) -> None:
    """An unknown origin, and weeks outside the calendar, are refused."""
    rows = [row_of(network, "PX-DE")]
    with pytest.raises(UnknownIdError):
        inbounds(network, "XXXXX", rows, start=START, weeks=1)
    with pytest.raises(OutsideHorizonError):
        inbounds(network, ORIGIN, rows, start=dt.date(2031, 1, 6), weeks=1)
