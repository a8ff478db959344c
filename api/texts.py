"""Words of the pages and of the terminal, out of the gettext catalogues of both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from api.po import read_po

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viz.theme import Lang

LANGS: tuple[Lang, ...] = ("zh", "en")
LOCALES = Path(__file__).parent / "locale"


@cache
def catalogue(lang: Lang) -> Mapping[tuple[str, str], str]:
    """Return all texts of a language by context and key; most have the empty context."""
    return read_po(LOCALES / lang / "LC_MESSAGES" / "hubport.po")


def say(lang: Lang, key: str, **values: object) -> str:
    """
    Return a text; an unknown key stands for itself, as codes of the tables do.

    Examples
    --------
    >>> say("zh", "pieces_count", count=3), say("en", "from"), say("en", "THC")
    ('3 件', 'From', 'THC')
    """
    text = catalogue(lang).get(("", key))
    return key if text is None else text.format(**values)


def both(key: str, **values: object) -> str:
    """Return a text in Chinese and English, for a reader whose language is unknown."""
    return f"{say('zh', key, **values)} / {say('en', key, **values)}"


def pair(key: str, context: str) -> tuple[str, str]:
    """
    Return the Chinese and the English text of a key of a context, with their placeholders.

    Parameters
    ----------
    context
        ``customs``, ``customs_note``, ``fault`` or ``reason``.

    Raises
    ------
    KeyError
        When there is none.

    Examples
    --------
    >>> pair("memory", "reason")
    ('超出内存上限', 'it needs more memory than a job may have')
    """
    return catalogue("zh")[context, key], catalogue("en")[context, key]
