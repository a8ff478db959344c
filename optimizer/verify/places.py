"""What kinds of places are for, and the side on which goods stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.records import Location

ANY, LAND = "any", "land"

_ENDS = frozenset({"cluster", "park", "city", "market"})
_GATEWAYS = frozenset({"seaport", "airport", "rail_terminal", "border"})
_CUSTOMS_STOPS = frozenset({"supervision", "bonded_zone"})


def is_end(place: Location) -> bool:
    """Tell whether cargo only starts or ends at a place."""
    return place.kind in _ENDS


def is_gateway(place: Location) -> bool:
    """Tell whether a place is where vehicles of different modes meet."""
    return place.kind in _GATEWAYS


def is_supervised(place: Location) -> bool:
    """Tell whether released cargo may stand at a place."""
    return place.clears_export or place.clears_import or place.kind == "border"


def side_after_leg(place: Location, mode: str | None) -> str:
    """Return the side on which goods stand that reached a place by a mode."""
    has_land = place.kind in _GATEWAYS | _CUSTOMS_STOPS
    return LAND if mode == "road" and has_land else ANY


def side_after_process(place: Location, kind: str, side: str) -> str:
    """Return the side on which goods stand after a process: clearance at a customs stop frees them for the road."""
    return ANY if kind == "clearance" and place.kind in _CUSTOMS_STOPS else side
