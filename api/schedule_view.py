"""A hub's schedule told in one language: names, local times, lines and rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from api.plan_view import NOWHERE, PlanView, yuan
from api.texts import say
from data.agreement import Unsaved
from data.catalogue import Catalogue
from data.hub_schedule import HubConsignment, HubSchedule, HubTaskTime, HubUnit, Replan, TaskChange
from data.hub_schedule_json import ScheduleFile
from viz.theme import Lang

_MONEY = frozenset({"overtime"})
CUSTOMS = "customs"
"""Stands for the resource of releases, which take none of the hub's."""


class ScheduleView:
    """
    Tells of a schedule in one language.

    Parameters
    ----------
    file
        The schedule with its plan.
    catalogue
        Has names, zones and the calendar.
    lang
        Language of names and words.
    told_by
        Tells of the plan.
    """

    def __init__(
        self, file: ScheduleFile, catalogue: Catalogue, lang: Lang, told_by: type[PlanView] = PlanView
    ) -> None:
        self.schedule: HubSchedule = file.schedule
        self.plan = told_by(file.file.plan, file.file.cargo, catalogue, lang)
        self.catalogue = catalogue
        self.lang: Lang = lang
        self.units: dict[tuple[str, str], HubUnit] = {(unit.hub, unit.id): unit for unit in self.schedule.units}

    @property
    def id(self) -> str:
        """A short name that tells schedules apart: that of the plan, and the number of events."""
        events = len(self.schedule.events)
        return f"{self.plan.id}-{events}" if events else self.plan.id

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language."""
        return say(self.lang, key, **values)

    def when(self, minute: int | None, hub: str) -> str:
        """Return an instant in the local time of a hub."""
        return NOWHERE if minute is None else self.plan.when(minute, hub)

    def resource(self, name: str) -> str:
        """Return the name of a resource, such as ``bay:manual#1``, in words."""
        kind, _, rest = name.partition(":")
        type_, _, number = rest.partition("#")
        word = self.say(f"resource_{kind}")
        parts = [word, number] if type_ in {"general", ""} else [word, type_, number]
        return " ".join(part for part in parts if part)

    def subjects_of(self, task: HubTaskTime) -> str:
        """Return what a task is about."""
        load = self.plan.loads.get(task.subject)
        return task.subject if load is None else f"{task.subject} {load.box} ({len(load.shipments)})"

    @cached_property
    def missed_subjects(self) -> frozenset[tuple[str, str]]:
        """Hub and id of consignments that miss, and of units of which all do."""
        missed = {(one.hub, one.shipment) for one in self.schedule.missed}
        by_unit: dict[tuple[str, str], list[bool]] = {}
        for one in self.schedule.consignments:
            by_unit.setdefault((one.hub, one.unit), []).append(one.is_missed)
        return frozenset(missed | {unit for unit, flags in by_unit.items() if all(flags)})

    def state(self, one: HubConsignment) -> str:
        """Return how a consignment stands."""
        if one.is_left_out:
            return self.say("state_left_out")
        if one.is_missed:
            return self.say("state_missed")
        return self.say("state_risk" if self.units[one.hub, one.unit].is_at_risk else "state_fine")

    def status(self) -> str:
        """Return how the run ended."""
        return f"{self.say('schedule_status')}: {self.say(f'schedule_{self.schedule.status}')}"

    def counts(self) -> str:
        """Return how much there is of everything in a line."""
        schedule = self.schedule
        return self.say(
            "schedule_counts",
            hubs=len({unit.hub for unit in schedule.units}),
            consignments=len(schedule.consignments),
            tasks=len(schedule.tasks),
            missed=len(schedule.missed),
            risky=sum(unit.is_at_risk for unit in schedule.units),
            outside=len(schedule.outside),
        )

    def tier_rows(self) -> list[list[str]]:
        """Return the aims with values and bounds."""
        return [
            [self.say(f"tier_{tier.name}"), self._amount(tier.name, tier.value), self._amount(tier.name, tier.bound)]
            for tier in self.schedule.tiers
        ]

    def _amount(self, name: str, value: int) -> str:
        return f"{yuan(value):,}" if name in _MONEY else f"{value:,}"

    def missed_lines(self) -> list[str]:
        """Return who misses, the heaviest first, each with the next departure."""
        onward = {(row.hub, row.shipment): row for row in self.schedule.replan}
        lines = []
        for one in self.misses():
            unit = self.units[one.hub, one.unit]
            head = self.say(
                "missed_line",
                who=self.who(one),
                hub=self.plan.place(one.hub),
                late=one.late_min,
                service=unit.service,
                depart=self.when(unit.depart_min, one.hub),
            )
            row = onward.get((one.hub, one.shipment))
            lines.append(head if row is None else f"{head}; {self.onward(row)}")
        return lines

    def who(self, one: HubConsignment | Unsaved) -> str:
        """Return the name of a shipment with the load unit that it is in; alone it is a unit of its own."""
        inside = self.say("who_inside", shipment=one.shipment, unit=one.unit)
        return one.shipment if one.unit == one.shipment else inside

    def misses(self) -> Sequence[HubConsignment]:
        """Return who misses, the heaviest first."""
        return sorted(self.schedule.missed, key=lambda one: (-one.weight, one.hub, one.shipment))

    def onward(self, row: Replan) -> str:
        """Return how a shipment could go on."""
        if row.next_depart_min is None or row.price_cny_minor is None:
            return row.reason_zh if self.lang == "zh" else row.reason_en
        destination = self.plan.cargo.by_id[row.shipment].destination
        return self.say(
            "missed_next",
            service=row.next_service,
            depart=self.when(row.next_depart_min, row.hub),
            arrive=NOWHERE if row.next_arrive_min is None else self.plan.when(row.next_arrive_min, destination),
            price=f"{yuan(row.price_cny_minor):,}",
        )

    def change_lines(self) -> list[str]:
        """Return every change in a line."""
        return [self._change(change) for change in self.schedule.changes]

    def _change(self, change: TaskChange) -> str:
        hub = change.task.partition("/")[0]
        key = "change_new" if change.was_min is None else "change_gone" if change.begin_min is None else "change_moved"
        return self.say(
            key,
            task=self.task_name(change.task),
            was=self.when(change.was_min, hub),
            begin=self.when(change.begin_min, hub),
            cause=self.cause(change),
        )

    def cause(self, change: TaskChange) -> str:
        """Return why a task changed."""
        by = self.task_name(change.by) if "/" in change.by else change.by
        return self.say(f"cause_{change.cause}", by=by)

    def task_name(self, name: str) -> str:
        """Return a task by its id in words: subject and kind."""
        head, _, kind = name.rpartition("/")
        subject = head.partition("/")[2]
        return f"{subject} {self.say('work_seal' if kind == 'reseal' else f'work_{kind}')}" if subject else name
