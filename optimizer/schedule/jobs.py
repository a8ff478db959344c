"""The jobs of a hub while they are collected, and which comes before which."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.schedule.problem import Job

if TYPE_CHECKING:
    from data.hub_schedule import WorkKind
    from optimizer.schedule.problem import Mode, PoolKey, Unit


class JobList:
    """
    The jobs of one hub.

    Parameters
    ----------
    hub
        Its code.
    """

    def __init__(self, hub: str) -> None:
        self.hub = hub
        self.jobs: list[Job] = []
        self.before: list[tuple[int, int]] = []

    def id_of(self, subject: str, name: str) -> str:
        """Return the id of a task."""
        return f"{self.hub}/{subject}/{name}"

    def add(  # noqa: PLR0913 - the fields of a job
        self,
        kind: WorkKind,
        subject: str,
        name: str,
        modes: tuple[Mode, ...],
        work_min: int,
        pools: tuple[PoolKey, ...],
        overtime_minor: int,
        *,
        is_fixed: bool,
        was: int | None,
    ) -> int:  # fmt: skip
        """Add a job, and return its place."""
        self.jobs.append(
            Job(
                id=self.id_of(subject, name),
                kind=kind,
                subject=subject,
                work_min=work_min,
                pools=pools,
                modes=modes,
                overtime_minor=overtime_minor,
                is_fixed=is_fixed,
                was=was,
            )
        )
        return len(self.jobs) - 1

    def order(self, unit: Unit) -> None:
        """
        Note what comes before what in a unit.

        Documents, declaration, inspection, release, stuffing, seal, gate. An inspection comes before everything after
        the declaration that has not begun yet, and after whatever has. That all are released before stuffing is left
        to the solver where some may be left out.
        """
        chain: list[int] = [place for place in (unit.stuff, *unit.seals, unit.gate) if place is not None]
        self._row(chain)
        for member in unit.members:
            own = [place for place in (member.documents, member.declare, member.release) if place is not None]
            self._row(own)
            if member.release is not None and not (unit.may_leave_out and chain[0] == unit.stuff):
                self._pair(member.release, chain[0])
            if member.inspect is not None:
                self._inspected(member.inspect, own[1:], chain[:0] if unit.may_leave_out or member.is_left else chain)
        if unit.inspect is not None:
            releases = [member.release for member in unit.members if member.release is not None]
            declares = [member.declare for member in unit.members if member.declare is not None]
            self._inspected(unit.inspect, [*declares, *releases], chain)

    def _row(self, places: list[int]) -> None:
        for first, second in pairwise(places):
            self._pair(first, second)

    def _pair(self, first: int, second: int) -> None:
        if not self.jobs[second].is_fixed:
            self.before.append((first, second))

    def _inspected(self, inspect: int, own: list[int], chain: list[int]) -> None:
        """Put an inspection after what has begun and after declarations, before the rest."""
        if self.jobs[inspect].is_fixed:
            follow = [place for place in (*own, *chain) if self.jobs[place].kind != "declare"]
            for place in follow:
                if not self.jobs[place].is_fixed:
                    self.before.append((inspect, place))
            return
        for place in (*own, *chain):
            job = self.jobs[place]
            if job.is_fixed or job.kind == "declare":
                self.before.append((place, inspect))
            else:
                self.before.append((inspect, place))
