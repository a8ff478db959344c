"""Reading requests for plans and schedules: everything wrong is told at once, before there is a job."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.datastructures import FormData, UploadFile

from api.faults import Findings, RequestFault, RequestFaultsError, fault
from api.jobs.submit import MOST_PRIORITY, USUAL_PRIORITY
from data.cargo_fields import SUFFIXES
from data.cargo_read import read_cargo
from data.cargo_write import cargo_bytes
from data.errors import Fault, TableFaultsError
from data.fields import is_blank, read_count, read_instant, read_measure, read_share, read_text
from data.freeze import Freeze, check_freeze
from data.plan import Objective

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk
    from data.cargo import Cargo
    from data.plan_json import PlanFile

OPTIONS = (
    *("name", "priority", "time_limit", "gap", "seed", "deterministic", "holding_rate", "carbon_price"),
    *("freeze", "freeze_before", "freeze_all", "pin"),
)
FIELDS = ("cargo", *OPTIONS)
SCHEDULE_FIELDS = ("name", "priority", "time_limit", "seed", "credits")
MOST_PLAN_S, USUAL_PLAN_S = 3600, 60
MOST_SCHEDULE_S, USUAL_SCHEDULE_S = 600, 8
_MOST_SEED = 2**31 - 1
_MOST_PERCENT, _MOST_YUAN_A_TONNE = 1_000, 100_000
_MILLI, _MILLION, _PERCENT, _FEN = 1_000, 1_000_000, 10_000, 100
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
_GRADES = ("aeo", "ordinary", "dishonest")
_MOST_SHOWN = 200
_FEW = 12
_COPIED = 1 << 20


class Upload(NamedTuple):
    """A cargo list as it was sent: how its name ends, what the sender calls it, and its content."""

    suffix: str
    label: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAsk:
    """
    A plan that is asked for.

    Parameters
    ----------
    name, priority
        Of the job.
    options
        Fields of `optimizer.consolidation.Params`.
    freeze
        Id of an earlier plan, and how much of it stays.
    pinned
        Ids of load units, and of shipments outside them, that stay of it in any case.
    """

    name: str
    priority: int
    options: Json
    freeze: str | None
    before: dt.datetime | None
    is_all: bool
    pinned: frozenset[str] = frozenset()

    @property
    def objective(self) -> Objective:
        """What counts in the cost of the plan."""
        names = ("holding_ppm_year", "carbon_minor_per_t")
        return Objective(**{name: self.options[name] for name in names})


def read_json(body: bytes) -> dict[str, Any]:
    """
    Return an object of JSON in which numbers with decimals stay the texts they are.

    Raises
    ------
    RequestFaultsError
        When it is none.
    """
    try:
        given = json.loads(body or b"{}", parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise RequestFaultsError([fault("body", None, "malformed", detail="JSON object")])
    return given


def upload_of(given: Mapping[str, Any]) -> Upload:
    """
    Return the cargo of an object of JSON as the list it would be in a file.

    Raises
    ------
    RequestFaultsError
        When there is none.
    """
    if "cargo" not in given:
        raise RequestFaultsError([fault("cargo", None, "required")])
    return Upload(".json", "cargo", json.dumps(given["cargo"]).encode())


async def upload_in(form: FormData, field: str = "cargo", suffixes: Sequence[str] = SUFFIXES) -> Upload:
    """
    Return the file among the fields of a form.

    Raises
    ------
    RequestFaultsError
        When there is none, or its name ends otherwise than those of its kind do.
    """
    parts = form.getlist(field)
    if not parts:
        raise RequestFaultsError([fault(field, None, "required")])
    if len(parts) > 1:
        raise RequestFaultsError([fault(field, None, "too_many", limit=1)])
    part = parts[0]
    if not isinstance(part, UploadFile):
        raise RequestFaultsError([fault(field, part, "malformed", detail="file")])
    return upload_from(part.filename or "", await part.read(), field, suffixes)


def upload_from(name: str, content: bytes, field: str = "cargo", suffixes: Sequence[str] = SUFFIXES) -> Upload:
    """
    Return a file as it was sent.

    Raises
    ------
    RequestFaultsError
        When its name ends otherwise than those of its kind do.
    """
    suffix = Path(name).suffix.casefold()
    if suffix not in suffixes:
        raise RequestFaultsError([fault(field, name, "unknown_choice", choices=" ".join(suffixes))])
    return Upload(suffix, Path(name).name[:80], content)


def cargo_in(upload: Upload, desk: Desk) -> Cargo:
    """
    Return the cargo of a list that was sent.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    with tempfile.TemporaryDirectory(prefix="cargo-") as folder:
        path = Path(folder) / f"cargo{upload.suffix}"
        path.write_bytes(upload.content)
        try:
            return read_cargo(path, desk.catalogue)
        except TableFaultsError as error:
            raise RequestFaultsError(listed(error.faults, "cargo")) from None


def cargo_text(cargo: Cargo, desk: Desk) -> str:
    """Return a cargo list as the text of a question."""
    return cargo_bytes(cargo, desk.catalogue, ".json").decode()


def listed(faults: Sequence[Fault], field: str) -> list[RequestFault]:
    """Return faults of a file as those of a request; what is wrong with all of it is told of its field."""
    return [
        RequestFault(
            field=one.column or field, value=one.value or None, rule=one.rule, row=one.row,
            message_zh=one.message_zh, message_en=one.message_en,
        )
        for one in faults[:_MOST_SHOWN]
    ]  # fmt: skip


def read_options(given: Mapping[str, Any], label: str) -> PlanAsk:
    """
    Return what a plan is asked for besides its cargo.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    found = Findings()
    check_names(found, given, FIELDS)
    name, priority = read_job(found, given, label)
    seconds = read_seconds(found, given, USUAL_PLAN_S, MOST_PLAN_S)
    gap = read_share(found, "gap", usual(given, "gap", "0.005"), units=_MILLION, limit=1)
    seed = read_count(found, "seed", usual(given, "seed", 0), low=0, high=_MOST_SEED)
    holding = read_share(found, "holding_rate", usual(given, "holding_rate", 0), units=_PERCENT, limit=_MOST_PERCENT)
    carbon = read_share(found, "carbon_price", usual(given, "carbon_price", 0), units=_FEN, limit=_MOST_YUAN_A_TONNE)
    is_all = _flag(found, given, "freeze_all")
    is_deterministic = _flag(found, given, "deterministic")
    freeze = read_text(found, "freeze", given.get("freeze"))
    before, pinned = _before(found, given), _pinned(found, given)
    if freeze is None and (before is not None or is_all or pinned):
        found.add("freeze", None, "required")
    if found.faults:
        raise RequestFaultsError(found.faults)
    options = {
        "time_limit_s": seconds,
        "gap": (gap or 0) / _MILLION,
        "seed": seed,
        "deterministic": is_deterministic,
        "holding_ppm_year": holding,
        "carbon_minor_per_t": carbon,
    }
    return PlanAsk(
        name=name, priority=priority, options=options, freeze=freeze, before=before, is_all=is_all, pinned=pinned
    )


def check_names(found: Findings, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Note fields that are not known."""
    for name in given.keys() - set(known):
        found.add(str(name)[:80], None, "unknown_field")


def read_job(found: Findings, given: Mapping[str, Any], label: str) -> tuple[str, int]:
    """Return the name and the priority of a job."""
    name = read_text(found, "name", given.get("name"))
    priority = read_count(found, "priority", usual(given, "priority", USUAL_PRIORITY), low=0, high=MOST_PRIORITY)
    return name or label, USUAL_PRIORITY if priority is None else priority


def usual(given: Mapping[str, Any], name: str, default: object) -> object:
    """Return a field, or what is usual where it is not given."""
    value = given.get(name)
    return default if is_blank(value) else value


def read_seconds(found: Findings, given: Mapping[str, Any], default: int, most: int) -> float | None:
    """Return the seconds a search may take, None where they are wrong."""
    millis = read_measure(found, "time_limit", usual(given, "time_limit", default), units=_MILLI, limit=most)
    return None if millis is None else millis / _MILLI


def _flag(found: Findings, given: Mapping[str, Any], name: str) -> bool:
    """Return a yes or no; no where it is not given."""
    value = given.get(name)
    if isinstance(value, bool) or value is None:
        return bool(value)
    text = value.strip().casefold()[:10] if isinstance(value, str) else None
    if text not in _FLAGS:
        found.add(name, value, "flag", choices="true, false")
    return _FLAGS.get(text or "", False)


def _before(found: Findings, given: Mapping[str, Any]) -> dt.datetime | None:
    """Return the instant before which departures stay."""
    text = given.get("freeze_before")
    if is_blank(text):
        return None
    count = len(found.faults)
    instant = read_instant(found, "freeze_before", text, zone=None, time_of_day=dt.time())
    if instant is None and len(found.faults) == count:
        # A date alone is no instant: whose midnight it means is not known.
        found.add("freeze_before", text, "naive_time", example="2026-12-01T00:00+08:00")
    return instant


def _pinned(found: Findings, given: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids that stay in any case: a list, or in a form a list as JSON."""
    value = given.get("pin")
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = {}
    if value in (None, ""):
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        found.add("pin", None, "malformed", detail="list of ids")
        return frozenset()
    return frozenset(value)


def freeze_of(ask: PlanAsk, file: PlanFile, cargo: Cargo, desk: Desk) -> Freeze:
    """
    Return an earlier plan with how much of it stays.

    Raises
    ------
    RequestFaultsError
        With everything in which it contradicts what is to be planned now.
    """
    minute = None
    if ask.before is not None:
        minute = desk.axis.to_min(ask.before)
        minute += desk.axis.from_min(minute) < ask.before
    freeze = Freeze(plan=file.plan, cargo=file.cargo, before_min=minute, is_all=ask.is_all, pinned=ask.pinned)
    faults = check_freeze(freeze, cargo, desk.catalogue.fingerprint, "freeze", objective=ask.objective)
    found = [*listed(faults, "freeze"), *_unknown_pins(ask, file)]
    if found:
        raise RequestFaultsError(found)
    return freeze


def _unknown_pins(ask: PlanAsk, file: PlanFile) -> list[RequestFault]:
    """Return a fault for each id that neither a load unit of a plan has, nor a shipment outside them."""
    known = {load.id for load in file.plan.loads} | {left.shipment for left in file.plan.unserved}
    known |= {journey.shipment for journey in file.plan.journeys if journey.load is None}
    some = " ".join(sorted(known)[:_FEW])
    return [fault("pin", name, "unknown_choice", choices=some) for name in sorted(ask.pinned - known)[:_MOST_SHOWN]]


def read_schedule(given: Mapping[str, Any], label: str) -> tuple[str, int, Json]:
    """
    Return the name and the priority of a job for a schedule, and its question but for the plan.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    found = Findings()
    check_names(found, given, SCHEDULE_FIELDS)
    name, priority = read_job(found, given, label)
    seconds = read_seconds(found, given, USUAL_SCHEDULE_S, MOST_SCHEDULE_S)
    seed = read_count(found, "seed", usual(given, "seed", 0), low=0, high=_MOST_SEED)
    credits_ = given.get("credits") or {}
    if not isinstance(credits_, dict):
        found.add("credits", None, "malformed", detail="JSON object")
        credits_ = {}
    for shipper, grade in credits_.items():
        if grade not in _GRADES:
            found.add(f"credits.{shipper}"[:80], grade, "grade", choices=", ".join(_GRADES))
    if found.faults:
        raise RequestFaultsError(found.faults)
    return name, priority, {"credits": credits_, "seed": seed, "time_limit_s": seconds}
