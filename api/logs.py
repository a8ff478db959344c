"""
The log: one line for each request and for whatever else happens, as text or as JSON, and without secrets.

What belongs to one request has its id, whichever thread writes it. Lines of libraries go the same way.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from api.redact import redact

if TYPE_CHECKING:
    from types import TracebackType

LOG = logging.getLogger("hubport")
REQUESTS = logging.getLogger("hubport.request")
_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,99}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FIELDS = "fields"
_IN_TEXT = frozenset({"method", "route", "status"})
"""Fields that the text of a line has already."""


@dataclass(slots=True)
class Occasion:
    """
    One request while it is answered.

    Parameters
    ----------
    id
        Of the request.
    action
        What is written, as in the audit trail, empty if nothing is.
    problem
        Name of the problem of the answer, empty if there is none.
    """

    id: str
    action: str = ""
    problem: str = ""


occasion: ContextVar[Occasion | None] = ContextVar("occasion", default=None)
"""The request that is being answered; threads that work for it see the same object."""


def request_id(given: str | None) -> str:
    """
    Return the id of a request: the one that was given if it is a plain word, else a new one.

    Examples
    --------
    >>> request_id("order-17"), len(request_id("a b")), len(request_id(None))
    ('order-17', 19, 19)
    """
    if given is not None and _GIVEN.fullmatch(given) and redact(given) == given:
        return given
    return f"rq_{secrets.token_hex(8)}"


def note_action(action: str) -> None:
    """Note what the request being answered writes."""
    found = occasion.get()
    if found is not None:
        found.action = action


def note_problem(name: str) -> None:
    """Note as what problem the request being answered ends."""
    found = occasion.get()
    if found is not None:
        found.problem = name


class _Lines(logging.Formatter):
    """What both forms share: the time, the id of the request, and texts without secrets."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    @staticmethod
    def fields(record: logging.LogRecord) -> dict[str, Any]:
        """Return what else stands in a line."""
        given: Mapping[str, Any] = getattr(record, _FIELDS, {})
        found = occasion.get()
        identified = {} if found is None or "request" in given else {"request": found.id}
        return identified | {
            name: redact(value) if isinstance(value, str) else value for name, value in given.items() if value != ""
        }

    def trace(self, record: logging.LogRecord) -> str:
        """Return the trace of an error, empty without one."""
        return redact(self.formatException(record.exc_info)) if record.exc_info else ""

    def formatException(  # noqa: N802 - the name it has in the library
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return the trace of an error as text."""
        return super().formatException(ei).strip()


class TextLines(_Lines):
    """Lines to be read by people; a trace stands below, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text."""
        said = _CONTROL.sub(_escaped, redact(record.getMessage()))
        told = " ".join(
            f"{name}={_CONTROL.sub(_escaped, str(value))}"
            for name, value in self.fields(record).items()
            if name not in _IN_TEXT
        )
        head = f"{self.formatTime(record)} {record.levelname.lower()} {record.name}: {said}"
        trace = "".join(f"\n    {line}" for line in self.trace(record).splitlines())
        return f"{head}{' ' if told else ''}{told}{trace}"


class JsonLines(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON."""
        content = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
            **self.fields(record),
        }
        trace = self.trace(record)
        if trace:
            content["trace"] = trace
        return json.dumps(content, ensure_ascii=False, default=str)


def set_up(form: str, level: str, stream: TextIO | None = None) -> logging.Handler:
    """
    Send everything that is logged in this process one way, and return the handler that does.

    Parameters
    ----------
    form
        Of the lines: `json`, or text.
    level
        What is logged: this and what is worse. Libraries are heard from warnings on, unless it is `debug`.
    stream
        Where to, standard error by default.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper() if level in {"debug", "error"} else logging.WARNING)
    LOG.setLevel(level.upper())
    return handler


def log_request(fields: Mapping[str, Any], *, is_failed: bool) -> None:
    """Write the line of a request."""
    level = logging.WARNING if is_failed else logging.INFO
    if REQUESTS.isEnabledFor(level):
        REQUESTS.log(level, "%s %s %s", fields["method"], fields["route"], fields["status"], extra={_FIELDS: fields})


def log_event(text: str, **fields: object) -> None:
    """Write a line about the service itself."""
    LOG.info(text, extra={_FIELDS: fields})


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
