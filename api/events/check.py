"""The check of a document of EPCIS: whole, with every fault at once, before anything is written."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from api.events.parts import Parts
from api.events.schema import FIELDS, MOST_EVENTS, MOST_OBJECTS
from api.events.words import CONTEXT, CONTEXTS, PREFIX, TYPES, VERSION, Vocabulary
from api.faults import Findings, RequestFaultsError
from api.store.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKEW = dt.timedelta(hours=1)
"""By how much the clock of whoever captures may be ahead of ours."""
_DOCUMENT = frozenset({"@context", "id", "type", "schemaVersion", "creationDate", "sender", "receiver"}) | {
    "instanceIdentifier",
    "epcisBody",
}
_NEEDED = ("eventTime", "eventTimeZoneOffset", "action")
_EXTENSION = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):[!#-;=?-\[\]_a-z~]+")
_FREE = frozenset({"http", "https", "urn", PREFIX})
"""Prefixes that nobody has to define: those of whole URIs, and ours, whose fields are dropped."""
_MOST_NAME = 255
_BODY = "epcisBody"
_LIST = f"{_BODY}.eventList"
_IDS = uuid.UUID("6f0f7c52-3c0c-5c43-9b0a-2f6a4c1f4e10")
"""Names the space of event ids that are made from the content."""


class Subject(NamedTuple):
    """What an event is about, and how."""

    role: str
    uri: str


class Checked(NamedTuple):
    """
    An event that holds.

    Parameters
    ----------
    path
        Where it stands in the document, for faults that are found later.
    document
        The event with words of CBV in their short form, without what only the service says.
    event_ms
        When it happened, in milliseconds since 1970.
    """

    path: str
    document: dict[str, Any]
    event_ms: int

    @property
    def event_id(self) -> str:
        """The id of the event, a URI."""
        return str(self.document["eventID"])

    @property
    def subjects(self) -> list[Subject]:
        """What it is about, each once."""
        return list(dict.fromkeys(_subjects(self.document)))


def check_document(document: object, vocabulary: Vocabulary, now: dt.datetime) -> list[Checked]:
    """
    Return the events of a document.

    Parameters
    ----------
    document
        What was sent, as JSON.
    vocabulary
        The words that are known.
    now
        The present.

    Raises
    ------
    RequestFaultsError
        With everything wrong with it.
    """
    found = Findings()
    checked = _Check(found, vocabulary, now).document(document)
    if found.faults:
        raise RequestFaultsError(found.faults)
    return checked


class _Check:
    """Checks one document."""

    def __init__(self, found: Findings, vocabulary: Vocabulary, now: dt.datetime) -> None:
        self.found = found
        self.now = now
        self.parts = Parts(found, vocabulary)
        parts = self.parts
        self._fields: dict[str, Callable[[str, object], Any]] = {
            "@context": parts.context,
            "type": lambda _, value: value,
            "eventID": parts.uri,
            "eventTime": self._event_time,
            "eventTimeZoneOffset": parts.offset,
            "recordTime": parts.time,
            "action": parts.action,
            "bizStep": lambda path, value: parts.word(path, value, "biz_step"),
            "disposition": lambda path, value: parts.word(path, value, "disposition"),
            "persistentDisposition": parts.persistent,
            "readPoint": parts.place,
            "bizLocation": parts.place,
            "bizTransactionList": lambda path, value: parts.typed(path, value, "bizTransaction", "transaction"),
            "sourceList": lambda path, value: parts.typed(path, value, "source", "party", needs_type=True),
            "destinationList": lambda path, value: parts.typed(path, value, "destination", "party", needs_type=True),
            "certificationInfo": parts.uri_or_uris,
            "errorDeclaration": parts.error,
            "epcList": parts.uris,
            "childEPCs": parts.uris,
            "quantityList": parts.quantities,
            "childQuantityList": parts.quantities,
            "parentID": parts.uri,
            "ilmd": self._ilmd,
        }

    def document(self, value: object) -> list[Checked]:
        """Return the events of a document, as far as they hold."""
        if not isinstance(value, dict):
            self.found.add("body", None, "event_object")
            return []
        for name in ("@context", "type", "schemaVersion", "creationDate", _BODY):
            if name not in value:
                self.found.add(name, None, "required")
        for name in value.keys() - _DOCUMENT:
            self.found.add(name, None, "unknown_field")
        self._head(value)
        if _BODY not in value:
            return []
        body = value[_BODY]
        if not isinstance(body, dict):
            self.found.add(_BODY, None, "event_object")
            return []
        for name in body.keys() - {"eventList"}:
            self.found.add(f"{_BODY}.{name}", None, "unknown_field")
        return self._events(body.get("eventList"), self._prefixes(value.get("@context")))

    def _head(self, value: dict[str, Any]) -> None:
        """Check what stands around the events."""
        context = value.get("@context")
        if "@context" in value and self.parts.context("@context", context) is not None:
            listed = context if isinstance(context, list) else [context]
            if not any(isinstance(item, str) and item in CONTEXTS for item in listed):
                self.found.add("@context", None, "event_context", expected=CONTEXT)
        for name, expected in (("type", "EPCISDocument"), ("schemaVersion", VERSION)):
            if name in value and value[name] != expected:
                self.found.add(name, value[name], "event_version", expected=expected)
        if "creationDate" in value:
            self.parts.time("creationDate", value["creationDate"])
        if "id" in value:
            self.parts.uri("id", value["id"])
        for name in ("sender", "receiver", "instanceIdentifier"):
            if name in value and not isinstance(value[name], str):
                self.found.add(name, None, "text", limit=_MOST_NAME)

    def _events(self, events: object, prefixes: dict[str, Any]) -> list[Checked]:
        if events is None:
            self.found.add(_LIST, None, "required")
        elif not isinstance(events, list):
            self.found.add(_LIST, None, "event_list")
        elif not events:
            self.found.add(_LIST, None, "event_empty")
        elif len(events) > MOST_EVENTS:
            self.found.add(_LIST, len(events), "too_many", limit=MOST_EVENTS)
        else:
            checked = [self._event(f"{_LIST}[{number}]", event, prefixes) for number, event in enumerate(events)]
            return [event for event in checked if event is not None]
        return []

    def _event(self, path: str, event: object, prefixes: dict[str, Any]) -> Checked | None:
        if not isinstance(event, dict):
            self.found.add(path, None, "event_object")
            return None
        kind = event.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            self.found.add(f"{path}.type", kind if isinstance(kind, str) else None, "event_type")
            return None
        before = len(self.found.faults)
        for name in _NEEDED:
            if name not in event:
                self.found.add(f"{path}.{name}", None, "required")
        document = self._content(path, event, prefixes)
        self._rules(path, event)
        if len(self.found.faults) > before:
            return None
        document.setdefault("eventID", f"urn:uuid:{uuid.uuid5(_IDS, canonical(document))}")
        return Checked(path, document, milliseconds(str(event["eventTime"])))

    def _content(self, path: str, event: dict[str, Any], prefixes: dict[str, Any]) -> dict[str, Any]:
        """Return an event as it is kept; the definitions of its prefixes stay with it."""
        known = FIELDS[event["type"]]
        own = prefixes | self._prefixes(event.get("@context"))
        kept: dict[str, Any] = {}
        used: dict[str, Any] = {}
        for name, value in event.items():
            place = f"{path}.{name}"
            if name in known:
                content = self._fields[name](place, value)
                if name not in {"recordTime", "@context"}:
                    kept[name] = content
                continue
            found = _EXTENSION.fullmatch(name)
            if found is None or len(name) > _MOST_NAME:
                self.found.add(place, None, "unknown_field")
            elif found[1] not in own and found[1] not in _FREE:
                self.found.add(place, None, "event_prefix")
            elif found[1] != PREFIX:
                kept[name] = self.parts.plain(place, value)
                used |= {found[1]: own[found[1]]} if found[1] in own else {}
        return kept | ({"@context": [used]} if used else {})

    def _rules(self, path: str, event: dict[str, Any]) -> None:
        """Check what fields say together."""
        fields = ("epcList", "quantityList") if event["type"] == "ObjectEvent" else ("childEPCs", "childQuantityList")
        is_all = event["type"] == "AggregationEvent" and event.get("action") == "DELETE"
        if not is_all and not any(event.get(name) for name in fields):
            self.found.add(path, None, "event_nothing", fields=", ".join(fields))
        if event["type"] == "AggregationEvent" and "parentID" not in event and event.get("action") != "OBSERVE":
            self.found.add(f"{path}.parentID", None, "event_parent")
        if "ilmd" in event and event.get("action") != "ADD":
            self.found.add(f"{path}.ilmd", None, "event_ilmd")
        lists = (event.get(name) for name in (*fields, "bizTransactionList"))
        if sum(len(one) for one in lists if isinstance(one, list)) > MOST_OBJECTS:
            self.found.add(path, None, "event_large", limit=MOST_OBJECTS)

    def _event_time(self, path: str, value: object) -> str | None:
        text = self.parts.time(path, value)
        if text is not None and milliseconds(text) > (self.now + _SKEW).timestamp() * 1000:
            self.found.add(path, text, "event_future", now=self.now.isoformat(timespec="minutes"))
        return text

    def _ilmd(self, path: str, value: object) -> Any:  # noqa: ANN401 - any JSON
        if not isinstance(value, dict):
            self.found.add(path, None, "event_object")
            return None
        return self.parts.plain(path, value)

    @staticmethod
    def _prefixes(context: object) -> dict[str, Any]:
        """Return the prefixes that a context defines."""
        listed = context if isinstance(context, list) else [context]
        return {
            name: meaning
            for item in listed
            if isinstance(item, dict)
            for name, meaning in item.items()
            if isinstance(meaning, str)
        }


def milliseconds(text: str) -> int:
    """
    Return an instant as milliseconds since 1970.

    Examples
    --------
    >>> milliseconds("2026-12-05T18:10:00.250+08:00") - milliseconds("2026-12-05T10:10:00Z")
    250
    """
    moment = dt.datetime.fromisoformat(text)
    return math.floor((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(milliseconds=1))


def _subjects(document: dict[str, Any]) -> Iterator[Subject]:
    """Yield what an event is about."""
    for name, role in (("epcList", "epc"), ("childEPCs", "child")):
        yield from (Subject(role, uri) for uri in document.get(name, ()))
    if "parentID" in document:
        yield Subject("parent", document["parentID"])
    for name in ("quantityList", "childQuantityList"):
        yield from (Subject("class", item["epcClass"]) for item in document.get(name, ()))
    for item in document.get("bizTransactionList", ()):
        kind = item.get("type", "")
        yield Subject(f"bt:{'' if ':' in kind else kind}", item["bizTransaction"])
