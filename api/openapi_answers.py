"""Which answers an endpoint can give, as its policy, its parameters and the names of refusals have it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi.dependencies.models import Dependant as Needs  # codespell:ignore dependant

from api.answer_schema import PROBLEM_SCHEMA, Schema
from api.faults import fault
from api.identity.policy import Policy
from api.openapi_words import example
from api.problem_docs import TEXTS
from api.problems import MEDIA_TYPE, names, problem
from api.refusals import KINDS
from api.writes import get_call, get_change, get_question

_SUBJECT = "bk_01kbcagezr000000000000000"
_EXAMPLES: dict[str, dict[str, Any]] = {
    "invalid-request": {"detail": "1 fault(s) in: quote", "faults": [fault("quote", None, "required")]}
}
"""What else stands in the example of a problem."""

PROBLEM: Schema = PROBLEM_SCHEMA | {
    "description": "RFC 9457",
    "properties": PROBLEM_SCHEMA["properties"]
    | {
        "type": {"type": "string", "enum": [f"urn:hubport:problem:{name}" for name in sorted(names())]},
        "subject": PROBLEM_SCHEMA["properties"]["subject"] | {"examples": [_SUBJECT]},
    },
}
"""A problem document; `type` is one of the names that never change their meaning."""

_TEXT: Schema = {"type": "string"}
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "Version of what was answered, for If-Match and If-None-Match",
        "required": True,
        "schema": example(_TEXT, f'"{_SUBJECT}.1"'),
    },
    "Location": {
        "description": "Address of what was made",
        "required": True,
        "schema": example(_TEXT | {"format": "uri-reference"}, f"/v1/bookings/{_SUBJECT}"),
    },
    "Idempotency-Replayed": {
        "description": "Whether this is the kept answer to an earlier request with the same key",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {"description": "Seconds to wait before another try", "schema": example(_TEXT, "1")},
    "WWW-Authenticate": {
        "description": "How to say who asks",
        "required": True,
        "schema": example(_TEXT, 'Bearer realm="Hubport"'),
    },
}
_ON_PROBLEMS: dict[int, tuple[str, ...]] = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
_OF_WRITES = (400, 409)
_OF_CHANGES = (412, 428)
_OF_KEYS = (401, 421)
_OF_BODIES = (400, 408, 413)
_OF_ALL = (431, 500, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    What an endpoint is made of, as far as its answers depend on it.

    Parameters
    ----------
    policy
        Who may use it, None if it does not say.
    is_write, needs_key, is_change
        Whether it writes, only with a key, and whether it changes what the caller must have seen.
    has_path, has_input, has_body
        Whether its address has parts that vary, whether it takes anything, and whether that is a body.
    is_conditional
        Whether it answers 304 to whoever has it already.
    """

    policy: Policy | None
    is_write: bool
    needs_key: bool
    is_change: bool
    has_path: bool
    has_input: bool
    has_body: bool
    is_conditional: bool

    def statuses(self) -> set[int]:
        """Return the statuses of the problems it can answer with."""
        found = set(_OF_ALL)
        if self.policy is not None and self.policy.how != "public":
            found |= {*_OF_KEYS, *((403,) if self.policy.scope is not None else ())}
        if any(kind.status == 429 for kind in KINDS.values()):  # noqa: PLR2004 - too many requests
            found.add(429)
        for holds, statuses in (
            (self.has_path, (404,)),
            (self.has_input, (422,)),
            (self.has_body, _OF_BODIES),
            (self.is_write, _OF_WRITES),
            (self.is_change, _OF_CHANGES),
        ):
            found |= set(statuses) if holds else set()
        return found


def facts_of(needs: Needs, operation: Mapping[str, Any]) -> Facts:
    """Return what an endpoint is made of, from what it depends on and what is documented of it."""
    calls = set(_calls(needs))
    parameters = operation.get("parameters", [])
    has_body = "requestBody" in operation
    return Facts(
        policy=next((call for call in calls if isinstance(call, Policy)), None),
        is_write=not calls.isdisjoint({get_call, get_change, get_question}),
        needs_key=not calls.isdisjoint({get_call, get_change}),
        is_change=get_change in calls,
        has_path=any(one["in"] == "path" for one in parameters),
        has_input=bool(parameters) or has_body,
        has_body=has_body,
        is_conditional=any(one["name"] == "If-None-Match" for one in parameters),
    )


def _calls(needs: Needs) -> Iterator[Callable[..., Any]]:
    for inner in needs.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from _calls(inner)


def problem_response(status: int) -> dict[str, Any]:
    """Return the description of a problem, with an example for each of its names."""
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {name: {"value": _document(status, name)} for name in names(status)},
    }
    found: dict[str, Any] = {
        "description": TEXTS.get(status, HTTPStatus(status).phrase),
        "content": {MEDIA_TYPE: content},
    }
    headers = {name: header(name) for name in _ON_PROBLEMS.get(status, ())}
    return found | ({"headers": headers} if headers else {})


def header(name: str) -> dict[str, str]:
    """Return the reference to the description of a header."""
    return {"$ref": f"#/components/headers/{name}"}


def _document(status: int, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(problem(status, name=name, **_EXAMPLES.get(name, {})).body))
    return found
