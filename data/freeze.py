"""An earlier plan, how much of it stays, and whether that fits what is to be planned now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from data.cargo import CargoShipment
from data.errors import Fault
from data.messages import echo
from data.plain_values import rfc3339
from data.plan import Objective
from data.splitting import parted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.cargo import Cargo
    from data.plan import Journey, Load, Plan, Unserved
    from data.splitting import Split

IMMATERIAL = frozenset(
    {"hs", "is_splittable", "priority", "shipper", "unserved_minor", "value_currency", "value_minor"}
)
"""Fields of a shipment that change nothing about a journey that was chosen: neither steps nor money nor mixing."""
VALUE = frozenset({"value_currency", "value_minor"})
"""Of these, the fields that do change money where holding counts."""
PPM_A_PERCENT, FEN_A_YUAN = 10_000, 100
PLAIN = Objective()
"""Nothing counts but charges, penalties and prices of what stays behind."""

_MESSAGES: dict[str, tuple[str, str]] = {
    "other_data": (
        "原方案依据另一套数据，现在是 {limit}；请用原来的数据（--data），或重新作方案",
        "the earlier plan is of another data set than the one at hand, {limit}: name that one (--data), or plan anew",
    ),
    "other_holding": (
        "原方案按每年 {was} % 计在途资金，本次为 {limit} %；请用 --holding-rate {was}",
        "the earlier plan counts capital in transit at {was} % a year, this one {limit} %; give --holding-rate {was}",
    ),
    "other_carbon": (
        "原方案按每吨 CO2e {was} 元计碳价，本次为 {limit} 元；请用 --carbon-price {was}",
        "the earlier plan counts CO2e at {was} CNY a tonne, this one {limit} CNY; give --carbon-price {was}",
    ),
    "other_cargo": (
        "与原方案文件里的货物清单不符，应为 {limit}",
        "is not that of the cargo in the file of the earlier plan, which is {limit}",
    ),
    "frozen_missing": (
        "{part} 不变，但货物清单里没有这票货",
        "{part} is frozen, but the cargo list has no such shipment",
    ),
    "frozen_changed": (
        "{part} 不变，但货物 {shipment} 的这一项在货物清单里是 {limit}",
        "{part} is frozen, but in the cargo list shipment {shipment} has {limit} here",
    ),
    "frozen_split": (
        "{part} 不变，它是货物 {shipment} 的一部分，但货物清单里这票货不可拆分",
        "{part} is frozen and a part of shipment {shipment}, which is not splittable in the cargo list",
    ),
    "frozen_named": (
        "{part} 不变，但货物清单里另有货物用了部分的编号 {limit}",
        "{part} is frozen, but the cargo list has another shipment called {limit}, as a part is",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """
    An earlier plan, and how much of it stays.

    What is booked, loaded or departed always stays. The rest is what a new plan may fall back on.

    Parameters
    ----------
    plan, cargo
        The earlier plan and the cargo it was for, whole.
    before_min
        What departs before this instant stays, too; None for no such instant.
    is_all
        Whether everything stays, also that shipments were left behind.
    pinned
        Ids of load units, and of shipments outside them, that stay whatever else is said.
    dropped
        Ids of load units, and of shipments outside them, that can no longer travel as they were to: they neither stay,
        whatever else is said, nor may be fallen back on.
    """

    plan: Plan
    cargo: Cargo
    before_min: int | None = None
    is_all: bool = False
    pinned: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    @cached_property
    def loads(self) -> dict[str, Load]:
        """The load units that stay, by id."""
        gone = {journey.load for journey in self.plan.journeys if self._is_gone(journey)}
        return {
            load.id: load
            for load in self.plan.loads
            if load.id not in self.dropped
            and (self.is_all or load.id in self.pinned or load.commitment != "planned" or load.id in gone)
        }

    @cached_property
    def journeys(self) -> dict[str, Journey]:
        """The journeys that stay, by shipment: those in the load units that stay, and those alone that do."""
        return {
            journey.shipment: journey
            for journey in self.plan.journeys
            if (journey.load in self.loads if journey.load is not None else self._stays_alone(journey))
        }

    @cached_property
    def unserved(self) -> dict[str, Unserved]:
        """What stays behind for good, by shipment."""
        return {
            left.shipment: left
            for left in self.plan.unserved
            if (self.is_all or left.shipment in self.pinned) and not left.is_unplanned
        }

    @property
    def shipments(self) -> frozenset[str]:
        """The shipments about which nothing is left to decide."""
        return frozenset(self.journeys.keys() | self.unserved.keys())

    @cached_property
    def parts(self) -> Cargo:
        """The cargo of the earlier plan, with parts in place of the shipments it split."""
        return parted(self.cargo, self.plan.splits)

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """The splits that stay: those of which any part does."""
        return tuple(split for split in self.plan.splits if not self.shipments.isdisjoint(split.parts))

    def _stays_alone(self, journey: Journey) -> bool:
        """Tell whether a journey alone stays."""
        is_kept = self.is_all or journey.shipment in self.pinned
        is_kept = is_kept or journey.commitment != "planned" or self._is_gone(journey)
        return is_kept and journey.shipment not in self.dropped

    def _is_gone(self, journey: Journey) -> bool:
        """Tell whether a journey begins before the given instant."""
        first_min = journey.first_min
        return self.before_min is not None and first_min is not None and first_min < self.before_min


def is_same(one: CargoShipment, other: CargoShipment, objective: Objective = PLAIN) -> bool:
    """Tell whether what was found for a shipment holds for another, given what counts in the cost of a plan."""
    return next(_differences(one, other, objective), None) is None


def _differences(one: CargoShipment, other: CargoShipment, objective: Objective) -> Iterator[str]:
    """Yield the fields in which two shipments differ so that it matters."""
    immaterial = IMMATERIAL - VALUE if objective.holding_ppm_year else IMMATERIAL
    for field in fields(CargoShipment):
        if field.name not in immaterial and getattr(one, field.name) != getattr(other, field.name):
            yield field.name


def check_freeze(
    freeze: Freeze, cargo: Cargo, fingerprint: str, label: str = "plan.json", *, objective: Objective = PLAIN
) -> list[Fault]:
    """
    Return everything in which an earlier plan contradicts what is to be planned now.

    Parameters
    ----------
    freeze
        The earlier plan.
    cargo, fingerprint
        What is to be planned, and the fingerprint of the data set at hand.
    label
        Name of the file of the earlier plan; the column of a fault is the path to the value in it.
    objective
        What is to count in the cost now. Plans that count different things cannot be put together.
    """
    faults = []
    for column, rule, given, limit in (
        ("fingerprint", "other_data", freeze.plan.fingerprint, fingerprint),
        ("cargo_fingerprint", "other_cargo", freeze.plan.cargo_fingerprint, freeze.cargo.fingerprint),
    ):
        if given != limit:
            faults.append(_fault(label, column, given, rule, limit=limit))
    counted = freeze.plan.objective
    for name, rule, old_rate, new_rate, unit in (
        ("holding_ppm_year", "other_holding", counted.holding_ppm_year, objective.holding_ppm_year, PPM_A_PERCENT),
        ("carbon_minor_per_t", "other_carbon", counted.carbon_minor_per_t, objective.carbon_minor_per_t, FEN_A_YUAN),
    ):
        if old_rate != new_rate:
            was, now = _in_units(old_rate, unit), _in_units(new_rate, unit)
            faults.append(_fault(label, f"objective.{name}", str(old_rate), rule, was=was, limit=now))
    places = {shipment.id: place for place, shipment in enumerate(freeze.cargo)}
    wholes = {part: split.shipment for split in freeze.splits for part in split.parts}
    seen = set()
    for column, name, part in _frozen(freeze):
        whole = wholes.get(name, name)
        old, new = freeze.cargo.by_id.get(whole), cargo.by_id.get(whole)
        if new is None:
            faults.append(_fault(label, column, name, "frozen_missing", part=part))
        elif old is not None and whole not in seen:
            seen.add(whole)
            faults += [
                _fault(
                    label, f"shipments[{places[whole]}].{field}", _shown(getattr(old, field)), "frozen_changed",
                    part=part, shipment=whole, limit=_shown(getattr(new, field)),
                )
                for field in _differences(old, new, objective)
            ]  # fmt: skip
            if whole != name and not new.is_splittable:
                field = f"shipments[{places[whole]}].is_splittable"
                faults.append(_fault(label, field, "true", "frozen_split", part=part, shipment=whole))
    return [*faults, *_taken_names(freeze, cargo, label)]


def _taken_names(freeze: Freeze, cargo: Cargo, label: str) -> Iterator[Fault]:
    """Yield the ids of parts of splits that stay which other shipments have now."""
    for place, split in enumerate(freeze.plan.splits):
        for name in split.parts if split in freeze.splits else ():
            if name in cargo.by_id:
                column = f"splits[{place}].shipment"
                yield _fault(label, column, split.shipment, "frozen_named", part=split.shipment, limit=name)


def _frozen(freeze: Freeze) -> Iterator[tuple[str, str, str]]:
    """Yield where each shipment that stays stands in the file, its id, and the part that keeps it."""
    for place, journey in enumerate(freeze.plan.journeys):
        if journey.shipment in freeze.journeys:
            yield f"journeys[{place}].shipment", journey.shipment, journey.load or journey.shipment
    for place, load in enumerate(freeze.plan.loads):
        for index, name in enumerate(load.shipments):
            if load.id in freeze.loads and name not in freeze.journeys:
                yield f"loads[{place}].shipments[{index}]", name, load.id
    for place, left in enumerate(freeze.plan.unserved):
        if left.shipment in freeze.unserved:
            yield f"unserved[{place}].shipment", left.shipment, left.shipment


def _fault(label: str, column: str, value: str, rule: str, **values: object) -> Fault:
    """Return a fault with the sentences of its rule."""
    zh, en = (text.format(**{key: echo(given) for key, given in values.items()}) for text in _MESSAGES[rule])
    return Fault(file=label, column=column, value=echo(value) or "", rule=rule, message_zh=zh, message_en=en)


def _in_units(count: int, unit: int) -> str:
    """
    Return a number of small units, such as parts per million, in large ones, such as per cent.

    Examples
    --------
    >>> _in_units(0, 10_000), _in_units(120_000, 10_000), _in_units(12_345_000, 10_000), _in_units(1, 10_000)
    ('0', '12', '1234.5', '0.0001')
    >>> _in_units(60_050, 100)
    '600.5'
    """
    return f"{(Decimal(count) / unit).normalize():f}"


def _shown(value: object) -> str:
    """
    Return a value of a shipment as people read it in the file.

    Examples
    --------
    >>> _shown(None), _shown(frozenset({"food", "dangerous"})), _shown(7)
    ('null', 'dangerous, food', '7')
    """
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if value is None:
        return "null"
    return rfc3339(value) if isinstance(value, dt.datetime) else str(value)
