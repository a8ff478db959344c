"""Places of a random network, and the way goods are meant to go through them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.builders import Sketch
    from tests.oracles.dice import Dice

HOME, MIDDLE, FAR, NEAR = "HO", "MI", "FA", "FB"
"""Territories; the last one shares its customs area with the one before."""

_ZONES = {
    HOME: ("Asia/Shanghai",),
    MIDDLE: ("Asia/Tokyo", "Asia/Kolkata"),
    FAR: ("Europe/Berlin", "America/New_York"),
    NEAR: ("Europe/London",),
}
_CALENDARS = ("always", "always", "office", "shift", "night")
_ENDS = ("cluster", "park", "city", "market")
_DEPOTS = ("county_depot", "city_depot", "cfs", "warehouse")
_CUSTOMS_STOPS = ("supervision", "bonded_zone")
_GATEWAYS = ("seaport", "airport", "rail_terminal", "border")
_ROLES = {"end": _ENDS, "depot": (*_DEPOTS, *_CUSTOMS_STOPS), "gateway": _GATEWAYS}
_ANYWHERE = (*_ENDS, *_DEPOTS, *_CUSTOMS_STOPS, *_GATEWAYS)
# How often a place clears, and how often it stuffs or strips.
_ODDS = {"end": (0.2, 0.5), "depot": (0.6, 0.8), "gateway": (0.97, 0.6)}
_WILD = 0.12


@dataclass(slots=True)
class Places:
    """
    Places of a network.

    Parameters
    ----------
    by_role
        Codes by territory and role: ``end``, ``depot`` or ``gateway``.
    kinds
        Kinds of location there are.
    is_wild
        Whether kinds and roles have nothing to do with each other.
    """

    is_wild: bool
    by_role: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    def of(self, territories: tuple[str, ...], *roles: str) -> list[str]:
        """Return the codes in some territories, of some roles or all."""
        return [
            code
            for (territory, role), codes in self.by_role.items()
            if territory in territories and (not roles or role in roles)
            for code in codes
        ]

    @property
    def everywhere(self) -> list[str]:
        """All codes."""
        return [code for codes in self.by_role.values() for code in codes]


def add_places(sketch: Sketch, dice: Dice) -> Places:
    """Add four to ten locations: starts and ends, depots and gateways."""
    counts = {
        (HOME, "end"): dice.pick((1, 1, 2)),
        (HOME, "depot"): dice.pick((0, 1, 1, 2)),
        (HOME, "gateway"): dice.pick((1, 1, 2)),
        (MIDDLE, "gateway"): dice.pick((0, 1, 1, 1)),
        (FAR, "gateway"): dice.pick((1, 1, 2)),
        (FAR, "depot"): dice.pick((0, 1, 1)),
        (FAR, "end"): 1,
        (NEAR, "depot"): dice.pick((0, 0, 1)),
        (NEAR, "end"): dice.pick((0, 0, 1)),
    }
    places = Places(is_wild=dice.chance(_WILD))
    for (territory, role), number in counts.items():
        taken = len(places.of((territory,)))
        codes = [f"{territory}{taken + index}" for index in range(number)]
        places.by_role[territory, role] = codes
        for code in codes:
            _add_place(sketch, dice, places, code, role)
    return places


def _add_place(sketch: Sketch, dice: Dice, places: Places, code: str, role: str) -> None:
    """Add a location that does what its role suggests, mostly."""
    kind = dice.pick(_ANYWHERE if places.is_wild else _ROLES[role])
    if code.startswith(MIDDLE) and dice.chance(0.7):
        kind = "airport"
    clears, stuffs = (0.75, 0.75) if places.is_wild else _ODDS[role]
    if kind in _CUSTOMS_STOPS:
        clears = 0.9
    places.kinds.add(kind)
    sketch.location(
        code,
        code[:2],
        kind=kind,
        zone=dice.pick(_ZONES[code[:2]]),
        calendar=dice.pick(_CALENDARS),
        clears_export=dice.chance(clears),
        clears_import=dice.chance(clears),
        stuffs=dice.chance(stuffs),
        strips=dice.chance(stuffs),
    )


def pick_ends(dice: Dice, places: Places) -> tuple[str, str]:
    """Return two different ends: mostly from home to far, now and then back or within one customs area."""
    home, far = (HOME,), (FAR, NEAR)
    # Now and then goods start or end at a depot or gateway.
    roles = ("end",) if dice.chance(0.75) else ("end", "depot", "gateway")
    areas = dice.pick([(home, far)] * 6 + [(far, home)])
    if dice.chance(0.1):
        area = dice.pick((home, far))
        areas, roles = (area, area), ("end", "depot")
        if len(places.of(area, *roles)) < 2:
            roles = ("end", "depot", "gateway")
    origin = dice.pick(places.of(areas[0], *roles))
    return origin, dice.pick([code for code in places.of(areas[1], *roles) if code != origin])


def pick_chain(dice: Dice, places: Places, ends: tuple[str, str]) -> list[str]:
    """Return the places from one end to the other: mostly over depots and gateways on both sides."""
    first, last = (_shore(end) for end in ends)
    if first == last or places.is_wild:
        between = places.of(first, "depot", "gateway") if first == last else places.everywhere
        between = [code for code in between if code not in ends]
        return [ends[0], *dice.some(between, dice.between(0, min(2, len(between)))), ends[1]]
    chain = [ends[0]]
    if dice.chance(0.45):
        chain += dice.some(places.of(first, "depot"), 1)
    chain += dice.some(places.of(first, "gateway"), 1)
    if dice.chance(0.15):
        chain += places.of((MIDDLE,))
    chain += dice.some(places.of(last, "gateway"), 1)
    if dice.chance(0.45):
        chain += dice.some(places.of(last, "depot"), 1)
    # A place is passed once, and the ends only first and last.
    between = [code for code in dict.fromkeys(chain[1:]) if code not in ends]
    return [ends[0], *between, ends[1]]


def _shore(code: str) -> tuple[str, ...]:
    """Return the territories of a place's customs area."""
    return (HOME,) if code.startswith(HOME) else (FAR, NEAR)
