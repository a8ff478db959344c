"""The view of a scenario: what is changed, and side by side what that does."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from api.avoid import KNOWN_PASSAGES
from api.faults import Findings, RequestFaultsError, of_table
from api.pages import templates
from api.planner.compare import compared, comparing, fates, kept
from api.planner.effect_view import change_name, effect_rows, effects_json, rerouted_note, verdict
from api.planner.flows_view import plans_of
from api.planner.scenario import MODES_OF_CHANGE, addable
from api.planner.scenario_read import read_question, read_scenario, typed_question
from api.planner.shown import FORMATS, Later, View, embedded, query_without
from api.planner.tiles import tiles
from api.present import mode_name
from api.texts import LANGS, say
from data.errors import TableFaultsError
from viz.sheet_change import FATES, Leg, change_sheet, ends_by_place
from viz.sheet_reach import yuan
from viz.sheet_words import number, sheet_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastapi import Request

    from api.desk import Desk
    from api.identity.principal import Principal
    from api.planner.compare import Comparison, Outcome, Pair, Question
    from api.planner.scenario import Scenario
    from api.store.session import Store
    from viz.sheet import Sheet
    from viz.theme import Lang

_KG = 1000


def scenario_view(request: Request, desk: Desk, store: Store | None, principal: Principal, lang: Lang) -> View:
    """Return the view of the scenario that a request defines; compared at once only where a file or no script asks."""
    found = Findings()
    typed = typed_question(request, desk, lang)
    question = read_question(request, desk, store, principal, typed, found, lang)
    scenario = question.scenario if question else read_scenario(request, desk, Findings())
    query = request.query_params
    is_asked = bool(query.get("format") or query.get("run"))
    values: dict[str, Any] = {
        "typed": typed, "scenario": scenario, "said": described(scenario, names_of(desk, lang), lang),
        "changes": [(mode, mode_name(mode, lang)) for mode in MODES_OF_CHANGE],
        "given": dict(query), "added": query.getlist("add"),
        "lines": [(row.id, row.name_zh if lang == "zh" else row.name_en) for row in addable(desk.catalogue)],
        "plans": plans_of(store, principal), "pairs": len(question.shipments) if question else 0,
        "is_open": any(query.get(name) for name in ("hs", "value", "goods", "ready")),
        "is_asked": any(name in query for name in ("close", "from", "plan", "duty")), "comparison": None,
    }  # fmt: skip
    sheets: dict[str, Later] = {}
    seen = None
    if question is not None:
        seen = kept(desk, question)
        if seen is None and is_asked:
            seen, faults = _compared(desk, question)
            found.faults += faults
        if seen is not None:
            sheets = sheets_of(desk, question, seen, lang)
            values["comparison"] = comparison(desk, seen, lang)
    # What is faulty or was not compared is refused before anybody asks for its answer.
    answer = partial(comparison_json, desk, question, seen)  # type: ignore[arg-type]
    return View(
        template="scenario", name="scenario", sheets=sheets, values=values, faults=tuple(found.faults), answer=answer
    )


def _compared(desk: Desk, question: Question) -> tuple[Comparison | None, list[Any]]:
    try:
        return compared(desk, question), []
    except TableFaultsError as error:
        return None, [of_table(fault) for fault in error.faults]


def stream(request: Request, desk: Desk, store: Store | None, principal: Principal, lang: Lang) -> Iterator[bytes]:
    """
    Return lines of JSON that say how far a comparison is, and last what is shown of it.

    Raises
    ------
    RequestFaultsError
        When the question is faulty.
    """
    found = Findings()
    question = read_question(request, desk, store, principal, typed_question(request, desk, lang), found, lang)
    if question is None:
        raise RequestFaultsError(found.faults)
    return _lines(request, desk, question, lang)


def _lines(request: Request, desk: Desk, question: Question, lang: Lang) -> Iterator[bytes]:
    steps = comparing(desk, question)
    try:
        while True:
            try:
                done, whole, doing = next(steps)
            except StopIteration as end:
                yield _line(_last(request, desk, question, end.value, lang))
                return
            yield _line({"done": done, "all": whole, "said": say(lang, f"planner_doing_{doing}")})
    except TableFaultsError as error:
        faults = [of_table(fault) for fault in error.faults]
        yield _line({"html": templates.get_template("planner/impossible.html").render(lang=lang, faults=faults)})
    finally:
        steps.close()


def _last(request: Request, desk: Desk, question: Question, found: Comparison, lang: Lang) -> dict[str, Any]:
    """Return what is shown of a comparison, and for programs what the scenario touches."""
    answer = comparison_json(desk, question, found)
    told = {name: answer[name] for name in ("consignments", "changed", "verdict_zh", "verdict_en", "effects")}
    return told | {"html": fragment(request, desk, question, found, lang)}


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8") + b"\n"


def fragment(request: Request, desk: Desk, question: Question, found: Comparison, lang: Lang) -> str:
    """Return the part of the page that shows a comparison."""
    html: str = templates.get_template("planner/comparison.html").render(
        lang=lang, sheets=sheets_of(desk, question, found, lang), comparison=comparison(desk, found, lang),
        query=query_without(request, "format", "side", "lang", "run"), tiles=tiles(), formats=tuple(FORMATS),
        embedded=embedded,
    )  # fmt: skip
    return html


def sheets_of(desk: Desk, question: Question, found: Comparison, lang: Lang) -> dict[str, Later]:
    """Return both sides as sheets."""
    name = map_name(question.scenario, names_of(desk, lang), lang)
    titles = {side: sheet_word(f"{side}_map", lang, name=name) for side in ("before", "after")}
    return {side: Later(title, partial(_side, desk, found, lang, side, title)) for side, title in titles.items()}


def _side(desk: Desk, found: Comparison, lang: Lang, side: str, title: str) -> Sheet:
    pairs, book = found.pairs, desk.book
    notes: dict[str, str] = {}
    if side == "after":
        moved = {one.service: one for effect in found.effects for one in effect.rerouted}
        book = book.along({code: one.passages for code, one in moved.items()})
        names = names_of(desk, lang)
        notes = {code: rerouted_note(one, names, lang) for code, one in moved.items()}
    outcomes: list[Outcome | None] = [getattr(pair, side) for pair in pairs]
    legs = [Leg(*ride) for outcome in outcomes if outcome for ride in outcome.rides]
    ends = ends_by_place([(pair.destination, pair.fate, ((pair.label, _text(pair, lang)),)) for pair in pairs])
    reached = {pair.destination for pair, outcome in zip(pairs, outcomes, strict=True) if outcome}
    lost = frozenset(pair.destination for pair in pairs) - reached
    return change_sheet(book, legs, ends, [pair.origin for pair in pairs], lang, title=title, lost=lost, notes=notes)


def _text(pair: Pair, lang: Lang) -> str:
    """Return what becomes of a consignment in one line."""
    sides = [
        sheet_word("none", lang)
        if one is None
        else sheet_word("days_cost", lang, days=number(one.days, 1), cost=yuan(one.total_cny_minor))
        for one in (pair.before, pair.after)
    ]
    return sides[0] if sides[0] == sides[1] else sheet_word("change_pair", lang, before=sides[0], after=sides[1])


def comparison_json(desk: Desk, question: Question, found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values: what is different, what that touches, and what becomes of consignments."""
    names: dict[Lang, dict[str, str]] = {lang: names_of(desk, lang) for lang in LANGS}
    return {
        "data_set": desk.catalogue.fingerprint, "scenario": asdict(question.scenario),
        "consignments": len(found.pairs), "changed": found.changed, "fates": dict(fates(found.pairs)),
        **{f"verdict_{lang}": verdict(desk.catalogue, found, names[lang], lang) for lang in LANGS},
        "effects": effects_json(found, names),
        "pairs": [
            {"label": pair.label, "origin": pair.origin, "destination": pair.destination, "fate": pair.fate}
            | {side: _outcome_json(getattr(pair, side)) for side in ("before", "after")}
            for pair in found.pairs
        ],
    }  # fmt: skip


def _outcome_json(one: Outcome | None) -> dict[str, Any] | None:
    return None if one is None else asdict(one) | {"rides": [ride._asdict() for ride in one.rides]}


def comparison(desk: Desk, found: Comparison, lang: Lang) -> dict[str, Any]:
    """Return what the tables say of a comparison."""
    pairs, names = found.pairs, names_of(desk, lang)
    counts = fates(pairs)
    both = [pair for pair in pairs if pair.before and pair.after]
    has_dues = any(one and one.dues_cny_minor is not None for pair in pairs for one in (pair.before, pair.after))
    return {
        "fates": [(fate, sheet_word(fate, lang), counts[fate]) for fate in FATES if counts[fate] or fate == "lost"],
        "sums": [_sum_row(name, key, both, lang) for name, key in _SUMS],
        "both": len(both), "count": len(pairs), "has_dues": has_dues,
        "changed": found.changed, "verdict": verdict(desk.catalogue, found, names, lang),
        "effects": effect_rows(desk.catalogue, found, names, lang),
        "rows": [_row(pair, lang) for pair in sorted(pairs, key=lambda one: (FATES.index(one.fate), one.label))],
    }  # fmt: skip


_SUMS = (("cost", "cost_cny_minor"), ("days", "days"), ("fastest", "fastest_days"), ("emissions", "emissions_g"))


def _sum_row(name: str, key: str, both: Sequence[Pair], lang: Lang) -> dict[str, str]:
    """Return sums of cost and emissions, and means of days, over what is possible on both sides."""
    before, after = (sum(getattr(getattr(pair, side), key) for pair in both) for side in ("before", "after"))
    scale = {"cost": 100, "emissions": _KG * _KG}.get(name, max(1, len(both)))
    decimals = 0 if name == "cost" else 1
    return {
        "name": say(lang, f"planner_sum_{name}"), "before": number(before / scale, decimals),
        "after": number(after / scale, decimals), "change": _percent(before, after),
        "tone": "" if after == before else ("worse" if after > before else "better"),
    }  # fmt: skip


def _percent(before: float, after: float) -> str:
    if before == after:
        return "±0"
    return f"{100 * (after - before) / before:+.1f} %" if before else "–"


def _row(pair: Pair, lang: Lang) -> dict[str, Any]:
    return {
        "label": pair.label, "fate": pair.fate, "fate_name": sheet_word(pair.fate, lang),
        "before": _cells(pair.before, lang), "after": _cells(pair.after, lang),
        "change": "–" if pair.before is None or pair.after is None
        else _percent(pair.before.total_cny_minor, pair.after.total_cny_minor),
    }  # fmt: skip


def _cells(one: Outcome | None, lang: Lang) -> dict[str, str] | None:
    if one is None:
        return None
    return {
        "mode": one.mode, "mode_name": mode_name(one.mode, lang), "cost": yuan(one.cost_cny_minor),
        "days": number(one.days, 1), "fastest": number(one.fastest_days, 1),
        "emissions": number(one.emissions_g / _KG, 0),
        "dues": "–" if one.dues_cny_minor is None else yuan(one.dues_cny_minor),
    }  # fmt: skip


def names_of(desk: Desk, lang: Lang) -> dict[str, str]:
    """Return what passages, places and services are called."""
    named = {name for row in desk.catalogue.services for name in row.passages} | set(KNOWN_PASSAGES)
    passages = {name: say(lang, f"passage_{name}") for name in named}
    places = {row.code: row.name_zh if lang == "zh" else row.name_en for row in desk.catalogue.locations}
    services = {row.id: row.name_zh if lang == "zh" else row.name_en for row in desk.catalogue.services}
    return passages | places | services


def map_name(scenario: Scenario, names: dict[str, str], lang: Lang) -> str:
    """Return what a scenario is called on its maps: its name, with what it changes."""
    changes = ("、" if lang == "zh" else ", ").join(described(scenario, names, lang))
    if scenario.name and changes:
        return sheet_word("named", lang, name=scenario.name, what=changes)
    return scenario.name or changes or say(lang, "planner_unnamed")


def described(scenario: Scenario, names: dict[str, str], lang: Lang) -> list[str]:
    """Return what a scenario changes, one line each."""
    changes: list[tuple[str, str, int | None]] = [("place", code, None) for code in scenario.closed]
    changes += [("add", code, None) for code in scenario.added]
    changes += [("price", mode, percent) for mode, percent in scenario.prices]
    changes += [("runs", mode, percent) for mode, percent in scenario.runs]
    changes += [("duty", "", scenario.duty)] if scenario.duty else []
    return [change_name(*change, names, lang) for change in changes]
