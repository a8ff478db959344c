"""Papers told in one language: names, local times, values with units, what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from api.human import columns
from api.plan_sheet import Column, Line, SheetRows
from api.plan_view import NOWHERE, PlanView
from api.present import mode_name, money
from data.records_papers import PaperField
from data.units import cm3_to_m3, g_to_kg
from network.papers import Entry, Paper, document

_PLAIN = {"depart", "arrive"}
_UNSAFE = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff_.-]+")
_MOST_NAME = 40


class PapersView:
    """
    Tells of papers in one language.

    Parameters
    ----------
    papers
        By due time.
    plan
        Tells of their plan.
    """

    def __init__(self, papers: Sequence[Paper], plan: PlanView) -> None:
        self.papers = tuple(papers)
        self.plan = plan
        self.lang = plan.lang
        self._digits = {row.currency: row.exponent for row in plan.catalogue.fx}

    @property
    def id(self) -> str:
        """A short name that tells plans apart."""
        return self.plan.id

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language."""
        return self.plan.say(key, **values)

    def _told(self, zh: str | None, en: str | None) -> str:
        return (zh if self.lang == "zh" else en) or ""

    def name(self, paper: Paper) -> str:
        """Return the name of a paper."""
        return self._told(paper.kind.name_zh, paper.kind.name_en)

    def issuer(self, paper: Paper) -> str:
        """Return who issues a paper."""
        return self._told(paper.kind.issuer_zh, paper.kind.issuer_en)

    def due(self, paper: Paper) -> str:
        """Return by when a paper is due, in the local time of the place that counts."""
        return NOWHERE if paper.due is None else self.plan.when(paper.due.minute, paper.due.place)

    def by(self, paper: Paper) -> str:
        """Return what makes a paper due."""
        if paper.due is None:
            return NOWHERE
        by = paper.due.by
        return self.say(f"paper_{by}" if by in _PLAIN else by)

    def status(self, paper: Paper) -> str:
        """Return how a paper stands."""
        return self.say(f"status_{paper.status}")

    def missing(self, paper: Paper) -> str:
        """Return what a paper lacks, or what it takes to obtain it."""
        if paper.status == "obtain":
            return self._told(paper.kind.needs_zh, paper.kind.needs_en)
        return self.plan.listed(self.missing_names(paper))

    def missing_names(self, paper: Paper) -> list[str]:
        """Return the names of the needed fields without a value."""
        found = [self.field(entry.field) for entry in paper.fields if entry.is_missing]
        for number, line in enumerate(paper.lines, 1):
            names = [self.field(entry.field) for entry in line if entry.is_missing]
            found += [self.say("paper_line", number=number, name=name) for name in names]
        return found

    def note(self, paper: Paper) -> str:
        """Return conditions, and whether an assumption is behind it."""
        rules = paper.need.rules
        found = [self.say("paper_assumed")] if paper.need.is_assumed else []
        if paper.need.is_conditional:
            found += [self._told(rule.condition_zh, rule.condition_en) for rule in rules if rule.condition_zh]
            terms = sorted({term for rule in rules for term in rule.incoterms})
            found += [self.say("paper_if_term", terms=self.plan.listed(terms))] if terms else []
        return self.plan.listed(dict.fromkeys(found))

    def leg(self, paper: Paper) -> str:
        """Return the departure a paper is for."""
        leg = paper.need.leg
        return f"{mode_name(leg.mode, self.lang)} {leg.service} {self.plan.when(leg.depart_min, leg.origin)}"

    def field(self, row: PaperField) -> str:
        """Return the name of a field."""
        return self._told(row.name_zh, row.name_en)

    def value(self, entry: Entry, paper: Paper) -> str:
        """Return a value with its unit; a needed one that is missing is marked."""
        value, kind = entry.value, entry.field.kind
        if value is None:
            return self.say("paper_absent") if entry.is_missing else ""
        if kind == "mass" and isinstance(value, int):
            return f"{g_to_kg(value):,f} kg"
        if kind == "volume" and isinstance(value, int):
            return f"{cm3_to_m3(value):,f} m³"
        if kind == "money" and isinstance(value, int):
            currency = next((str(one.value) for one in paper.fields if one.field.field == "currency"), "")
            return f"{money(value, self._digits.get(currency, 0))} {currency}"
        if entry.field.field == "verified_method":
            return self.say(str(value))
        return str(value)

    def counts(self) -> str:
        """Return how many papers stand how."""
        found = Counter(paper.status for paper in self.papers)
        return self.say(
            "papers_counts",
            count=len(self.papers),
            **{status: found[status] for status in ("complete", "incomplete", "obtain")},
        )

    def head(self) -> str:
        """Return how many papers there are, and how far they are filled."""
        return "\n".join([self.say("papers_title", plan=self.id), self.counts()])

    def text(self) -> str:
        """Return the checklist for a terminal."""
        head = [self.head(), ""]
        if not self.papers:
            return "\n".join([*head, self.say("papers_none")])
        keys = ("paper_due", "paper_by", "paper_for", "paper_name", "paper_issuer", "paper_status")
        table = [[self.say(key) for key in (*keys, "paper_missing", "paper_note")]]
        table += [[_printable(cell) for cell in self._cells(paper)] for paper in self.papers]
        return "\n".join([*head, *columns(table), "", self.say("papers_note")])

    def _cells(self, paper: Paper) -> list[str]:
        facts = (self.due(paper), self.by(paper), paper.subject, self.name(paper), self.issuer(paper))
        return [*facts, self.status(paper), self.missing(paper), self.note(paper)]

    def json(self) -> dict[str, Any]:
        """Return the checklist and every paper in the form of its schema."""
        catalogue = self.plan.catalogue
        return {
            "plan": self.plan.plan.fingerprint,
            "cargo": self.plan.plan.cargo_fingerprint,
            "papers": [
                {
                    "name": {"zh": paper.kind.name_zh, "en": paper.kind.name_en},
                    "service": paper.need.leg.service,
                    "rules": [rule.id for rule in paper.need.rules],
                    "is_conditional": paper.need.is_conditional,
                    "is_assumed": paper.need.is_assumed,
                    "document": document(paper, catalogue),
                }
                for paper in self.papers
            ],
        }

    def checklist(self) -> SheetRows:
        """Return the checklist as a sheet."""
        widths = (("paper_due", 21), ("paper_by", 12), ("paper_for", 14), ("paper_name", 28), ("paper_issuer", 14))
        more = (("paper_status", 16), ("paper_missing", 44), ("paper_note", 20), ("paper_leg", 36))
        lines = [Line((*self._cells(paper), self.leg(paper))) for paper in self.papers]
        heads = tuple(Column(key, "wrap", width) for key, width in (*widths, *more))
        return SheetRows(key="papers", columns=heads, lines=lines)

    def file_name(self, number: int, paper: Paper) -> str:
        """Return a name for the file of a paper that is one name on every system, without its ending."""
        subject = _UNSAFE.sub("_", paper.subject)[:_MOST_NAME]
        return f"{number:03}-{paper.kind.code}-{subject}"


def _printable(text: str) -> str:
    """Return text in one line, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
