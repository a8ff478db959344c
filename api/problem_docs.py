"""How problems stand in the documentation of the interface."""

from __future__ import annotations

from typing import Any

from api.answer_schema import PROBLEM_SCHEMA

MEDIA_TYPE = "application/problem+json"
TEXTS = {
    400: "A header is missing or malformed, or the body cannot be read",
    401: "No API key, or none that is valid",
    403: "The key may not do that",
    404: "There is no such thing for the caller",
    408: "The body took too long to arrive",
    409: "A rule does not allow it now",
    412: "It was changed since it was read",
    413: "The body is too large",
    415: "The content type is not one that is read here",
    421: "Without keys, only this machine's own names are served",
    422: "The request is refused; all its faults are listed",
    428: "If-Match is missing",
    429: "Too many requests; Retry-After says how long to wait",
    431: "There are too many headers",
    500: "An error inside the service, which has been logged",
    502: "The provider of identities does not answer as it should",
    503: "The data is being loaded, or the database cannot be used",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of problems that an endpoint may answer with, beside what `api.openapi` adds."""
    content = {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": TEXTS[status], "content": content} for status in statuses}
