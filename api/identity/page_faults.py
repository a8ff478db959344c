"""What people see when a page is refused: the way to log in, or why they cannot go on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse, RedirectResponse

from api.identity.origins import SAFE, here
from api.pages import language, templates, with_language
from api.problems import refused
from api.refusals import Refusal

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

    from viz.theme import Lang

NO_STORE = {"Cache-Control": "no-store"}
"""Of pages that are for one person."""
_TO_LOG_IN = frozenset({"unauthenticated", "session-over"})


def add_page_handlers(app: FastAPI) -> None:
    """Show refusals of pages as pages; those of everything else stay problem documents."""
    app.add_exception_handler(Refusal, _on_refused)


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
    html = templates.get_template("refused.html").render(
        lang=lang,
        other=other_language(request, lang),
        fingerprint="",
        message=message_of(error, lang),
        detail=error.detail,
        is_role=error.name == "forbidden",
    )
    return HTMLResponse(html, status_code=error.kind.status, headers=NO_STORE)
