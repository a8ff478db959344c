"""What is secret, taken out of texts before anybody reads them: logs, faults and settings."""

from __future__ import annotations

import re

HIDDEN = "***"
"""What stands in place of a secret."""

_SUSPECT = re.compile(r"[.:=\s]")
"""What every secret has beside it or in it; a text without any of these has none."""
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Headers, to the end of their line.
    (re.compile(r"\b((?:(?:set-)?cookie|authorization)[\"']?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/\-]{8,}=*", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # Keys and one-time tokens: an id, a dot, and the word that is secret.
    (re.compile(r"\b([a-z]{1,12}_[0-9a-z]{20,40})\.[A-Za-z0-9_\-]{8,}"), rf"\1.{HIDDEN}"),
    # Passwords in addresses.
    (re.compile(r"(://[^\s/:@?#]*):[^\s/]*@"), rf"\1:{HIDDEN}@"),
    # Web tokens: three parts of base 64, the first of which begins with a brace.
    (re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*"), HIDDEN),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
    # Values that are named as secret, in addresses, JSON and Python.
    (
        re.compile(
            r"(?<![a-z])((?:\w*(?:password|passwd|secret|api[_\-]?key|[_\-]token)|pwd|token|session)[\"']?\s*[:=]\s*)"
            r"(?:b?\"[^\"\r\n]*\"|b?'[^'\r\n]*'|[^\s\"'&,;)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


def redact(text: str) -> str:
    """
    Return a text without what is secret in it, as far as that can be told by its form.

    Examples
    --------
    >>> redact("postgresql://me:p@ss:word@host/db?token=abc&x=1")
    'postgresql://me:***@host/db?token=***&x=1'
    >>> redact('Bearer Zm9vYmFyYmF6, {"secret": "a b"}, seats = 4')
    'Bearer ***, {"secret": ***}, seats = 4'
    """
    if not _SUSPECT.search(text):
        return text
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
