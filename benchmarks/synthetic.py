"""
Generated freight networks for timing the search.

Locations lie on a plane of 10,000 by 6,000 km, in three tiers:

* 3 % gateways, spread evenly, each with a size that falls with its rank as those of ports do;
* 12 % regional hubs, scattered about gateways in proportion to their size (standard deviation 250 km);
* the rest are places, scattered about hubs (60 km), where cargo starts or ends and is never transferred.

Places have trucks to and from their two nearest hubs; hubs have trucks and trains to and from their two nearest
gateways. The backbone is sparse: a gateway has trains to its three nearest gateways, and ships and aircraft to three or
four partners each, drawn with a chance that grows with the partner's size and falls with distance. Because partners
draw back, large gateways end up with many more. Ships leave once a week, trains two or three times, aircraft daily, at
the same hours every week. Trucks fill up the wanted number of dated connections, at least one a week; in the large
networks it comes to two or three.

Money and emissions are those of about 0.8 t and 4 m³: a fixed part and one that grows with distance by mode, times a
noise of at most 10 %, so that parallel ways differ a little and ways by other modes a lot. Cut-offs and handling are
minutes by mode in MODES. Places open 08-18 o'clock except on one day of seven, hubs 06-22, gateways always. Hubs and
gateways charge storage by the day after two, four or seven free days.

What is simpler than in the shipped network: one form of cargo, no clearance or stuffing, no through rates, no time
zones or holidays, and one price for each leg.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from network.timetable import FAR, Ints, Question, Timetable, Weights, csr

DAY = 1440
HORIZON_DAYS = 60
SEARCH_DAYS = 45
PLANE_KM = (10_000.0, 6_000.0)

Floats = NDArray[np.float64]


class Mode(NamedTuple):
    """
    Speed, price, emissions and handling of a mode.

    Parameters
    ----------
    km_per_h, fixed_min
        Time on the way.
    fen_per_km, fixed_fen
        Price.
    g_per_km
        Emissions.
    detour
        Distance over the straight line.
    pre_min, papers_min
        Cargo and documents are due so long before departure; -1 for no documents.
    post_min
        From arrival at a gateway until the cargo can go on.
    """

    km_per_h: float
    fixed_min: float
    fen_per_km: float
    fixed_fen: float
    g_per_km: float
    detour: float
    pre_min: int
    papers_min: int
    post_min: int


MODES = {
    "road": Mode(50.0, 60.0, 120.0, 15_000.0, 72.0, 1.3, 120, -1, 120),
    "rail": Mode(25.0, 720.0, 40.0, 60_000.0, 18.0, 1.2, 1_440, 2_880, 720),
    "sea": Mode(28.0, 1_440.0, 6.0, 120_000.0, 9.0, 1.4, 2_880, 4_320, 1_440),
    "air": Mode(700.0, 240.0, 220.0, 80_000.0, 480.0, 1.0, 480, 720, 240),
}
MODE_NAMES = tuple(MODES)
ROAD = MODE_NAMES.index("road")
POST_HUB_MIN, POST_PLACE_MIN = 240, 60
PLACE_HOURS, HUB_HOURS = 0, 1
STORAGE_FREE_DAYS = (2, 4, 7)
STORAGE_FEN_PER_DAY = (9_000, 4_000, 1_500)
STORAGE_DAYS = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Backbone:
    """
    How gateways are joined.

    Parameters
    ----------
    rail
        Nearest gateways with trains.
    sea, air
        Least and greatest number of partners a gateway draws.
    noise
        Greatest relative deviation of money and of emissions.
    """

    rail: int = 3
    sea: tuple[int, int] = (3, 4)
    air: tuple[int, int] = (3, 4)
    noise: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """
    A generated network.

    Parameters
    ----------
    timetable, weights
        As the search takes them.
    connections
        Number of dated departures of all legs.
    places
        Locations where cargo starts and ends; also the states it starts in.
    sinks
        State in which cargo ends, by location; -1 for a location that is no place.
    is_backbone
        Whether each leg joins two gateways.
    """

    timetable: Timetable
    weights: Weights
    connections: int
    places: Ints
    sinks: Ints
    is_backbone: NDArray[np.bool_]

    def questions(self, count: int, seed: int) -> list[Question]:
        """Return questions between random different places, ready within the first week."""
        rng = np.random.default_rng([seed, 1])
        drawn = []
        for _ in range(count):
            origin, destination = (int(x) for x in rng.choice(self.places, size=2, replace=False))
            start = int(rng.integers(0, 7 * DAY))
            drawn.append(
                Question(origin, int(self.sinks[destination]), start, start + SEARCH_DAYS * DAY, origin, FAR, 0, -1, 0)
            )
        return drawn


class Tiers(NamedTuple):
    """Numbers of gateways and hubs, all locations' points in km, and the sizes of the gateways."""

    gateways: int
    hubs: int
    points: Floats
    sizes: Floats


class Legs(NamedTuple):
    """Columns of legs: the locations they join, and a mode."""

    start: Ints
    end: Ints
    mode: Ints


def generate(locations: int, connections: int, seed: int, backbone: Backbone | None = None) -> Generated:
    """
    Return a network.

    Parameters
    ----------
    locations
        Number of locations of all tiers.
    connections
        Wanted number of dated departures; what comes out is near it.
    seed
        Of the one generator everything is drawn from.
    backbone
        How gateways are joined.
    """
    rng = np.random.default_rng([seed, 0])
    backbone = backbone or Backbone()
    tiers = _tiers(rng, locations)
    legs = _legs(rng, tiers, backbone)
    leg_lo, leg_hi, departures = _departures(rng, legs, connections)
    first_place = tiers.gateways + tiers.hubs
    places = np.arange(first_place, locations)
    sinks = np.full(locations, -1, dtype=np.int64)
    sinks[places] = np.arange(len(places)) + locations
    # A place receives in a state that nothing leaves, so no cargo passes through it.
    after = np.where(sinks[legs.end] >= 0, sinks[legs.end], legs.end)
    states = locations + len(places)
    numbers = np.arange(len(legs.mode), dtype=np.int64)
    out_ptr, arc_to, arc_leg = csr(legs.start, states, after, numbers)
    in_ptr, in_from, in_leg = csr(after, states, legs.start, numbers)
    table = np.array(list(MODES.values()), dtype=np.float64)[legs.mode]
    km = np.hypot(*(tiers.points[legs.start] - tiers.points[legs.end]).T) * table[:, 5] + 5
    post, hours = table[:, 8].astype(np.int64), np.full(len(numbers), -1, dtype=np.int64)
    post[legs.end >= tiers.gateways], hours[legs.end >= tiers.gateways] = POST_HUB_MIN, HUB_HOURS
    post[legs.end >= first_place], hours[legs.end >= first_place] = POST_PLACE_MIN, PLACE_HOURS
    timetable = Timetable(
        out_ptr=out_ptr, arc_to=arc_to, arc_leg=arc_leg, in_ptr=in_ptr, in_from=in_from, in_leg=in_leg,
        leg_lo=leg_lo, leg_hi=leg_hi, leg_offset=np.zeros_like(numbers),
        leg_duration=(km / table[:, 0] * 60 + table[:, 1]).astype(np.int64),
        leg_pre=table[:, 6].astype(np.int64), leg_cal_in=np.full_like(numbers, -1), leg_cal_out=hours, leg_post=post,
        leg_doc=table[:, 7].astype(np.int64), departures=departures,
        state_loc=np.concatenate([np.arange(locations), places]).astype(np.int64),
        **_opening_hours(),
    )  # fmt: skip
    low, high = 1 - backbone.noise, 1 + backbone.noise
    cost = ((km * table[:, 2] + table[:, 3]) * rng.uniform(low, high, len(km))).astype(np.int64)
    emissions = (km * table[:, 4] * rng.uniform(low, high, len(km))).astype(np.int64)
    return Generated(
        timetable=timetable,
        weights=_weights(rng, cost, emissions, np.arange(locations) < first_place, timetable.state_loc),
        connections=len(departures),
        places=places.astype(np.int64),
        sinks=sinks,
        is_backbone=(legs.start < tiers.gateways) & (legs.end < tiers.gateways),
    )


def _tiers(rng: np.random.Generator, locations: int) -> Tiers:
    """Return the locations: gateways first, then hubs, then places."""
    gateways = max(8, round(0.03 * locations))
    hubs = max(12, round(0.12 * locations))
    sizes: Floats = np.arange(1, gateways + 1, dtype=np.float64) ** -0.7
    top = rng.uniform((0, 0), PLANE_KM, size=(gateways, 2))
    middle = top[rng.choice(gateways, size=hubs, p=sizes / sizes.sum())] + rng.normal(0, 250, size=(hubs, 2))
    places = locations - gateways - hubs
    low = middle[rng.integers(0, hubs, places)] + rng.normal(0, 60, size=(places, 2))
    return Tiers(gateways, hubs, np.vstack([top, middle, low]), sizes)


def _legs(rng: np.random.Generator, tiers: Tiers, backbone: Backbone) -> Legs:
    """Return the legs, both directions of each pair."""
    gateways = np.arange(tiers.gateways)
    hubs = np.arange(tiers.hubs) + tiers.gateways
    pairs: set[tuple[int, int, str]] = set()
    for place in range(tiers.gateways + tiers.hubs, len(tiers.points)):
        pairs.update((near, place, "road") for near in _nearest(tiers.points, place, hubs, 2))
    for hub in hubs.tolist():
        for near in _nearest(tiers.points, hub, gateways, 2):
            pairs.update({(near, hub, "road"), (near, hub, "rail")})
    for gateway in gateways.tolist():
        partners = [("rail", near) for near in _nearest(tiers.points, gateway, gateways, backbone.rail)]
        partners += [("sea", other) for other in _drawn(rng, tiers, gateway, backbone.sea)]
        partners += [("air", other) for other in _drawn(rng, tiers, gateway, backbone.air)]
        pairs.update((min(gateway, other), max(gateway, other), mode) for mode, other in partners)
    rows = np.array([(a, b, MODE_NAMES.index(mode)) for a, b, mode in sorted(pairs)], dtype=np.int64).T
    return Legs(
        np.concatenate([rows[0], rows[1]]), np.concatenate([rows[1], rows[0]]), np.concatenate([rows[2], rows[2]])
    )


def _nearest(points: Floats, one: int, pool: Ints, count: int) -> list[int]:
    """Return the locations of a pool nearest to one that is not counted itself."""
    order = pool[np.argsort(np.hypot(*(points[pool] - points[one]).T), kind="stable")]
    return [int(other) for other in order[order != one][:count]]


def _drawn(rng: np.random.Generator, tiers: Tiers, gateway: int, counts: tuple[int, int]) -> list[int]:
    """Return partners of a gateway, large and near ones more likely."""
    km = np.hypot(*(tiers.points[: tiers.gateways] - tiers.points[gateway]).T)
    chance = tiers.sizes / (km + 200)
    chance[gateway] = 0
    count = min(int(rng.integers(counts[0], counts[1] + 1)), tiers.gateways - 1)
    return [int(x) for x in rng.choice(tiers.gateways, size=count, replace=False, p=chance / chance.sum())]


def _departures(rng: np.random.Generator, legs: Legs, connections: int) -> tuple[Ints, Ints, Ints]:
    """Return each leg's range in a column of departures, and that column."""
    weeks = HORIZON_DAYS / 7
    weekly = np.zeros(len(legs.mode), dtype=np.int64)
    is_road = legs.mode == ROAD
    for mode, (least, most) in {"rail": (2, 3), "sea": (1, 1), "air": (7, 7)}.items():
        mine = legs.mode == MODE_NAMES.index(mode)
        weekly[mine] = rng.integers(least, most + 1, int(mine.sum()))
    trucks = max(1.0, (connections - weekly.sum() * weeks) / (int(is_road.sum()) * weeks))
    weekly[is_road] = np.floor(trucks + rng.uniform(0, 1, int(is_road.sum()))).astype(np.int64)
    week_starts = np.arange(0, HORIZON_DAYS + 7, 7) * DAY
    columns = []
    for count, road in zip(weekly.tolist(), is_road.tolist(), strict=True):
        # Trucks leave in working hours on six days of the week.
        days, first, last = (6, 480, 1_080) if road else (7, 0, DAY)
        day = (rng.integers(0, days) + np.arange(count) * days // count) % days
        slots = np.sort(day * DAY + rng.integers(first, last, count))
        minutes = (week_starts[:, None] + slots[None, :]).ravel()
        columns.append(minutes[minutes < HORIZON_DAYS * DAY])
    bounds = np.cumsum([0, *(len(column) for column in columns)]).astype(np.int64)
    return bounds[:-1].copy(), bounds[1:].copy(), np.concatenate(columns).astype(np.int64)


def _opening_hours() -> dict[str, Ints]:
    """Return the calendars PLACE_HOURS and HUB_HOURS as columns of a timetable."""
    days = np.arange(2 * HORIZON_DAYS, dtype=np.int64)
    working = days[days % 7 < 6]
    return {
        "cal_ptr": np.array([0, len(working), len(working) + len(days)], dtype=np.int64),
        "cal_start": np.concatenate([working * DAY + 480, days * DAY + 360]),
        "cal_end": np.concatenate([working * DAY + 1_080, days * DAY + 1_320]),
    }


def _weights(
    rng: np.random.Generator, cost: Ints, emissions: Ints, stores: NDArray[np.bool_], state_loc: Ints
) -> Weights:
    """Return weights with one of three storage tariffs at each location that stores."""
    daily = np.array(STORAGE_FEN_PER_DAY, dtype=np.int64)
    free = np.array(STORAGE_FREE_DAYS, dtype=np.int64) * DAY
    tariff = rng.integers(0, len(daily), len(stores))
    return Weights(
        leg_cost=cost,
        leg_emissions=emissions,
        state_storage=np.where(stores, tariff, -1)[state_loc].astype(np.int64),
        storage_free=free,
        storage_cost=daily[:, None] * np.arange(STORAGE_DAYS, dtype=np.int64)[None, :],
        loc_day_rate=np.where(stores, daily[tariff], 0).astype(np.int64),
        loc_free=np.where(stores, free[tariff], 0).astype(np.int64),
        loc_via=np.zeros(len(stores), dtype=np.int64),
    )
