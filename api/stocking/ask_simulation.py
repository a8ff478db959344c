"""Reading requests to play a stocking plan, or rules, in many futures: everything wrong is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.faults import Findings, RequestFaultsError
from api.plans.ask import check_names, read_job, usual
from api.stock_simulate import RULE_NAMES, TUNING_SEED, USUAL_FUTURES, USUAL_SEED, usual_rules
from api.stocking.ask import read_terms, standing, stock_in, told
from api.stocking.weeks import first_week
from data.fields import is_blank, read_count, read_list, read_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from api.answer_schema import Json
    from api.desk import Desk
    from api.stocking.sent import Sent
    from data.stock import Stock

OF_PLAN = ("from", "weeks", "service")
"""What a plan says, and nobody else when there is one."""
SIMULATE_OPTIONS = ("name", "priority", "plan", *OF_PLAN, "policies", "futures", "seed")
MOST_FUTURES = 10_000
_NAMELESS = "simulation"


class SimulationAsk(NamedTuple):
    """
    A simulation that is asked for.

    Parameters
    ----------
    name, priority
        Of the job.
    stock
        The seller's file, None for that of the plan.
    plan
        Id of a kept stocking plan, None without one.
    options
        Rules, futures and seed; and without a plan origin, weeks and service.
    """

    name: str
    priority: int
    stock: Stock | None
    plan: str | None
    options: Json


def read_simulation_ask(sent: Sent, desk: Desk) -> SimulationAsk:
    """
    Return what is to be simulated.

    Raises
    ------
    RequestFaultsError
        With everything wrong with file and options.
    """
    found, given = sent.found, sent.given
    check_names(found, given, SIMULATE_OPTIONS)
    plan = read_text(found, "plan", given.get("plan"))
    upload = sent.files.get("stock") if plan else sent.needed()
    name, priority = read_job(found, given, plan or (_NAMELESS if upload is None else upload.label))
    options = _draw(found, given, has_plan=plan is not None)
    if plan is None:
        options = read_terms(found, {**given, "seed": None}, desk) | options
    else:
        for field in OF_PLAN:
            if not is_blank(given.get(field)):
                found.add(field, given[field], "not_with_plan")
    stock = None if upload is None else stock_in(found, upload, desk)
    if stock is not None and options.get("weeks") is not None:
        start = first_week(stock, desk.clock().date())
        options["start"] = start.isoformat()
        found.faults += told(standing(stock, desk.catalogue, start, options["weeks"]))
    if found.faults:
        raise RequestFaultsError(found.faults)
    return SimulationAsk(name, priority, stock, plan, options)


def check_of_plan(stock: Stock, desk: Desk, start: dt.date, weeks: int) -> None:
    """
    Refuse a file that cannot be played in the weeks of a plan.

    Raises
    ------
    RequestFaultsError
        With everything that keeps it from that.
    """
    faults = told(standing(stock, desk.catalogue, start, weeks))
    if faults:
        raise RequestFaultsError(faults)


def _draw(found: Findings, given: Mapping[str, Any], *, has_plan: bool) -> Json:
    """Return which rules are played, in how many futures, and of which seed these are."""
    names = read_list(found, "policies", given.get("policies"))
    for name in names:
        if name not in RULE_NAMES:
            found.add("policies", name, "unknown_choice", choices=" ".join(RULE_NAMES))
    return {
        "policies": list(usual_rules(names, has_plan=has_plan)),
        "futures": read_count(found, "futures", usual(given, "futures", USUAL_FUTURES), low=2, high=MOST_FUTURES),
        "seed": read_count(found, "seed", usual(given, "seed", USUAL_SEED), low=0, high=TUNING_SEED - 1),
    }
