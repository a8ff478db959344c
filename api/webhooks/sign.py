"""Secrets of webhooks, and signatures as the Standard Webhooks specification has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a secret for a webhook: 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, message: str, second: int, body: bytes) -> str:
    """
    Return the signature of a message.

    Parameters
    ----------
    secret
        Of the webhook.
    message
        Its id, which stays the same however often it is sent.
    second
        When it is sent, in seconds since 1970.
    body
        What is sent.

    Notes
    -----
    HMAC-SHA256 over ``id.timestamp.body``, in base64 after the version of the scheme.

    References
    ----------
    Standard Webhooks, version 1.0.0, "Signature scheme".

    Examples
    --------
    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{second}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers_of(keys: Iterable[str], message: str, second: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message, signed with every secret that is good."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(signature(key, message, second, body) for key in keys),
    }
