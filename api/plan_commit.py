"""Promising parts of a plan: load units, and shipments that travel alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from api.cli_common import CommandError
from api.plan_explain import near_ids
from api.texts import both
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
    refused = list(_refused(plan, names))
    if refused:
        raise CommandError("\n".join([both("commit_refused"), *(f"  {line}" for line in refused)]))
    loads = tuple(replace(one, commitment=commitment) if one.id in names else one for one in plan.loads)
    journeys = tuple(replace(one, commitment=commitment) if one.shipment in names else one for one in plan.journeys)
    return replace(plan, loads=loads, journeys=journeys)


def _refused(plan: Plan, names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with each id that no load unit and no shipment alone has, or that both have."""
    loads = {load.id for load in plan.loads}
    boxed = {journey.shipment: journey.load for journey in plan.journeys if journey.load is not None}
    alone = {journey.shipment for journey in plan.journeys if journey.load is None}
    behind = {left.shipment for left in plan.unserved}
    for name in dict.fromkeys(names):
        shown = echo(name)
        if name in loads and name in alone | boxed.keys() | behind:
            yield both("commit_ambiguous", id=shown)
        elif name in boxed:
            yield both("commit_boxed", id=shown, load=boxed[name])
        elif name in behind:
            yield both("commit_behind", id=shown)
        elif name not in loads | alone:
            near = near_texts(near_ids(name, sorted(loads | alone)))
            yield both("commit_unknown", id=shown, **near)
