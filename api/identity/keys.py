"""
API keys and other secrets: made, read and compared.

A key is its id, a dot, and 256 random bits. Of those only the SHA-256 is kept: what is random all through cannot be
guessed from its hash, so nothing slower is needed.
"""

from __future__ import annotations

import hmac
import secrets
from typing import NamedTuple

from api.store.canonical import digest

_BYTES = 32
_MOST = 200


class Secret(NamedTuple):
    """A secret as its owner gets it, once, and what is kept of it."""

    shown: str
    kept: str


def new_secret(identifier: str) -> Secret:
    """Return a secret for a key."""
    word = secrets.token_urlsafe(_BYTES)
    return Secret(f"{identifier}.{word}", digest(word))


def split(text: str) -> tuple[str, str] | None:
    r"""
    Return the id and the secret word of a key, None if a text is none.

    Examples
    --------
    >>> split("key_1.word"), split("word"), split("é.é"), split("a\0.b")
    (('key_1', 'word'), None, None, None)
    """
    identifier, dot, word = text.partition(".")
    if not (identifier and dot and word) or len(text) > _MOST or not (text.isascii() and text.isprintable()):
        return None
    return identifier, word


def is_word(word: str, kept: str) -> bool:
    """Say whether a word is the one of which a hash was kept, in a time that tells nothing."""
    return hmac.compare_digest(digest(word), kept)
