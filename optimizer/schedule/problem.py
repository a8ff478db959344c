"""The schedule of a hub as the solver sees it: jobs on counted resources, and what leaves with which departure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.hub_schedule import Credit, HubEvent, WorkKind

Ranges = tuple[tuple[int, int], ...]
"""Ordered ranges of minutes, both ends included."""


class Mode(NamedTuple):
    """
    One way to do a job: minutes from begin to end, whether it is overtime, and when it may begin.

    Two modes of a job differ in one of the first two, and no instant begins both of a kind.
    """

    elapsed_min: int
    is_overtime: bool
    begins: Ranges


class PoolKey(NamedTuple):
    """What tells resources apart: hub, kind and type."""

    hub: str
    kind: str
    type: str

    @property
    def name(self) -> str:
        """Kind and type, as people read them."""
        return f"{self.kind}:{self.type}"


class Closure(NamedTuple):
    """So many resources that cannot be used from one minute to another."""

    begin_min: int
    end_min: int
    shut: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """
    Resources that are alike.

    Parameters
    ----------
    key
        Which they are.
    count
        How many.
    closures
        When some of them are shut.
    regular
        Their regular hours, ordered half-open intervals; None if there are none to keep.
    """

    key: PoolKey
    count: int
    closures: tuple[Closure, ...] = ()
    regular: Ranges | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One task to be timed.

    Parameters
    ----------
    id, kind, subject
        As in the schedule.
    work_min
        Minutes of work.
    pools
        What it has all of the time.
    modes
        How it may be done; one with one instant for what is fixed.
    overtime_minor
        What overtime of it costs, in fen.
    is_fixed
        Whether it had begun before the last change.
    was
        Begin in the schedule before, None if it was not there.
    demands
        How many it has of each; one of each where that is not said.
    """

    id: str
    kind: WorkKind
    subject: str
    work_min: int
    pools: tuple[PoolKey, ...]
    modes: tuple[Mode, ...]
    overtime_minor: int
    is_fixed: bool = False
    was: int | None = None
    demands: tuple[int, ...] = ()

    @property
    def needs(self) -> tuple[tuple[PoolKey, int], ...]:
        """What it has all of the time, and how many of each."""
        return tuple(zip(self.pools, self.demands or (1,) * len(self.pools), strict=True))

    @property
    def first_min(self) -> int:
        """Earliest begin of any mode."""
        return min(mode.begins[0][0] for mode in self.modes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """
    One consignment: what it counts, and the places of its jobs in the list, None for those it has not.

    Parameters
    ----------
    shipment
        Its id.
    weight
        What a miss counts.
    odds_ppm
        Odds of an inspection that is not known yet.
    ready_min, arrive_min
        Of the papers and of the cargo.
    documents_due, customs_due
        Cut-offs of its papers and of its release, None where there are none.
    documents, declare, inspect, release
        Its jobs.
    is_left
        Whether its box was begun to be stuffed without it.
    """

    shipment: str
    weight: int
    odds_ppm: int
    ready_min: int
    arrive_min: int
    documents_due: int | None
    customs_due: int | None
    documents: int | None = None
    declare: int | None = None
    inspect: int | None = None
    release: int | None = None
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """
    What leaves as one.

    Parameters
    ----------
    id, service, destination, depart_min
        As in the schedule.
    members
        The consignments in it.
    seal_due, gate_due
        Cut-offs of the weighed and sealed box and of the gate, None where there are none.
    reserve_min, odds_ppm
        As in the schedule.
    stuff, inspect, seals, gate
        Its jobs: ``inspect`` of the unit as a whole; the last of the seals counts.
    may_leave_out
        Whether it can be stuffed without some of its members.
    """

    id: str
    service: str
    destination: str
    depart_min: int
    members: tuple[Member, ...]
    seal_due: int | None
    gate_due: int | None
    reserve_min: int
    odds_ppm: int
    gate: int
    stuff: int | None = None
    inspect: int | None = None
    seals: tuple[int, ...] = ()
    may_leave_out: bool = False

    @property
    def weight(self) -> int:
        """What a miss of all in it counts."""
        return sum(member.weight for member in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProblem:
    """
    The work of one hub.

    Parameters
    ----------
    hub
        Its code.
    begin_min, end_min
        From when to when anything may be done.
    jobs, pools, units
        What is to be done, with what, and what leaves.
    before
        Pairs of jobs of which the first ends before the second begins.
    """

    hub: str
    begin_min: int
    end_min: int
    jobs: tuple[Job, ...]
    pools: tuple[Pool, ...]
    units: tuple[Unit, ...]
    before: tuple[tuple[int, int], ...]

    @property
    def left(self) -> frozenset[str]:
        """Shipments whose boxes were begun to be stuffed without them."""
        return frozenset(member.shipment for unit in self.units for member in unit.members if member.is_left)

    def members(self) -> Iterator[tuple[Unit, Member]]:
        """Yield every consignment with its unit."""
        for unit in self.units:
            for member in unit.members:
                yield unit, member


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    The work of all hubs for one plan; they share nothing.

    Parameters
    ----------
    hubs
        Those with work, in order.
    outside
        Shipments that no hub handles.
    fingerprint, cargo_fingerprint
        Of the data set and the cargo.
    risk_ppm
        Odds of a miss by inspection that are put up with.
    credits, events, now_min
        As in the schedule.
    """

    hubs: tuple[HubProblem, ...]
    outside: tuple[str, ...]
    fingerprint: str
    cargo_fingerprint: str
    risk_ppm: int
    credits: tuple[Credit, ...] = ()
    events: tuple[HubEvent, ...] = ()
    now_min: int | None = None
