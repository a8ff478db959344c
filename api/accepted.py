"""Which language a browser asks for that was told none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from viz.theme import Lang


def accepted_language(header: str) -> Lang:
    """
    Return the language for an ``Accept-Language``: English where it names that and no Chinese, else Chinese.

    Examples
    --------
    >>> accepted_language("en-GB,en;q=0.9,de;q=0.5"), accepted_language("en,zh-CN;q=0.1"), accepted_language("de")
    ('en', 'zh', 'zh')
    """
    named = set()
    for part in header.lower().split(","):
        tag, _, weight = part.partition(";")
        if _is_wanted(weight):
            named.add(tag.strip().partition("-")[0])
    return "en" if "en" in named and "zh" not in named else "zh"


def _is_wanted(weight: str) -> bool:
    """Return whether a weight such as ``q=0.8`` is above 0; one that cannot be read says nothing against it."""
    try:
        return float(weight.strip().removeprefix("q=") or 1) > 0
    except ValueError:
        return True
