"""
Sparse answers: ``fields=id,state`` leaves out of every item of a list what was not named.

    BookingFields = Annotated[Fields, fields_of("id", "state", "price")]

    def get_bookings(fields: BookingFields) -> Response:
        page_of(..., show=fields.of(booking_json))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query

from api.faults import Findings, RequestFaultsError

T = TypeVar("T")
Shown = dict[str, Any]
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Fields:
    """
    The fields that somebody wants to see.

    Parameters
    ----------
    names
        In the order they were named, None for all.
    """

    names: tuple[str, ...] | None = None

    def pick(self, shown: Shown) -> Shown:
        """
        Return what is wanted of an item.

        Examples
        --------
        >>> Fields(("state", "id")).pick({"id": 1, "state": "held", "note": ""})
        {'state': 'held', 'id': 1}
        """
        return shown if self.names is None else {name: shown[name] for name in self.names if name in shown}

    def of(self, show: Callable[[T], Shown]) -> Callable[[T], Shown]:
        """Return the function that shows what is wanted of a row."""
        return show if self.names is None else lambda row: self.pick(show(row))

    def of_all(self, items: Sequence[Shown]) -> list[Shown]:
        """Return what is wanted of several items."""
        return [self.pick(item) for item in items]


def fields_of(*known: str) -> Any:  # noqa: ANN401 - what FastAPI wants as a dependency
    """
    Return the dependency that reads which fields are wanted; its result is `Fields`.

    Parameters
    ----------
    known
        All fields of an item.
    """
    query = Query(
        max_length=_LONGEST,
        description=f"Only these fields of each item, separated by commas: {', '.join(known)}",
        examples=[",".join(known[:2])],
    )

    def read(fields: str | None = None) -> Fields:
        return read_fields(fields, known)

    read.__annotations__["fields"] = Annotated[str | None, query]
    return Depends(read)


def read_fields(text: str | None, known: Sequence[str]) -> Fields:
    """
    Return which fields are wanted.

    Raises
    ------
    RequestFaultsError
        With every name that is unknown or stands twice.
    """
    if text is None:
        return Fields()
    found = Findings()
    names = [part.strip() for part in text.split(",")]
    for place, name in enumerate(names):
        if name not in known:
            found.add("fields", name, "unknown_choice", choices=", ".join(known))
        elif name in names[:place]:
            found.add("fields", name, "malformed", detail="twice")
    if found.faults:
        raise RequestFaultsError(found.faults)
    return Fields(tuple(names))
