"""What a client raises: problems that the service answers with, and that it cannot be reached."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

_NAMES = "urn:hubport:problem:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One thing wrong with a request.

    Parameters
    ----------
    field, value
        Where, and what stood there.
    rule
        Stable name of the rule that is broken.
    message_zh, message_en
        What is wrong and what to do.
    row
        Line of the file, when the request came in one.
    """

    field: str
    rule: str
    message_zh: str = ""
    message_en: str = ""
    value: str | None = None
    row: int | None = None


class ProblemError(Exception):
    """
    An answer of the service that is no success.

    Parameters
    ----------
    status
        Of the answer.
    document
        The problem document, as RFC 9457 has it.
    """

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        self.status = status
        self.document = document
        self.name = str(document.get("type", "")).removeprefix(_NAMES)
        """Stable name of the problem, such as ``no-room``."""
        self.title = str(document.get("title", ""))
        self.title_zh = str(document.get("title_zh", ""))
        self.detail = str(document.get("detail", ""))
        self.subject: str | None = document.get("subject")
        """Id of what it is about."""
        known = Fault.__dataclass_fields__
        self.faults = tuple(
            Fault(**{name: value for name, value in fault.items() if name in known})
            for fault in document.get("errors", ())
        )
        """Everything wrong with the request."""
        super().__init__(f"{status} {self.name}: {self.detail or self.title}")

    @classmethod
    def of(cls, response: httpx.Response) -> ProblemError:
        """Return the problem of an answer, whatever its body is."""
        try:
            document = response.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            document = None
        return cls(response.status_code, document if isinstance(document, dict) else {"title": response.reason_phrase})


class UnreachableError(Exception):
    """The service was not reached, however often it was tried."""
