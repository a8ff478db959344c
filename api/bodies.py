"""Words of request bodies that several resources share: their shape is checked before anything is done."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$"),
]
"""One line of text that is not empty."""
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$")
]
"""One line of text, possibly empty."""
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Several lines of text."""
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
"""The id of something the service made."""

_YEARS = (1970, 9000)


def _usual(instant: dt.datetime) -> dt.datetime:
    """Refuse years that no calendar of freight needs and no database keeps."""
    if not _YEARS[0] < instant.year < _YEARS[1]:
        msg = f"the year must be after {_YEARS[0]} and before {_YEARS[1]}"
        raise ValueError(msg)
    return instant.astimezone(dt.UTC).replace(microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(_usual), Field(examples=["2027-01-01T00:00:00Z"])]
"""An instant with its zone, as RFC 3339."""


class Body(BaseModel):
    """A body; a field that it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


def rfc3339(instant: dt.datetime | None) -> str | None:
    """
    Return an instant as RFC 3339 in UTC.

    Examples
    --------
    >>> rfc3339(dt.datetime(2026, 12, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    '2026-12-01T00:00:00Z'
    """
    return None if instant is None else instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def described(text: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the description of an answer for the interface's own documentation."""
    return {"description": text, "content": {"application/json": {"schema": schema or {"type": "object"}}}}
