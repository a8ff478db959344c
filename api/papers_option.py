"""The papers of the options of a quote: which, from whom, and by when against the cut-offs of each option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from api.answer_schema import Json
from api.texts import LANGS, say
from data.catalogue import Catalogue
from data.itinerary import Option
from data.records_papers import PaperRule
from data.shipment import Shipment
from network.papers import Asked, Case, Checker, Manners, Need, by_due, option_case

_SUBJECT = "1"
_MOST_ASKINGS = 5_000


class _Asking(NamedTuple):
    """
    What is asked of all cargo of one kind.

    Parameters
    ----------
    rules
        Those that may ask for a paper.
    asked
        What they asked for so far, by the manners of a way.
    kinds
        What was told of papers so far, by what asks for them: told apart by identity, and kept beside.
    """

    rules: tuple[PaperRule, ...]
    asked: dict[Manners, list[Asked]]
    kinds: dict[int, tuple[tuple[PaperRule, ...], Json]]


class _Askings:
    """
    What rules ask of kinds of cargo, for all quotes from one data set: they differ in little that rules look at.

    Parameters
    ----------
    catalogue
        Has the rules.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.checker = Checker(catalogue, {})
        self._known: dict[tuple[object, ...], _Asking] = {}

    def of(self, case: Case) -> _Asking:
        """Return what is asked of the cargo of an option."""
        key = self.checker.looked_at(case)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_ASKINGS:
                self._known.clear()
            found = self._known[key] = _Asking(self.checker.rules_of(case), {}, {})
        return found


class OptionPapers:
    """
    Tells which papers the options of one answer need.

    Parameters
    ----------
    catalogue
        Has the rules.
    shipment
        What is quoted.
    local
        Shows a minute in the local time of a place, and its zone.
    """

    def __init__(self, catalogue: Catalogue, shipment: Shipment, local: Callable[[int, str], tuple[str, str]]) -> None:
        askings = catalogue.derived(_Askings)
        self._checker = askings.checker
        self._local = local
        self._case = option_case(shipment, (), _SUBJECT)
        self._asking = askings.of(self._case)
        self._kinds: dict[str, Json] = {}

    def of(self, option: Option) -> list[Json]:
        """Return the papers of an option, by due time; what has none comes last."""
        case = replace(self._case, ways=(option,))
        return [self._tell(need) for need in by_due(self._checker.needs(case, self._asking.rules, self._asking.asked))]

    def kinds(self) -> dict[str, Json]:
        """Return the papers that were told of, by code: their names, who issues them, and what they take."""
        return dict(sorted(self._kinds.items()))

    def _tell(self, need: Need) -> Json:
        kind, due = need.kind, need.due
        if kind.code not in self._kinds:
            self._kinds[kind.code] = self._kind(need)
        at, zone = (None, None) if due is None else self._local(due.minute, due.place)
        return {
            "kind": kind.code,
            "due_at": at,
            "due_zone": zone,
            "due_by": None if due is None else due.by,
            "is_conditional": need.is_conditional,
            "assumed": need.is_assumed,
        }

    def _kind(self, need: Need) -> Json:
        """Return what is told of a paper once; whoever has it does not change it."""
        _, told = self._asking.kinds.get(id(need.rules), (None, None))
        if told is None:
            told = _kind(need)
            self._asking.kinds[id(need.rules)] = (need.rules, told)
        return told


def _kind(need: Need) -> Json:
    """Return what is told of a paper once."""
    kind = need.kind
    conditions: list[tuple[str | None, ...]] = [
        (rule.condition_zh, rule.condition_en) for rule in need.rules if rule.condition_zh is not None
    ]
    terms = sorted({term for rule in need.rules for term in rule.incoterms})
    if terms and need.is_conditional:
        conditions.append(tuple(say(lang, "paper_if_term", terms=say(lang, "comma").join(terms)) for lang in LANGS))
    zh, en = conditions[0] if conditions else (None, None)
    return {
        "name_zh": kind.name_zh,
        "name_en": kind.name_en,
        "issuer_zh": kind.issuer_zh,
        "issuer_en": kind.issuer_en,
        "needs_zh": kind.needs_zh,
        "needs_en": kind.needs_en,
        "condition_zh": zh,
        "condition_en": en,
    }
