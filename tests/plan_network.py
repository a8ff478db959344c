"""A small network on which sharing a box pays, and the cargo of a week on it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from data.cargo import Cargo, CargoShipment
from tests.builders import Sketch, instant

if TYPE_CHECKING:
    from data import Catalogue

DAY = 24 * 60
_SHIFT = ["08:00-18:00"] * 7
_MIXING = (
    ("regime", "0110", "declared", True),
    ("regime", "9710", "declared", True),
    ("regime", "9610", "9610", True),
    ("dangerous", "no", "no", True),
    ("dangerous", "yes", "yes", False),
    ("battery", "none", "ordinary", True),
    ("temperature", "ambient", "ambient", True),
    ("odour", "none", "odourless", True),
    ("odour", "odorous", "odorous", True),
    ("sealed", "no", "no", True),
)


@cache
def catalogue() -> Catalogue:
    """Return the tables."""
    return rows().catalogue()


def rows() -> Sketch:
    """
    Return rows that more may be added to.

    From the parks P1 and P2 trucks go to the depot C, where boxes are stuffed, and on to the port H; a weekly ship
    sails to X, from where trucks go to the depot E, where boxes are stripped, and on to the markets M1 and M2.
    """
    made = Sketch(search_days="30").calendar("shift", _SHIFT)
    made.territory("HO").territory("FA", currency="EUR")
    made.add("fx", currency="EUR", cny_per_unit="7.53", exponent=2)
    made.add("fx", currency="USD", cny_per_unit="6.97", exponent=2)
    _add_places(made)
    _add_services(made)
    _add_prices(made)
    _add_processes(made)
    for attribute, value, group, shares in _MIXING:
        made.add(
            "mixing_groups", id=f"{attribute}.{value}", attribute=attribute, value=value, group=group, shares=shares
        )
    return made


def _add_places(sketch: Sketch) -> None:
    """Add places, boxes and restrictions."""
    for code, territory in (("P1", "HO"), ("P2", "HO"), ("M1", "FA"), ("M2", "FA")):
        sketch.location(code, territory, kind="park" if territory == "HO" else "market")
    for code, territory in (("C", "HO"), ("E", "FA")):
        sketch.location(code, territory, kind="cfs", calendar="shift", stuffs=True, strips=True)
    sketch.location("H", "HO", kind="seaport", clears_export=True)
    sketch.location("X", "FA", kind="seaport", clears_import=True)
    sizes = (("B20", 33, 28, 21, 1000), ("B40", 76, 68, 26, 2000))
    for code, volume_m3, usable_m3, payload_t, teu_milli in sizes:
        sketch.add(
            "load_units",
            code=code,
            volume_cm3=volume_m3 * 10**6,
            usable_cm3=usable_m3 * 10**6,
            payload_g=payload_t * 10**6,
            teu_milli=teu_milli,
        )
    sketch.add("restrictions", service="CH", rule="max_box_payload_g", value=20_000_000)
    sketch.add("restrictions", mode="sea", goods="battery_loose")
    sketch.add("restrictions", service="SHIP", rule="max_piece_g", value=2_000_000)


def _add_services(sketch: Sketch) -> None:
    """Add trucks every day and a ship every week."""
    sketch.add("emission_factors", id="truck", mode="road", g_per_tkm="90.5")
    sketch.add("emission_factors", id="ship", mode="sea", g_per_tkm="11")
    trucks = (("P1", "C", 90), ("P2", "C", 150), ("C", "H", 240), ("X", "E", 300), ("E", "M1", 120), ("E", "M2", 200))
    for board, alight, run_min in trucks:
        call = {"location": alight, "run_min": run_min, "distance_m": run_min * 1100, "factor": "truck"}
        sketch.service(f"{board}{alight}", "road", [{"location": board}, call], days="1234567", departs="07:00;14:00")
    calls = [
        {"location": "H"},
        {"location": "X", "run_min": 6 * DAY, "distance_m": 4_321_000, "factor": "ship"},
    ]
    sketch.service("SHIP", "sea", calls, days="1", departs="20:00", capacity_teu_milli=6000)


def _add_prices(sketch: Sketch) -> None:
    """Add tariffs and surcharges: loose by weight or measure, and by the box."""
    for service, rate in (("P1C", "31.5"), ("P2C", "38"), ("CH", "55"), ("XE", "210"), ("EM1", "77.7"), ("EM2", "90")):
        sketch.add("tariffs", service=service, product="ltl", basis="per_wm", rate=rate, min_charge="100")
    boxed = (("CH", "CNY", "1100", "1500"), ("SHIP", "USD", "800", "1300"), ("XE", "EUR", "330", "415.55"))
    for service, currency, *rates in boxed:
        for unit, rate in zip(("B20", "B40"), rates, strict=True):
            sketch.add(
                "tariffs", service=service, product="fcl", unit=unit, basis="per_box", rate=rate, currency=currency
            )
    sketch.add("tariffs", service="SHIP", product="lcl", basis="per_wm", rate="61.25", currency="USD")
    for code, basis, rate, currency in (("DOC", "per_bl", "450", "CNY"), ("BAF", "percent", "7.5", None)):
        sketch.add("surcharges", code=code, mode="sea", basis=basis, rate=rate, currency=currency)
    sketch.add("surcharges", code="THC", mode="sea", at="origin", basis="per_box", rate="825", currency="CNY")


def _add_processes(sketch: Sketch) -> None:
    """Add cut-offs, handling, storage, stuffing and clearance."""
    for form, delivery, minutes in (("box", "fcl_delivery", DAY), ("loose", "lcl_delivery", 2 * DAY)):
        sketch.add("cutoffs", mode="sea", form=form, type=delivery, minutes_before=minutes)
        sketch.add("cutoffs", mode="sea", form=form, type="documentation", minutes_before=3 * DAY)
    for mode, direction, minutes, rate in (
        ("road", "out", 30, "6"),
        ("road", "in", 45, "7.5"),
        ("sea", "in", 300, "20"),
    ):
        for form, basis in (("loose", "per_wm"), ("box", "per_box")):
            priced = {"basis": basis, "rate": rate, "currency": "CNY", "hub_ug_per_kg": 1500}
            sketch.add("handling", mode=mode, direction=direction, form=form, minutes=minutes, **priced)
    for form, basis, rate in (("loose", "per_wm", "4.4"), ("box", "per_box", "120")):
        sketch.add("storage", form=form, free_min=0, basis=basis, rate=rate)
        sketch.add("storage", form=form, free_min=0, from_day=4, basis=basis, rate=rate + "9")
    sketch.add(
        "stuffing",
        kind="cfs",
        territory="HO",
        direction="stuff",
        minutes=300,
        basis="per_wm",
        rate="28",
        currency="CNY",
    )
    sketch.add(
        "stuffing",
        kind="cfs",
        territory="FA",
        direction="strip",
        minutes=360,
        basis="per_box",
        rate="320",
        currency="EUR",
    )
    sketch.add("clearance", territory="HO", direction="export", minutes=120, basis="per_bl", rate="150", currency="CNY")
    regime = {"regime": "9710", "minutes": 90, "basis": "per_bl", "rate": "140", "currency": "CNY"}
    sketch.add("clearance", territory="HO", direction="export", **regime)
    sketch.add("clearance", territory="FA", direction="import", minutes=600, basis="per_box", rate="95", currency="EUR")


def week() -> Cargo:
    """
    Return the cargo: S1, S2 and S3 may share a box; S4 is late; S5 has its own box; S6 has a price; S7 is too heavy.

    S3 begins where boxes are stuffed and ends where they are stripped.
    """
    return Cargo(
        shipments=(
            _shipment("S1", "P1", "M1", 12, pieces=30),
            _shipment("S2", "P2", "M2", 16, ready_min=5 * DAY + 13 * 60),
            _shipment("S3", "C", "E", 20, ready_min=6 * DAY),
            _shipment("S4", "P2", "M1", 3, due_at=instant(14 * DAY), late_minor_per_day=1999, currency="EUR"),
            _shipment("S5", "C", "E", 25, box="B20", boxes=1),
            _shipment("S6", "P1", "M2", 2, unserved_minor=12_345, currency="USD"),
            _shipment("S7", "P1", "M2", 2, mass_g=200_000_000),
        )
    )


def _shipment(
    name: str, origin: str, destination: str, volume_m3: int, ready_min: int = 4 * DAY, **values: object
) -> CargoShipment:
    """Return a shipment of 250 kg per cubic metre, unless told otherwise."""
    given = {"mass_g": volume_m3 * 250_000 + 123, "volume_cm3": volume_m3 * 10**6 + 4567, "pieces": 10, **values}
    return CargoShipment(id=name, origin=origin, destination=destination, ready_at=instant(ready_min), **given)  # type: ignore[arg-type]
