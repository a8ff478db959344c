"""Clients who write bookings whatever happens to the service, and remember what it has acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.load import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LIVE = 2
_ANSWER_S = 20.0
_PAUSE_S = 0.05
_QUOTES = 0.02
_OPEN = ("held", "confirmed", "waitlisted")


class NeverAnsweredError(RuntimeError):
    """A write of which nobody will know what became of it."""


class Sent(NamedTuple):
    """A write that was answered: how it was asked for, and its answer."""

    method: str
    path: str
    body: object
    key: str
    match: str | None
    status: int
    content: Any


@dataclass
class Ledger:
    """
    What was acknowledged.

    Parameters
    ----------
    bookings
        The last answer about each booking.
    orders
        For each order the booking it made, None where it was refused.
    quotes
        Those that were made.
    writes
        The writes that were answered, in the order of their answers.
    counts
        How often what happened.
    """

    bookings: dict[str, Any] = field(default_factory=dict)
    orders: dict[str, str | None] = field(default_factory=dict)
    quotes: list[str] = field(default_factory=list)
    writes: list[Sent] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, sent: Sent, *, is_replayed: bool) -> None:
        """Note the answer to a write."""
        with self._lock:
            self.writes.append(sent)
            self.counts["acknowledged"] += 1
            self.counts["replayed"] += is_replayed
            if sent.path == "/v1/quotes" and sent.status == HTTPStatus.OK:
                self.quotes.append(sent.content["id"])

    def note_booking(self, content: Any) -> None:  # noqa: ANN401 - any JSON
        """Note a booking as it was shown."""
        with self._lock:
            self.bookings[content["id"]] = content

    def note_order(self, reference: str, booking: str | None) -> None:
        """Note what became of an order."""
        with self._lock:
            self.orders[reference] = booking

    def count(self, name: str) -> None:
        """Count something."""
        with self._lock:
            self.counts[name] += 1

    def has_more(self, before: int) -> bool:
        """Whether more writes than so many were acknowledged."""
        return self.counts["acknowledged"] > before

    def copy(self) -> Ledger:
        """Return it as it is now."""
        with self._lock:
            return Ledger(
                dict(self.bookings), dict(self.orders), list(self.quotes), list(self.writes), Counter(self.counts)
            )


class Writer:
    """
    A client with a few live bookings: makes, confirms, amends and cancels them, one write after the other.

    Whatever gets no answer, or 503, is sent again with the same key until it is answered.

    Parameters
    ----------
    name
        Part of its keys and references.
    address
        Of the service; the same after a restart.
    offers
        Quotes and the numbers of options that may be booked.
    question
        The body of a request for a quote.
    ledger
        Where it notes what is acknowledged.
    seed
        Of its choices.
    """

    def __init__(
        self,
        name: str,
        address: str,
        offers: Sequence[tuple[str, int]],
        question: object,
        ledger: Ledger,
        seed: Sequence[int],
    ) -> None:
        self._name, self._offers, self._question, self._ledger = name, offers, question, ledger
        self._client = Client(address, _ANSWER_S)
        self._rng = np.random.default_rng(list(seed))
        self._live: list[str] = []
        self._number = 0
        self._never = threading.Event()

    def work(self, until: threading.Event, never: threading.Event) -> None:
        """Write until it is told to stop; the last write is answered as well, unless it never will be."""
        self._never = never
        steps: list[Callable[[], None]] = [self._book, self._confirm, self._describe, self._amend]
        with contextlib.closing(self._client):
            while not until.is_set():
                if self._rng.random() < _QUOTES:
                    self._write("POST", "/v1/quotes", self._question)
                elif len(self._live) > _LIVE:
                    self._change(self._live.pop(0), "POST", "/cancel")
                else:
                    steps[self._rng.integers(len(steps))]()

    def _book(self) -> None:
        kind = self._rng.integers(3)
        reference = f"{self._name}-{self._number}"
        wishes = {"confirm": bool(kind == 0), "wait": bool(kind == 1), "reference": reference}
        sent = self._write("POST", "/v1/bookings", self._offer() | wishes)
        made = sent.content["id"] if sent.status == HTTPStatus.CREATED else None
        if made is not None:
            self._ledger.note_booking(sent.content)
            self._live.append(made)
        self._ledger.note_order(reference, made)

    def _confirm(self) -> None:
        if self._live:
            self._change(self._pick(), "POST", "/confirm")

    def _describe(self) -> None:
        if self._live:
            self._change(self._pick(), "PATCH", "", {"note": f"{self._name} {self._number}"})

    def _amend(self) -> None:
        if self._live:
            self._change(self._pick(), "PATCH", "", self._offer())

    def _offer(self) -> dict[str, Any]:
        quote, option = self._offers[int(self._rng.integers(len(self._offers)))]
        return {"quote": quote, "option": option}

    def _pick(self) -> str:
        return self._live[self._rng.integers(len(self._live))]

    def _change(self, booking: str, method: str, end: str, body: object = None) -> None:
        """Change a booking as it was last seen; where somebody else has changed it, look at it again."""
        seen = self._ledger.bookings[booking]
        path = f"/v1/bookings/{booking}"
        sent = self._write(method, path + end, body, f'"{booking}.{seen["version"]}"')
        if sent.status == HTTPStatus.OK:
            self._ledger.note_booking(sent.content)
        elif sent.status == HTTPStatus.PRECONDITION_FAILED:
            self._ledger.note_booking(self._send("GET", path)[1])
            self._ledger.count("changed by the service")
        if booking in self._live and self._ledger.bookings[booking]["state"] not in _OPEN:
            self._live.remove(booking)

    def _write(self, method: str, path: str, body: object = None, match: str | None = None) -> Sent:
        """Write something, and note the answer; what is neither done nor refused by a rule is an error."""
        self._number += 1
        key = f"{self._name}-{self._number}"
        status, content, is_replayed = self._send(method, path, body, key, match)
        assert status in {200, 201, 409, 412}, (method, path, status, content)
        sent = Sent(method, path, body, key, match, status, content)
        self._ledger.note(sent, is_replayed=is_replayed)
        return sent

    def _send(
        self, method: str, path: str, body: object = None, key: str | None = None, match: str | None = None
    ) -> tuple[int, Any, bool]:
        """Send a request until it is answered."""
        while not self._never.is_set():
            try:
                headers = {} if match is None else {"if_match": match}
                status, content = self._client.send(method, path, body, key, **headers)
            except (OSError, http.client.HTTPException, ValueError):
                self._client.close()
                self._ledger.count("unanswered")
            else:
                if status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return status, content, "idempotency-replayed" in self._client.headers
                self._ledger.count("unavailable")
            time.sleep(_PAUSE_S)
        raise NeverAnsweredError(path)


def replay(client: Client, sent: Sent) -> str | None:
    """Send a write once more, and say what is wrong if its answer is another one than before."""
    headers = {} if sent.match is None else {"if_match": sent.match}
    status, content = client.send(sent.method, sent.path, sent.body, sent.key, **headers)
    if (status, content) != (sent.status, sent.content):
        return f"{sent.method} {sent.path}, key {sent.key}: {sent.status} before, and now {status} {content}"
    return None if "idempotency-replayed" in client.headers else f"key {sent.key}: done again"
