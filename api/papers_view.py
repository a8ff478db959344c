"""Papers told in one language: names, local times, values with units, what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from api.answer_schema import Json
from api.human import columns
from api.plan_sheet import Column, Line, SheetRows
from api.plan_view import NOWHERE
from api.present import mode_name, money, paper_by, when
from api.texts import both, say
from data.catalogue import Catalogue
from data.codes import PaperFieldKind
from data.records_papers import PaperField
from data.units import cm3_to_m3, g_to_kg
from network.papers import Entry, Paper, document, local
from viz.theme import Lang

_UNSAFE = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff_.-]+")
_MOST_NAME = 40


class PapersView:
    """
    Tells of papers in one language.

    Parameters
    ----------
    papers
        By due time.
    catalogue
        Has names, zones and currencies.
    lang
        Language of names and words.
    id
        A short name that tells their plan, or their quote, from others.
    about
        What JSON says of that.
    """

    def __init__(
        self,
        papers: Sequence[Paper],
        catalogue: Catalogue,
        lang: Lang,
        *,
        id: str,  # noqa: A002 - named as in sheets
        about: Json,
    ) -> None:
        self.papers = tuple(papers)
        self.catalogue = catalogue
        self.lang = lang
        self.id = id
        self._about = about
        self._digits = {row.currency: row.exponent for row in catalogue.fx}

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language."""
        return say(self.lang, key, **values)

    def _listed(self, items: Iterable[str]) -> str:
        return self.say("comma").join(items)

    def _when(self, minute: int, place: str) -> str:
        return when(local(minute, place, self.catalogue))

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
        return NOWHERE if paper.due is None else self._when(paper.due.minute, paper.due.place)

    def by(self, paper: Paper) -> str:
        """Return what makes a paper due."""
        return paper_by(None if paper.due is None else paper.due.by, self.lang)

    def status(self, paper: Paper) -> str:
        """Return how a paper stands."""
        return self.say(f"status_{paper.status}")

    def missing(self, paper: Paper) -> str:
        """Return what a paper lacks and who gives it, or what it takes to obtain it."""
        if paper.status == "obtain":
            return self._told(paper.kind.needs_zh, paper.kind.needs_en)
        by: dict[str, list[str]] = {}
        for name, giver in self._missing_names(paper):
            by.setdefault(giver, []).append(name)
        told = (self.say("paper_from", giver=giver, names=self._listed(names)) for giver, names in by.items())
        return self.say("semicolon").join(told)

    def _missing_names(self, paper: Paper) -> list[tuple[str, str]]:
        """Return the needed fields without a value, each with who gives it; fields of lines with their lines."""
        found = [(self.field(row), self.giver(row, paper)) for row in paper.missing_fields]
        lines: dict[str, list[int]] = {}
        rows = {row.field: row for _, row in paper.missing_of_lines}
        for number, row in paper.missing_of_lines:
            lines.setdefault(row.field, []).append(number)
        for name, numbers in lines.items():
            row = rows[name]
            shown = spans(numbers)
            found.append((self.say("paper_line", number=shown, name=self.field(row)), self.giver(row, paper)))
        return found

    def giver(self, row: PaperField, paper: Paper) -> str:
        """Return who gives a field: who the table says, else who issues the paper."""
        return self.issuer(paper) if row.giver is None else self.say(f"giver_{row.giver}")

    def note(self, paper: Paper) -> str:
        """Return conditions, and whether an assumption is behind it."""
        rules = paper.need.rules
        found = [self.say("paper_assumed")] if paper.need.is_assumed else []
        if paper.need.is_conditional:
            found += [self._told(rule.condition_zh, rule.condition_en) for rule in rules if rule.condition_zh]
            terms = sorted({term for rule in rules for term in rule.incoterms})
            found += [self.say("paper_if_term", terms=self._listed(terms))] if terms else []
        return self._listed(dict.fromkeys(found))

    def leg(self, paper: Paper) -> str:
        """Return the departure a paper is for."""
        leg = paper.need.leg
        return f"{mode_name(leg.mode, self.lang)} {leg.service} {self._when(leg.depart_min, leg.origin)}"

    def field(self, row: PaperField) -> str:
        """Return the name of a field."""
        return self._told(row.name_zh, row.name_en)

    def caption(self, row: PaperField, between: str = " ") -> str:
        """Return the name of a field in both languages, as papers go abroad."""
        return f"{row.name_zh}{between}{row.name_en}"

    def value(self, entry: Entry, paper: Paper) -> str:
        """Return a value with its unit; a needed one that is missing is marked."""
        value, kind = entry.value, entry.field.kind
        if value is None:
            return self.say("paper_absent") if entry.is_missing else ""
        if isinstance(value, int):
            return self._number(value, kind, paper)
        if kind == "instant":
            return when(value)
        if entry.field.plan in {"goods", "verified_method"}:
            return "; ".join(both(code) for code in value.split("; "))
        return value

    def _number(self, value: int, kind: PaperFieldKind, paper: Paper) -> str:
        """Return a number with its unit, to its last digit."""
        if kind == "mass":
            return f"{g_to_kg(value).normalize():,f} kg"
        if kind == "volume":
            return f"{cm3_to_m3(value).normalize():,f} m³"
        if kind == "money":
            currency = next((str(one.value) for one in paper.fields if one.field.field == "currency"), "")
            return f"{money(value, self._digits.get(currency, 0))} {currency}"
        return f"{value:,}"

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
        table += [[_printable(cell) for cell in self.cells(paper)] for paper in self.papers]
        return "\n".join([*head, *columns(table), "", self.say("papers_note")])

    def cells(self, paper: Paper) -> list[str]:
        """Return the row of a paper in the checklist, without its departure."""
        facts = (self.due(paper), self.by(paper), paper.subject, self.name(paper), self.issuer(paper))
        return [*facts, self.status(paper), self.missing(paper), self.note(paper)]

    def json(self) -> dict[str, Any]:
        """Return the checklist and every paper in the form of its schema."""
        return {
            **self._about,
            "papers": [
                {
                    "name": {"zh": paper.kind.name_zh, "en": paper.kind.name_en},
                    "service": paper.need.leg.service,
                    "rules": [rule.id for rule in paper.need.rules],
                    "is_conditional": paper.need.is_conditional,
                    "is_assumed": paper.need.is_assumed,
                    "lacks": [
                        {"field": path, "name": {"zh": row.name_zh, "en": row.name_en}, "giver": row.giver}
                        for path, row in paper.lacks
                    ],
                    "needs": {"zh": paper.kind.needs_zh, "en": paper.kind.needs_en},
                    "document": document(paper, self.catalogue),
                }
                for paper in self.papers
            ],
        }

    def facts_table(self) -> tuple[dict[str, set[str]], dict[str, str]]:
        """Return the facts that each shipment or load unit lacks, and all of these with their names."""
        rows: dict[str, set[str]] = {}
        columns: dict[str, str] = {}
        for paper in self.papers:
            for subject, row in paper.lacking_facts:
                rows.setdefault(subject, set()).add(str(row.fact))
                columns[str(row.fact)] = row.name_zh if self.lang == "zh" else str(row.fact)
        return dict(sorted(rows.items())), columns

    def checklist(self) -> SheetRows:
        """Return the checklist as a sheet."""
        widths = (("paper_due", 21), ("paper_by", 12), ("paper_for", 14), ("paper_name", 28), ("paper_issuer", 14))
        more = (("paper_status", 16), ("paper_missing", 44), ("paper_note", 20), ("paper_leg", 36))
        lines = [Line((*self.cells(paper), self.leg(paper))) for paper in self.papers]
        heads = tuple(Column(key, "wrap", width) for key, width in (*widths, *more))
        return SheetRows(key="papers", columns=heads, lines=lines)

    def file_name(self, number: int, paper: Paper) -> str:
        """Return a name for the file of a paper that is one name on every system, without its ending."""
        subject = _UNSAFE.sub("_", paper.subject)[:_MOST_NAME]
        return f"{number:03}-{paper.kind.code}-{subject}"


def spans(numbers: Sequence[int]) -> str:
    """
    Return numbers in order with runs of them shortened.

    Examples
    --------
    >>> spans([1, 2, 3, 5, 7, 8])
    '1–3, 5, 7–8'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _printable(text: str) -> str:
    """Return text in one line, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
