"""A plan with the cargo it is for as JSON, and back, such that reading what was written gives the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from data.cargo import Battery, Cargo, CargoShipment, Odour, Temperature
from data.cargo_rules import check_cargo
from data.errors import Fault, TableFaultsError
from data.export import replace_file
from data.insight import (
    Alternative,
    AlternativeKind,
    Binding,
    BindingRule,
    Change,
    ChangeKind,
    Hold,
    HoldCause,
    Insight,
    Ride,
    Sensitivity,
    SensitivityKind,
)
from data.itinerary import Charge, CutOffTime, Step, StepKind
from data.plain_values import PlainValues, value_fault
from data.plan import Booking, Commitment, Journey, Load, Objective, Plan, PlanStatus, Unserved
from data.recordfile import check_format, content_of, load_object, written_lines
from data.splitting import Split, check_splits
from data.timeaxis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from data.catalogue import Catalogue

FORMAT = 1
"""Version of the form of the file."""

_HEAD = (
    "status",
    "cost_minor",
    "bound_minor",
    "gap",
    "currency",
    "fingerprint",
    "seed",
    "runtime_s",
    "cargo_fingerprint",
    "alone_minor",
    "frozen_loads",
    "frozen_shipments",
    "objective",
)
_LISTS = ("splits", "journeys", "loads", "bookings", "unserved", "insights", "sensitivities")
DERIVED = ("landed_total", "landed")
"""What a file tells beside the plan, and what follows from plan and tables; it is not read back."""
_ADDED = frozenset({"saving_minor", "format", "shipments", *DERIVED})
# Annotations name these; the modules of the records import some of them for type checkers only.
_RECORDS = (
    *(Booking, Charge, CutOffTime, Decimal, Journey, Load, Objective, Split, Step, Unserved),
    *(Alternative, Binding, Change, Hold, Insight, Ride, Sensitivity),
)
_NAMES = {known.__name__: known for known in _RECORDS} | {
    "dt": dt,
    "AlternativeKind": AlternativeKind,
    "BindingRule": BindingRule,
    "ChangeKind": ChangeKind,
    "HoldCause": HoldCause,
    "SensitivityKind": SensitivityKind,
    "Battery": Battery,
    "Commitment": Commitment,
    "Odour": Odour,
    "PlanStatus": PlanStatus,
    "StepKind": StepKind,
    "Temperature": Temperature,
}
_FORMAT = (f"只能读取版本 {FORMAT} 的方案文件", f"only plan files of version {FORMAT} can be read")
_SAVING = ("应等于 alone_minor - cost_minor，即 {limit}", "must be alone_minor - cost_minor, which is {limit}")


class PlanFile(NamedTuple):
    """A plan and the cargo it is for."""

    plan: Plan
    cargo: Cargo


def write_plan(path: Path, plan: Plan, cargo: Cargo, catalogue: Catalogue) -> None:
    """
    Write a plan whole or not at all.

    Raises
    ------
    OSError
        If the file cannot be written; one that was there before stays as it was.
    """
    replace_file(path, plan_bytes(plan, cargo, catalogue))


def plan_bytes(
    plan: Plan, cargo: Cargo, catalogue: Catalogue, derived: Mapping[str, object] = MappingProxyType({})
) -> bytes:
    """
    Return a plan with its cargo as the content of a file, each shipment, journey, load ... on a line.

    Parameters
    ----------
    plan, cargo
        What to write.
    catalogue
        Has the calendar from which the plan counts its minutes.
    derived
        What to tell beside it, by the names of `DERIVED`.
    """
    values = PlainValues(catalogue.derived(TimeAxis), _NAMES)
    whole = values.write_record(plan, is_whole=True)
    shown: dict[str, object] = {name: whole[name] for name in _HEAD}
    shown |= {"saving_minor": plan.alone_minor - plan.cost_minor, "format": FORMAT}
    shown |= {"shipments": values.write(cargo.shipments)} | {name: whole[name] for name in _LISTS}
    shown |= derived
    return ("{\n" + ",\n".join(written_lines(shown)) + "\n}\n").encode()


def read_plan(path: Path, catalogue: Catalogue) -> PlanFile:
    """
    Return the plan of a file and its cargo.

    Whether the plan is sound is not looked at: see `optimizer.verify`.

    Parameters
    ----------
    path
        A file as `write_plan` makes it.
    catalogue
        Whose calendar, places, boxes and currencies the cargo must keep to.

    Raises
    ------
    TableFaultsError
        With every fault of the file; the column of a fault is the path to the value.
    """
    return parse_plan(content_of(path), catalogue, path.name)


def parse_plan(content: bytes, catalogue: Catalogue, label: str = "plan.json") -> PlanFile:
    """
    Return the plan and the cargo that the content of a file holds.

    Raises
    ------
    TableFaultsError
        With every fault.
    """
    return plan_of(load_object(content, label), catalogue, label)


def plan_of(loaded: dict[str, Any], catalogue: Catalogue, label: str = "plan.json") -> PlanFile:
    """
    Return the plan and the cargo of an object of JSON.

    Raises
    ------
    TableFaultsError
        With every fault.
    """
    check_format(loaded, FORMAT, _FORMAT, label)
    values = PlainValues(catalogue.derived(TimeAxis), _NAMES, label)
    plan = values.read(Plan, {key: value for key, value in loaded.items() if key not in _ADDED}, "")
    cargo = _read_cargo(values, loaded.get("shipments"))
    faults = values.faults + (_saving_faults(plan, loaded, label) if plan is not None else [])
    faults += check_cargo(cargo, catalogue, f"{label}[shipments]") if cargo is not None else []
    faults += check_splits(cargo, plan.splits, label) if cargo is not None and plan is not None else []
    if faults or plan is None or cargo is None:
        raise TableFaultsError(faults)
    return PlanFile(plan, cargo)


def _read_cargo(values: PlainValues, given: object) -> Cargo | None:
    """Return the cargo, or None with its faults noted."""
    if not isinstance(given, list):
        values.note("shipments", given, "missing" if given is None else "list")
        return None
    found = [values.read(CargoShipment, item, f"shipments[{index}]") for index, item in enumerate(given)]
    shipments = [shipment for shipment in found if shipment is not None]
    return Cargo(shipments=tuple(shipments)) if len(shipments) == len(given) else None


def _saving_faults(plan: Plan, loaded: dict[str, Any], label: str) -> list[Fault]:
    """Return the fault of a saving that is not what it is said to be."""
    saving = plan.alone_minor - plan.cost_minor
    given = loaded.get("saving_minor")
    if given == saving and not isinstance(given, bool):
        return []
    zh, en = (text.format(limit=saving) for text in _SAVING)
    return [value_fault(label, "saving_minor", given, (zh, en), "saving")]
