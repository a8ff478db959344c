"""The timed work list of a plan, derived from its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from api.plan_view import PlanView
from data.itinerary import Step
from data.plan import Journey

TaskKind = Literal["collect", "stuff", "clear", "papers", "gate_in", "depart", "strip", "deliver"]
"""Kinds of work, in the order in which those of one instant are listed."""

_ORDER: tuple[TaskKind, ...] = ("collect", "stuff", "clear", "papers", "gate_in", "depart", "strip", "deliver")
# Papers are handed in, everything else before a departure is brought in.
_PAPERS = frozenset({"documentation", "vgm", "customs"})
_PROCESSES: dict[str, TaskKind] = {"clearance": "clear", "stuff": "stuff", "strip": "strip"}


class Task(NamedTuple):
    """
    One thing to be done at one place.

    Parameters
    ----------
    kind
        What.
    begin_min, end_min
        When it begins, and ends where that is known; for papers and gate-in the latest instant.
    place
        Where.
    detail
        What more there is to say, in words.
    subjects
        Ids of the load units and shipments it is about.
    """

    kind: TaskKind
    begin_min: int
    end_min: int | None
    place: str
    detail: str
    subjects: tuple[str, ...]


def tasks_of(view: PlanView) -> list[Task]:
    """Return all tasks in the order of local time and place; equal ones are one task for all they are about."""
    subjects: dict[tuple[TaskKind, int, int | None, str, str], dict[str, None]] = {}
    for journey in view.plan.journeys:
        for task in _tasks(view, journey):
            subjects.setdefault(task[:5], {}).update(dict.fromkeys(task.subjects))
    tasks = [Task(*key, tuple(about)) for key, about in subjects.items()]
    # The first 16 characters are the local date and time to the minute.
    return sorted(tasks, key=lambda task: (view.local(task.begin_min, task.place)[:16], task.place, *_rank(task)))


def _rank(task: Task) -> tuple[int, tuple[str, ...], str]:
    return _ORDER.index(task.kind), task.subjects, task.detail


def _tasks(view: PlanView, journey: Journey) -> Iterator[Task]:
    """Yield the tasks of one journey; those of a load unit are about the unit."""
    own, load = (journey.shipment,), view.loads.get(journey.load or "")
    if not journey.steps:
        return
    first, last = journey.steps[0], journey.steps[-1]
    shipment = view.cargo.by_id.get(journey.shipment)
    shipper = shipment.shipper if shipment is not None else None
    part = view.part(journey.shipment)
    who = view.listed(filter(None, (shipper, part)))
    yield Task("collect", first.depart_min, None, first.origin, who, own)
    boxed = set() if load is None else set(map(_identity, load.steps))
    for step in journey.steps:
        is_of_load = load is not None and (step.kind in {"stuff", "strip"} or _identity(step) in boxed)
        about = (load.id,) if load is not None and is_of_load else own
        yield from _step_tasks(view, step, about)
    yield Task("deliver", journey.arrive_min, None, last.destination, part, own)


def _identity(step: Step) -> tuple[object, ...]:
    """Return what is the same for a step of a load unit and of a shipment in it."""
    return step.kind, step.origin, step.destination, step.form, step.depart_min, step.service, step.row


def _step_tasks(view: PlanView, step: Step, about: tuple[str, ...]) -> Iterator[Task]:
    if step.kind != "leg":
        kind = _PROCESSES[step.kind]
        yield Task(kind, step.depart_min, step.arrive_min, step.origin, _process(view, step), about)
        return
    way = _way(view, step)
    for cutoff in step.cutoffs:
        kind = "papers" if cutoff.type in _PAPERS else "gate_in"
        detail = view.say("due_for", task=view.say(cutoff.type), service=way)
        yield Task(kind, cutoff.at_min, None, step.origin, detail, about)
    yield Task("depart", step.depart_min, None, step.origin, way, about)


def _process(view: PlanView, step: Step) -> str:
    if step.kind == "clearance":
        return view.step(step)
    return step.form if step.kind == "stuff" else ""


def _way(view: PlanView, step: Step) -> str:
    """Return mode, service and destination of a leg."""
    return view.say("by_service", service=view.service(step.service or ""), place=view.place(step.destination))


def days_of(view: PlanView, tasks: Iterable[Task]) -> list[str]:
    """Return the local date of each task."""
    return [view.local(task.begin_min, task.place)[:10] for task in tasks]
