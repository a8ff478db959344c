"""Making a question that shows a fault as small as possible."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from data import TableFaultsError
from data.shipment import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from data.provenance import Row
    from tests.oracles.networks import Question

_NEEDED = (
    "territories",
    "calendars",
    "locations",
    "load_units",
    "fx",
    "settings",
    "chargeable_rules",
    "emission_factors",
)
_TABLES = (
    "services",
    "through_rates",
    "surcharges",
    "restrictions",
    "cutoffs",
    "storage",
    "handling",
    "stuffing",
    "clearance",
    "tariffs",
    "departure_exceptions",
    "allotments",
    "throughput",
    "holidays",
    "workday_overrides",
)


def reduced(question: Question, is_faulty: Callable[[Question], bool]) -> Question:
    """
    Return a small question that still shows a fault.

    Parameters
    ----------
    question
        A question that shows it.
    is_faulty
        Tells whether a question shows it.
    """
    question = _plainer(question, is_faulty)
    for table in _TABLES:
        question = _first_of(
            [_without(question, table, set(range(len(question.catalogue.table(table)))))], is_faulty, question
        )
    for table in _TABLES * 2:
        for index in reversed(range(len(question.catalogue.table(table)))):
            question = _first_of([_without(question, table, {index})], is_faulty, question)
    return question


def _first_of(others: Iterable[Question | None], is_faulty: Callable[[Question], bool], question: Question) -> Question:
    """Return the first of other questions that makes sense and shows the fault, or else the question itself."""
    return next((other for other in others if other is not None and is_faulty(other)), question)


def described(question: Question) -> str:
    """Return a question as text: what is asked, and the rows of its tables without provenance."""
    lines = [str(question.shipment), str(question.filters)]
    for table in ("services", "calls", *_TABLES[1:], *_NEEDED):
        lines += [f"{table}: {_facts(row)}" for row in question.catalogue.table(table)]
    return "\n".join(lines)


def _facts(row: Row) -> str:
    """Return the values of a row that are not empty."""
    left_out = {"source", "as_of", "confidence", "row", "name_zh", "name_en"}
    values = {field.name: getattr(row, field.name) for field in fields(row) if field.name not in left_out}
    return " ".join(f"{name}={value}" for name, value in values.items() if value not in (None, (), False))


def _plainer(question: Question, is_faulty: Callable[[Question], bool]) -> Question:
    """Return the question without filters, dates and goods as far as they do not matter."""
    scenarios = Filters(scenarios=question.filters.scenarios)
    plain = [question._replace(filters=filters) for filters in (Filters(), scenarios)]
    question = _first_of(plain, is_faulty, question)
    for change in ({"depart_by": None}, {"due_at": None}, {"goods": frozenset()}):
        asked = replace(question.shipment, **change)  # type: ignore[arg-type]
        question = _first_of([question._replace(shipment=asked)], is_faulty, question)
    return question


def _without(question: Question, table: str, left_out: set[int]) -> Question | None:
    """Return the question without some rows and what refers to them, None if that is no catalogue."""
    rows = question.catalogue.table(table)
    tables = {table: [row for index, row in enumerate(rows) if index not in left_out]}
    if table == "services":
        gone = {getattr(rows[index], "id", None) for index in left_out}
        for other in ("calls", "tariffs", "cutoffs", "surcharges", "departure_exceptions"):
            kept = [row for row in question.catalogue.table(other) if getattr(row, "service", None) not in gone]
            tables[other] = kept
    try:
        return question._replace(catalogue=question.catalogue.replace(**tables))
    except TableFaultsError:
        return None
