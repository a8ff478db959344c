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

from data.errors import AmbiguousNameError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from data.catalogue import Catalogue
    from data.records import Location

    _Match = tuple[tuple[int, bool, str], Location]
    _Whole = dict[str, list[_Match]]

_FIRST_KINDS = frozenset({"city", "market", "cluster"})
_IGNORED = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]+)[)）\]】]")
_LEAST_NEAR = 0.7
_SHOWN_NEAR = 5
# Ranks of the ways to match, best first.
_CODE, _NAME, _ALIAS, _PINYIN, _INITIALS, _PREFIX, _PART, _NEAR = range(8)


@dataclass(frozen=True, slots=True)
class _Entry:
    """
    A location with everything it may be called, made comparable.

    Parameters
    ----------
    location
        The location.
    exact
        Way in which each whole word means it, the best way only.
    words
        Everything that may be typed in part, each on a line of its own.
    beginnings
        The same with pinyin initials, of which a beginning may be typed.
    """

    location: Location
    exact: dict[str, int]
    words: str
    beginnings: str


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
    entries = catalogue.derived(_entries)
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
    word = _comparable(text)
    # Pinyin comes last, so a place that is named as it is written needs no dictionary of pinyin.
    found = catalogue.derived(_written).get(word) or catalogue.derived(_spoken).get(word) or ()
    return [location for _, location in found]


def _ranked(catalogue: Catalogue, query: str) -> list[_Match]:
    """Return the matching locations with their sort keys, best first."""
    text = _comparable(query)
    if not text:
        return []
    found: list[_Match] = []
    for entry in catalogue.derived(_entries):
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
    rank = entry.exact.get(text)
    if rank is not None:
        return rank
    if f"\n{text}" in entry.beginnings:
        return _PREFIX
    return _PART if text in entry.words else None


def _near(entries: Iterable[_Entry], text: str) -> list[_Match]:
    """Return the locations one of whose names is nearly a text, the nearest ranked first."""
    by_word: dict[str, list[Location]] = {}
    for entry in entries:
        for word in entry.words.split():
            by_word.setdefault(word, []).append(entry.location)
    found: dict[str, _Match] = {}
    for place, word in enumerate(difflib.get_close_matches(text, by_word, 4 * _SHOWN_NEAR, _LEAST_NEAR)):
        for location in by_word[word]:
            found.setdefault(location.code, (_sort_key(_NEAR + place, location), location))
    return list(found.values())


def _written(catalogue: Catalogue) -> _Whole:
    """Return the locations of each code, name and alias."""
    return _whole((location, _names(location)) for location in catalogue.locations)


def _spoken(catalogue: Catalogue) -> _Whole:
    """Return the locations of each name in pinyin."""
    return _whole((location, {_PINYIN: _pinyin(location)[0]}) for location in catalogue.locations)


def _whole(rows: Iterable[tuple[Location, dict[int, frozenset[str]]]]) -> _Whole:
    """Return the locations of each word; of several ways to mean a word only the best counts."""
    table: _Whole = {}
    for location, ways in rows:
        for rank, words in ways.items():
            for word in words:
                table.setdefault(word, []).append((_sort_key(rank, location), location))
    for word, matches in table.items():
        best = min(rank for (rank, _, _), _ in matches)
        table[word] = sorted((match for match in matches if match[0][0] == best), key=_by_key)
    return table


def _entries(catalogue: Catalogue) -> tuple[_Entry, ...]:
    """Return the entries of a catalogue's locations."""
    return tuple(_entry(location) for location in catalogue.locations)


def _entry(location: Location) -> _Entry:
    """Return the entry of one location."""
    whole, initials = _pinyin(location)
    ways = _names(location) | {_PINYIN: whole, _INITIALS: initials}
    exact: dict[str, int] = {}
    for rank, words in ways.items():
        for word in words:
            exact.setdefault(word, rank)
    in_part = "\n".join(word for word, rank in exact.items() if rank != _INITIALS)
    return _Entry(location, exact, in_part, "\n".join(["", *exact]))


def _names(location: Location) -> dict[int, frozenset[str]]:
    """Return how a location is written, by way to match, best first."""
    return {
        _CODE: _comparables([location.code]),
        _NAME: _comparables([location.name_zh, location.name_en]),
        _ALIAS: _comparables(location.aliases),
    }


def _pinyin(location: Location) -> tuple[frozenset[str], frozenset[str]]:
    """Return how a location sounds: whole pinyin of its Chinese names, and their initials."""
    # Reading the dictionary of pinyin takes longer than most commands need for everything else.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    chinese = [location.name_zh, *(alias for alias in location.aliases if not alias.isascii())]
    syllables = [lazy_pinyin(name, style=Style.NORMAL, errors="ignore") for name in chinese]
    return (
        _comparables("".join(parts) for parts in syllables),
        _comparables("".join(part[0] for part in parts) for parts in syllables if len(parts) > 1),
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
