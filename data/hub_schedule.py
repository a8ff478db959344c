"""The words of a hub's schedule: tasks with their resources, consignments, units, and what changed, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from data.agreement import Agreement
    from data.codes import HubResourceKind

ScheduleStatus = Literal["optimal", "feasible", "stopped"]
WorkKind = Literal["documents", "declare", "inspect", "release", "stuff", "seal", "gate_in"]
TierName = Literal["misses", "changes", "risk", "lateness", "overtime", "makespan"]
EventKind = Literal["inspect", "late", "close"]
Grade = Literal["aeo", "ordinary", "dishonest"]
ChangeCause = Literal["inspection", "late", "closed", "after", "displaced", "room", "replanned"]

FIRST_TIERS: tuple[TierName, ...] = ("misses", "risk", "lateness", "overtime", "makespan")
"""What a first schedule makes small, in this order."""
REPAIR_TIERS: tuple[TierName, ...] = ("misses", "changes", "risk", "lateness", "overtime", "makespan")
"""What a changed schedule makes small, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEvent:
    """
    Something that happened after a schedule was made.

    Parameters
    ----------
    kind
        ``inspect``: customs want to see it; ``late``: it arrives later; ``close``: resources cannot be used.
    at_min
        From when on that is known; what began before stays as it is.
    subject
        Of the first two: the id of a shipment, or of a load unit for an inspection.
    location, resource, type, count
        Of a closure: the hub, kind and type of resource, and how many of them.
    until_min
        When late cargo arrives, or when a closure ends.
    """

    kind: EventKind
    at_min: int
    subject: str | None = None
    location: str | None = None
    resource: HubResourceKind | None = None
    type: str | None = None
    count: int | None = None
    until_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The credit grade of a shipper with customs."""

    shipper: str
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class HubTaskTime:
    """
    One task of a schedule.

    Parameters
    ----------
    id
        Hub, subject and kind, joined by slashes.
    kind, hub
        What, and where.
    subject
        The shipment or load unit it is about.
    begin_min, end_min
        From when to when, pauses included.
    work_min
        Minutes of work, without pauses.
    is_overtime
        Whether it does not lie in the regular hours of all it needs.
    overtime_cny_minor
        What that costs, in fen.
    resources
        What it has all of the time, by name: kind, type and number, such as ``bay:manual#1``.
    """

    id: str
    kind: WorkKind
    hub: str
    subject: str
    begin_min: int
    end_min: int
    work_min: int
    is_overtime: bool
    overtime_cny_minor: int
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConsignment:
    """
    One shipment in a hub.

    Parameters
    ----------
    shipment, hub, unit
        Its id, the hub, and what it leaves in: the id of a load unit, or its own when it leaves alone.
    ready_min, arrive_min
        When its papers are there, and when the cargo is.
    weight
        What a miss of it counts: 1 and the thousands of yuan of its value, rounded up.
    odds_ppm
        How likely an inspection is; 0 when it is known that there is one or that there is none.
    is_missed
        Whether it misses its departure.
    is_left_out
        Whether its load unit is stuffed without it.
    late_min
        By how much it misses the cut-off that it misses most, 0 if it misses none.
    """

    shipment: str
    hub: str
    unit: str
    ready_min: int
    arrive_min: int
    weight: int
    odds_ppm: int
    is_missed: bool
    is_left_out: bool
    late_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HubUnit:
    """
    What leaves a hub as one: a shared load unit, or a shipment alone.

    Parameters
    ----------
    id, hub
        The id of the load unit or of the shipment, and the hub.
    service, destination, depart_min
        The departure it is booked on.
    reserve_min
        Minutes it should be done before its cut-offs, for inspections that are likely enough.
    odds_ppm
        How likely it is that an inspection holds it up at all.
    is_at_risk
        Whether it does not keep its reserve.
    slack_min
        Least minutes between a task and its cut-off, below 0 when one is missed.
    """

    id: str
    hub: str
    service: str
    destination: str
    depart_min: int
    reserve_min: int
    odds_ppm: int
    is_at_risk: bool
    slack_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """
    One of the aims, in the order of the list: its value, and the least it could be while those before it stay.

    Parameters
    ----------
    name
        ``misses`` (weights of consignments that miss), ``changes`` (tasks moved), ``risk`` (weights of units without
        their reserve times odds, in ppm), ``lateness`` (minutes), ``overtime`` (fen), ``makespan`` (minutes).
    value, bound
        What it is, and a lower bound on it.
    """

    name: TierName
    value: int
    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """
    A task that moved, came or went when a schedule was changed.

    Parameters
    ----------
    task
        Its id.
    was_min, begin_min
        When it was to begin, and when it begins now; None for one that was not there, or is not any more.
    cause, by
        Why, and the task or the event's subject behind it.
    """

    task: str
    was_min: int | None
    begin_min: int | None
    cause: ChangeCause
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """
    A shipment that can no longer meet its departure, and how it could go.

    Parameters
    ----------
    shipment, hub, unit
        What it is, where it stands, and what it was to leave in.
    service, depart_min
        The departure it misses.
    ready_min
        When it is ready to be planned again, at the hub.
    next_service, next_depart_min, next_arrive_min
        The cheapest way on from the hub: first departure and arrival at the destination; None if there is none.
    price_cny_minor
        What that way costs, in fen.
    reason_zh, reason_en
        Why nothing goes on, where nothing does.
    """

    shipment: str
    hub: str
    unit: str
    service: str
    depart_min: int
    ready_min: int
    next_service: str | None = None
    next_depart_min: int | None = None
    next_arrive_min: int | None = None
    price_cny_minor: int | None = None
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSchedule:
    """
    The work of the hubs for one plan.

    Parameters
    ----------
    status
        ``optimal`` (every aim equals its bound), ``feasible``, or ``stopped`` (by hand).
    fingerprint, cargo_fingerprint
        Of the data set and of the cargo of the plan.
    seed, runtime_s
        Of the run.
    risk_ppm
        Odds of a miss by inspection that are put up with.
    tiers
        The aims in order.
    gap
        (value - bound) / value of the first aim whose value is not its bound, None if there is none.
    tasks
        In order of hub, begin and id.
    consignments, units
        In order of hub and id.
    outside
        Shipments that no hub with resources handles.
    credits
        Grades of shippers that are not ordinary.
    events, now_min
        What happened since the first schedule, and from when on the last change counts; None for a first schedule.
    changes, replan
        Against the schedule before; and who cannot meet the departure.
    agreement
        How the plan came to agree with this, None if nobody asked for that.
    """

    status: ScheduleStatus
    fingerprint: str
    cargo_fingerprint: str
    seed: int
    risk_ppm: int
    tiers: tuple[Tier, ...]
    gap: float | None
    tasks: tuple[HubTaskTime, ...]
    consignments: tuple[HubConsignment, ...]
    units: tuple[HubUnit, ...]
    outside: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    events: tuple[HubEvent, ...] = ()
    now_min: int | None = None
    changes: tuple[TaskChange, ...] = ()
    replan: tuple[Replan, ...] = ()
    agreement: Agreement | None = None
    runtime_s: float = field(compare=False, default=0.0)

    def tier(self, name: TierName) -> Tier:
        """Return one of the aims."""
        return next(tier for tier in self.tiers if tier.name == name)

    @property
    def missed(self) -> tuple[HubConsignment, ...]:
        """The consignments that miss their departure."""
        return tuple(one for one in self.consignments if one.is_missed)
