"""Bodies of requests about identities, and about keys that are narrowed."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from api.bodies import Body, Identifier
from api.identity.words import Scope

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=320, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$"),
    Field(examples=["wang.fang@example.com"]),
]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


class KeyChange(Body):
    """What a key may do from now on: some of what it may do already."""

    scopes: list[Scope] = Field(min_length=1, max_length=40, examples=[["bookings:read"]])


class IdentityBody(Body):
    """Somebody to whom the account of a user is open, by e-mail address, subject, or both."""

    user: Identifier
    email: Email | None = None
    subject: Subject | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.email is None and self.subject is None:
            msg = "email or subject is needed"
            raise ValueError(msg)
        return self
