"""Where a request of a browser comes from, and where it may be sent back to."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from api.refusals import Refusal

if TYPE_CHECKING:
    from fastapi import Request

    from api.identity.settings import LogIn

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the name of a header
TOKEN_FIELD = "csrf"  # noqa: S105 - the name of a field
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_LONGEST = 2000


def own_origin(request: Request, settings: LogIn) -> str:
    """Return the scheme and host under which people reach the service."""
    if settings.address is not None:
        return settings.address
    return f"{request.url.scheme}://{request.headers.get('host', '')}".casefold()


def is_secure(request: Request, settings: LogIn) -> bool:
    """Say whether people reach the service by https."""
    return own_origin(request, settings).startswith("https:")


def check_origin(request: Request, settings: LogIn) -> None:
    """
    Refuse what does not come from a page of this service; browsers always say where a form comes from.

    Raises
    ------
    Refusal
        When the request comes from elsewhere, or does not say.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refusal(why="csrf", detail="Sec-Fetch-Site")
    if request.headers.get("origin", "").casefold() != own_origin(request, settings):
        raise Refusal(why="csrf", detail="Origin")


async def check_token(request: Request, token: str, *, in_form: bool) -> None:
    """
    Refuse a write that does not carry the token of the session, in a header or in a field of a form.

    Raises
    ------
    Refusal
        When there is none, or another.
    """
    given = request.headers.get(TOKEN_HEADER)
    if given is None and in_form and request.headers.get("content-type", "").casefold().startswith(_FORMS):
        field = (await request.form()).get(TOKEN_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not hmac.compare_digest(given.encode(errors="replace"), token.encode()):
        raise Refusal(why="csrf", detail=TOKEN_HEADER)


def local_address(text: str | None) -> str:
    r"""
    Return an address on this service, the start page if a text is none.

    Examples
    --------
    >>> local_address("/quote?from=温州"), local_address("//evil.example/"), local_address("/\\evil.example")
    ('/quote?from=%E6%B8%A9%E5%B7%9E', '/', '/')
    >>> local_address("https://evil.example/"), local_address("javascript:alert(1)"), local_address("/login?return=/")
    ('/', '/', '/')
    """
    if not text or len(text) > _LONGEST or not text.startswith("/") or text.startswith("//"):
        return "/"
    if "\\" in text or not text.isprintable():
        return "/"
    try:
        parts = urlsplit(text)
        found = quote(text, safe="/?#[]@!$&'()*+,;=:%~-._")
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path == "/logout" or parts.path.split("/")[1] == "login":
        return "/"
    return found


def here(request: Request) -> str:
    """Return the address to come back to after logging in: of a form, that of the page it stands on."""
    if request.method in SAFE:
        return local_address(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if parts.netloc.casefold() != request.headers.get("host", "").casefold():
        return "/"
    return local_address(parts.path + (f"?{parts.query}" if parts.query else ""))
