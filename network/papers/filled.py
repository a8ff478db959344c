"""Papers filled with what is known, and what is missing in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from data.errors import Fault
from data.paper_facts import fact_columns
from data.rules_papers import fields_of
from network.papers.case import cases
from network.papers.checklist import needs_of
from network.papers.values import READERS, Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from data.cargo import CargoShipment
    from data.catalogue import Catalogue
    from data.paper_facts import Facts
    from data.plan_json import PlanFile
    from data.records_papers import PaperField, PaperKind
    from network.papers.case import Case
    from network.papers.checklist import Due, Need
    from network.papers.values import Value

Status = Literal["complete", "incomplete", "obtain"]
# What a part of a shipment that is split has in common with the whole of it; numbers are those of the whole.
_SHARED = frozenset({"text", "currency", "incoterm", "hs"})
OF_GOODS = frozenset({"description", "hs", "quantity", "quantity_unit", "pieces", "package", "mass", "net_mass"}
                     | {"volume", "value", "marks", "origin_country"})  # fmt: skip
"""Fields of lines that lines of goods may say; what one of several does not say is not known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    A field of a paper with its value.

    Parameters
    ----------
    field
        Its row.
    value
        g, cm3, minor units, a count or text; None if it is not known.
    """

    field: PaperField
    value: Value

    @property
    def is_missing(self) -> bool:
        """Whether the paper is incomplete because of it."""
        return self.field.needed and self.value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """
    A paper as far as it can be filled.

    Parameters
    ----------
    need
        Why and by when it is needed.
    fields
        Its head.
    lines
        The fields of each shipment in it, of papers that list them.
    """

    need: Need
    fields: tuple[Entry, ...]
    lines: tuple[tuple[Entry, ...], ...]

    @property
    def missing_fields(self) -> tuple[PaperField, ...]:
        """The needed fields of its head without a value."""
        return tuple(entry.field for entry in self.fields if entry.is_missing)

    @property
    def missing_of_lines(self) -> tuple[tuple[int, PaperField], ...]:
        """The needed fields of its lines without a value, each with the number of the line from 1."""
        return tuple(
            (number, entry.field) for number, line in enumerate(self.lines, 1) for entry in line if entry.is_missing
        )

    @property
    def lacks(self) -> tuple[tuple[str, PaperField], ...]:
        """Both by the path to them, such as ``lines[0].description``."""
        head = ((row.field, row) for row in self.missing_fields)
        return (*head, *((f"lines[{number - 1}].{row.field}", row) for number, row in self.missing_of_lines))

    @property
    def missing(self) -> tuple[str, ...]:
        """The paths to the needed fields without a value."""
        return tuple(path for path, _ in self.lacks)

    @property
    def lacking_facts(self) -> tuple[tuple[str, PaperField], ...]:
        """The facts it lacks, each with the shipment or load unit that they are about."""
        load = self.need.case.load
        found = [(load.id if load is not None and row.of_load else self.subject, row) for row in self.missing_fields]
        case = self.need.case
        names = [case.subject] * len(case.goods) if case.goods else [shipment.id for shipment in case.shipments]
        found += [(names[number - 1], row) for number, row in self.missing_of_lines]
        return tuple((subject, row) for subject, row in found if row.fact is not None)

    @property
    def kind(self) -> PaperKind:
        """Which paper it is."""
        return self.need.kind

    @property
    def subject(self) -> str:
        """The shipment or load unit it is for."""
        return self.need.case.subject

    @property
    def due(self) -> Due | None:
        """By when it is due, None if no rule says so."""
        return self.need.due

    @property
    def status(self) -> Status:
        """Whether it is complete, lacks something, or has to be obtained from whoever issues it."""
        if not self.fields and not self.lines:
            return "obtain"
        return "incomplete" if self.missing else "complete"


def papers(file: PlanFile, catalogue: Catalogue, facts: Facts) -> tuple[Paper, ...]:
    """
    Return every paper of a plan, filled as far as it can be, by due time.

    Parameters
    ----------
    file
        The plan and its cargo.
    catalogue
        Has the rules and the fields.
    facts
        What is known of shipments and load units beside the plan.
    """
    return papers_of(cases(file), catalogue, facts)


def papers_of(found: Iterable[Case], catalogue: Catalogue, facts: Facts) -> tuple[Paper, ...]:
    """Return every paper of some cases, filled as far as it can be, by due time."""
    fields = fields_of(catalogue)
    needs = needs_of(found, catalogue, facts)
    return tuple(_filled(need, fields.get(need.kind.code, []), catalogue, facts) for need in needs)


def _filled(need: Need, fields: list[PaperField], catalogue: Catalogue, facts: Facts) -> Paper:
    """Return a paper with its values."""
    case = need.case
    head = _entries(need, case.shipments, [row for row in fields if not row.in_line], catalogue, facts)
    in_line = [row for row in fields if row.in_line]
    lines = tuple(_entries(need, (one,), in_line, catalogue, facts) for one in case.shipments) if in_line else ()
    if lines and case.goods:
        lines = tuple(_of_goods(lines[0], goods, is_only=len(case.goods) == 1) for goods in case.goods)
    return Paper(need=need, fields=head, lines=lines)


def _of_goods(line: tuple[Entry, ...], goods: Mapping[str, int | str], *, is_only: bool) -> tuple[Entry, ...]:
    """Return the line of a shipment as that of some of its goods; its only line may leave things to the shipment."""
    return tuple(
        replace(entry, value=goods.get(entry.field.field, entry.value if is_only else None))
        if entry.field.field in OF_GOODS
        else entry
        for entry in line
    )


def _entries(
    need: Need, shipments: tuple[CargoShipment, ...], fields: list[PaperField], catalogue: Catalogue, facts: Facts
) -> tuple[Entry, ...]:
    """Return fields with their values."""
    case = need.case
    # The line of a shipment in a load unit has the facts of the shipment.
    subject = shipments[0].id if case.is_load and any(row.in_line for row in fields) else case.subject
    known = _facts_of(case, subject, facts, catalogue)
    context = Context(case=case, shipments=shipments, leg=need.leg, catalogue=catalogue, facts=known, due=need.due)
    of_load = facts.get(case.load.id, {}) if case.load is not None else known
    return tuple(Entry(field=row, value=_value(row, context, of_load if row.of_load else known)) for row in fields)


def _facts_of(case: Case, subject: str, facts: Facts, catalogue: Catalogue) -> Mapping[str, int | str]:
    """Return the facts of a subject; a part has the texts of the whole."""
    own = facts.get(subject, {})
    if case.whole == subject or case.is_load:
        return own
    columns = fact_columns(catalogue)
    whole = {fact: value for fact, value in facts.get(case.whole, {}).items() if columns[fact].kind in _SHARED}
    return {**whole, **own}


def _value(row: PaperField, context: Context, facts: Mapping[str, int | str]) -> Value:
    """Return the value of a field: of the plan or a fact, whichever counts first."""
    said = None if row.plan is None else READERS[row.plan](context)
    given = None if row.fact is None else facts.get(row.fact)
    first, second = (said, given) if row.first == "plan" else (given, said)
    return second if first is None else first


def known_facts(file: PlanFile, catalogue: Catalogue) -> dict[str, dict[str, int | str]]:
    """Return, for everything that facts may be about, what the plan says where it counts first."""
    return {**{one.id: {} for one in file.cargo}, **known_of(cases(file), catalogue)}


def known_of(given: Iterable[Case], catalogue: Catalogue) -> dict[str, dict[str, int | str]]:
    """Return the same of some cases."""
    columns = [row for row in fact_columns(catalogue).values() if row.plan is not None and row.first == "plan"]
    found: dict[str, dict[str, int | str]] = {}
    for case in given:
        leg = case.ways[0].steps[0]
        context = Context(case=case, shipments=case.shipments, leg=leg, catalogue=catalogue, facts={}, due=None)
        said = {row.fact: READERS[row.plan](context) for row in columns if row.plan is not None and row.fact}
        found[case.subject] = {fact: value for fact, value in said.items() if value is not None}
    return found


def load_faults(file: PlanFile, label: str) -> list[Fault]:
    """Return a fault for every load unit that does not weigh or measure what is in it."""
    return [fault for case in cases(file) if case.is_load for fault in _load_faults(case, label)]


def _load_faults(case: Case, label: str) -> Iterator[Fault]:
    """Yield what is wrong with the sums of a load unit."""
    for name in ("mass_g", "volume_cm3"):
        said, summed = getattr(case.load, name), sum(getattr(one, name) for one in case.shipments)
        if said != summed:
            yield Fault(
                file=label, column=f"loads[{case.subject}].{name}", value=str(said), rule="load-sum",
                message_zh=f"与箱内货物之和 {summed} 不符；请用 hubport verify 检查方案",
                message_en=f"differs from the sum of its contents, {summed}; check the plan with hubport verify",
            )  # fmt: skip
