"""Ways to take the ground from under a valid option: other tables, another shipment, other filters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from data.records import CutOff, DepartureException
from optimizer.verify.clock import Clock
from optimizer.verify.facts import Facts
from tests.mutations import breaks, last_index, last_leg

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.itinerary import Option, Step
    from data.provenance import Row
    from tests.mutations import Broken
    from tests.oracles.networks import Question

PROVENANCE: dict[str, Any] = {"source": "test", "as_of": "2026", "confidence": "high", "assumed": False}
_FAR_MIN = 10**5


def changed(question: Question, table: str, wanted: Callable[[Any], bool], **changes: object) -> Question:
    """Return the question with some rows of a table changed."""
    rows = [replace(row, **changes) if wanted(row) else row for row in question.catalogue.table(table)]  # type: ignore[arg-type]
    return question._replace(catalogue=question.catalogue.replace(**{table: rows}))


def added(question: Question, table: str, row: Row) -> Question:
    """Return the question with a row more."""
    rows = [*question.catalogue.table(table), row]
    return question._replace(catalogue=question.catalogue.replace(**{table: rows}))


def asked(question: Question, **changes: object) -> Question:
    """Return the question with another shipment."""
    return question._replace(shipment=replace(question.shipment, **changes))  # type: ignore[arg-type]


def filtered(question: Question, **changes: object) -> Question:
    """Return the question with other filters."""
    return question._replace(filters=replace(question.filters, **changes))  # type: ignore[arg-type]


def with_service(question: Question, option: Option, **changes: object) -> Question:
    """Return the question with the service of the last leg changed."""
    service = last_leg(option).service
    return changed(question, "services", lambda row: row.id == service, **changes)


def with_place(question: Question, step: Step, **changes: object) -> Question:
    """Return the question with the place of a step changed."""
    return changed(question, "locations", lambda row: row.code == step.origin, **changes)


def with_setting(question: Question, key: str, value: str) -> Question:
    """Return the question with another setting."""
    return changed(question, "settings", lambda row: row.key == key, value=value)


def step_of(option: Option, kind: str, status: str | None = None) -> Step | None:
    """Return the last step of a kind, with a status if one is given."""
    index = last_index(option, lambda step: step.kind == kind and status in {None, step.status})
    return None if index is None else option.steps[index]


def _late(question: Question, option: Option, kind: str) -> Broken:
    """Return the question with one early cut-off of the first leg's service, in place of those it has."""
    leg = next(step for step in option.steps if step.kind == "leg")
    form = "loose" if leg.form == "loose" else "box"
    row = CutOff(
        id="new",
        service=leg.service,
        mode=leg.mode,
        form=form,
        type=kind,
        minutes_before=_FAR_MIN,
        **PROVENANCE,  # type: ignore[arg-type]
    )
    return added(question, "cutoffs", row), option


@breaks("service")
def suspended(question: Question, option: Option) -> Broken:
    """Suppose that a service is suspended."""
    return with_service(question, option, status="suspended"), option


@breaks("service")
def scenario_off(question: Question, option: Option) -> Broken:
    """Suppose that a scenario service is not switched on."""
    return filtered(with_service(question, option, status="scenario"), scenarios=frozenset()), option


@breaks("departure")
def cancelled(question: Question, option: Option) -> Broken:
    """Suppose that every departure is cancelled."""
    service = last_leg(option).service or ""
    clock = Clock(Facts(question.catalogue))
    kept = [row for row in question.catalogue.departure_exceptions if row.service != service]
    days = (clock.last_date - clock.first_date).days
    rows = [
        DepartureException(
            service=service, date=clock.first_date + dt.timedelta(days=day), action="cancel", reason=None, **PROVENANCE
        )
        for day in range(days + 1)
    ]
    always = with_service(question, option, valid_from=None, valid_to=None)
    return always._replace(catalogue=always.catalogue.replace(departure_exceptions=[*kept, *rows])), option


@breaks("departure")
def other_weekday(question: Question, option: Option) -> Broken:
    """Suppose that a service runs on two local days of the week in another week only."""
    service = next(row for row in question.catalogue.services if row.id == last_leg(option).service)
    has_extra = any(row.service == service.id for row in question.catalogue.departure_exceptions)
    days = tuple(day for day in range(1, 8) if day not in service.days)
    return None if has_extra or not days else (with_service(question, option, days=days), option)


@breaks("departure")
def not_yet_valid(question: Question, option: Option) -> Broken:
    """Suppose that a service starts only next year."""
    has_extra = any(row.service == last_leg(option).service for row in question.catalogue.departure_exceptions)
    late = dt.date(2027, 6, 1)
    return None if has_extra else (with_service(question, option, valid_from=late, valid_to=None), option)


@breaks("departure")
def slower_run(question: Question, option: Option) -> Broken:
    """Suppose that the last call of a leg takes an hour more."""
    leg = last_leg(option)

    def is_end(row: Any) -> bool:  # noqa: ANN401 - a row of any table
        return (row.service, row.location) == (leg.service, leg.destination) and row.seq > 1

    rows = [row for row in question.catalogue.calls if is_end(row)]
    changes = {"run_min": rows[-1].run_min + 60, "run_p90_min": rows[-1].run_p90_min + 60}
    return None if len(rows) != 1 else (changed(question, "calls", is_end, **changes), option)


@breaks("cutoff")
def missed_cutoff(question: Question, option: Option) -> Broken:
    """Suppose that the goods miss the cut-off of the first departure."""
    return _late(question, option, "customs")


@breaks("documentation")
def missed_documentation(question: Question, option: Option) -> Broken:
    """Suppose that the documents miss the cut-off of the first departure."""
    return _late(question, option, "documentation")


@breaks("cutoff")
def too_late(question: Question, option: Option) -> Broken:
    """Suppose that the goods are ready only at the first departure and a minute."""
    first = next(step for step in option.steps if step.kind == "leg")
    clock_min = first.depart_min + 1
    epoch = Facts(question.catalogue).epoch
    late = asked(question, ready_at=epoch + dt.timedelta(minutes=clock_min))
    steps = list(option.steps)
    steps[0] = replace(steps[0], ready_min=clock_min)
    return None if steps[0].kind != "leg" else (late, replace(option, steps=tuple(steps)))


@breaks("connection")
def missed_connection(question: Question, option: Option) -> Broken:
    """Suppose that a through rate needs more time at its hub than there is."""
    index = last_index(option, lambda step: step.through is not None)
    if index is None:
        return None
    through = option.steps[index].through
    steps = list(option.steps)
    connection_min = steps[index].depart_min - steps[index - 1].arrive_min + 1
    ready_min = steps[index].depart_min + 1
    steps[index - 1] = replace(steps[index - 1], available_min=ready_min)
    steps[index] = replace(steps[index], ready_min=ready_min)
    late = changed(question, "through_rates", lambda row: row.id == through, connection_min=connection_min)
    return late, replace(option, steps=tuple(steps))


@breaks("depart_by")
def leaves_too_late(question: Question, option: Option) -> Broken:
    """Suppose that the goods should have left a minute earlier."""
    latest = Facts(question.catalogue).epoch + dt.timedelta(minutes=option.depart_min - 1)
    return asked(question, depart_by=latest), option


@breaks("available")
def slow_hands(question: Question, option: Option) -> Broken:
    """Suppose that handling in takes an hour more."""
    leg = last_leg(option)
    form = "loose" if leg.form == "loose" else "box"
    rows = [row for row in question.catalogue.handling if (row.mode, row.direction, row.form) == (leg.mode, "in", form)]
    if leg.product == "air" or any(row.location is not None or row.kind is not None for row in rows) or not rows:
        return None
    slow = changed(question, "handling", lambda row: row in rows, minutes=rows[0].minutes + 60)
    return slow, option


@breaks("available")
def closed_for_good(question: Question, option: Option) -> Broken:
    """Suppose that the place of arrival never opens."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    shut = changed(question, "calendars", lambda _: True, **dict.fromkeys(days, ()))
    return None if last_leg(option).through is not None else (shut, option)


@breaks("process_time")
def office_closed(question: Question, option: Option) -> Broken:
    """Suppose that the office that clears is never open."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    shut = changed(question, "calendars", lambda _: True, **dict.fromkeys(days, ()))
    return None if step_of(option, "clearance") is None else (shut, option)


@breaks("process")
def no_export_here(question: Question, option: Option) -> Broken:
    """Suppose that a place does not clear exports."""
    step = step_of(option, "clearance", "R")
    return None if step is None else (with_place(question, step, clears_export=False), option)


@breaks("process")
def no_import_here(question: Question, option: Option) -> Broken:
    """Suppose that a place does not clear imports."""
    step = step_of(option, "clearance", "I")
    return None if step is None else (with_place(question, step, clears_import=False), option)


@breaks("process")
def no_stuffing_here(question: Question, option: Option) -> Broken:
    """Suppose that a place does not stuff boxes."""
    step = step_of(option, "stuff")
    return None if step is None else (with_place(question, step, stuffs=False), option)


@breaks("process")
def no_stripping_here(question: Question, option: Option) -> Broken:
    """Suppose that a place does not strip boxes."""
    step = step_of(option, "strip")
    return None if step is None else (with_place(question, step, strips=False), option)


@breaks("row")
def closer_row(question: Question, option: Option) -> Broken:
    """Suppose that a row that names the place of stuffing replaces the one used."""
    step = step_of(option, "stuff")
    rows = [row for row in question.catalogue.stuffing if step is not None and row.id == step.row]
    if step is None or rows[0].location is not None:
        return None
    closer = replace(rows[0], id="new", location=step.origin, kind=None, territory=None)
    return added(question, "stuffing", closer), option


@breaks("calls")
def no_boarding(question: Question, option: Option) -> Broken:
    """Suppose that cargo may not board where it does."""
    leg = last_leg(option)
    priced = [row for row in question.catalogue.tariffs if row.service == leg.service and row.origin is not None]
    calls = [row for row in question.catalogue.calls if row.service == leg.service]
    # Tariffs must keep a pair of calls they can be about.
    if priced or leg.through is not None or len(calls) < 3 or calls[0].location == leg.origin:
        return None
    shut = [replace(row, can_board=row.can_board and row.location != leg.origin) for row in calls]
    others = [row for row in question.catalogue.calls if row.service != leg.service]
    return question._replace(catalogue=question.catalogue.replace(calls=[*others, *shut])), option


@breaks("product")
def not_sold(question: Question, option: Option) -> Broken:
    """Suppose that the product of a leg is not sold any more."""
    leg = last_leg(option)
    sold = (leg.service, leg.product, leg.unit)
    kept = [row for row in question.catalogue.tariffs if (row.service, row.product, row.unit) != sold]
    return None if leg.through else (question._replace(catalogue=question.catalogue.replace(tariffs=kept)), option)


@breaks("tariff_validity")
def expired_tariff(question: Question, option: Option) -> Broken:
    """Suppose that the prices of a leg ended long ago."""
    leg, old = last_leg(option), dt.timedelta(days=2000)
    others = [row for row in question.catalogue.tariffs if row.service != leg.service]
    expired = [
        replace(row, valid_from=row.valid_from - old, valid_to=row.valid_to - old)
        for row in question.catalogue.tariffs
        if row.service == leg.service
    ]
    return question._replace(catalogue=question.catalogue.replace(tariffs=[*others, *expired])), option


@breaks("tariff_validity")
def expired_through_rate(question: Question, option: Option) -> Broken:
    """Suppose that a through rate ended long ago."""
    old = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2020, 12, 31)}
    used = {step.through for step in option.steps} - {None}
    return (changed(question, "through_rates", lambda row: row.id in used, **old), option) if used else None


@breaks("search_days")
def too_long(question: Question, option: Option) -> Broken:
    """Suppose that the arrival is later than the search looks."""
    length_min = option.arrive_min - option.steps[0].ready_min
    return (with_setting(question, "search_days", "1"), option) if length_min > 24 * 60 else None


@breaks("charge_cny")
def other_exchange_rate(question: Question, option: Option) -> Broken:
    """Suppose that the exchange rate of a charge is another."""
    is_foreign = any(charge.currency != "CNY" and charge.amount_minor > 100 for charge in option.charges)
    dear = changed(question, "fx", lambda row: row.currency != "CNY", cny_per_unit=99)
    return (dear, option) if is_foreign else None


@breaks("charge_missing")
def new_surcharge(question: Question, option: Option) -> Broken:
    """Suppose that a surcharge has been added."""
    mode = last_leg(option).mode
    rows = question.catalogue.surcharges
    always = {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2030, 1, 1), "international": False}
    scope = {"service": None, "location": None, "territory": None, "product": None, "at": "destination"}
    price = {"basis": "per_bl", "currency": "CNY", "rate": 10, "min_charge": None}
    new = replace(rows[0], id="new", mode=mode, **always, **scope, **price)  # type: ignore[arg-type]
    return added(question, "surcharges", new), option


@breaks("total_emissions")
def dirtier_engine(question: Question, option: Option) -> Broken:
    """Suppose that the factor of a mode is higher."""
    leg = last_leg(option)
    dirty = changed(question, "emission_factors", lambda row: row.mode == leg.mode, g_per_tkm=5000)
    return (dirty, option) if leg.emissions_g > 0 and option.emissions_complete else None
