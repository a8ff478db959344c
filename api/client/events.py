"""Server-sent events, read from the lines of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """
    An event of a stream.

    Parameters
    ----------
    kind
        What happened.
    data
        As it was sent.
    id
        Of the event, empty if it has none; a stream that breaks off goes on after it.
    """

    kind: str
    data: str
    id: str = ""

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return the data as JSON."""
        return json.loads(self.data)


def read_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    r"""
    Yield the events of a stream.

    Parameters
    ----------
    lines
        Without their ends. What a stream ends with before an empty line is no event.

    Notes
    -----
    Fields and comments as in the standard of server-sent events; ``retry`` is left to the caller.

    Examples
    --------
    >>> lines = ["event: step", "id: 1", "data: {}", "data: []", "", ": still there", "data: half"]
    >>> list(read_events(lines))
    [ServerEvent(kind='step', data='{}\n[]', id='1')]
    """
    kind, data, last = "", list[str](), ""
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield ServerEvent(kind or "message", "\n".join(data), last)
            kind, data = "", []
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            last = value
