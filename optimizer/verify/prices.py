"""The lines of a leg, of a process and of a stay."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.verify.lines import minor, priced, with_minimum
from optimizer.verify.ride import trucks_of
from optimizer.verify.rows import handling_row, storage_rows, valid_rows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from data.records import Clearance, Handling, Location, Stuffing, Surcharge, Tariff
    from optimizer.verify.case import Case
    from optimizer.verify.lines import Line
    from optimizer.verify.ride import Ride

_DAY_MIN = 24 * 60


def leg_lines(case: Case, ride: Ride, date: dt.date) -> Iterator[Line]:
    """Yield the lines of a leg that departs on a local date: freight or addon, surcharges, both handlings."""
    freight = None if ride.is_first else _freight_line(case, ride, valid_rows(ride.rows, date))
    if freight is not None:
        yield freight
    if ride.is_first:
        yield _addon_line(case, ride)
    for row in case.facts.surcharges.get(ride.service.mode, ()):
        if surcharge_applies(case, ride, row, date):
            yield from _surcharge_line(case, ride, row, freight)
    if not ride.is_second:
        yield from _handling_line(case, ride, "out")
    if not ride.is_first:
        yield from _handling_line(case, ride, "in")


def _freight_line(case: Case, ride: Ride, rows: list[Tariff]) -> Line | None:
    """Return the freight line by the tariff rows in force."""
    if not rows:
        return None
    terms = [(_freight_quantity(case, ride, row), Fraction(row.rate)) for row in rows]
    is_scale = rows[0].basis == "breaks"
    least = min(quantity * rate for quantity, rate in terms) if is_scale else terms[0][0] * terms[0][1]
    used = rows if is_scale else rows[:1]
    minimum = max((row.min_charge for row in used if row.min_charge is not None), default=None)
    cheapest = [place for place, term in enumerate(terms[: len(used)]) if term[0] * term[1] == least]
    return priced(
        case.facts,
        code="freight",
        table="tariffs",
        rows=[used[place] for place in cheapest],
        terms=[terms[place] for place in cheapest],
        amount_minor=with_minimum(case.facts, least, minimum, used[0].currency),
        currency=used[0].currency,
    )


def _freight_quantity(case: Case, ride: Ride, row: Tariff) -> Fraction:
    """Return the exact quantity a tariff row multiplies."""
    if row.basis == "per_box":
        return Fraction(case.boxes(ride.form))
    if row.basis == "per_truck":
        return Fraction(trucks_of(case, ride))
    if row.basis == "per_wm":
        return max(case.weight_or_measure, Fraction(1))
    kg = case.chargeable_kg(ride.product, ride.service.mode)
    return max(kg, Fraction(row.break_kg or 0)) if row.basis == "breaks" else kg


def _addon_line(case: Case, ride: Ride) -> Line:
    """Return the addon of a through rate, a line of its first leg."""
    row = ride.through
    if row is None:
        msg = "only a leg of a through rate has an addon"
        raise ValueError(msg)
    term = (case.chargeable_kg("air", ride.service.mode), Fraction(row.addon_per_kg))
    return priced(
        case.facts,
        code="through_addon",
        table="through_rates",
        rows=[row],
        terms=[term],
        amount_minor=minor(case.facts, term[0] * term[1], row.currency),
        currency=row.currency,
    )


def surcharge_applies(case: Case, ride: Ride, row: Surcharge, date: dt.date) -> bool:
    """Tell whether a surcharge row of the leg's mode is about a leg."""
    ends = {"origin": [ride.board], "destination": [ride.alight], "leg": [ride.board, ride.alight]}[row.at]
    left_out = (ride.is_first and row.basis == "percent") or (ride.is_second and row.at == "origin")
    return (
        not left_out
        and row.service in {None, ride.service.id}
        and row.product in {None, ride.product}
        and any(row.location in {None, end.code} and row.territory in {None, end.territory} for end in ends)
        and not (row.international and case.facts.area(ride.board) == case.facts.area(ride.alight))
        and not (row.basis == "per_box" and ride.product != "fcl")
        and row.valid_from <= date <= row.valid_to
    )


def _surcharge_line(case: Case, ride: Ride, row: Surcharge, freight: Line | None) -> Iterator[Line]:
    """Yield the line of a surcharge row."""
    if row.basis == "percent":
        if freight is None:
            return
        currency = freight.currency
        quantity = Fraction(1)
        freight_amount = Fraction(freight.amount_minor, 10 ** case.facts.rates[currency].exponent)
        amount = freight_amount * Fraction(row.rate) / 100
    else:
        currency = row.currency or ""
        quantity = _surcharge_quantity(case, ride, row.basis)
        amount = quantity * Fraction(row.rate)
    yield priced(
        case.facts,
        code=row.code,
        table="surcharges",
        rows=[row],
        terms=[(quantity, Fraction(row.rate))],
        amount_minor=with_minimum(case.facts, amount, row.min_charge, currency),
        currency=currency,
    )


def _surcharge_quantity(case: Case, ride: Ride, basis: str) -> Fraction:
    """Return the exact quantity a surcharge multiplies."""
    if basis == "per_kg":
        return case.chargeable_kg(ride.product, ride.service.mode)
    return _quantity(case, basis, case.boxes(ride.form))


def _quantity(case: Case, basis: str, boxes: int) -> Fraction:
    """Return the exact quantity of a basis that goes by gross mass."""
    quantities = {
        "per_box": Fraction(boxes),
        "per_bl": Fraction(1),
        "per_kg": case.actual_kg,
        "per_wm": case.weight_or_measure,
    }
    return quantities[basis]


def _handling_line(case: Case, ride: Ride, direction: str) -> Iterator[Line]:
    """Yield the line of handling at one end of a leg."""
    place = ride.board if direction == "out" else ride.alight
    row = handling_row(case.facts, place, ride.service.mode, direction, ride.form)
    if row is not None:
        yield from row_line(case, f"handling_{direction}", "handling", row, case.boxes(ride.form))


def row_line(case: Case, code: str, table: str, row: Handling | Stuffing | Clearance, boxes: int) -> Iterator[Line]:
    """Yield the line of a row with one basis and one rate; none if its price is unknown."""
    if row.basis is None or row.rate is None or row.currency is None:
        return
    term = (_quantity(case, row.basis, boxes), Fraction(row.rate))
    minimum = getattr(row, "min_charge", None)
    yield priced(
        case.facts,
        code=code,
        table=table,
        rows=[row],
        terms=[term],
        amount_minor=with_minimum(case.facts, term[0] * term[1], minimum, row.currency),
        currency=row.currency,
    )


def storage_lines(case: Case, place: Location, form: str, stay_min: int) -> Iterator[Line]:
    """
    Yield the lines of a stay, from the start of the storage clock to the departure.

    Notes
    -----
    Each started day after the free time costs the rate of the tier with the greatest first day not after it; the
    days of a tier are one line.
    """
    tiers = storage_rows(case.facts, place, form)
    for tier, following in zip(tiers, [*tiers[1:], None], strict=False):
        days = max(0, -(-(stay_min - tier.free_min) // _DAY_MIN))
        end = days if following is None else min(days, following.from_day - 1)
        if end < tier.from_day:
            return
        days_charged = end - tier.from_day + 1
        term = (_quantity(case, tier.basis, case.boxes(form)) * days_charged, Fraction(tier.rate))
        yield priced(
            case.facts,
            code="storage",
            table="storage",
            rows=[tier],
            terms=[term],
            amount_minor=minor(case.facts, term[0] * term[1], tier.currency),
            currency=tier.currency,
        )
