"""The cookies of browsers: sent to this service alone, out of reach of scripts, and gone when they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from fastapi import Request, Response

SESSION = "hubport"
UNDER_WAY = "hubport-login"
_BOUND = "__Host-"
"""Browsers take a cookie of such a name only by https, for this host alone, and for all of it."""


def read(request: Request, name: str, *, is_secure: bool) -> str | None:
    """Return what a browser keeps under a name, None if nothing."""
    return request.cookies.get(f"{_BOUND}{name}" if is_secure else name)


def give(response: Response, name: str, value: str, *, is_secure: bool, lasts: dt.timedelta | None = None) -> None:
    """
    Have a browser keep something.

    Parameters
    ----------
    response
        The answer that tells it to.
    name, value
        What.
    is_secure
        Whether the browser reaches the service by https.
    lasts
        How long, None until the browser is closed.
    """
    response.set_cookie(
        f"{_BOUND}{name}" if is_secure else name,
        value,
        max_age=None if lasts is None else int(lasts.total_seconds()),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def take(response: Response, name: str, *, is_secure: bool) -> None:
    """Have a browser forget something."""
    response.delete_cookie(
        f"{_BOUND}{name}" if is_secure else name, path="/", secure=is_secure, httponly=True, samesite="lax"
    )
