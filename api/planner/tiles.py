"""A tile layer behind the planner's maps: none, unless a setting names one."""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import urlsplit

VARIABLE, BY_VARIABLE = "HUBPORT_TILES", "HUBPORT_TILES_BY"
_PLACES = ("{z}", "{x}", "{y}")
_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {host}; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


class Tiles(NamedTuple):
    """
    A tile layer.

    Parameters
    ----------
    url
        Template with ``{z}``, ``{x}`` and ``{y}``.
    by
        Whose pictures they are, to be shown on the map.
    """

    url: str
    by: str

    @property
    def policy(self) -> str:
        """The content security policy of a page that may ask for the tiles, and for nothing else elsewhere."""
        parts = urlsplit(self.url)
        return _STRICT.format(host=f"{parts.scheme}://{parts.netloc}")


def is_template(text: str) -> bool:
    """
    Return whether a text can be the template of a tile layer.

    Examples
    --------
    >>> is_template("https://tiles.example/{z}/{x}/{y}.png"), is_template("tiles.example/{z}/{x}/{y}")
    (True, False)
    >>> is_template("https://a.example;script-src/{z}/{x}/{y}"), is_template("https://{s}.example/{z}/{x}/{y}")
    (False, False)
    """
    try:
        parts = urlsplit(text)
        is_host = bool(parts.hostname) and all(sign.isalnum() or sign in ".-:[]" for sign in parts.netloc)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and is_host and all(place in text for place in _PLACES)


def tiles() -> Tiles | None:
    """Return the tile layer that the environment names, None for none."""
    url = os.environ.get(VARIABLE, "").strip()
    return Tiles(url, os.environ.get(BY_VARIABLE, "").strip()) if url and is_template(url) else None
