"""Plans that are right in every sum, on cargo or tables that do not allow them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.builders import allotment, instant, throughput
from tests.plan_mutations import (
    breaks,
    load_of,
    rebuilt,
    with_allotments,
    with_cargo,
    with_tables,
    with_throughput,
    without_shipment,
)
from tests.plan_network import DAY

if TYPE_CHECKING:
    from tests.plan_mutations import Planned


# What cargo and tables do not allow, though every sum is right.


@breaks("capacity_teu")
def too_many_boxes(planned: Planned) -> Planned:
    """Send three TEU on a ship with room for two."""
    return with_tables(planned, "services", "SHIP", capacity_teu_milli=2000)


@breaks("capacity_mass")
def too_much_mass(planned: Planned) -> Planned:
    """Send nineteen tonnes on a ship that takes eighteen."""
    return with_tables(planned, "services", "SHIP", capacity_kg=18_000)


@breaks("capacity_teu")
def boxes_over_allotment(planned: Planned) -> Planned:
    """Send three TEU on a ship with room for six, of which two are ours."""
    return with_allotments(planned, allotment("SHIP", capacity_teu_milli=2000))


@breaks("capacity_mass")
def mass_over_allotment(planned: Planned) -> Planned:
    """Send a little more than nineteen tonnes where nineteen are ours."""
    return with_allotments(planned, allotment("SHIP", capacity_kg=19_000))


@breaks("capacity_volume")
def volume_over_allotment(planned: Planned) -> Planned:
    """Send a little more than 76 cubic metres where 76 are ours."""
    return with_allotments(planned, allotment("SHIP", capacity_m3=76))


@breaks("capacity_teu")
def nothing_allotted(planned: Planned) -> Planned:
    """Send boxes on a truck on the one day on which none may be sent; it has no capacity of its own."""
    day = dt.date(2026, 1, 11)
    return with_allotments(planned, allotment("CH", valid_from=day, valid_to=day, capacity_teu_milli=0))


@breaks("throughput_boxes")
def stuffed_where_nothing_is(planned: Planned) -> Planned:
    """Stuff a box at a depot that can not stuff any more."""
    return with_throughput(planned, throughput("C", "stuff", boxes_per_day=0))


@breaks("throughput_mass")
def stuffed_too_heavy(planned: Planned) -> Planned:
    """Stuff a little more than twelve tonnes where twelve are done in a day."""
    return with_throughput(planned, throughput("C", "stuff", kg_per_day=12_000))


@breaks("throughput_volume")
def stuffed_too_large(planned: Planned) -> Planned:
    """Stuff a little more than 48 cubic metres where 48 are done in a day."""
    return with_throughput(planned, throughput("C", "stuff", m3_per_day=48))


@breaks("throughput_boxes")
def stripped_where_nothing_is(planned: Planned) -> Planned:
    """Strip a box at a depot that can not strip any more."""
    return with_throughput(planned, throughput("E", "strip", boxes_per_day=0))


@breaks("throughput_mass")
def stripped_too_heavy(planned: Planned) -> Planned:
    """Strip a little more than twelve tonnes where twelve are done in a day."""
    return with_throughput(planned, throughput("E", "strip", kg_per_day=12_000))


@breaks("throughput_volume")
def stripped_too_large(planned: Planned) -> Planned:
    """Strip a little more than 48 cubic metres where 48 are done in a day."""
    return with_throughput(planned, throughput("E", "strip", m3_per_day=48))


@breaks("unserved")
def left_beside_room(planned: Planned) -> Planned:
    """Leave behind a shipment without a price that the only ship with room for anything could take as well."""
    rows = (
        allotment("SHIP", valid_to=dt.date(2026, 1, 12), capacity_kg=19_001, capacity_m3=77),
        allotment("SHIP", valid_from=dt.date(2026, 1, 13), capacity_kg=0),
    )
    return without_shipment(with_allotments(planned, *rows), "S4")


@breaks("unserved")
def left_before_the_next_ship(planned: Planned) -> Planned:
    """Leave behind a shipment without a price for which there is room on every ship but the first."""
    rows = (
        allotment("SHIP", valid_to=dt.date(2026, 1, 12), capacity_teu_milli=2000),
        allotment("SHIP", valid_from=dt.date(2026, 1, 13), capacity_teu_milli=1000),
    )
    return without_shipment(with_allotments(planned, *rows), "S5")


@breaks("search_days", alone=False)
def too_long(planned: Planned) -> Planned:
    """Take longer than a journey may."""
    return with_tables(planned, "settings", "search_days", value="10")


@breaks("mixing")
def mixed_regimes(planned: Planned) -> Planned:
    """Put retail parcels into a box with general trade."""
    return rebuilt(planned, "S2", regime="9610")


@breaks("mixing")
def unknown_regime(planned: Planned) -> Planned:
    """Share a box with cargo of a regime that has no row."""
    return rebuilt(planned, "S2", regime="4561")


@breaks("mixing")
def dangerous(planned: Planned) -> Planned:
    """Share a box with dangerous goods."""
    return rebuilt(planned, "S3", goods=frozenset({"dangerous"}))


@breaks("mixing")
def smelly(planned: Planned) -> Planned:
    """Put cargo that smells into a box with cargo that does not."""
    return rebuilt(planned, "S1", odour="odorous")


@breaks("mixing")
def cooled(planned: Planned) -> Planned:
    """Share a box with cooled cargo, which has no row."""
    return rebuilt(planned, "S1", temperature="chilled")


@breaks("row", alone=False)
def other_clearance(planned: Planned) -> Planned:
    """Clear in one box a shipment whose regime has clearance of its own."""
    return rebuilt(planned, "S2", regime="9710")


@breaks("own_box", alone=False)
def box_in_box(planned: Planned) -> Planned:
    """Share a box with cargo that is in a box of its own."""
    return with_cargo(planned, "S3", box="B20", boxes=1)


@breaks("load_areas", alone=False)
def two_destinations(planned: Planned) -> Planned:
    """Share a box with cargo that stays at home."""
    return with_cargo(planned, "S3", destination="H")


@breaks("volume")
def overfull(planned: Planned) -> Planned:
    """Fill a box above what is usable, though it would fit its inner volume."""
    return rebuilt(planned, "S3", volume_cm3=41_000_000)


@breaks("payload", alone=False)
def overweight(planned: Planned) -> Planned:
    """Load a box above its payload."""
    return with_cargo(planned, "S3", mass_g=20_000_000)


@breaks("payload", alone=False)
def too_heavy_for_the_road(planned: Planned) -> Planned:
    """Load a box above what the road allows, though it could bear it."""
    return with_cargo(planned, "S3", mass_g=14_000_000)


@breaks("restriction_piece")
def heavy_piece(planned: Planned) -> Planned:
    """Ship a single piece that is too heavy, in a box whose pieces are not, on average."""
    return with_cargo(planned, "S1", pieces=1)


@breaks("restriction", alone=False)
def forbidden_goods(planned: Planned) -> Planned:
    """Ship loose batteries in a shared box."""
    return with_cargo(planned, "S1", goods=frozenset({"battery_loose"}))


@breaks("depart_by")
def leaves_too_late(planned: Planned) -> Planned:
    """Let a box leave the origin of one of its shipments after its latest departure."""
    return with_cargo(planned, "S3", depart_by=instant(load_of(planned).steps[0].depart_min - 1))


@breaks("documentation", alone=False)
def late_papers(planned: Planned) -> Planned:
    """Let the papers of one shipment be ready after the cut-off of the ship its box is on."""
    return with_cargo(planned, "S3", ready_at=instant(load_of(planned).steps[2].depart_min - 3 * DAY + 1))
