"""What a request sends about a seller's stock: files and other fields, of a form or of JSON alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.concurrency import run_in_threadpool

from api.answer_schema import Json
from api.faults import Findings, RequestFaultsError
from api.plans.ask import Upload, read_json, upload_in
from api.stocking.file import FILE
from data.stock_fields import ORDERS, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import Request
    from starlette.datastructures import FormData

FORM = "multipart/form-data"
MAX_BYTES = 32 * 1024 * 1024
STOCK: Mapping[str, Sequence[str]] = {FILE: SUFFIXES}
STOCK_AND_ORDERS: Mapping[str, Sequence[str]] = {**STOCK, ORDERS: (".csv", *SUFFIXES)}
"""Files by their fields, with what their names may end with."""
_JSON = ".json"
_MOST_FIELDS = 20


def taken(form: Json, body: Json, example: Json) -> Json:
    """Return the description of a body that is a form or JSON."""
    content = {"application/json": {"schema": body, "example": example}, FORM: {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


class Sent(NamedTuple):
    """
    What was sent.

    Parameters
    ----------
    files
        By field, as far as there are any that can be read.
    given
        The other fields.
    found
        What is wrong with the files as such.
    """

    files: dict[str, Upload]
    given: dict[str, Any]
    found: Findings

    def needed(self, field: str = FILE) -> Upload | None:
        """Return a file that must be there; if it is not, that is noted."""
        if field not in self.files and all(one.field != field for one in self.found.faults):
            self.found.add(field, None, "required")
        return self.files.get(field)

    def whole(self) -> tuple[Upload, dict[str, Any]]:
        """
        Return the seller's file, and the other fields.

        Raises
        ------
        RequestFaultsError
            When there is no such file.
        """
        upload = self.needed()
        if upload is None:
            raise RequestFaultsError(self.found.faults)
        return upload, self.given


async def sent_in(request: Request, kinds: Mapping[str, Sequence[str]]) -> Sent:
    """
    Return what a request sends.

    Raises
    ------
    RequestFaultsError
        When the body is neither a form nor an object of JSON.
    """
    if request.headers.get("content-type", "").startswith(FORM):
        async with request.form(max_files=len(kinds) + 1, max_fields=_MOST_FIELDS) as form:
            return await _of_form(form, kinds)
    return await run_in_threadpool(_of_json, await request.body(), kinds)


async def _of_form(form: FormData, kinds: Mapping[str, Sequence[str]]) -> Sent:
    files: dict[str, Upload] = {}
    found = Findings()
    for field, suffixes in kinds.items():
        if field in form:
            try:
                files[field] = await upload_in(form, field, suffixes)
            except RequestFaultsError as error:
                found.faults += error.faults
    return Sent(files, {name: value for name, value in form.multi_items() if name not in kinds}, found)


def _of_json(body: bytes, kinds: Mapping[str, Sequence[str]]) -> Sent:
    given = read_json(body)
    files = {}
    for field in given.keys() & kinds.keys():
        # Orders are the list of their name, as the sheets of a stock are.
        content = given[field] if field == FILE else {field: given[field]}
        files[field] = Upload(_JSON, field, json.dumps(content).encode())
    return Sent(files, {name: value for name, value in given.items() if name not in kinds}, Findings())
