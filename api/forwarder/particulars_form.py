"""Parties, goods and facts of a booking as a form has them: read, checked, and shown again as they were typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import Depends, Request
from pydantic import ValidationError

from api.bookings.filling import ROOT, other_facts
from api.bookings.particulars import MOST_LINES, PARTIES, GoodsLine, Particulars, Party
from api.bookings.parties import known_as
from api.faults import RequestFaultsError
from api.problems import shape_fault
from api.texts import say
from data.paper_facts import fact_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.answer_schema import Json
    from api.faults import RequestFault
    from api.papers_view import PapersView
    from api.store.session import ReadSession
    from data.catalogue import Catalogue
    from data.records_papers import PaperField
    from viz.theme import Lang

PARTY_FIELDS = tuple(Party.model_fields)
GOODS_FIELDS = tuple(GoodsLine.model_fields)
BLANK_LINES = 3
"""Lines of goods that a form has free."""
_NAME = re.compile(rf"{ROOT}\.(?:({'|'.join(PARTIES)})|goods\.(\d{{1,2}})|facts)\.([a-z0-9_]{{1,40}})")
_LONGEST = 2000


async def _typed(request: Request) -> dict[str, str]:
    """Return the fields of a form that are about particulars."""
    found = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str) and _NAME.fullmatch(name):
            found[name] = value[:_LONGEST].replace("\r\n", "\n").replace("\t", " ")
    return found


Typed = Annotated[dict[str, str], Depends(_typed)]
"""What was typed, by the names of fields."""


def nested(typed: Mapping[str, str]) -> Json:
    """
    Return what was typed as the JSON interface has it, without what is empty.

    Examples
    --------
    >>> nested({"particulars.shipper.name_en": "A", "particulars.goods.2.pieces": "3", "particulars.facts.date": ""})
    {'shipper': {'name_en': 'A'}, 'goods': [{'pieces': '3'}]}
    """
    found: Json = {}
    lines: dict[int, Json] = {}
    for name, text in typed.items():
        match = _NAME.fullmatch(name)
        if match is None or not text.strip():
            continue
        party, number, field = match.groups()
        if number is not None:
            lines.setdefault(int(number), {})[field] = text
        else:
            found.setdefault(party or "facts", {})[field] = True if field == "remember" else text
    goods = [lines[number] for number in sorted(lines)]
    return found | ({"goods": goods} if goods else {})


def filled_in(given: Json, session: ReadSession, firm: str) -> Json:
    """Return what was typed; a party of which nothing but a name was typed is taken from the address book."""
    found = dict(given)
    for name in PARTIES:
        party = found.get(name, {})
        said = {field: text for field, text in party.items() if field != "remember"}
        if set(said) in ({"name_en"}, {"name_zh"}):
            (text,) = said.values()
            found[name] = known_as(session, firm, str(text).strip()) or party
    return found


def read_particulars(given: Json) -> Particulars:
    """
    Return what was typed.

    Raises
    ------
    RequestFaultsError
        With every field that has the wrong shape.
    """
    try:
        return Particulars.model_validate(given)
    except ValidationError as error:
        raise RequestFaultsError(
            shape_fault(item["type"], ("body", ROOT, *item["loc"]), item.get("input"), item.get("ctx"), item["msg"])
            for item in error.errors()
        ) from None


class FormView(NamedTuple):
    """
    What a template shows of a form.

    Parameters
    ----------
    given
        What stands in its fields.
    facts
        Fields of further facts.
    book
        What the address book offers.
    names
        What fields are called, by their names.
    wrong
        The faults by field.
    faults
        All faults.
    lines
        How many lines of goods it has room for.
    territories
        Codes and names that may be chosen.
    """

    given: Json
    facts: list[PaperField]
    book: list[Json]
    names: dict[str, str]
    wrong: dict[str, Json]
    faults: list[Json]
    lines: int
    territories: list[tuple[str, str]]


def form_view(
    given: Json,
    facts: Iterable[PaperField],
    book: list[Json],
    catalogue: Catalogue,
    *,
    lang: Lang,
    faults: Sequence[RequestFault] = (),
    more: int = 0,
) -> FormView:
    """Return what a template shows of a form; `more` are lines that were asked for."""
    listed = [fault.as_dict() for fault in faults if fault.field.startswith(f"{ROOT}.")]
    rows = list(facts)
    lines = min(len(given.get("goods", [])) + max(BLANK_LINES, more), MOST_LINES)
    return FormView(
        given=given,
        facts=rows,
        book=book,
        names=_names(rows, lines, lang),
        wrong={str(item["field"]): item for item in reversed(listed)},
        faults=listed,
        lines=lines,
        territories=[("", "—"), *((row.code, row.name_zh if lang == "zh" else row.name_en)
                                  for row in catalogue.territories)],
    )  # fmt: skip


def _names(facts: Iterable[PaperField], lines: int, lang: Lang) -> dict[str, str]:
    """Return what fields are called."""
    found = {
        f"{ROOT}.{party}.{field}": f"{say(lang, f'party_{party}')}: {say(lang, f'party_{field}')}"
        for party in PARTIES
        for field in PARTY_FIELDS
    }
    for number in range(lines):
        line = say(lang, "goods_line", number=number + 1)
        found |= {f"{ROOT}.goods.{number}.{field}": f"{line}: {say(lang, f'item_{field}')}" for field in GOODS_FIELDS}
    found[f"{ROOT}.goods"] = say(lang, "goods_title")
    return found | {f"{ROOT}.facts.{row.fact}": row.name_zh if lang == "zh" else row.name_en for row in facts}


def facts_of(view: PapersView | None, catalogue: Catalogue, given: Json) -> list[PaperField]:
    """Return the facts that the papers of an option have a field for, and those that were given before."""
    columns = fact_columns(catalogue)
    asked = {entry.field.fact for paper in (view.papers if view else ()) for entry in paper.fields}
    asked |= set(given.get("facts", {}))
    return [columns[name] for name in other_facts(catalogue) if name in asked]
