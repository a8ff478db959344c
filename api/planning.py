"""From a cargo list to a plan that was checked, and to the files that tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from api.answer_schema import Json
from api.cli_common import CommandError
from api.desk import Desk
from api.human import columns
from api.plan_explain import explain, explanation_text
from api.plan_landed import PlanLanded, check_landed_lines, dues_json, total_json
from api.plan_rows import summary_lines
from api.plan_view import PlanView, yuan
from api.texts import both, say
from data.cargo import Cargo
from data.cargo_read import read_cargo
from data.errors import TableFaultsError
from data.export import replace_file
from data.freeze import Freeze
from data.plan import Plan
from data.plan_json import DERIVED, PlanFile, plan_bytes, read_plan
from data.recordfile import load_object
from data.splitting import parted
from optimizer.verify import Violation
from viz.theme import Lang

_SHOWN = 200
_MAP_SUFFIX = ".html"


def load_cargo(path: Path, desk: Desk) -> Cargo:
    """
    Return the cargo of a file.

    Raises
    ------
    CommandError
        With everything wrong with it.
    """
    try:
        return read_cargo(path, desk.catalogue)
    except TableFaultsError as error:
        raise CommandError(refused("cargo_refused", error)) from None


def load_plan(path: Path, desk: Desk) -> PlanFile:
    """
    Return the plan of a file with its cargo.

    Raises
    ------
    CommandError
        With everything wrong with it.
    """
    try:
        return read_plan(path, desk.catalogue)
    except TableFaultsError as error:
        raise CommandError(refused("plan_refused", error)) from None


def landed_faults(path: Path, file: PlanFile, desk: Desk) -> list[Violation]:
    """Return what is wrong with the dues that a plan file tells; nothing if it tells none or is of other tables."""
    told = load_object(path.read_bytes(), path.name)
    if file.plan.fingerprint != desk.catalogue.fingerprint or not any(name in told for name in DERIVED):
        return []
    cargo = parted(file.cargo, file.plan.splits)
    return list(check_landed_lines(told, file.plan, cargo, desk.catalogue))


def refused(key: str, error: TableFaultsError) -> str:
    """Return all faults of a file, one on a line, with the number of those beyond what anybody reads."""
    lines = [f"  {fault}" for fault in error.faults[:_SHOWN]]
    if len(error.faults) > _SHOWN:
        lines.append(f"  {both('more_faults', count=len(error.faults) - _SHOWN)}")
    return "\n".join([both(key), *lines])


def summary_text(plan: Plan, cargo: Cargo, desk: Desk, lang: Lang) -> str:
    """Return what a dispatcher asks first as a table."""
    view = PlanView(plan, cargo, desk.catalogue, lang)
    return "\n".join([view.say("plan_title", plan=view.id), "", *columns(summary_lines(view))])


def plan_text(plan: Plan, cargo: Cargo, desk: Desk) -> str:
    """Return a plan as JSON."""
    return _bytes(plan, cargo, desk).decode()


def verdict_json(plan: Plan, desk: Desk, violations: Iterable[Violation]) -> Json:
    """Return what an independent check found."""
    listed = [
        {
            "rule": violation.rule,
            "subject": violation.subject,
            "actual": violation.actual,
            "limit": violation.limit,
            "message": violation.message,
        }
        for violation in violations
    ]
    return {
        "sound": not listed,
        "cost_minor": plan.cost_minor,
        "currency": plan.currency,
        "fingerprint": plan.fingerprint,
        "data_fingerprint": desk.catalogue.fingerprint,
        "violations": listed,
    }


def verdict_text(plan: Plan, violations: list[Violation], lang: Lang, key: str = "unsound") -> str:
    """Return what an independent check found, one broken rule on a line."""
    if violations:
        return "\n".join([say(lang, key, count=len(violations)), *(f"  {violation}" for violation in violations)])
    served, cost = len(plan.journeys), f"{yuan(plan.cost_minor):,}"
    return say(lang, "sound", shipments=served, loads=len(plan.loads), cost=cost)


def shipment_json(file: PlanFile, desk: Desk, shipment: str) -> Json:
    """Return what a plan does with a shipment and why."""
    return explain(PlanView(*file, desk.catalogue, "zh"), shipment)


def shipment_text(file: PlanFile, desk: Desk, shipment: str, lang: Lang) -> str:
    """Return the same for people."""
    return explanation_text(PlanView(*file, desk.catalogue, lang), shipment)


def stopped_text(plan: Plan, lang: Lang) -> str:
    """Return that a run was stopped, and how many shipments it had not looked at."""
    count = sum(left.is_unplanned for left in plan.unserved)
    return "\n".join([say(lang, "stopped"), *([say(lang, "unplanned", count=count)] if count else [])])


def kept_text(freeze: Freeze, lang: Lang) -> str:
    """Return how much of an earlier plan had to stay, and did."""
    alone = sum(journey.load is None for journey in freeze.journeys.values()) + len(freeze.unserved)
    return say(lang, "frozen_kept", loads=len(freeze.loads), alone=alone)


def write_outputs(
    paths: Iterable[Path], plan: Plan, cargo: Cargo, desk: Desk, lang: Lang
) -> tuple[list[Path], list[str]]:
    """
    Write a plan into files, each whole or not at all; return those written, and why others were not.

    Parameters
    ----------
    paths
        Files whose names end in ``.json``, ``.xlsx``, ``.ics`` (the cut-offs) or ``.html`` (the map).
    plan, cargo, desk
        What to write.
    lang
        Language of the workbook and the map.
    """
    written, refused = [], []
    for path in paths:
        try:
            replace_file(path, file_bytes(path.suffix.casefold(), plan, cargo, desk, lang))
            written.append(path)
        except OSError as error:
            refused.append(both("plan_not_written", path=path, reason=error.strerror or type(error).__name__))
    return written, refused


def file_bytes(suffix: str, plan: Plan, cargo: Cargo, desk: Desk, lang: Lang) -> bytes:
    """Return a plan as the content of a file whose name ends in ``.json``, ``.xlsx``, ``.ics`` or ``.html``."""
    return _MAKERS[suffix](plan, cargo, desk, lang)


def _json(plan: Plan, cargo: Cargo, desk: Desk, _: Lang) -> bytes:
    return _bytes(plan, cargo, desk)


def _bytes(plan: Plan, cargo: Cargo, desk: Desk) -> bytes:
    """Return a plan as JSON, with what is due on arrival beside it."""
    found = desk.catalogue.derived(PlanLanded).of(plan, parted(cargo, plan.splits))
    derived = {"landed_total": total_json(found), "landed": [dues_json(dues) for dues in found]}
    return plan_bytes(plan, cargo, desk.catalogue, derived)


def _workbook(plan: Plan, cargo: Cargo, desk: Desk, lang: Lang) -> bytes:
    # The library of workbooks is large, and the other files do not need it.
    from api.plan_excel import plan_workbook  # noqa: PLC0415

    return plan_workbook(PlanView(plan, cargo, desk.catalogue, lang))


def _map(plan: Plan, cargo: Cargo, desk: Desk, lang: Lang) -> bytes:
    # So is the one for maps.
    from viz.plan_map import plan_layers, plan_page  # noqa: PLC0415

    view = PlanView(plan, cargo, desk.catalogue, lang)
    layers = plan_layers(desk.book, desk.axis, plan, view.cargo, lang=lang, title=view.say("plan_title", plan=view.id))
    return plan_page(layers, lang=lang).encode()


def _calendar(plan: Plan, cargo: Cargo, desk: Desk, lang: Lang) -> bytes:
    from api.calendars import plan_calendar  # noqa: PLC0415

    return plan_calendar(PlanView(plan, cargo, desk.catalogue, lang), desk.clock())


_MAKERS: dict[str, Callable[[Plan, Cargo, Desk, Lang], bytes]] = {
    ".json": _json,
    ".xlsx": _workbook,
    _MAP_SUFFIX: _map,
    ".ics": _calendar,
}
