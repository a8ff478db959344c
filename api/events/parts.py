"""The parts of an event, each checked by itself: a fault for everything wrong, and words of CBV made short."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any

from api.events.schema import MOST_OBJECTS, OFFSET_PATTERN, UNIT_PATTERN, URI_PATTERN
from api.events.words import ACTIONS, short_word
from data.messages import near_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from api.events.words import Vocabulary
    from api.faults import Findings
    from data.codes import EventWordKind

_URI, _OFFSET, _UNIT = re.compile(URI_PATTERN), re.compile(OFFSET_PATTERN), re.compile(UNIT_PATTERN)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_MOST_URI, _DEPTH = 255, 12
_MOST_QUANTITY = 10**15
_YEARS = (1970, 9000)


class Parts:
    """
    Checks parts of events.

    Parameters
    ----------
    found
        Where faults go.
    vocabulary
        The words that are known, None where no words are checked.
    """

    def __init__(self, found: Findings, vocabulary: Vocabulary | None) -> None:
        self._found = found
        self._vocabulary = vocabulary

    def uri(self, path: str, value: object) -> str | None:
        """Return a URI."""
        if isinstance(value, str) and len(value) <= _MOST_URI and _URI.fullmatch(value):
            return value
        self._found.add(path, value if isinstance(value, str) else None, "event_uri")
        return None

    def uris(self, path: str, value: object) -> list[str] | None:
        """Return a list of URIs, none of them twice."""
        listed = self._list(path, value, self.uri)
        sound = [] if listed is None else [item for item in listed if item is not None]
        if len(set(sound)) < len(sound):
            self._found.add(path, None, "event_repeated")
        return listed

    def uri_or_uris(self, path: str, value: object) -> str | list[str] | None:
        """Return a URI or a list of them."""
        return self.uris(path, value) if isinstance(value, list) else self.uri(path, value)

    def time(self, path: str, value: object) -> str | None:
        """Return an instant with its zone."""
        if isinstance(value, str) and _TIME.fullmatch(value):
            try:
                year = dt.datetime.fromisoformat(value).astimezone(dt.UTC).year
            except (ValueError, OverflowError):
                year = 0
            if _YEARS[0] < year < _YEARS[1]:
                return value
        self._found.add(path, value if isinstance(value, str) else None, "event_time")
        return None

    def offset(self, path: str, value: object) -> str | None:
        """Return an offset from UTC."""
        if isinstance(value, str) and _OFFSET.fullmatch(value):
            return value
        self._found.add(path, value if isinstance(value, str) else None, "event_offset")
        return None

    def action(self, path: str, value: object) -> str | None:
        """Return what the event says of its objects."""
        if isinstance(value, str) and value in ACTIONS:
            return value
        self._found.add(path, value if isinstance(value, str) else None, "event_word", choices=", ".join(ACTIONS))
        return None

    def word(self, path: str, value: object, kind: EventWordKind) -> str | None:
        """Return a word of CBV in its short form, or a URI that is none."""
        text = short_word(value) if isinstance(value, str) else ""
        if self._vocabulary is None or self._vocabulary.is_word(kind, text):
            return text
        if ":" in text:
            return self.uri(path, text)
        near = near_texts(self._vocabulary.near(kind, text))
        self._found.add(path, value if isinstance(value, str) else None, "event_vocabulary", **near)
        return None

    def persistent(self, path: str, value: object) -> dict[str, Any] | None:
        """Return the dispositions that begin or end."""

        def word(place: str, item: object) -> str | None:
            return self.word(place, item, "disposition")

        def words(place: str, item: object) -> list[Any] | None:
            listed = self._list(place, item, word)
            if listed == []:
                self._found.add(place, None, "event_empty")
            return listed

        return self._object(path, value, {"set": words, "unset": words}, needed=())

    def place(self, path: str, value: object) -> dict[str, Any] | None:
        """Return a place."""
        return self._object(path, value, {"id": self.uri}, needed=("id",))

    def typed(
        self, path: str, value: object, name: str, kind: EventWordKind, *, needs_type: bool = False
    ) -> list[Any] | None:
        """Return a list of URIs with types."""

        def word(place: str, item: object) -> str | None:
            return self.word(place, item, kind)

        def one(place: str, item: object) -> dict[str, Any] | None:
            needed = ("type", name) if needs_type else (name,)
            return self._object(place, item, {"type": word, name: self.uri}, needed=needed)

        return self._list(path, value, one)

    def quantities(self, path: str, value: object) -> list[Any] | None:
        """Return a list of classes of objects, with how much of them."""

        def one(place: str, item: object) -> dict[str, Any] | None:
            fields = {"epcClass": self.uri, "quantity": self._number, "uom": self._unit}
            return self._object(place, item, fields, needed=("epcClass",))

        return self._list(path, value, one)

    def error(self, path: str, value: object) -> dict[str, Any] | None:
        """Return the declaration that an event is wrong."""

        def reason(place: str, item: object) -> str | None:
            return self.word(place, item, "reason")

        fields = {"declarationTime": self.time, "reason": reason, "correctiveEventIDs": self.uris}
        return self._object(path, value, fields, needed=("declarationTime",))

    def context(self, path: str, value: object) -> object:
        """Return a context of JSON-LD, which is kept as it is and never fetched."""
        listed = value if isinstance(value, list) else [value]
        if all(isinstance(item, (str, dict)) for item in listed):
            return self.plain(path, value)
        self._found.add(path, None, "malformed", detail="@context")
        return None

    def plain(self, path: str, value: object, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON
        """Return any JSON that can be kept."""
        if depth > _DEPTH:
            self._found.add(path, None, "event_deep")
        elif isinstance(value, dict):
            for name, item in value.items():
                self._text(path, name)
                self.plain(path, item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self.plain(path, item, depth + 1)
        elif isinstance(value, str):
            self._text(path, value)
        elif isinstance(value, float) and not math.isfinite(value):
            self._found.add(path, value, "number")
        return value

    def _text(self, path: str, value: str) -> None:
        """Refuse a text that no database keeps."""
        try:
            value.encode()
        except UnicodeEncodeError:
            self._found.add(path, value, "malformed", detail="UTF-8")

    def _number(self, path: str, value: object) -> float | None:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < _MOST_QUANTITY:
            return value
        self._found.add(path, value if isinstance(value, (int, float)) else None, "event_number")
        return None

    def _unit(self, path: str, value: object) -> str | None:
        if isinstance(value, str) and _UNIT.fullmatch(value):
            return value
        self._found.add(path, value if isinstance(value, str) else None, "event_unit")
        return None

    def _list(self, path: str, value: object, one: Callable[[str, object], Any]) -> list[Any] | None:
        """Return a list whose items hold."""
        if not isinstance(value, list):
            self._found.add(path, None, "event_list")
            return None
        if len(value) > MOST_OBJECTS:
            self._found.add(path, len(value), "too_many", limit=MOST_OBJECTS)
            return None
        return [one(f"{path}[{number}]", item) for number, item in enumerate(value)]

    def _object(
        self, path: str, value: object, fields: Mapping[str, Callable[[str, object], Any]], *, needed: Collection[str]
    ) -> dict[str, Any] | None:
        """Return an object with known fields."""
        if not isinstance(value, dict):
            self._found.add(path, None, "event_object")
            return None
        for name in needed:
            if name not in value:
                self._found.add(f"{path}.{name}", None, "required")
        for name in value.keys() - fields.keys():
            self._found.add(f"{path}.{name}", None, "unknown_field")
        return {name: check(f"{path}.{name}", value[name]) for name, check in fields.items() if name in value}
