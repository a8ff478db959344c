"""
Finding locations by what people type: codes, names and aliases in Chinese or English, pinyin, parts of them.

Matching ignores case, blanks and punctuation. Better ways of matching come first; among equals, cities, markets and
clusters come before the facilities in them.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pypinyin import Style, lazy_pinyin

from data.errors import AmbiguousNameError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from data.catalogue import Catalogue
    from data.records import Location

    _Match = tuple[tuple[int, bool, str], Location]

_FIRST_KINDS = frozenset({"city", "market", "cluster"})
_IGNORED = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]")
_LEAST_NEAR = 0.7
_SHOWN_NEAR = 5
# Ranks of the ways to match, best first.
_CODE, _NAME, _ALIAS, _PINYIN, _INITIALS, _PREFIX, _PART, _NEAR = range(8)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A location with everything it may be called, made comparable."""

    location: Location
    code: str
    names: frozenset[str]
    aliases: frozenset[str]
    pinyin: frozenset[str]
    initials: frozenset[str]

    def words(self) -> frozenset[str]:
        """Return everything that may be typed in part."""
        return self.names | self.aliases | self.pinyin | {self.code}


@dataclass(frozen=True, slots=True)
class _Index:
    """The entries of a catalogue."""

    entries: tuple[_Entry, ...]


def find_places(catalogue: Catalogue, query: str, limit: int = 10) -> list[Location]:
    """
    Return the locations a text may mean, the likeliest first.

    The order is: exact code, exact name, exact alias, whole pinyin, pinyin initials, beginning of a name, part of a
    name. If the whole text is found nowhere, what stands in brackets is tried, then what stands before them; and lastly
    names that are nearly the text.

    Parameters
    ----------
    catalogue
        With locations.
    query
        What was typed.
    limit
        Most locations to return.
    """
    for reading in _readings(query):
        found = _ranked(catalogue, reading)
        if found:
            return [location for _, location in found][:limit]
    entries = catalogue.derived(_index).entries
    near = sorted(_near(entries, _comparable(query)), key=_by_key)
    return [location for _, location in near][:limit]


def resolve_place(catalogue: Catalogue, text: str) -> Location:
    """
    Return the one location a text names.

    A code, the one name or the one alias that is exactly the text decides, in this order; then whole pinyin. If the
    whole text names nothing, what stands in brackets is tried, then what stands before them.

    Raises
    ------
    UnknownIdError
        If it names none, with the codes of those that come near.
    AmbiguousNameError
        If it names several.
    """
    for candidate in _readings(text):
        found = _exact(catalogue, candidate)
        if len(found) > 1:
            raise AmbiguousNameError(value=text, candidates=[location.code for location in found])
        if found:
            return found[0]
    near = find_places(catalogue, text, _SHOWN_NEAR)
    raise UnknownIdError(kind="location", value=text, near=[location.code for location in near])


def _readings(text: str) -> Iterator[str]:
    """Yield the whole text, then the part in brackets, then the part before them."""
    yield text
    match = _BRACKETS.search(text)
    if match:
        yield match[1]
        yield text[: match.start()]


def _exact(catalogue: Catalogue, text: str) -> list[Location]:
    """Return the locations a text names in the best way any of them matches, without guessing."""
    ranked = [(rank, location) for (rank, _, _), location in _ranked(catalogue, text) if rank <= _PINYIN]
    return [location for rank, location in ranked if rank == ranked[0][0]]


def _ranked(catalogue: Catalogue, query: str) -> list[_Match]:
    """Return the matching locations with their sort keys, best first."""
    text = _comparable(query)
    if not text:
        return []
    entries = catalogue.derived(_index).entries
    found: list[_Match] = []
    for entry in entries:
        rank = _rank(entry, text)
        if rank is not None:
            found.append((_sort_key(rank, entry.location), entry.location))
    return sorted(found, key=_by_key)


def _by_key(match: _Match) -> tuple[int, bool, str]:
    """Return the sort key of a match; locations themselves have no order."""
    return match[0]


def _sort_key(rank: int, location: Location) -> tuple[int, bool, str]:
    """Return the key that puts better matches first, and cities before facilities among equals."""
    return rank, location.kind not in _FIRST_KINDS, location.code


def _rank(entry: _Entry, text: str) -> int | None:
    """Return in which way a text matches an entry, or None."""
    exact = (
        (_CODE, {entry.code}),
        (_NAME, entry.names),
        (_ALIAS, entry.aliases),
        (_PINYIN, entry.pinyin),
        (_INITIALS, entry.initials),
    )
    for rank, words in exact:
        if text in words:
            return rank
    words = entry.words()
    if any(word.startswith(text) for word in words | entry.initials):
        return _PREFIX
    return _PART if any(text in word for word in words) else None


def _near(entries: Iterable[_Entry], text: str) -> list[_Match]:
    """Return the locations one of whose names is nearly a text, the nearest ranked first."""
    by_word: dict[str, list[Location]] = {}
    for entry in entries:
        for word in entry.words():
            by_word.setdefault(word, []).append(entry.location)
    found: dict[str, _Match] = {}
    for place, word in enumerate(difflib.get_close_matches(text, by_word, 4 * _SHOWN_NEAR, _LEAST_NEAR)):
        for location in by_word[word]:
            found.setdefault(location.code, (_sort_key(_NEAR + place, location), location))
    return list(found.values())


def _index(catalogue: Catalogue) -> _Index:
    """Return the index of a catalogue's locations."""
    return _Index(tuple(_entry(location) for location in catalogue.locations))


def _entry(location: Location) -> _Entry:
    """Return the index entry of one location."""
    chinese = [location.name_zh, *(alias for alias in location.aliases if not alias.isascii())]
    syllables = [lazy_pinyin(name, style=Style.NORMAL, errors="ignore") for name in chinese]
    return _Entry(
        location=location,
        code=_comparable(location.code),
        names=_comparables([location.name_zh, location.name_en]),
        aliases=_comparables(location.aliases),
        pinyin=_comparables("".join(parts) for parts in syllables),
        initials=_comparables("".join(part[0] for part in parts) for parts in syllables if len(parts) > 1),
    )


def _comparables(texts: Iterable[str]) -> frozenset[str]:
    """Return the comparable forms of texts that have one."""
    return frozenset(_comparable(text) for text in texts) - {""}


def _comparable(text: str) -> str:
    """
    Return a text without case, accents, blanks and punctuation, in half-width letters.

    Examples
    --------
    >>> _comparable("Małaszewicze  Terminal"), _comparable("ＣＮ-ＷＮＺ"), _comparable("义乌·国际商贸城")
    ('malaszewiczeterminal', 'cnwnz', '义乌国际商贸城')
    """
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return _IGNORED.sub("", letters).casefold()
