"""What the changes of a scenario touch: the running services that use what is closed, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from api.planner.scenario import RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.planner.compare import Outcome, Pair
    from api.planner.scenario import Scenario
    from data import Catalogue
    from data.records import Service

Kind = Literal["passage", "border", "place", "service", "add", "price", "runs", "duty"]
CLOSURES: tuple[Kind, ...] = ("passage", "border", "place", "service")


class Rerouted(NamedTuple):
    """
    A service that goes another way.

    Parameters
    ----------
    service
        Its id.
    passages
        What it passes in the scenario.
    via
        Those of them that it does not pass as things are.
    extra_min, extra_m
        Minutes that its whole rotation runs longer, and metres that it is longer.
    """

    service: str
    passages: tuple[str, ...]
    via: tuple[str, ...]
    extra_min: int
    extra_m: int


class Effect(NamedTuple):
    """
    One change of a scenario, with what it touches.

    Parameters
    ----------
    kind, subject
        What is changed: the code of a passage, place or service, or a mode.
    percent
        By how much prices, departures or duties change; None for what is closed or added.
    services
        Ids of the services that use it and run as things are; for an added line, of what runs then.
    idle
        Ids of those that use it and do not run anyway: suspended ones, scenario lines, history.
    stopped
        Ids of those of `services` that do not run in the scenario.
    rerouted
        Those of `services` that pass something else in place of a closed passage.
    used
        Positions of the consignments whose chosen way uses one of `services`, as things are or, where something is
        added or gets cheaper, in the scenario.
    """

    kind: Kind
    subject: str
    percent: int | None
    services: tuple[str, ...]
    idle: tuple[str, ...]
    stopped: tuple[str, ...]
    rerouted: tuple[Rerouted, ...]
    used: tuple[int, ...]


class Touched(NamedTuple):
    """What a change is about, and the services it touches."""

    kind: Kind
    subject: str
    percent: int | None
    services: list[Service]


def effects_of(before: Catalogue, after: Catalogue, scenario: Scenario, pairs: Sequence[Pair]) -> tuple[Effect, ...]:
    """
    Return what each change of a scenario touches.

    Parameters
    ----------
    before, after
        The data set as it is, and that of the scenario.
    scenario
        What is different.
    pairs
        What becomes of the consignments asked about.
    """
    running_after = {row.id for row in after.services if row.status in RUNNING}
    moved = {row.service: row for row in _rerouted(before, after) if row.service in running_after}
    return tuple(
        _effect(touched, running_after, moved, pairs)
        for touched in (*_closed(before, scenario.closed), *_changed(before, after, scenario))
    )


def _closed(catalogue: Catalogue, closed: Iterable[str]) -> list[Touched]:
    """Return the services that use each of what is closed."""
    kinds = {row.code: row.kind for row in catalogue.locations}
    ids = {row.id for row in catalogue.services}
    calls: dict[str, set[str]] = {}
    for call in catalogue.calls:
        calls.setdefault(call.service, set()).add(call.location)
    found = []
    for code in closed:
        kind: Kind = "service" if code in ids else "passage"
        if code in kinds:
            kind = "border" if kinds[code] == "border" else "place"
        users = [row for row in catalogue.services if code in {row.id, *row.passages, *calls.get(row.id, ())}]
        found.append(Touched(kind, code, None, users))
    return found


def _changed(before: Catalogue, after: Catalogue, scenario: Scenario) -> list[Touched]:
    """Return the services that are added, and those whose price, departures or duties change."""
    rows = {row.id: row for row in after.services}
    found = [Touched("add", code, None, [rows[code]]) for code in scenario.added]
    by_mode = [("price", mode, percent) for mode, percent in scenario.prices]
    by_mode += [("runs", mode, percent) for mode, percent in scenario.runs]
    for kind, mode, percent in by_mode:
        touched = [row for row in before.services if row.mode == mode]
        if kind == "runs":
            touched = [row for row in touched if _times(row) != _times(rows[row.id])]
        found.append(Touched("price" if kind == "price" else "runs", mode, percent, touched))
    return [*found, *([Touched("duty", "", scenario.duty, [])] if scenario.duty else [])]


def _times(row: Service) -> tuple[object, ...]:
    return row.days, row.every_weeks, row.week_offset


def _rerouted(before: Catalogue, after: Catalogue) -> Iterator[Rerouted]:
    """Yield the services that pass something else than before."""
    known = {row.id: row for row in before.services}
    for row in after.services:
        usual = known[row.id].passages
        if row.passages != usual:
            via = tuple(name for name in row.passages if name not in usual)
            extra = [
                sum(getattr(call, name) for call in after.calls_of(row.id))
                - sum(getattr(call, name) for call in before.calls_of(row.id))
                for name in ("run_min", "distance_m")
            ]
            yield Rerouted(row.id, row.passages, via, *extra)


def _effect(touched: Touched, running_after: set[str], moved: Mapping[str, Rerouted], pairs: Sequence[Pair]) -> Effect:
    running = tuple(row.id for row in touched.services if row.status in RUNNING)
    known = frozenset(running)
    return Effect(
        kind=touched.kind, subject=touched.subject, percent=touched.percent, services=running,
        idle=tuple(row.id for row in touched.services if row.id not in known),
        stopped=tuple(code for code in running if code not in running_after),
        rerouted=tuple(moved[code] for code in running if code in moved) if touched.kind == "passage" else (),
        used=tuple(number for number, pair in enumerate(pairs) if _uses(pair, touched, known)),
    )  # fmt: skip


def _uses(pair: Pair, touched: Touched, known: frozenset[str]) -> bool:
    """Say whether a consignment has to do with a change."""
    if touched.kind == "duty":
        return any(one is not None and one.dues_cny_minor is not None for one in (pair.before, pair.after))
    if touched.kind in CLOSURES:
        return pair.before is not None and _rides(pair.before, touched, known)
    return any(one is not None and _rides(one, touched, known) for one in (pair.before, pair.after))


def _rides(one: Outcome, touched: Touched, known: frozenset[str]) -> bool:
    """Say whether a way uses what a change is about; of a place, only what is loaded or discharged there."""
    if touched.kind == "place":
        return any(touched.subject in {ride.origin, ride.destination} for ride in one.rides)
    return any(ride.service in known for ride in one.rides)


def is_without_use(effect: Effect) -> bool:
    """Say whether a change touches nothing that runs."""
    return effect.kind != "duty" and not effect.services
