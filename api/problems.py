"""Errors as RFC 9457 problem documents; the one place that renders them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.faults import RequestFault, RequestFaultsError, fault, of_table
from api.logs import note_problem, occasion
from api.refusals import KINDS, Refusal
from api.store.engine import StoreError
from data.errors import LogisticsError, TableFaultsError
from data.faultlist import FaultList

MEDIA_TYPE = "application/problem+json"
_TOLD = 2_000
"""Faults of files that are told word for word; of the others their number."""

_TITLES: dict[str, tuple[str, str]] = {
    "invalid-request": ("请求有误", "The request is refused"),
    "not-found": ("没有这个地址", "There is nothing at this address"),
    "method-not-allowed": ("此地址不支持该方法", "The address does not support this method"),
    "unreadable": ("请求正文无法读取", "The body cannot be read"),
    "too-large": ("请求正文过大", "The request body is too large"),
    "not-ready": ("数据正在加载，请稍后再试", "The data is being loaded; try again soon"),
    "internal": ("服务内部错误，已记录", "An error inside the service, which has been logged"),
    "refused": ("请求无法处理", "The request cannot be handled"),
    **{name: (kind.zh, kind.en) for name, kind in KINDS.items()},
}
_BY_STATUS = {
    400: "unreadable",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    422: "invalid-request",
    500: "internal",
    503: "not-ready",
}
# What pydantic calls a fault, and what we call it; the second text is the key of the limit in its context.
_RULES: dict[str, tuple[str, str]] = {
    "missing": ("required", ""),
    "extra_forbidden": ("unknown_field", ""),
    "int_parsing": ("whole_number", ""),
    "int_type": ("whole_number", ""),
    "int_from_float": ("whole_number", ""),
    "greater_than_equal": ("min", "ge"),
    "less_than_equal": ("max", "le"),
    "string_too_long": ("max", "max_length"),
    "string_too_short": ("required", ""),
}


def problem(
    status: int,
    *,
    name: str | None = None,
    detail: str = "",
    subject: str | None = None,
    faults: Sequence[RequestFault] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """
    Return a problem document.

    Parameters
    ----------
    status
        Of the answer.
    name
        End of the type URI, None for the usual one of the status.
    detail, subject
        What exactly, and the id of what it is about.
    faults
        Everything wrong with the request.
    headers
        Of the answer.
    """
    name = _BY_STATUS.get(status, "refused") if name is None else name
    zh, en = _TITLES[name]
    body: dict[str, object] = {
        "type": f"urn:hubport:problem:{name}",
        "title": en,
        "title_zh": zh,
        "status": status,
        "detail": detail or en,
    }
    note_problem(name)
    asked = occasion.get()
    if asked is not None:
        body["instance"] = f"urn:hubport:request:{asked.id}"
    if subject is not None:
        body["subject"] = subject
    if faults:
        body["errors"] = [item.as_dict() for item in faults]
    # A lone surrogate, which JSON can smuggle in, has no bytes of its own.
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def names(status: int | None = None) -> list[str]:
    """Return the names of problems, of all or of one status."""
    if status is None:
        return list(_TITLES)
    found = [name for name, kind in KINDS.items() if kind.status == status]
    usual = _BY_STATUS.get(status)
    return list(dict.fromkeys(([] if usual is None else [usual]) + found)) or ["refused"]


def add_handlers(app: FastAPI) -> None:
    """Make every error of an application a problem document."""
    app.add_exception_handler(RequestFaultsError, _on_faults)
    app.add_exception_handler(TableFaultsError, _on_tables)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(Refusal, _on_refused)
    app.add_exception_handler(StoreError, _on_no_store)
    app.add_exception_handler(LogisticsError, _on_refusal)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, _on_crash)


def _refusal(faults: Sequence[RequestFault]) -> Response:
    names = ", ".join(dict.fromkeys(item.field for item in faults))
    return problem(422, detail=f"{len(faults)} fault(s) in: {names}", faults=faults)


def _on_faults(_: Request, error: Exception) -> Response:
    return _refusal(error.faults if isinstance(error, RequestFaultsError) else ())


def _on_tables(_: Request, error: Exception) -> Response:
    told = FaultList(_TOLD)
    told.extend(error.faults if isinstance(error, TableFaultsError) else ())
    return _refusal([of_table(item) for item in told.shown()])


def _on_validation(_: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return _refusal(
        [shape_fault(item["type"], item["loc"], item.get("input"), item.get("ctx"), item["msg"]) for item in found]
    )


def shape_fault(kind: str, place: Sequence[object], value: object, context: object, message: str) -> RequestFault:
    """Return pydantic's fault in our words."""
    name = ".".join(str(part) for part in place[1:]) or str(place[0])
    rule, limit = _RULES.get(kind, ("malformed", ""))
    shown = None if isinstance(value, (dict, list)) or rule == "required" else value
    if limit and isinstance(context, dict):
        return fault(name, shown, rule, limit=context[limit])
    return fault(name, shown, rule, **({"detail": message} if rule == "malformed" else {}))


def title_of(name: str, lang: str) -> str:
    """Return what a kind of problem is called."""
    zh, en = _TITLES[name]
    return zh if lang == "zh" else en


def refused(error: Refusal) -> Response:
    """Return the problem document of a refusal."""
    return problem(
        error.kind.status, name=error.name, detail=error.detail, subject=error.subject, headers=error.headers
    )


def _on_refused(_: Request, error: Exception) -> Response:
    return refused(error) if isinstance(error, Refusal) else _on_crash(_, error)


def _on_no_store(_: Request, __: Exception) -> Response:
    # What the database said may name users and addresses; it is in the log.
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, name="store-unavailable", headers={"Retry-After": "1"})


def _on_refusal(_: Request, error: Exception) -> Response:
    return problem(422, detail=str(error))


def on_http(_: Request, error: Exception) -> Response:
    """Return the problem document of what the framework refuses, such as an address that there is not."""
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else None
    return problem(status, detail=str(getattr(error, "detail", "")), headers=headers)


def _on_crash(_: Request, __: Exception) -> Response:
    # What went wrong is in the log; whoever asked can do nothing with it.
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR)
