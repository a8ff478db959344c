"""What is said of the changes of a scenario: what they touch, what becomes of it, and so what changed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from api.planner.effects import CLOSURES, is_without_use
from api.planner.scenario import RUNNING
from api.present import mode_name
from api.texts import say
from data.values import DAY_MIN
from viz.sheet_network import runs_a_week
from viz.sheet_words import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.planner.compare import Comparison
    from api.planner.effects import Effect, Rerouted
    from data import Catalogue
    from viz.theme import Lang


def change_name(kind: str, subject: str, percent: int | None, names: Mapping[str, str], lang: Lang) -> str:
    """Return what one change is called."""
    if kind in CLOSURES:
        return say(lang, "planner_closed_one", name=names.get(subject, subject))
    if kind == "add":
        return say(lang, "planner_added_one", name=names.get(subject, subject))
    told = "" if percent is None else f"{percent:+d}"
    if kind == "duty":
        return say(lang, "planner_duty_one", percent=told)
    return say(lang, f"planner_{kind}_one", mode=mode_name(subject, lang), percent=told)


def effect_rows(catalogue: Catalogue, found: Comparison, names: Mapping[str, str], lang: Lang) -> list[dict[str, Any]]:
    """Return the table of what each change touches, with the names of services that stop."""
    services = {row.id: row for row in catalogue.services}
    return [
        {
            "name": change_name(effect.kind, effect.subject, effect.percent, names, lang),
            "services": "–" if effect.kind == "duty" else number(len(effect.services)),
            "runs": "–"
            if effect.kind == "duty"
            else number(sum(runs_a_week(services[one]) for one in effect.services), 1),
            "said": effect_text(effect, names, lang), "used": len(effect.used), "is_idle": is_without_use(effect),
            "stopped": [names.get(code, code) for code in effect.stopped],
            "rerouted": [
                f"{names.get(one.service, one.service)}: {rerouted_note(one, names, lang)}" for one in effect.rerouted
            ],
        }
        for effect in found.effects
    ]  # fmt: skip


def effect_text(effect: Effect, names: Mapping[str, str], lang: Lang) -> str:
    """Return what becomes of the services that a change touches, in sentences."""
    if effect.kind == "duty":
        return say(lang, "planner_effect_duty" if effect.used else "planner_effect_no_duty", count=len(effect.used))
    if effect.kind not in CLOSURES:
        key = effect.kind if effect.services else f"no_{effect.kind}"
        return say(lang, f"planner_effect_{key}", count=len(effect.services))
    said = []
    if not effect.services:
        said.append(say(lang, "planner_effect_unused"))
    said += _rerouted_text(effect.rerouted, names, lang)
    if effect.stopped:
        key = "planner_effect_no_way" if effect.kind == "passage" else "planner_effect_stopped"
        said.append(say(lang, key, count=len(effect.stopped)))
    kept = len(effect.services) - len(effect.stopped) - len(effect.rerouted)
    if kept:
        said.append(say(lang, "planner_effect_kept", count=kept))
    if effect.idle:
        said.append(say(lang, "planner_effect_idle", count=len(effect.idle)))
    return ("" if lang == "zh" else " ").join(said)


def _rerouted_text(rerouted: Sequence[Rerouted], names: Mapping[str, str], lang: Lang) -> list[str]:
    """Return a sentence for each other way: how many services take it, and how much longer they sail."""
    ways: dict[frozenset[str], list[Rerouted]] = {}
    for one in rerouted:
        ways.setdefault(frozenset(one.via), []).append(one)
    return [
        say(
            lang, "planner_effect_rerouted", count=len(ones), via=_via(ones[0].via, names, lang),
            days=days_more([one.extra_min for one in ones]),
        )
        for ones in ways.values()
    ]  # fmt: skip


def rerouted_note(one: Rerouted, names: Mapping[str, str], lang: Lang) -> str:
    """Return which other way a service takes, and how much longer it sails."""
    return say(lang, "planner_rerouted_one", via=_via(one.via, names, lang), days=days_more([one.extra_min]))


def _via(via: Sequence[str], names: Mapping[str, str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(names.get(name, name) for name in via)


def days_more(minutes: Sequence[int]) -> str:
    """
    Return by how many days some services sail longer, from the least to the most.

    Examples
    --------
    >>> days_more([1440, 4320]), days_more([1440])
    ('+1.0 … +3.0', '+1.0')
    """
    shown = [f"{value / DAY_MIN:+.1f}" for value in (min(minutes), max(minutes))]
    return " … ".join(dict.fromkeys(shown))


def verdict(catalogue: Catalogue, found: Comparison, names: Mapping[str, str], lang: Lang) -> str:
    """Return how many consignments change, and where none does, why."""
    count, used = len(found.pairs), len({one for effect in found.effects for one in effect.used})
    if found.changed:
        return say(lang, "planner_verdict_changed", count=count, changed=found.changed)
    if not found.effects:
        return say(lang, "planner_nothing")
    if all(is_without_use(effect) for effect in found.effects):
        said = say(lang, "planner_verdict_unused", count=count)
    elif not used:
        said = say(lang, "planner_verdict_unasked", count=count)
    else:
        said = say(lang, "planner_verdict_same", count=count, used=used)
    passed = [
        say(lang, "planner_passed_one", name=names.get(code, code), count=times)
        for code, times in passages_used(catalogue, found).most_common()
    ]
    more = say(lang, "planner_passed", list=("、" if lang == "zh" else ", ").join(passed)) if passed else ""
    return f"{said}{'' if lang == 'zh' or not more else ' '}{more}"


def passages_used(catalogue: Catalogue, found: Comparison) -> Counter[str]:
    """Return the passages and border points that chosen ways pass as things are, by how many consignments."""
    passed = {row.id: row.passages for row in catalogue.services if row.status in RUNNING}
    used: Counter[str] = Counter()
    for pair in found.pairs:
        if pair.before is not None:
            used.update({name for ride in pair.before.rides for name in passed.get(ride.service, ())})
    return used


def effects_json(found: Comparison, names: Mapping[Lang, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return what each change touches as plain values, with its sentences in both languages."""
    return [
        {
            "kind": effect.kind, "subject": effect.subject, "percent": effect.percent,
            "running_services": list(effect.services), "services_not_running": list(effect.idle),
            "stopped_services": list(effect.stopped), "consignments": [found.pairs[one].label for one in effect.used],
            "rerouted_services": [
                one._asdict() | {"passages": list(one.passages), "via": list(one.via)} for one in effect.rerouted
            ],
        }
        | {f"change_{lang}": change_name(*effect[:3], names[lang], lang) for lang in names}
        | {f"effect_{lang}": effect_text(effect, names[lang], lang) for lang in names}
        for effect in found.effects
    ]  # fmt: skip
