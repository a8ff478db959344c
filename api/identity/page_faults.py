"""What people see when a page is refused: the way to log in, or why they cannot go on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from api.identity.origins import SAFE, here
from api.pages import language, templates, with_language
from api.problems import on_http, refused, title_of
from api.refusals import Refusal

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

    from viz.theme import Lang

NO_STORE = {"Cache-Control": "no-store"}
"""Of pages that are for one person."""
_TO_LOG_IN = frozenset({"unauthenticated", "session-over"})
_FOR_PROGRAMS = ("/v1/", "/static/")
_MOST_SHOWN = 80
"""Characters of an address that are shown."""


def add_page_handlers(app: FastAPI) -> None:
    """Show refusals of pages as pages; those of everything else stay problem documents."""
    app.add_exception_handler(Refusal, _on_refused)
    app.add_exception_handler(HTTPException, _on_nowhere)


def other_language(request: Request, lang: Lang) -> str:
    """Return the address of a page in the other language; what was sent cannot be asked for, but its beginning can."""
    if request.method in SAFE:
        return with_language(request, lang)
    return f"/account?{urlencode({'lang': 'zh' if lang == 'en' else 'en'})}"


def message_of(refusal: Refusal, lang: str) -> str:
    """Return what a refusal says."""
    return refusal.kind.zh if lang == "zh" else refusal.kind.en


def _on_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    is_read = "text/html" in request.headers.get("accept", "")
    if not getattr(request.state, "is_page", False) or not is_read:
        return refused(error)
    lang = language(request)
    if error.name in _TO_LOG_IN:
        query = {"return": here(request), "why": error.name, "lang": lang}
        return RedirectResponse(f"/login?{urlencode(query)}", status_code=303, headers=NO_STORE)
    is_role = error.name == "forbidden"
    return _page(request, error.kind.status, message_of(error, lang), error.detail or "", is_role=is_role)


def _on_nowhere(request: Request, error: Exception) -> Response:
    """Tell people who came to an address that there is not on a page; programs get a problem document."""
    answer = on_http(request, error)
    is_read = "text/html" in request.headers.get("accept", "")
    if answer.status_code != HTTPStatus.NOT_FOUND or not is_read or request.url.path.startswith(_FOR_PROGRAMS):
        return answer
    return _page(request, answer.status_code, title_of("not-found", language(request)), request.url.path[:_MOST_SHOWN])


def _page(request: Request, status: int, message: str, detail: str, *, is_role: bool = False) -> Response:
    """Return the page that says what was refused, and the way back."""
    lang = language(request)
    html = templates.get_template("refused.html").render(
        lang=lang,
        other=other_language(request, lang),
        fingerprint="",
        message=message,
        detail=detail,
        is_role=is_role,
    )
    return HTMLResponse(html, status_code=status, headers=NO_STORE)
