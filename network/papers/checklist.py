"""Which papers a plan needs, and by when: the rows of ``paper_rules`` against its legs, cut-offs and cargo."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from network.papers.case import LOOSE, Areas, cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.itinerary import Step
    from data.paper_facts import Facts
    from data.plan_json import PlanFile
    from data.records_papers import PaperKind, PaperRule
    from network.papers.case import Case, Way


class Due(NamedTuple):
    """An instant by which a paper is due: its minute, what makes it so, and the place whose clock counts."""

    minute: int
    by: str
    place: str


class Need(NamedTuple):
    """
    A paper that is needed.

    Parameters
    ----------
    case
        What it is for.
    kind
        Which it is.
    leg
        The leg it is due for, between customs areas.
    due
        The earliest of the instants its rules name; None if the plan has none of them.
    rules
        The rows that ask for it.
    is_conditional
        Whether all of them have a condition that the plan and the facts do not decide.
    """

    case: Case
    kind: PaperKind
    leg: Step
    due: Due | None
    rules: tuple[PaperRule, ...]
    is_conditional: bool

    @property
    def is_assumed(self) -> bool:
        """Whether a row that asks for it, or that says what it is, is an assumption."""
        return self.kind.assumed or any(rule.assumed for rule in self.rules)


def checklist(file: PlanFile, catalogue: Catalogue, facts: Facts) -> tuple[Need, ...]:
    """
    Return every paper that a plan needs, by due time; what has none comes last.

    Parameters
    ----------
    file
        The plan and its cargo.
    catalogue
        Has the rules.
    facts
        What is known of shipments and load units beside the plan; only incoterms count here.
    """
    return needs_of(cases(file), catalogue, facts)


def needs_of(found: Iterable[Case], catalogue: Catalogue, facts: Facts) -> tuple[Need, ...]:
    """Return every paper that some cases need, by due time; what has none comes last."""
    checker = Checker(catalogue, facts)
    return by_due(need for case in found for need in checker.needs(case))


def by_due(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Return needs by due time; what has none comes last."""
    return tuple(sorted(needs, key=_order))


def _order(need: Need) -> tuple[bool, int, str, str]:
    return need.due is None, 0 if need.due is None else need.due.minute, need.case.subject, need.kind.code


Manners = tuple[tuple[int, str | None, str], ...]
"""Of the legs between customs areas: place in the way, mode, and loose or box. Rules ask for nothing else of a way."""


class Asked(NamedTuple):
    """
    A paper that rules ask for.

    Parameters
    ----------
    kind
        Which.
    place
        That of the leg which the first of its rules is about.
    dues
        What its rules name: place of the leg, name of the instant, and minutes before it.
    rules
        The rules that count.
    is_conditional
        Whether it is not known if any of them applies.
    """

    kind: PaperKind
    place: int
    dues: tuple[tuple[int, str, int], ...]
    rules: tuple[PaperRule, ...]
    is_conditional: bool


class Checker:
    """
    Applies the rules to one case after the other.

    Parameters
    ----------
    catalogue
        Has the rules.
    facts
        What is known beside the steps; only incoterms count here.
    """

    def __init__(self, catalogue: Catalogue, facts: Facts) -> None:
        self._areas = catalogue.derived(Areas)
        self._kinds = {row.code: row for row in catalogue.paper_kinds}
        self._rules = catalogue.paper_rules
        self._directions = {row.id: row.direction for row in catalogue.clearance}
        self._facts = facts

    def looked_at(self, case: Case) -> tuple[object, ...]:
        """Return all that rules look at of a lone shipment of which no facts are known, whatever its way is."""
        (shipment,) = case.shipments
        ends = (self._areas.names(place) for place in (shipment.origin, shipment.destination))
        return case.scopes, shipment.regime, shipment.goods, *ends

    def rules_of(self, case: Case) -> tuple[PaperRule, ...]:
        """Return the rules that may ask for a paper of a case, whatever its way is."""
        return tuple(
            rule
            for rule in self._rules
            if self._kinds[rule.paper].scope in case.scopes
            and (rule.sharing is None or (rule.sharing == "shared") == (case.load is not None))
            and any(self._fits_cargo(rule, case, number) for number in range(len(case.shipments)))
        )

    def needs(
        self, case: Case, rules: Sequence[PaperRule] | None = None, known: dict[Manners, list[Asked]] | None = None
    ) -> Iterator[Need]:
        """
        Yield what a case needs.

        Parameters
        ----------
        case
            The shipment or load unit.
        rules
            Those of it, if they are known already.
        known
            What these rules asked for so far of other ways of the same case; added to.
        """
        known = {} if known is None else known
        legs = [(place, step) for place, step in enumerate(case.ways[0].steps) if self._areas.crosses(step)]
        instants = {place: [self._instants(way, leg) for way in case.ways] for place, leg in legs}
        manners = tuple((place, *_manner(leg)) for place, leg in legs)
        if manners not in known:
            known[manners] = self._ask(case, legs, self.rules_of(case) if rules is None else rules)
        for asked in known[manners]:
            yield Need(
                case=case,
                kind=asked.kind,
                leg=case.ways[0].steps[asked.place],
                due=_earliest(asked, instants),
                rules=asked.rules,
                is_conditional=asked.is_conditional,
            )

    def _ask(self, case: Case, legs: Sequence[tuple[int, Step]], rules: Sequence[PaperRule]) -> list[Asked]:
        """Return the papers that rules ask for, each with the rules that count and the legs they are about."""
        found: dict[str, list[tuple[PaperRule, int]]] = {}
        for rule in rules:
            place = _place(rule, legs)
            if place is not None:
                found.setdefault(rule.paper, []).append((rule, place))
        asked = []
        for paper, pairs in found.items():
            sure = tuple(pair for pair in pairs if not self._is_open(pair[0], case))
            counting = sure or tuple(pairs)
            dues = ((place, name, rule.minutes_before) for rule, place in counting for name in rule.due)
            named = tuple(rule for rule, _ in counting)
            asked.append(Asked(self._kinds[paper], counting[0][1], tuple(dict.fromkeys(dues)), named, not sure))
        return asked

    def _fits_cargo(self, rule: PaperRule, case: Case, number: int) -> bool:
        """Tell whether a rule is about a shipment of a case."""
        shipment = case.shipments[number]
        term = term_of(self._facts, case, shipment.id)
        return (
            rule.regime in {"*", shipment.regime}
            and (not rule.goods or not shipment.goods.isdisjoint(rule.goods))
            and (not rule.origins or not self._areas.names(shipment.origin).isdisjoint(rule.origins))
            and (not rule.areas or not self._areas.names(shipment.destination).isdisjoint(rule.areas))
            and (not rule.incoterms or term is None or term in rule.incoterms)
        )

    def _is_open(self, rule: PaperRule, case: Case) -> bool:
        """Tell whether it is not known if a rule applies."""
        if rule.condition_zh is not None or not rule.incoterms:
            return rule.condition_zh is not None
        return not {term_of(self._facts, case, shipment.id) for shipment in case.shipments} & set(rule.incoterms)

    def _instants(self, way: Way, leg: Step) -> Mapping[str, tuple[int, str]]:
        """Return the instants of a way by which papers may be due, each with the place whose clock counts."""
        known = {"depart": (leg.depart_min, leg.origin), "arrive": (leg.arrive_min, leg.destination)}
        for step in way.steps:
            if step.kind == "leg" and _is_same(step, leg):
                for cutoff in step.cutoffs:
                    known[cutoff.type] = (cutoff.at_min, step.origin)
            elif step.kind == "clearance" and step.row in self._directions:
                known.setdefault(f"clear_{self._directions[step.row]}", (step.depart_min, step.origin))
            elif step.kind == "stuff":
                known.setdefault("stuff", (step.depart_min, step.origin))
        return known


def _earliest(asked: Asked, instants: Mapping[int, Sequence[Mapping[str, tuple[int, str]]]]) -> Due | None:
    """Return the earliest of the instants that a paper's rules name and that there are, of all ways of a case."""
    dues = [
        (known[name][0] - before, name, known[name][1])
        for place, name, before in asked.dues
        for known in instants[place]
        if name in known
    ]
    return Due(*min(dues)) if dues else None


def term_of(facts: Facts, case: Case, shipment: str) -> str | None:
    """Return the incoterm of a shipment of a case, None if it is not known."""
    whole = case.whole if shipment == case.subject else shipment
    found = facts.get(shipment, {}).get("incoterm", facts.get(whole, {}).get("incoterm"))
    return None if found is None else str(found)


def _place(rule: PaperRule, legs: Sequence[tuple[int, Step]]) -> int | None:
    """Return the place of the first leg between customs areas that a rule is about."""
    for place, step in legs:
        mode, form = _manner(step)
        if rule.mode in {None, mode} and rule.form in {None, form}:
            return place
    return None


def _manner(step: Step) -> tuple[str | None, str]:
    """Return what of a leg rules ask about: its mode, and whether cargo is loose or in boxes."""
    return step.mode, "loose" if step.form == LOOSE else "box"


def _is_same(first: Step, second: Step) -> bool:
    return (first.service, first.origin, first.depart_min) == (second.service, second.origin, second.depart_min)
