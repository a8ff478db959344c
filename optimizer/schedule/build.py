"""The problem of each hub: from a plan, its visits, the tables, and what happened since."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from data.errors import Fault, TableFaultsError
from data.money import to_fen, to_minor
from data.splitting import parted
from data.timeaxis import TimeAxis
from data.values import DAY_MIN
from optimizer.schedule.hours import Window, begun_in, modes
from optimizer.schedule.jobs import JobList
from optimizer.schedule.pools import pools_of
from optimizer.schedule.problem import HubProblem, Member, Mode, Problem, Unit
from optimizer.schedule.reserve import HoldUp, any_ppm, reserve_of
from optimizer.schedule.task_hours import TaskHours
from optimizer.schedule.visits import visits_of
from optimizer.schedule.work import Work, cargoes, minutes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.cargo import CargoShipment
    from data.catalogue import Catalogue
    from data.hub_schedule import Credit, Grade, HubEvent, HubSchedule, HubTaskTime, WorkKind
    from data.plan_json import PlanFile
    from data.provenance import Row
    from optimizer.schedule.problem import PoolKey
    from optimizer.schedule.visits import Visit
    from optimizer.schedule.work import Cargoes

_HOUR = 60
_THOUSAND_YUAN = 100_000
_NO_MINUTES = (
    "此资源的工作时间容不下 {task}（{minutes} 分钟）",
    "has no hours into which {task} ({minutes} minutes) fits",
)


def build(
    file: PlanFile,
    catalogue: Catalogue,
    *,
    credit: Sequence[Credit] = (),
    earlier: HubSchedule | None = None,
    events: Sequence[HubEvent] = (),
    label: str = "plan.json",
) -> Problem:
    """
    Return the problems of the hubs for a plan.

    Parameters
    ----------
    file
        The plan with its cargo.
    catalogue
        The tables.
    credit
        Grades of shippers; whoever is not named is ordinary.
    earlier, events
        A schedule that was made before, and what happened to it; its own events and credits count, too.
    label
        Name of the file of the plan, for faults.

    Raises
    ------
    TableFaultsError
        With everything that keeps the plan from being scheduled.
    """
    file = file._replace(cargo=parted(file.cargo, file.plan.splits))
    visits, faults = visits_of(file.plan, file.cargo, catalogue, label)
    if faults:
        raise TableFaultsError(faults)
    if earlier is not None:
        credit = earlier.credits
    every = (*(() if earlier is None else earlier.events), *events)
    now = None if earlier is None else min((event.at_min for event in events), default=earlier.now_min)
    maker = _Maker(file, catalogue, credit, every, now, earlier)
    hubs = {hub: [visit for visit in visits if visit.hub == hub] for hub in sorted({visit.hub for visit in visits})}
    problems = tuple(maker.hub(hub, some) for hub, some in hubs.items())
    if maker.faults:
        raise TableFaultsError(maker.faults)
    handled = {visit.shipment for visit in visits}
    return Problem(
        hubs=problems,
        outside=tuple(shipment.id for shipment in file.cargo if shipment.id not in handled),
        fingerprint=catalogue.fingerprint,
        cargo_fingerprint=file.plan.cargo_fingerprint,
        risk_ppm=catalogue.setting_int("hub_risk_ppm") if problems else 0,
        credits=tuple(credit),
        events=every,
        now_min=now,
    )


class _Maker:
    """Makes the problems, and notes what cannot be done at all."""

    def __init__(
        self,
        file: PlanFile,
        catalogue: Catalogue,
        credit: Sequence[Credit],
        events: Sequence[HubEvent],
        now: int | None,
        earlier: HubSchedule | None,
    ) -> None:
        self.faults: list[Fault] = []
        self._catalogue = catalogue
        self._cargo = file.cargo.by_id
        self._grades: dict[str | None, Grade] = {one.shipper: one.grade for one in credit}
        self._events = events
        self._now = now
        self._before: dict[str, HubTaskTime] = {} if earlier is None else {task.id: task for task in earlier.tasks}
        self._left = (
            set() if earlier is None else {(one.hub, one.shipment) for one in earlier.consignments if one.is_left_out}
        )
        self._work = Work(catalogue)
        self._hours = TaskHours(catalogue, self._work)
        self._clearance = {row.id: row for row in catalogue.clearance}
        self._horizon = catalogue.derived(TimeAxis).horizon_min
        self._inspected = {event.subject: event.at_min for event in events if event.kind == "inspect"}
        self._late = {event.subject: event.until_min for event in events if event.kind == "late"}

    # Jobs

    def hub(self, hub: str, visits: Sequence[Visit]) -> HubProblem:
        """Return the problem of one hub."""
        dues = [cutoff.at_min for visit in visits for cutoff in visit.leg.cutoffs]
        last = max([*dues, *(visit.leg.depart_min for visit in visits), *(self._arrives(visit) for visit in visits)])
        begin = max(0, min(visit.ready_min for visit in visits))
        window = Window(begin, min(self._horizon, last + self._catalogue.setting_int("hub_after_days") * DAY_MIN))
        jobs = JobList(hub)
        units = [self._unit(jobs, some, window) for some in _by_unit(visits)]
        return HubProblem(
            hub=hub,
            begin_min=begin,
            end_min=window.end_min,
            jobs=tuple(jobs.jobs),
            pools=tuple(pools_of(hub, self._work, self._hours, self._events)),
            units=tuple(units),
            before=tuple(jobs.before),
        )

    def _arrives(self, visit: Visit) -> int:
        late = self._late.get(visit.shipment)
        return visit.arrive_min if late is None else late

    def _add(
        self, jobs: JobList, kind: WorkKind, subject: str, about: Cargoes, window: Window, name: str | None = None
    ) -> int:
        """Add a job by its row, and return its place."""
        row = self._work.row(kind, jobs.hub, about)
        pools = self._work.pools(row, jobs.hub)
        work = minutes(row, about)
        hours = self._hours.of(kind, jobs.hub, pools)
        found = modes(hours, work, window, may_pause=row.may_pause)
        if not found:
            self._note_no_minutes(row, pools, f"{jobs.hub}/{subject}/{kind}", work)
        return self._place(jobs, kind, subject, name or kind, found, work, pools)

    def _place(
        self,
        jobs: JobList,
        kind: WorkKind,
        subject: str,
        name: str,
        found: tuple[Mode, ...],
        work: int,
        pools: tuple[PoolKey, ...],
    ) -> int:  # fmt: skip
        """Add a job, fixed if it had begun before now, else not before that."""
        before = self._before.get(jobs.id_of(subject, name))
        is_fixed = before is not None and self._now is not None and before.begin_min < self._now
        if before is not None and is_fixed:
            elapsed = before.end_min - before.begin_min
            found = (Mode(elapsed, before.is_overtime, ((before.begin_min, before.begin_min),)),)
        overtime = sum(self._overtime(key, work) for key in pools)
        was = None if before is None else before.begin_min
        return jobs.add(kind, subject, name, found, work, pools, overtime, is_fixed=is_fixed, was=was)

    def _overtime(self, key: PoolKey, work: int) -> int:
        """Return what overtime of a resource costs for some minutes, in fen rounded half up."""
        row = self._work.resource(key)
        if row.overtime_rate is None or row.currency is None:
            return 0
        rate = self._catalogue.exchange_rate(row.currency)
        return to_fen(to_minor(Fraction(row.overtime_rate) * work / _HOUR, rate), rate)

    def _note_no_minutes(self, row: Row, pools: Sequence[PoolKey], task: str, work: int) -> None:
        """Note that no hours have room for a task; once for a row and what it needs."""
        zh, en = (text.format(task=task, minutes=work) for text in _NO_MINUTES)
        names = ", ".join(f"{key.hub} {key.name}" for key in pools) or "calendar"
        if (row.row.line, names) not in {(fault.row, fault.value) for fault in self.faults}:
            self.faults.append(
                Fault(
                    file=row.row.file, row=row.row.line, column="needs", value=names, rule="no_minutes",
                    message_zh=zh, message_en=en,
                )
            )  # fmt: skip

    # Units and their members

    def _unit(self, jobs: JobList, visits: Sequence[Visit], window: Window) -> Unit:
        """Return one unit with all its jobs."""
        first = visits[0]
        after = max(window.begin_min, self._now or 0)
        window = Window(after, window.end_min)
        members = [self._member(jobs, visit, window) for visit in visits]
        together = cargoes(self._graded(visit) for visit in visits)
        is_stuffed = any(visit.is_stuffed for visit in visits)
        arrive = max(member.arrive_min for member in members)
        there = Window(max(after, arrive), window.end_min)
        inspect = self._unit_inspection(jobs, first.unit, visits, together, there)
        stuff = None
        if is_stuffed:
            begin = arrive if all(member.release is None for member in members) else after
            stuff = self._add(jobs, "stuff", first.unit, together, Window(max(after, begin), window.end_min))
        inspections = [place for place in (inspect, *(member.inspect for member in members)) if place is not None]
        seals = self._seals(jobs, first, stuff, inspections, together, window)
        gate = self._add(jobs, "gate_in", first.unit, together, window)
        hold_ups = [
            hold for visit, member in zip(visits, members, strict=True) for hold in self._hold_up(visit, member)
        ]
        if stuff is not None and jobs.jobs[stuff].is_fixed:
            members = [replace(member, is_left=(first.hub, member.shipment) in self._left) for member in members]
        unit = Unit(
            id=first.unit,
            service=first.leg.service or "",
            destination=first.leg.destination,
            depart_min=first.leg.depart_min,
            members=tuple(members),
            seal_due=min((due for visit in visits if (due := visit.due("vgm")) is not None), default=None),
            gate_due=min((due for visit in visits if (due := visit.gate_due) is not None), default=None),
            reserve_min=reserve_of(hold_ups, self._catalogue.setting_int("hub_risk_ppm")),
            odds_ppm=any_ppm(hold_ups),
            gate=gate,
            stuff=stuff,
            inspect=inspect,
            seals=tuple(seals),
            may_leave_out=len(members) > 1
            and stuff is not None
            and not jobs.jobs[stuff].is_fixed
            and inspect is None
            and all(member.release is not None for member in members),
        )
        jobs.order(unit)
        return unit

    def _graded(self, visit: Visit) -> tuple[CargoShipment, Grade]:
        shipment = self._cargo[visit.shipment]
        return shipment, self._grades.get(shipment.shipper, "ordinary")

    def _member(self, jobs: JobList, visit: Visit, window: Window) -> Member:
        """Return one consignment with its jobs."""
        name, arrive, after = visit.shipment, self._arrives(visit), window.begin_min
        about = cargoes([self._graded(visit)])
        documents = declare = inspect = release = None
        if visit.clearance is not None:
            early = arrive - self._catalogue.setting_int("hub_declare_early_min")
            papers = Window(max(after, visit.ready_min), window.end_min)
            documents = self._add(jobs, "documents", name, about, papers)
            declare = self._add(jobs, "declare", name, about, Window(max(papers.begin_min, early), window.end_min))
            there = Window(max(after, arrive), window.end_min)
            if name in self._inspected:
                struck = Window(max(there.begin_min, self._inspected[name]), window.end_min)
                inspect = self._add(jobs, "inspect", name, about, struck)
            elif self._odds(visit) >= self._catalogue.setting_int("hub_inspect_planned_ppm"):
                inspect = self._add(jobs, "inspect", name, about, there)
            release = self._release(jobs, visit, there)
        is_released = release is not None and jobs.jobs[release].is_fixed
        is_known = name in self._inspected or visit.unit in self._inspected or is_released
        return Member(
            shipment=name,
            weight=self._weight(name),
            odds_ppm=0 if is_known or visit.clearance is None else self._odds(visit),
            ready_min=visit.ready_min,
            arrive_min=arrive,
            documents_due=None if documents is None else visit.due("documentation"),
            customs_due=None if release is None else visit.due("customs"),
            documents=documents,
            declare=declare,
            inspect=inspect,
            release=release,
        )

    def _release(self, jobs: JobList, visit: Visit, window: Window) -> int:
        """Add the work of customs between declaration and release, begun in their hours."""
        row = self._clearance[visit.clearance or ""]
        found = begun_in(self._hours.open(row.calendar, jobs.hub), row.minutes, window)
        if not found:
            self._note_no_minutes(row, (), f"{jobs.hub}/{visit.shipment}/release", row.minutes)
        return self._place(jobs, "release", visit.shipment, "release", found, row.minutes, ())

    def _unit_inspection(
        self, jobs: JobList, unit: str, visits: Sequence[Visit], about: Cargoes, window: Window
    ) -> int | None:
        """Add the inspection of a shared box as a whole, if customs ask for one."""
        if unit not in self._inspected or any(visit.shipment == unit for visit in visits):
            return None
        begin = max(self._inspected[unit], window.begin_min)
        return self._add(jobs, "inspect", unit, about, Window(begin, window.end_min))

    def _seals(
        self,
        jobs: JobList,
        first: Visit,
        stuff: int | None,
        inspections: Sequence[int],
        about: Cargoes,
        window: Window,
    ) -> Iterator[int]:  # fmt: skip
        """Yield the seals of a box: after stuffing, and again when it was opened after that."""
        if not first.is_boxed or (stuff is None and not inspections):
            return
        seal = self._add(jobs, "seal", first.unit, about, window)
        yield seal
        if (jobs.jobs[seal].is_fixed and any(not jobs.jobs[place].is_fixed for place in inspections)) or jobs.id_of(
            first.unit, "reseal"
        ) in self._before:
            yield self._add(jobs, "seal", first.unit, about, window, name="reseal")

    def _odds(self, visit: Visit) -> int:
        row = self._work.row("inspect", visit.hub, cargoes([self._graded(visit)]))
        return row.odds_ppm or 0

    def _hold_up(self, visit: Visit, member: Member) -> Iterator[HoldUp]:
        """Yield what an inspection of a consignment may do to its unit."""
        if member.odds_ppm:
            row = self._work.row("inspect", visit.hub, cargoes([self._graded(visit)]))
            yield HoldUp(member.odds_ppm, row.p50_min or 0, row.p90_min or 0)

    def _weight(self, name: str) -> int:
        """Return what a miss counts: 1 and the begun thousands of yuan of the value."""
        shipment = self._cargo[name]
        if shipment.value_minor is None:
            return 1
        fen = to_fen(shipment.value_minor, self._catalogue.exchange_rate(shipment.value_currency or shipment.currency))
        return 1 + -(-fen // _THOUSAND_YUAN)


def _by_unit(visits: Sequence[Visit]) -> list[list[Visit]]:
    """Return the visits of each unit, by order of departure and id."""
    counts: dict[str, list[Visit]] = {}
    for visit in visits:
        counts.setdefault(visit.unit, []).append(visit)
    return sorted(counts.values(), key=lambda some: (some[0].leg.depart_min, some[0].unit))
