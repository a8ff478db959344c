"""Which operations of the interface the methods of the client are for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import quote

from api.client.models import Answer, Tagged

if TYPE_CHECKING:
    import httpx

    from api.client.wire import Params, Wire

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound=Answer)
G = TypeVar("G", bound=Tagged)

OPERATIONS: dict[str, str] = {}
"""Methods by the id of their operation."""


def operation(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark the method that is for an operation."""

    def mark(method: Callable[P, R]) -> Callable[P, R]:
        OPERATIONS[name] = method.__qualname__
        return method

    return mark


class Resource:
    """
    A group of operations.

    Parameters
    ----------
    wire
        To the service.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def _all(self, path: str, model: type[T], params: Params, limit: int) -> Iterator[T]:
        """Yield every item of a list, page after page."""
        return map(model.model_validate, self._items(path, params, limit))

    def _items(self, path: str, params: Params, limit: int) -> Iterator[dict[str, Any]]:
        """Yield every item of a list as it is."""
        after: str | None = None
        while True:
            page = self._wire.get(path, {**params, "limit": limit, "after": after}).json()
            yield from page["items"]
            after = page["next"]
            if after is None:
                return


def tagged(model: type[G], response: httpx.Response) -> G:
    """Return what was answered, with the version that a change of it must name."""
    content: dict[str, Any] = response.json()
    return model.model_validate(content | {"etag": response.headers.get("etag")})


def match_of(what: Tagged) -> str:
    """
    Return the version that a change names.

    Raises
    ------
    ValueError
        When it came out of a list, which does not tell.
    """
    if what.etag is None:
        msg = f"read {what.id} by itself before it is changed"
        raise ValueError(msg)
    return what.etag


def at(*parts: str) -> str:
    """
    Return an address below ``/v1``.

    Examples
    --------
    >>> at("departures", "SEA-1@20260520T1400Z", "capacity")
    '/v1/departures/SEA-1%4020260520T1400Z/capacity'
    """
    return "/v1/" + "/".join(quote(part, safe=":") for part in parts)


def given(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
