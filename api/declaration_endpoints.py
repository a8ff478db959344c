"""The JSON interface of orders, payments and waybills."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answer_schema import PROBLEM_SCHEMA
from api.declaration_read import MOST_FILES, read_body, read_form
from api.declaration_schema import ANSWER, BODY, EXAMPLE, FORM
from api.declarations import declarations_json
from api.endpoints import DeskOf, as_json
from api.identity.policy import may
from api.problems import MEDIA_TYPE

PATH = "/v1/declarations"
MAX_BYTES = 16 * 1024 * 1024

_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
_FORM = "multipart/form-data"
_TEXT = "How every order ends, with its reasons; lists and declarations, each line with the orders it is made of"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": _TEXT, "content": {"application/json": {"schema": ANSWER}}},
    413: {"description": "The body is above 16 MiB; larger files are for `hubport match`", **_PROBLEM},
    422: {"description": "The request is refused whole; all faults of all files are listed", **_PROBLEM},
}
_TAKES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": BODY, "example": EXAMPLE}, _FORM: {"schema": FORM}},
    }
}

router = APIRouter(dependencies=[may("network:read")])


@router.post(
    PATH,
    responses=_ANSWERS,
    openapi_extra=_TAKES,
    response_class=Response,
    summary="Match orders, payments and waybills; make lists and sum them up",
)
async def post_declarations(request: Request, desk: DeskOf) -> Response:
    """Match the documents of a JSON object or of the files of a form; nothing of them is kept."""
    now = desk.clock()
    with tempfile.TemporaryDirectory(prefix="declarations-") as name:
        folder = Path(name)
        if request.headers.get("content-type", "").startswith(_FORM):
            async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
                given = await read_form(form, folder, now)
        else:
            given = await run_in_threadpool(read_body, await request.body(), folder, now)
        found = await run_in_threadpool(declarations_json, given, folder, desk.catalogue, now.date())
        return await run_in_threadpool(as_json, found)
