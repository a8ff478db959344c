"""Rules of what places can stuff and strip in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.rules import overlaps, row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault


def throughput_sizes(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row says how much it is, of boxes, mass or volume."""
    for row in catalogue.throughput:
        if row.boxes_per_day is None and row.kg_per_day is None and row.m3_per_day is None:
            yield row_fault(
                row,
                None,
                "throughput-size",
                "日箱数、日公斤、日立方米至少填一项 (0 表示不作业)",
                "needs boxes_per_day, kg_per_day or m3_per_day; 0 means that nothing is done",
            )


def throughput_places(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row is about a place that stuffs, or strips, boxes."""
    places = {location.code: location for location in catalogue.locations}
    for row in catalogue.throughput:
        place = places.get(row.location)
        if place is not None and not (place.stuffs if row.process == "stuff" else place.strips):
            what = {"stuff": ("装箱", "stuff"), "strip": ("拆箱", "strip")}[row.process]
            yield row_fault(
                row,
                "location",
                "throughput-place",
                f"此地点不{what[0]} (见 locations)",
                f"does not {what[1]} boxes, says the table locations",
            )


def throughput_periods(catalogue: Catalogue) -> Iterator[Fault]:
    """No two rows of a place and process are in force on the same day."""
    yield from overlaps(catalogue.throughput, lambda row: (row.location, row.process), "throughput-overlap")


RULES = (
    rule(throughput_sizes, "throughput"),
    rule(throughput_places, "throughput", "locations"),
    rule(throughput_periods, "throughput"),
)
