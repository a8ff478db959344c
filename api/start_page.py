"""The page behind the link that the first start prints: it shows the key of the administrator, once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.identity import people
from api.identity.policy import public
from api.office import OfficeOf, StoreOf
from api.pages import language, templates
from api.refusals import Refusal
from api.store.session import WHOLE

router = APIRouter(include_in_schema=False, dependencies=[public()])
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("/start")
def get_start(request: Request, token: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Return a button: looking at the link must not use it up, as programs that preview links do."""
    return _page(request, token=token)


@router.post("/start")
def post_start(
    request: Request, store: StoreOf, office: OfficeOf, token: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Return the key, or that the link is void."""
    try:
        _, secret = store.write(WHOLE, "first-key", office.clock(), lambda session: people.redeem(session, token))
    except Refusal as refusal:
        return _page(request, status=refusal.kind.status, is_void=True)
    return _page(request, secret=secret.shown)


def _page(request: Request, *, token: str = "", secret: str = "", is_void: bool = False, status: int = 200) -> Response:
    lang = language(request)
    html = templates.get_template("start.html").render(
        lang=lang,
        other=f"/start?lang={'en' if lang == 'zh' else 'zh'}",
        fingerprint="",
        token=token,
        secret=secret,
        is_void=is_void,
    )
    return HTMLResponse(html, status_code=status, headers=_HEADERS)
