"""Ways to break the charges of a valid option."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.mutations import breaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.itinerary import Charge, Option
    from tests.mutations import Broken
    from tests.oracles.networks import Question


def _with_charge(question: Question, option: Option, wanted: Callable[[Charge], bool], **changes: object) -> Broken:
    """Return the option with its first wanted charge changed."""
    index = next((index for index, charge in enumerate(option.charges) if wanted(charge)), None)
    if index is None:
        return None
    charges = list(option.charges)
    charges[index] = replace(charges[index], **changes)  # type: ignore[arg-type]
    return question, replace(option, charges=tuple(charges))


def _has_amount(charge: Charge) -> bool:
    """Tell whether a charge is more than nothing."""
    return charge.amount_minor > 0


def _is_handling(charge: Charge) -> bool:
    """Tell whether a charge is one of handling, with one quantity and one rate."""
    return charge.table == "handling" and charge.rate > 0


def _first(option: Option, wanted: Callable[[Charge], bool] = _has_amount) -> Charge | None:
    """Return the first charge that is wanted."""
    return next(filter(wanted, option.charges), None)


@breaks("charge_amount")
def cheaper_charge(question: Question, option: Option) -> Broken:
    """Claim that a charge is a minor unit too low."""
    charge = _first(option)
    return None if charge is None else _with_charge(question, option, _has_amount, amount_minor=charge.amount_minor - 1)


@breaks("charge_cny")
def cheaper_by_a_fen(question: Question, option: Option) -> Broken:
    """Claim that a charge is a fen too low, and the total with it."""
    charge = _first(option)
    if charge is None:
        return None
    total = replace(option, cost_cny_minor=option.cost_cny_minor - 1)
    return _with_charge(question, total, _has_amount, cny_minor=charge.cny_minor - 1)


@breaks("charge_currency")
def other_currency(question: Question, option: Option) -> Broken:
    """Claim that a charge is in another currency."""
    charge = _first(option)
    currency = "EUR" if charge is not None and charge.currency != "EUR" else "CNY"
    return _with_charge(question, option, _has_amount, currency=currency)


@breaks("charge_quantity")
def other_quantity(question: Question, option: Option) -> Broken:
    """Claim that a charge shows another quantity."""
    charge = _first(option, _is_handling)
    quantity = Decimal(0) if charge is None else charge.quantity + 1
    return _with_charge(question, option, _is_handling, quantity=quantity)


@breaks("charge_rate")
def other_rate(question: Question, option: Option) -> Broken:
    """Claim that a charge shows another rate."""
    charge = _first(option, _is_handling)
    rate = Decimal(0) if charge is None else charge.rate + 1
    return _with_charge(question, option, _is_handling, rate=rate)


@breaks("charge_missing")
def missing_charge(question: Question, option: Option) -> Broken:
    """Claim that a charge is left out."""
    charge = _first(option)
    kept = tuple(each for each in option.charges if each is not charge)
    return None if charge is None else (question, replace(option, charges=kept))


@breaks("charge_missing")
def missing_storage(question: Question, option: Option) -> Broken:
    """Claim that storage is left out, and the total is without it."""
    kept = tuple(charge for charge in option.charges if charge.code != "storage" or charge.amount_minor == 0)
    cost = sum(charge.cny_minor for charge in kept)
    return None if kept == option.charges else (question, replace(option, charges=kept, cost_cny_minor=cost))


@breaks("charge_extra")
def charged_twice(question: Question, option: Option) -> Broken:
    """Claim that a charge stands twice."""
    charge = _first(option)
    return None if charge is None else (question, replace(option, charges=(*option.charges, charge)))


@breaks("charge_extra")
def charge_of_nothing(question: Question, option: Option) -> Broken:
    """Claim that a charge is of a row that does not exist."""
    return _with_charge(question, option, _has_amount, row="elsewhere")


@breaks("charge_extra")
def charge_of_another_step(question: Question, option: Option) -> Broken:
    """Claim that a charge is put to another step."""
    return _with_charge(question, option, _has_amount, step=99)


@breaks("charge_table")
def other_table(question: Question, option: Option) -> Broken:
    """Claim that a charge names another table."""
    return _with_charge(question, option, _has_amount, table="geometry")


@breaks("charge_basis")
def other_basis(question: Question, option: Option) -> Broken:
    """Claim that a charge shows another basis."""
    return _with_charge(question, option, _is_handling, basis="per_truck")


@breaks("charge_assumed")
def hidden_assumption(question: Question, option: Option) -> Broken:
    """Claim that a charge does not say that it is assumed."""
    return _with_charge(question, option, lambda charge: charge.assumed, assumed=False)


@breaks("charge_source")
def other_source(question: Question, option: Option) -> Broken:
    """Claim that a charge quotes another source."""
    return _with_charge(question, option, _has_amount, source="hearsay")
