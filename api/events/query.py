"""Asking for events with the parameters of the simple event query of EPCIS 2.0, as far as they apply here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, false, or_, select

from api.bodies import rfc3339
from api.events.check import milliseconds
from api.events.parts import Parts
from api.events.words import ACTIONS, CONTEXT, PREFIX, TYPES, URN, VERSION, Vocabulary, dcsa_json, short_word
from api.faults import Findings, RequestFaultsError
from api.paging import make_cursor, read_cursor
from api.store.models_events import EventSubject, ShipmentEvent

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from api.store.session import ReadSession

USUAL, MOST = 30, 200
_PAGING = frozenset({"perPage", "nextPageToken", "limit", "after", "orderBy", "orderDirection"})
_ANY = ("epc", "child", "parent")
_MATCHES: dict[str, tuple[str, ...]] = {
    "MATCH_epc": ("epc", "child"),
    "MATCH_parentID": ("parent",),
    "MATCH_anyEPC": _ANY,
    "MATCH_epcClass": ("class",),
    "MATCH_anyEPCClass": ("class",),
}
_TIMES = ("GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime")
_WORDS = {"EQ_bizStep": ShipmentEvent.biz_step, "EQ_disposition": ShipmentEvent.disposition}
_PLACES = {"EQ_readPoint": ShipmentEvent.read_point, "EQ_bizLocation": ShipmentEvent.biz_location}
_TRANSACTION = "EQ_bizTransaction_"
_ID_PATTERN = re.compile(r"urn:epc:idpat:([a-z]+):((?:[^*.]+\.)*)\*(?:\.\*)*")
_WORD = re.compile(r"[a-z_]{1,40}")
_MOST_VALUES = 100
_DIGITS = 16
_LAST = 250_000_000_000
"""A second after all that can be kept."""
PARAMETERS = (
    "eventType", "EQ_action", *_TIMES, *_WORDS, *_PLACES, "EQ_eventID", "EXISTS_errorDeclaration", *_MATCHES,
    f"{_TRANSACTION}TYPE",
)  # fmt: skip
"""The parameters of the standard that are understood."""


class Page(NamedTuple):
    """Events in their order, and the token of the next page, None if there is none."""

    events: list[ShipmentEvent]
    token: str | None


class Query:
    """
    A question about events.

    Parameters
    ----------
    items
        Names and values of the parameters, as they stand in the address; several values of a list are joined by commas
        or given with several parameters of one name.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._found = Findings()
        self._parts = Parts(self._found, None)
        given: dict[str, list[str]] = {}
        for name, text in items:
            given.setdefault(name, []).append(text)
        self.is_descending = False
        self.order: Any = ShipmentEvent.recorded_at
        self.conditions = [self._condition(name, texts) for name, texts in given.items() if name not in _PAGING]
        self.limit = self._number(given)
        self._set_order(given)
        tokens = given.get("nextPageToken") or given.get("after") or []
        self.after = self._cursor(tokens[-1]) if tokens else None
        if self._found.faults:
            raise RequestFaultsError(self._found.faults)

    def statement(self) -> Select[ShipmentEvent]:
        """Return the statement, without its page; parts are for their firms, whoever sees all has the whole."""
        return select(ShipmentEvent).where(*self.conditions)

    def page(self, session: ReadSession) -> Page:
        """Return a page."""
        asked = self.statement()
        if session.scope.sees_all:
            asked = asked.where(ShipmentEvent.is_part.is_(False))
        if self.after is not None:
            asked = asked.where(self._beyond(*self.after))
        columns = (self.order, ShipmentEvent.id)
        asked = asked.order_by(*((column.desc() if self.is_descending else column) for column in columns))
        rows = list(session.all(asked.limit(self.limit + 1)))
        shown = rows[: self.limit]
        token = make_cursor(f"{self._place(shown[-1])}.{shown[-1].id}") if len(rows) > self.limit else None
        return Page(shown, token)

    def _place(self, row: ShipmentEvent) -> int:
        return row.event_ms if self.order is ShipmentEvent.event_ms else int(row.recorded_at.timestamp())

    def _beyond(self, place: Any, identifier: str) -> ColumnElement[bool]:  # noqa: ANN401 - of the column
        """Return the condition for what comes after an event."""
        ids = ShipmentEvent.id
        if self.is_descending:
            return or_(self.order < place, and_(self.order == place, ids < identifier))
        return or_(self.order > place, and_(self.order == place, ids > identifier))

    def _cursor(self, token: str) -> tuple[Any, str] | None:
        try:
            number, _, identifier = str(read_cursor(token, str)).partition(".")
            is_place = number.isascii() and number.isdecimal() and len(number) < _DIGITS
            place = int(number) if is_place else None
        except RequestFaultsError:
            place, identifier = None, ""
        if place is None or not identifier:
            self._found.add("nextPageToken", token, "malformed", detail="cursor")
            return None
        return (place if self.order is ShipmentEvent.event_ms else seconds(min(place, _LAST))), identifier

    def _number(self, given: dict[str, list[str]]) -> int:
        text = (given.get("perPage") or given.get("limit") or [str(USUAL)])[-1]
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 0
        if not 1 <= number <= MOST:
            self._found.add("perPage", text, "malformed", detail=f"1 to {MOST}")
        return number

    def _set_order(self, given: dict[str, list[str]]) -> None:
        by = given.get("orderBy", ["recordTime"])[-1]
        orders = {"eventTime": ShipmentEvent.event_ms, "recordTime": ShipmentEvent.recorded_at}
        if by not in orders:
            self._found.add("orderBy", by, "event_word", choices=", ".join(orders))
        self.order = orders.get(by, ShipmentEvent.recorded_at)
        direction = given.get("orderDirection", ["DESC" if "orderBy" in given else "ASC"])[-1]
        if direction not in {"ASC", "DESC"}:
            self._found.add("orderDirection", direction, "event_word", choices="ASC, DESC")
        self.is_descending = direction == "DESC"

    def _condition(self, name: str, texts: list[str]) -> ColumnElement[bool]:
        """Return the condition of one parameter."""
        values = [value for text in texts for value in text.split(",") if value]
        if not values or len(values) > _MOST_VALUES:
            self._found.add(name, None, "too_many" if values else "required", limit=_MOST_VALUES)
            return false()
        makers: dict[str, Callable[[str, list[str]], ColumnElement[bool]]] = {
            "eventType": self._type,
            "EQ_action": self._action,
            "EQ_eventID": lambda name, values: ShipmentEvent.event_id.in_(self._uris(name, values)),
            "EXISTS_errorDeclaration": self._is_error,
            **dict.fromkeys(_TIMES, self._time),
            **dict.fromkeys(_WORDS, self._word),
            **dict.fromkeys(_PLACES, self._at),
            **dict.fromkeys(_MATCHES, self._match),
        }
        if name.startswith(_TRANSACTION):
            return self._transaction(name, values)
        if name not in makers:
            self._found.add(name, values[0], "unknown_field")
            return false()
        return makers[name](name, values)

    def _choice(self, name: str, values: list[str], choices: Iterable[str]) -> list[str]:
        known = list(choices)
        for value in values:
            if value not in known:
                self._found.add(name, value, "event_word", choices=", ".join(known))
        return values

    def _type(self, name: str, values: list[str]) -> ColumnElement[bool]:
        return ShipmentEvent.event_type.in_(self._choice(name, values, TYPES))

    def _action(self, name: str, values: list[str]) -> ColumnElement[bool]:
        return ShipmentEvent.action.in_(self._choice(name, values, ACTIONS))

    def _is_error(self, name: str, values: list[str]) -> ColumnElement[bool]:
        self._choice(name, values, ("true", "false"))
        return ShipmentEvent.is_error.is_(values[-1] == "true")

    def _time(self, name: str, values: list[str]) -> ColumnElement[bool]:
        # A plus sign in an address means a blank.
        text = self._parts.time(name, values[-1].replace(" ", "+"))
        if text is None:
            return false()
        if name.endswith("eventTime"):
            column, moment = ShipmentEvent.event_ms, milliseconds(text)
            return column >= moment if name.startswith("GE") else column < moment
        recorded, second = ShipmentEvent.recorded_at, seconds(-(-milliseconds(text) // 1000))
        return recorded >= second if name.startswith("GE") else recorded < second

    def _word(self, name: str, values: list[str]) -> ColumnElement[bool]:
        words = [short_word(value) for value in values]
        return _WORDS[name].in_([word if _WORD.fullmatch(word) else self._parts.uri(name, word) for word in words])

    def _at(self, name: str, values: list[str]) -> ColumnElement[bool]:
        return _PLACES[name].in_(self._uris(name, values))

    def _uris(self, name: str, values: list[str]) -> list[str]:
        found = [self._parts.uri(name, value) for value in values]
        return [uri for uri in found if uri is not None]

    def _transaction(self, name: str, values: list[str]) -> ColumnElement[bool]:
        kind = short_word(name.removeprefix(_TRANSACTION))
        if not _WORD.fullmatch(kind):
            self._parts.uri(name, kind)
        return self._about((f"bt:{'' if ':' in kind else kind}",), EventSubject.uri.in_(self._uris(name, values)))

    def _match(self, name: str, values: list[str]) -> ColumnElement[bool]:
        """Return the condition that an object is named, or one whose id begins as a pattern says."""
        wanted: list[ColumnElement[bool]] = []
        plain = []
        for value in values:
            pattern = _ID_PATTERN.fullmatch(value)
            if pattern is not None:
                wanted.append(EventSubject.uri.startswith(f"urn:epc:id:{pattern[1]}:{pattern[2]}", autoescape=True))
            elif value.startswith("urn:epc:idpat:"):
                self._found.add(name, value, "malformed", detail="urn:epc:idpat:TYPE:a.b.*")
            else:
                plain.append(value)
        return self._about(_MATCHES[name], or_(EventSubject.uri.in_(self._uris(name, plain)), *wanted))

    @staticmethod
    def _about(roles: tuple[str, ...], uri: ColumnElement[bool]) -> ColumnElement[bool]:
        return ShipmentEvent.id.in_(select(EventSubject.event_id).where(EventSubject.role.in_(roles), uri))


def seconds(number: int) -> dt.datetime:
    """Return an instant, given as seconds since 1970."""
    return dt.datetime.fromtimestamp(number, tz=dt.UTC)


def event_json(event: ShipmentEvent, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return an event as it is given out: as it was captured, with when it was recorded and how DCSA names it."""
    shown = dict(event.document) | {"recordTime": rfc3339(event.recorded_at), f"{PREFIX}:id": event.id}
    dcsa = dcsa_json(vocabulary.milestone(event.document))
    return shown | ({f"{PREFIX}:dcsa": dcsa} if dcsa else {})


def result_json(events: Iterable[ShipmentEvent], vocabulary: Vocabulary, now: dt.datetime) -> dict[str, Any]:
    """Return events as the answer to a query."""
    return {
        "@context": [CONTEXT, {PREFIX: URN}],
        "type": "EPCISQueryDocument",
        "schemaVersion": VERSION,
        "creationDate": rfc3339(now),
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": [event_json(event, vocabulary) for event in events]},
            }
        },
    }
