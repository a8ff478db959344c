"""
Filters of lists, said once: name, column and how it is compared.

    BookingFilters = Annotated[Filters, filters_of(is_word("state", Booking.state, *STATES), ...)]

    def get_bookings(filters: BookingFilters) -> Response:
        statement = select(Booking).where(*filters)

The parameters of an endpoint are made of them, with what each may say, so that they stand in the description of the
interface; what is given stands in conditions, all of which must hold.
"""

from __future__ import annotations

import datetime as dt
import inspect
import keyword
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from sqlalchemy import ColumnElement

from api.bodies import Moment

Filters = tuple[ColumnElement[bool], ...]
"""The conditions that were asked for."""
Condition = Callable[[Any], ColumnElement[bool]]
_LONGEST = 200
_LINE = r"^[^\x00-\x1f\x7f]*$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """
    One filter.

    Parameters
    ----------
    name
        Of the parameter.
    kind
        What it takes: a type, with what is said of it in the description of the interface.
    condition
        Returns the condition for a value.
    """

    name: str
    kind: Any
    condition: Condition


def is_text(name: str, column: Any, about: str = "", example: str | None = None) -> Filter:  # noqa: ANN401 - a column
    """Return the filter by a text that must be the same."""
    query = Query(
        alias=name,
        max_length=_LONGEST,
        pattern=_LINE,
        description=about or None,
        examples=None if example is None else [example],
    )
    return Filter(name=name, kind=Annotated[str | None, query], condition=lambda value: column == value)


def has_text(name: str, column: Any, about: str = "") -> Filter:  # noqa: ANN401 - a column
    """Return the filter by a text that must be part of it, whatever the case of letters."""
    query = Query(alias=name, max_length=_LONGEST, pattern=_LINE, description=about or None)
    return Filter(
        name=name,
        kind=Annotated[str | None, query],
        condition=lambda value: column.icontains(value, autoescape=True),
    )


def is_word(name: str, condition: Condition, *words: str, about: str = "") -> Filter:
    """Return the filter by one of some words."""
    kind = Annotated[Literal[words] | None, Query(alias=name, description=about or None)]  # type: ignore[valid-type]
    return Filter(name=name, kind=kind, condition=condition)


def is_true(name: str, condition: Condition, about: str = "") -> Filter:
    """Return the filter by yes or no."""
    return Filter(
        name=name, kind=Annotated[bool | None, Query(alias=name, description=about or None)], condition=condition
    )


def since(name: str, column: Any, about: str = "") -> Filter:  # noqa: ANN401 - a column
    """Return the filter by the first instant."""
    kind = Annotated[Moment | None, Query(alias=name, description=about or "From this instant on")]
    return Filter(name=name, kind=kind, condition=lambda value: column >= value)


def before(name: str, column: Any, about: str = "") -> Filter:  # noqa: ANN401 - a column
    """Return the filter by the first instant that is too late."""
    kind = Annotated[Moment | None, Query(alias=name, description=about or "Before this instant")]
    return Filter(name=name, kind=kind, condition=lambda value: column < value)


def filters_of(*known: Filter) -> Any:  # noqa: ANN401 - what FastAPI wants as a dependency
    """Return the dependency that reads filters; its result is `Filters`."""

    def read(**given: str | bool | dt.datetime | None) -> Filters:
        values = ((one, given.get(_parameter(one.name))) for one in known)
        return tuple(one.condition(value) for one, value in values if value is not None)

    parameters = [
        inspect.Parameter(_parameter(one.name), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=one.kind)
        for one in known
    ]
    read.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return Depends(read)


def _parameter(name: str) -> str:
    """Return the name of a filter as Python allows it; ``from`` is a word of the language."""
    return f"{name}_" if keyword.iskeyword(name) else name
