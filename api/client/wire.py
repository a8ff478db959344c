"""Requests over HTTP: keys that make them safe to repeat, further tries, problems as exceptions."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import httpx

from api.client.errors import ProblemError, UnreachableError
from api.client.events import ServerEvent, read_events

_AGAIN = frozenset({429, 503})
_TOO_SOON_S = 0.5
_LONGEST_S = 60.0
_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
    "zip": "application/zip",
}
Form = Literal["csv", "xlsx", "ndjson"]
Params = Mapping[str, str | int | bool | None]


class Upload(NamedTuple):
    """A file that is sent as it is, by the ending of its name."""

    form: str
    content: bytes

    @property
    def media(self) -> str:
        """The content type."""
        return _MEDIA[self.form]


class Wire:
    """
    A connection to the service.

    Parameters
    ----------
    address
        Of the service, such as ``http://127.0.0.1:8000``.
    key
        API key, None where nobody has to say who they are.
    tries
        How often a request is sent at most. A write is sent again with its own key, so that it happens once.
    timeout_s
        How long an answer is waited for.
    transport
        Of httpx, for tests and proxies.
    wait
        Lets time pass.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        tries: int = 4,
        timeout_s: float = 60.0,
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"accept": "application/json"} | ({} if key is None else {"authorization": f"Bearer {key}"})
        self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout_s, transport=transport)
        self._tries = tries
        self._wait = wait

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str, params: Params | None = None) -> httpx.Response:
        """Return what stands at an address."""
        return self._send("GET", path, params=params, headers={})

    def post(self, path: str, body: object) -> httpx.Response:
        """Ask a question that is too long for an address; nothing is kept, so that no key is needed."""
        return self._send("POST", path, body=body, headers={})

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._wait(seconds)

    def write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        match: str | None = None,
        params: Params | None = None,
    ) -> httpx.Response:
        """
        Write something, once.

        Parameters
        ----------
        method, path, body
            What is sent: an `Upload` as it is, everything else as JSON.
        key
            Idempotency key; a new one is made if there is none.
        match
            The version that is changed.
        params
            What stands behind the address.
        """
        headers = {"idempotency-key": key or str(uuid.uuid4())} | ({} if match is None else {"if-match": match})
        return self._send(method, path, params=params, body=body, headers=headers)

    def events(self, path: str, last: str = "") -> Iterator[ServerEvent]:
        """
        Yield the events of a stream, until it ends; a stream that breaks off is taken up again after its last event.

        Parameters
        ----------
        path
            Of the stream.
        last
            Id of the event after which it begins.
        """
        failed = 0
        while True:
            headers = {"accept": "text/event-stream"} | ({"last-event-id": last} if last else {})
            try:
                with self._http.stream("GET", path, headers=headers) as response:
                    if not response.is_success:
                        response.read()
                        raise ProblemError.of(response)
                    for event in read_events(response.iter_lines()):
                        last, failed = event.id or last, 0
                        yield event
            except httpx.TransportError as error:
                failed += 1
                if failed >= self._tries:
                    raise UnreachableError(str(error)) from error
                self._wait(_pause(None, failed))
            else:
                return

    def _send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        params: Params | None = None,
        body: object = None,
    ) -> httpx.Response:
        """Send a request, again if that can help, and return its answer or raise its problem."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        content = None
        if isinstance(body, Upload):
            content, headers = body.content, headers | {"content-type": body.media}
            body = None
        for done in range(1, self._tries + 1):
            response: httpx.Response | None = None
            try:
                response = self._http.request(
                    method, path, params=given or None, headers=headers, json=body, content=content
                )
            except httpx.TransportError as error:
                if done == self._tries:
                    raise UnreachableError(str(error)) from error
            if response is not None and (response.status_code not in _AGAIN or done == self._tries):
                return _checked(response)
            self._wait(_pause(response, done))
        raise AssertionError


def _checked(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise ProblemError.of(response)
    return response


def _pause(response: httpx.Response | None, done: int) -> float:
    """Return how many seconds to wait before another try: what the service says, else longer each time."""
    said: Any = None if response is None else response.headers.get("retry-after")
    if isinstance(said, str) and said.strip().isdecimal():
        return min(float(said), _LONGEST_S)
    return float(min(_TOO_SOON_S * 2 ** (done - 1), _LONGEST_S))
