"""The words of an answer: legs, dwells, charges and options, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from decimal import Decimal

    from data.shipment import Shipment

StepKind = Literal["leg", "clearance", "stuff", "strip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """
    One priced line.

    Parameters
    ----------
    code
        ``freight``, ``through_addon``, ``handling_in``, ``handling_out``, ``storage``, ``clearance``, ``stuffing``,
        ``stripping`` or the code of a surcharge row.
    name_zh, name_en
        What the line is, for people.
    table, row
        Fact table and id of the row (first row of a scale) that sets the rate.
    step
        Index of the step in `Option.steps` the line belongs to (storage: the leg it ends with).
    basis, quantity, rate
        Basis word of the row, exact quantity charged and rate per unit; for an air scale the break used.
    amount_minor, currency
        Amount in the row's currency, after rounding and minimum.
    cny_minor
        The same in CNY fen at the dated rate.
    assumed
        True when the row (or its exchange rate) is an assumption.
    source, as_of, valid_to
        Provenance of the row; valid_to as ISO date or None.
    """

    code: str
    name_zh: str
    name_en: str
    table: str
    row: str
    step: int
    basis: str
    quantity: Decimal
    rate: Decimal
    amount_minor: int
    currency: str
    cny_minor: int
    assumed: bool
    source: str
    as_of: str
    valid_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffTime:
    """A task that must be done before a departure: its type, instant, and slack in minutes against the plan."""

    type: str
    at_min: int
    slack_min: int
    binding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One arc of an itinerary. Instants are minutes from the planning epoch.

    Parameters
    ----------
    kind
        ``leg``, ``clearance``, ``stuff`` or ``strip``.
    origin, destination
        Location codes (equal for processes).
    form, status
        State after the step: ``loose`` or a box code; ``D``, ``R`` or ``I``.
    mode, service, product, unit
        Of a leg: its mode, service id, tariff product and unit (None when the product has none).
    through
        Id of the through rate this leg is sold under, or None.
    row
        Of a process: the id of its clearance or stuffing row.
    ready_min
        Instant at which the cargo stood ready before the step.
    depart_min, arrive_min
        Leg: departure and arrival of the vehicle. Process: begin and end.
    available_min
        Instant at which the cargo is ready after the step.
    emissions_g
        Grams CO2e of the step.
    cutoffs
        Cut-offs of a leg.
    """

    kind: StepKind
    origin: str
    destination: str
    form: str
    status: str
    ready_min: int
    depart_min: int
    arrive_min: int
    available_min: int
    emissions_g: int = 0
    mode: str | None = None
    service: str | None = None
    product: str | None = None
    unit: str | None = None
    through: str | None = None
    row: str | None = None
    cutoffs: tuple[CutOffTime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """
    One non-dominated way to move a shipment.

    Parameters
    ----------
    steps
        Arcs in order.
    charges
        Priced lines; their `cny_minor` sum to `cost_cny_minor`.
    cost_cny_minor
        Landed cost in CNY fen (duty and import VAT not included).
    depart_min, arrive_min
        First departure and instant of availability at the destination.
    emissions_g
        Grams CO2e.
    emissions_complete
        False when a run has no factor or distance.
    on_time_probability
        Share of sampled futures that arrive in time.
    arrive_p50_min, arrive_p90_min
        Quantiles of the sampled arrivals.
    assumed_ppm
        Share of the cost that rests on assumed rows, in parts per million.
    unpriced
        Things known to be missing from the price, as (code, location or service).
    best_in
        Criteria in which no other option is better (``cost``, ``time``, ``emissions``); empty for a compromise.
    latest_ready_min
        Latest ready instant that still allows the same departures, bound by the binding cut-off.
    """

    steps: tuple[Step, ...]
    charges: tuple[Charge, ...]
    cost_cny_minor: int
    depart_min: int
    arrive_min: int
    emissions_g: int
    emissions_complete: bool
    on_time_probability: float
    arrive_p50_min: int
    arrive_p90_min: int
    assumed_ppm: int
    latest_ready_min: int
    unpriced: tuple[tuple[str, str], ...] = ()
    best_in: tuple[str, ...] = ()
    alternatives: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    Why something better, or anything at all, is not possible.

    Parameters
    ----------
    rule
        Stable code such as ``arrives_after_due``, ``no_path``, ``restriction``, ``capacity``, ``filter``.
    subject
        What it is about (a service id, location, restriction id), may be empty.
    message_zh, message_en
        Sentences for people, saying what to do next.
    """

    rule: str
    subject: str
    message_zh: str
    message_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """
    The answer for one shipment.

    Parameters
    ----------
    shipment
        What was asked.
    options
        The Pareto front, cheapest first; empty when nothing is feasible.
    blocked
        Reasons; when `options` is empty because of the due date, `nearest` holds what comes closest.
    nearest
        Options that miss the due instant, earliest first.
    fingerprint
        Of the data set.
    runtime_ms
        Time the search took.
    """

    shipment: Shipment
    options: tuple[Option, ...]
    blocked: tuple[Block, ...]
    nearest: tuple[Option, ...]
    fingerprint: str
    runtime_ms: float = field(compare=False, default=0.0)
