"""Promising parts of a plan: load units, and shipments that travel alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from api.cli_common import CommandError
from api.faults import RequestFault
from api.plan_explain import near_ids
from api.texts import both, say
from data.messages import echo, near_texts
from data.plan import Commitment, Plan


def commit(plan: Plan, names: Sequence[str], commitment: Commitment) -> Plan:
    """
    Return a plan in which some parts have a commitment.

    Parameters
    ----------
    plan
        The plan.
    names
        Ids of load units, and of shipments that travel alone.
    commitment
        How far they are a promise from now on.

    Raises
    ------
    CommandError
        With every id that cannot be promised so, and why; then nothing is.
    """
    refused = commit_faults(plan, names)
    if refused:
        lines = [f"  {one.message_zh} / {one.message_en}" for one in refused]
        raise CommandError("\n".join([both("commit_refused"), *lines]))
    return committed(plan, names, commitment)


def committed(plan: Plan, names: Sequence[str], commitment: Commitment) -> Plan:
    """Return a plan in which some parts, which can have one, have a commitment."""
    loads = tuple(replace(one, commitment=commitment) if one.id in names else one for one in plan.loads)
    journeys = tuple(replace(one, commitment=commitment) if one.shipment in names else one for one in plan.journeys)
    return replace(plan, loads=loads, journeys=journeys)


def commit_faults(plan: Plan, names: Sequence[str]) -> list[RequestFault]:
    """Return what is wrong with each id that no load unit and no shipment alone has, or that both have."""
    return list(_refused(plan, names))


def _refused(plan: Plan, names: Sequence[str]) -> Iterator[RequestFault]:
    loads = {load.id for load in plan.loads}
    boxed = {journey.shipment: journey.load for journey in plan.journeys if journey.load is not None}
    alone = {journey.shipment for journey in plan.journeys if journey.load is None}
    behind = {left.shipment for left in plan.unserved}
    for name in dict.fromkeys(names):
        if name in loads and name in alone | boxed.keys() | behind:
            yield _fault(name, "commit_ambiguous")
        elif name in boxed:
            yield _fault(name, "commit_boxed", load=boxed[name])
        elif name in behind:
            yield _fault(name, "commit_behind")
        elif name not in loads | alone:
            yield _fault(name, "commit_unknown", **near_texts(near_ids(name, sorted(loads | alone))))


def _fault(name: str, rule: str, **values: object) -> RequestFault:
    shown = echo(name)
    zh, en = say("zh", rule, id=shown, **values), say("en", rule, id=shown, **values)
    return RequestFault(field="ids", value=shown, rule=rule, message_zh=zh, message_en=en)
