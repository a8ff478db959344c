"""JSON Schema of firms, users, keys, sessions and identities, as the service answers with them."""

from __future__ import annotations

from typing import get_args

from api.answer_schema import Schema
from api.identity.words import Role, Scope
from api.openapi_words import (
    FLAG,
    INSTANT,
    INSTANT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    example,
    identifier,
    list_of,
    record,
)

_ROLES = example(list_of({"type": "string", "enum": list(get_args(Role))}), ["forwarder"])
_SCOPES = list_of({"type": "string", "enum": list(get_args(Scope))})
_ENDED = INSTANT_OR_NULL | {"description": "Since when its people are kept out"}

FIRM: Schema = record(
    {
        "id": identifier("fm"),
        "name": example(TEXT, "瓯海眼镜出口"),
        "house": FLAG | {"description": "Whether it runs the service"},
        "created_at": INSTANT,
        "disabled_at": _ENDED,
    }
)
USER: Schema = record(
    {
        "id": identifier("us"),
        "firm": identifier("fm"),
        "name": example(TEXT, "王芳"),
        "roles": _ROLES,
        "created_at": INSTANT,
        "disabled_at": _ENDED,
    }
)
_KEY: dict[str, Schema] = {
    "id": identifier("key"),
    "firm": identifier("fm"),
    "user": identifier("us"),
    "name": example(TEXT, "ERP"),
    "scopes": example(_SCOPES, ["quotes:write", "bookings:write"]) | {"description": "Empty for all the user may do"},
    "created_at": INSTANT,
    "expires_at": INSTANT_OR_NULL,
    "revoked_at": INSTANT_OR_NULL,
    "replaced_by": example(TEXT_OR_NULL, None) | {"description": "Id of the key in its place"},
}
KEY: Schema = record(_KEY)
_SECRET = TEXT_OR_NULL | {"description": "The key itself, shown once; null when the write is repeated"}
NEW_KEY: Schema = record(_KEY | {"secret": example(_SECRET, "key_01kbcagezr000000000000000.c2VjcmV0")})
ME: Schema = record(
    {
        "firm": identifier("fm"),
        "user": identifier("us"),
        "key": example(TEXT_OR_NULL, "key_01kbcagezr000000000000000"),
        "scopes": example(_SCOPES, ["bookings:read", "bookings:write"]),
        "sees_all_firms": FLAG,
        "identified": FLAG | {"description": "False where nobody has to say who they are"},
    }
)
SESSION: Schema = record(
    {
        "id": identifier("ses"),
        "firm": identifier("fm"),
        "user": identifier("us"),
        "key": example(TEXT_OR_NULL, None) | {"description": "Key that logged in, if it was one"},
        "identity": example(TEXT_OR_NULL, "idn_01kbcagezr000000000000000") | {"description": "By which, if by any"},
        "agent": example(TEXT, "Firefox"),
        "address": example(TEXT, "192.0.2.7"),
        "created_at": INSTANT,
        "seen_at": INSTANT,
        "ends_at": INSTANT,
        "ended_at": INSTANT_OR_NULL,
    }
)
OWN_SESSION: Schema = record(
    {
        "session": example(TEXT_OR_NULL, None) | {"description": "Id of the session, null without one"},
        "csrf": example(TEXT_OR_NULL, None) | {"description": "Token that writes of the session carry"},
    }
)
IDENTITY: Schema = record(
    {
        "id": identifier("idn"),
        "firm": identifier("fm"),
        "user": identifier("us"),
        "issuer": example(TEXT, "https://login.example.com"),
        "email": example(TEXT_OR_NULL, "wang@example.com"),
        "subject": example(TEXT_OR_NULL, None),
        "created_at": INSTANT,
        "bound_at": INSTANT_OR_NULL | {"description": "When somebody first logged in by it"},
    }
)
