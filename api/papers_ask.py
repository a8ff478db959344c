"""Papers that are asked for, of a plan or of an option of a quote, whichever way the question came in."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from api.answer_schema import Json
from api.desk import Answer, Desk
from api.faults import RequestFault, RequestFaultsError, fault
from api.papers_view import PapersView
from api.plan_view import PlanView
from data.errors import Fault, TableFaultsError
from data.paper_facts import Facts, parse_facts
from data.plan_json import PlanFile, parse_plan
from data.splitting import parted
from network.papers import (
    Case,
    cases,
    known_facts,
    known_of,
    load_faults,
    option_case,
    papers,
    papers_of,
    schema_of,
    urn,
)
from viz.theme import Lang

_SHOWN = 12
_SUBJECT = "1"
"""The id of what is quoted, if nobody says one."""
_SHORT = 12


def check_plan(file: PlanFile, label: str) -> None:
    """
    Refuse a plan whose papers could not be right.

    Raises
    ------
    TableFaultsError
        With everything in it that its cargo does not have; else with load units that do not weigh their contents.
    """
    faults = [*_strangers(file, label)] or load_faults(file, label)
    if faults:
        raise TableFaultsError(faults)


def _strangers(file: PlanFile, label: str) -> Iterable[Fault]:
    """Return a fault for everything in a plan that its cargo does not have."""
    known = set(parted(file.cargo, file.plan.splits).by_id)
    travelling = {journey.shipment for journey in file.plan.journeys} & known
    ids = {load.id for load in file.plan.loads}
    found = [("journeys", one.shipment) for one in file.plan.journeys if one.shipment not in known]
    found += [("journeys", str(one.load)) for one in file.plan.journeys if one.load is not None and one.load not in ids]
    found += [("loads", name) for load in file.plan.loads for name in load.shipments if name not in travelling]
    zh, en = (
        "货物或方案里没有；请用 hubport verify 检查方案",
        "is not in the cargo; check the plan with hubport verify",
    )
    return [
        Fault(file=label, column=column, value=name, rule="unknown-id", message_zh=zh, message_en=en)
        for column, name in found
    ]


def subjects_of(file: PlanFile, subject: str | None) -> set[str] | None:
    """
    Return the shipments and load units that are meant, parts in place of what is split; None for all.

    Raises
    ------
    RequestFaultsError
        If nothing of that id travels.
    """
    if subject is None:
        return None
    there = [case.subject for case in cases(file)]
    found = {split.shipment: set(split.parts) for split in file.plan.splits}.get(subject, {subject})
    if found.isdisjoint(there):
        choices = ", ".join(there[:_SHOWN]) + (", …" if len(there) > _SHOWN else "")
        raise RequestFaultsError([fault("subject", subject, "paper_subject", choices=choices)])
    return found


def view_of(file: PlanFile, desk: Desk, facts: Facts, lang: Lang, only: Collection[str] | None = None) -> PapersView:
    """Return the papers of a plan, or of some of its shipments and loads."""
    plan = file.plan
    found = [paper for paper in papers(file, desk.catalogue, facts) if only is None or paper.subject in only]
    name = PlanView(plan, file.cargo, desk.catalogue, lang).id
    about: Json = {"plan": plan.fingerprint, "cargo": plan.cargo_fingerprint}
    return PapersView(found, desk.catalogue, lang, id=name, about=about)


def schemas_json(desk: Desk) -> list[Json]:
    """Return which papers there are, each with the name of its schema."""
    return [
        {
            "kind": row.code,
            "version": row.version,
            "id": urn(row),
            "scope": row.scope,
            "name": {"zh": row.name_zh, "en": row.name_en},
            "issuer": {"zh": row.issuer_zh, "en": row.issuer_en},
        }
        for row in desk.catalogue.paper_kinds
    ]


def schema_json(desk: Desk, kind: str) -> Json | None:
    """Return the JSON Schema of a paper, None if there is no such paper."""
    row = next((row for row in desk.catalogue.paper_kinds if row.code == kind), None)
    return None if row is None else schema_of(row, desk.catalogue)


def plan_json(body: Json, desk: Desk) -> Json:
    """
    Return the papers of a plan that came with a request.

    Parameters
    ----------
    body
        Has the ``plan``, and may have ``facts`` and a ``subject``.
    desk
        Has the tables.

    Raises
    ------
    RequestFaultsError
        With every fault of the plan; else with every fault of the facts.
    """
    try:
        file = parse_plan(_content(body["plan"]), desk.catalogue, "plan")
        check_plan(file, "plan")
    except TableFaultsError as error:
        raise RequestFaultsError(_fault("plan", item) for item in error.faults) from None
    only = subjects_of(file, body.get("subject"))
    facts = _facts(body, desk, known_facts(file, desk.catalogue))
    return view_of(file, desk, facts, "zh", only).json()


def option_json(answer: Answer, body: Json, desk: Desk) -> Json:
    """
    Return the papers of an option of a quote.

    Parameters
    ----------
    answer
        The request and its quote.
    body
        Has the number of the ``option`` from 1, and may have ``facts`` and a ``subject``, which is what the facts
        call the shipment.
    desk
        Has the tables.

    Raises
    ------
    RequestFaultsError
        If there is no such option, or with every fault of the facts.
    """
    options, number = answer.quote.options, body.get("option", 1)
    if not 1 <= number <= len(options):
        raise RequestFaultsError([fault("option", number, "option", count=len(options))])
    case = option_case(answer.request.shipment, (options[number - 1],), body.get("subject") or _SUBJECT)
    facts = _facts(body, desk, known_of([case], desk.catalogue))
    about: Json = {"fingerprint": answer.quote.fingerprint, "option": number}
    name = f"{answer.quote.fingerprint[:_SHORT]}-{number}"
    return option_view([case], desk, facts, name=name, about=about).json()


def option_view(
    found: list[Case], desk: Desk, facts: Facts, *, name: str, about: Json, lang: Lang = "zh"
) -> PapersView:
    """Return the papers of cases that are of no plan."""
    return PapersView(papers_of(found, desk.catalogue, facts), desk.catalogue, lang, id=name, about=about)


def _facts(body: Json, desk: Desk, known: dict[str, dict[str, int | str]]) -> Facts:
    """Return the facts of a request, none without any."""
    if not body.get("facts"):
        return {}
    try:
        return parse_facts(_content(body["facts"]), "facts", desk.catalogue, known)
    except TableFaultsError as error:
        raise RequestFaultsError(_fault("facts", item) for item in error.faults) from None


def _content(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(value, ensure_ascii=False).encode()


def _fault(name: str, found: Fault) -> RequestFault:
    """Return a fault of a file as one of a request."""
    return RequestFault(
        field=name if found.column is None else f"{name}.{found.column}",
        value=found.value, rule=found.rule, row=found.row,
        message_zh=found.message_zh, message_en=found.message_en,
    )  # fmt: skip
