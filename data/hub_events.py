"""What happens to a hub's schedule: read from a file or from a line of text, and checked against the schedule."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import shlex
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, get_args

from data.codes import HubResourceKind
from data.errors import Fault, TableFaultsError
from data.hub_schedule import HubEvent
from data.hub_schedule_json import NAMES
from data.messages import echo, near_texts
from data.plain_values import PlainValues
from data.textfile import MEGABYTE, read_bytes
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.hub_schedule import HubSchedule

_MAX_BYTES = 4 * MEGABYTE
_TO_THE_MINUTE = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})", re.ASCII)
_SYNTAX = "inspect ID at T | late ID at T until T | close HUB KIND[:TYPE] at T until T [count N]"
_HERE = ("inspect", "release", "stuff", "seal", "gate_in")
_GENERAL = "general"

_MESSAGES: dict[str, tuple[str, str]] = {
    "event_syntax": (
        "看不懂；写法：{syntax}；时间带时区，如 2026-12-02T10:00+08:00",
        "is not understood; write: {syntax}; with a zone, as in 2026-12-02T10:00+08:00",
    ),
    "malformed": ("应为事件列表的 JSON：{detail}", "must be a list of events as JSON: {detail}"),
    "event_needed": ("这种事件缺少此项", "is needed for such an event"),
    "event_surplus": ("这种事件没有此项", "has no place in such an event"),
    "event_order": ("结束时间应晚于开始时间", "must be later than the beginning"),
    "event_count": ("应在 1 到 {limit} 之间", "must lie between 1 and {limit}"),
    "event_unknown": ("口岸计划里没有这个编号{near_zh}", "is no shipment or load of the schedule{near_en}"),
    "event_load_late": (
        "请写迟到的货物编号，不写箱号",
        "must be a shipment: name the cargo that is late, not the load",
    ),
    "event_no_hub": ("口岸计划里没有这个口岸{near_zh}", "is no hub with resources{near_en}"),
    "event_no_resource": ("此口岸没有这种资源；有：{choices}", "is no resource of the hub; it has: {choices}"),
    "already_gone": ("事件发生前已进港（{gate}）", "had been gated in ({gate}) before this happened"),
    "already_here": ("事件发生前已在口岸作业（{task}）", "was being worked on ({task}) before this happened"),
    "no_inspection": ("此货物不在口岸报关，不会被查验", "is not declared in the hub, so it is not inspected there"),
    "event_twice": ("同一对象的同类事件已有一次", "has such an event already"),
    "outside_horizon": ("超出计划日历", "is outside the planning calendar"),
    "before_last": ("不得早于上一次变更 {limit}", "must not be before the last change, {limit}"),
}


class Given(NamedTuple):
    """Events, and where each was read."""

    events: tuple[HubEvent, ...]
    label: str


def _fault(label: str, column: str | None, value: object, rule: str, **values: object) -> Fault:
    zh, en = (text.format(**values) for text in _MESSAGES[rule])
    shown = None if column is None else echo(value) or ""
    return Fault(file=label, column=column, value=shown, rule=rule, message_zh=zh, message_en=en)


def read_events(path: Path, catalogue: Catalogue) -> Given:
    """
    Return the events of a JSON file: a list, or an object with a list as ``events``.

    Raises
    ------
    TableFaultsError
        With everything wrong with the file.
    """
    content = read_bytes(path, path.name, _MAX_BYTES)
    if isinstance(content, Fault):
        raise TableFaultsError([content])
    try:
        loaded = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise TableFaultsError([_fault(path.name, None, None, "malformed", detail=echo(error))]) from None
    if isinstance(loaded, dict) and loaded.keys() == {"events"}:
        loaded = loaded["events"]
    if not isinstance(loaded, list):
        raise TableFaultsError([_fault(path.name, None, None, "malformed", detail=type(loaded).__name__)])
    return events_of(loaded, catalogue, path.name)


def parse_events(texts: Sequence[str], catalogue: Catalogue, label: str = "--strike") -> Given:
    """
    Return the events of lines of text.

    Raises
    ------
    TableFaultsError
        With everything wrong with them.

    Notes
    -----
    ``inspect ID at T``; ``late ID at T until T``; ``close HUB KIND[:TYPE] at T until T [count N]``.
    """
    found, faults = [], []
    for text in texts:
        parsed = _parse(text)
        if parsed is None:
            faults.append(_fault(label, "event", text, "event_syntax", syntax=_SYNTAX))
        else:
            found.append(parsed)
    if faults:
        raise TableFaultsError(faults)
    return events_of(found, catalogue, label)


def _parse(text: str) -> dict[str, object] | None:
    """Return an event of a line of text as JSON holds it, None if it is none."""
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    kind, names = (words[0], 2 if words[0] == "close" else 1) if words else ("", 0)
    rest = words[1 + names :]
    keys = rest[::2]
    if kind not in {"inspect", "late", "close"} or len(rest) % 2 or not set(keys) <= {"at", "until", "count"}:
        return None
    if len(set(keys)) < len(keys):
        return None
    given: dict[str, object] = {"kind": kind}
    found = given | {key: value for key, value in zip(keys, rest[1::2], strict=True)}  # noqa: C416 - of objects
    if kind == "close":
        resource, _, type_ = words[2].partition(":")
        found |= {"location": words[1], "resource": resource} | ({"type": type_} if type_ else {})
    else:
        found["subject"] = words[1]
    if isinstance(count := found.get("count"), str):
        found["count"] = int(count) if re.fullmatch(r"[+-]?\d{1,9}", count, re.ASCII) else count
    return found


def events_of(given: Sequence[object], catalogue: Catalogue, label: str) -> Given:
    """Return the events, or raise what is wrong with any of them."""
    axis = catalogue.derived(TimeAxis)
    values = PlainValues(axis, NAMES, label)
    found: list[HubEvent] = []
    faults: list[Fault] = []
    for index, item in enumerate(given):
        path = f"events[{index}]"
        event = values.read(HubEvent, _with_seconds(item), path)
        if event is not None:
            found.append(event)
            faults += _shape(event, label, path, axis.horizon_min)
    if values.faults or faults:
        raise TableFaultsError([*values.faults, *faults])
    return Given(tuple(found), label)


def _with_seconds(item: object) -> object:
    """Return an event whose instants have seconds, which people leave out."""
    if not isinstance(item, dict):
        return item
    return {key: _TO_THE_MINUTE.sub(_padded, value) if isinstance(value, str) else value for key, value in item.items()}


def _padded(match: re.Match[str]) -> str:
    return f"{match[1].replace(' ', 'T')}:00{match[2]}"


_NEEDED: dict[str, frozenset[str]] = {
    "inspect": frozenset({"subject"}),
    "late": frozenset({"subject", "until_min"}),
    "close": frozenset({"location", "resource", "until_min"}),
}
_ALLOWED: dict[str, frozenset[str]] = _NEEDED | {"close": _NEEDED["close"] | {"type", "count"}}


def _shape(event: HubEvent, label: str, path: str, horizon_min: int) -> Iterator[Fault]:
    """Yield what is wrong with an event by itself."""
    for name in ("subject", "location", "resource", "type", "count", "until_min"):
        value, key = getattr(event, name), f"{path}.{name.removesuffix('_min')}"
        if value is None and name in _NEEDED[event.kind]:
            yield _fault(label, key, None, "event_needed")
        elif value is not None and name not in _ALLOWED[event.kind]:
            yield _fault(label, key, value, "event_surplus")
    for name in ("at_min", "until_min"):
        minute = getattr(event, name)
        if minute is not None and not 0 <= minute < horizon_min:
            yield _fault(label, f"{path}.{name.removesuffix('_min')}", minute, "outside_horizon")
    if event.until_min is not None and event.until_min <= event.at_min:
        yield _fault(label, f"{path}.until", event.until_min, "event_order")
    if event.count is not None and event.count < 1:
        yield _fault(label, f"{path}.count", event.count, "event_count", limit="…")


def check_events(given: Given, schedule: HubSchedule, catalogue: Catalogue) -> list[Fault]:
    """
    Return everything in which events contradict the schedule they happen to.

    Parameters
    ----------
    given
        The events.
    schedule
        The schedule as it was before.
    catalogue
        With the resources of its hubs.
    """
    return list(_Check(given, schedule, catalogue).faults())


class _Check:
    """Events against a schedule."""

    def __init__(self, given: Given, schedule: HubSchedule, catalogue: Catalogue) -> None:
        self._given = given
        self._schedule = schedule
        self._axis = catalogue.derived(TimeAxis)
        self._resources = catalogue.hub_resources
        self._units = {one.unit for one in schedule.consignments}
        self._shipments = {one.shipment: one for one in schedule.consignments}
        every = (*schedule.events, *given.events)
        self._counts = Counter((event.kind, event.subject) for event in every if event.subject is not None)

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of all events."""
        for index, event in enumerate(self._given.events):
            path = f"events[{index}]"
            last = self._schedule.now_min
            if last is not None and event.at_min < last:
                yield self._fault(f"{path}.at", self._shown(event.at_min), "before_last", limit=self._shown(last))
            yield from self._of_close(event, path) if event.kind == "close" else self._of_subject(event, path)

    def _fault(self, column: str, value: object, rule: str, **values: object) -> Fault:
        return _fault(self._given.label, column, value, rule, **values)

    def _shown(self, minute: int) -> str:
        return self._axis.from_min(minute).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")

    def _of_subject(self, event: HubEvent, path: str) -> Iterator[Fault]:
        """Yield what is wrong with an event about a shipment or a load."""
        name, column = event.subject or "", f"{path}.subject"
        if name not in self._shipments and name not in self._units:
            near = difflib.get_close_matches(name, sorted(self._units | self._shipments.keys()), 3)
            yield self._fault(column, name, "event_unknown", **near_texts(near))
            return
        if event.kind == "late" and name not in self._shipments:
            yield self._fault(column, name, "event_load_late")
            return
        if self._counts[event.kind, name] > 1:
            yield self._fault(column, name, "event_twice")
        yield from self._of_state(event, name, column)

    def _of_state(self, event: HubEvent, name: str, column: str) -> Iterator[Fault]:
        """Yield that cargo is gone already, or was there before it is said to be late."""
        units = {one.unit for one in self._schedule.consignments if name in {one.shipment, one.unit}}
        begun: dict[tuple[str, str], str] = {
            (task.kind, task.subject): task.id for task in self._schedule.tasks if task.begin_min < event.at_min
        }
        gates = [begun["gate_in", unit] for unit in units if ("gate_in", unit) in begun]
        if gates and len(gates) == len(units):
            yield self._fault(column, name, "already_gone", gate=", ".join(gates))
        elif event.kind == "late":
            here = [begun[kind, subject] for subject in {name, *units} for kind in _HERE if (kind, subject) in begun]
            if here:
                yield self._fault(column, name, "already_here", task=", ".join(sorted(here)))
        elif not any(task.kind == "declare" and task.subject in self._members(name) for task in self._schedule.tasks):
            yield self._fault(column, name, "no_inspection")

    def _members(self, name: str) -> set[str]:
        return {one.shipment for one in self._schedule.consignments if name in {one.shipment, one.unit}}

    def _of_close(self, event: HubEvent, path: str) -> Iterator[Fault]:
        """Yield what is wrong with a closure."""
        hubs = sorted({row.location for row in self._resources})
        if event.location not in hubs:
            near = difflib.get_close_matches(event.location or "", hubs, 3)
            yield self._fault(f"{path}.location", event.location, "event_no_hub", **near_texts(near))
            return
        rows = [row for row in self._resources if row.location == event.location]
        kinds = {(row.kind, row.type): row.count for row in rows}
        key = (
            event.resource,
            event.type or closed_type(event, [row.type for row in rows if row.kind == event.resource]),
        )
        if event.resource not in get_args(HubResourceKind) or key not in kinds:
            choices = ", ".join(f"{kind}:{type_}" for kind, type_ in sorted(kinds))
            yield self._fault(
                f"{path}.resource", f"{event.resource}:{event.type}", "event_no_resource", choices=choices
            )
        elif event.count is not None and event.count > kinds[key]:
            yield self._fault(f"{path}.count", event.count, "event_count", limit=kinds[key])


def closed_type(event: HubEvent, types: Sequence[str]) -> str:
    """Return the type of resource a closure is about: the one named, the general one, or the first in order."""
    if event.type is not None:
        return event.type
    return _GENERAL if _GENERAL in types or not types else min(types)


def first_instant(events: Sequence[HubEvent]) -> int:
    """Return from when on events count."""
    return min(event.at_min for event in events)
