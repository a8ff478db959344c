"""How the values of an answer are shown to people, on a page or in a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from api.answer_schema import Json
from api.texts import say
from viz.theme import Lang, mode_style

_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24
_SECONDS_PER_DAY = 86_400
_SURE = 0.99
_NAMED_BY_PAPERS = frozenset({"depart", "arrive"})
_CRITERIA = (frozenset({"cost"}), frozenset({"time", "latest_ready"}), frozenset({"emissions"}))


def money(minor: int, exponent: int) -> str:
    """
    Return an amount in whole units with separators.

    Examples
    --------
    >>> money(123456789, 2), money(1500, 0)
    ('1,234,567.89', '1,500')
    """
    return f"{Decimal(minor).scaleb(-exponent):,f}"


def when(instant: str) -> str:
    """
    Return an RFC 3339 instant as a short local time with its offset.

    Examples
    --------
    >>> when("2026-05-20T09:05:00+08:00"), when("2026-05-20T09:05:00+05:30")
    ('2026-05-20 09:05 (+8)', '2026-05-20 09:05 (+5:30)')
    """
    moment = dt.datetime.fromisoformat(instant)
    offset = moment.utcoffset() or dt.timedelta()
    sign = "-" if offset < dt.timedelta() else "+"
    hours, minutes = divmod(abs(offset) // dt.timedelta(minutes=1), _MINUTES_PER_HOUR)
    return f"{moment:%Y-%m-%d %H:%M} ({sign}{hours}{f':{minutes:02d}' if minutes else ''})"


def days_between(start: str, end: str) -> float:
    """
    Return the days between two RFC 3339 instants.

    Examples
    --------
    >>> days_between("2026-05-20T08:00:00+08:00", "2026-05-21T12:00:00+00:00")
    1.5
    """
    span = dt.datetime.fromisoformat(end) - dt.datetime.fromisoformat(start)
    return span.total_seconds() / _SECONDS_PER_DAY


def duration(minutes: int, lang: Lang) -> str:
    """
    Return a length of time in days and hours.

    Examples
    --------
    >>> duration(1500, "en"), duration(90, "zh"), duration(-3600, "en")
    ('1 d 1 h', '1.5 小时', '-2 d 12 h')
    >>> duration(1440, "zh")
    '1 天'
    """
    sign = "-" if minutes < 0 else ""
    hours = abs(minutes) / _MINUTES_PER_HOUR
    if hours < _HOURS_PER_DAY:
        return sign + say(lang, "hours", hours=f"{hours:.1f}".removesuffix(".0"))
    days, rest = divmod(round(hours), _HOURS_PER_DAY)
    return sign + say(lang, "days_hours" if rest else "whole_days", days=days, hours=rest)


def mode_name(mode: str | None, lang: Lang) -> str:
    """Return the name of a mode."""
    return mode_style(mode).name(lang)


def name_of(value: Json, key: str, lang: Lang) -> str:
    """
    Return a name in a language, or in the other one when it is missing.

    Examples
    --------
    >>> name_of({"from_name_zh": "温州", "from_name_en": ""}, "from_name", "en")
    '温州'
    """
    first, second = ("zh", "en") if lang == "zh" else ("en", "zh")
    return str(value.get(f"{key}_{first}") or value.get(f"{key}_{second}") or "")


def chain(option: Json, lang: Lang) -> str:
    """Return the places and modes of an option in one line."""
    legs = option["legs"]
    if not legs:
        return ""
    parts = [name_of(legs[0], "from_name", lang)]
    parts += [f"—{mode_name(leg['mode'], lang)}→ {name_of(leg, 'to_name', lang)}" for leg in legs]
    return " ".join(parts)


def main_mode(option: Json, positions: Sequence[str] = ("air", "sea", "rail", "road", "parcel")) -> str:
    """
    Return the mode that gives an option its character: air before sea before rail before road.

    Examples
    --------
    >>> main_mode({"legs": [{"mode": "road"}, {"mode": "rail"}]})
    'rail'
    """
    used = {leg["mode"] for leg in option["legs"]}
    return next((mode for mode in positions if mode in used), "road")


def modes_in_short(option: Json, lang: Lang) -> str:
    """
    Return the modes of an option in order, each stretch once.

    Examples
    --------
    >>> modes_in_short({"legs": [{"mode": "road"}, {"mode": "sea"}, {"mode": "sea"}]}, "en")
    'Road + Sea'
    """
    modes: list[str] = []
    for leg in option["legs"]:
        if not modes or modes[-1] != leg["mode"]:
            modes.append(leg["mode"])
    return " + ".join(mode_name(mode, lang) for mode in modes)


def best_options(options: Sequence[Json]) -> list[tuple[int, Json]]:
    """
    Return the cheapest, the fastest (planned backward: the latest to leave) and the greenest option, each once.

    Options come cheapest first; each is returned with its number.
    """
    firsts = [
        next((number for number, option in enumerate(options, 1) if criteria.intersection(option["best_in"])), None)
        for criteria in _CRITERIA
    ]
    return [(number, options[number - 1]) for number in dict.fromkeys(firsts) if number is not None]


def paper_by(by: str | None, lang: Lang) -> str:
    """
    Return what makes a paper due: a cut-off, a step, a departure or an arrival.

    Examples
    --------
    >>> paper_by("depart", "en"), paper_by("clear_export", "en"), paper_by(None, "en")
    ('departure', 'export clearance begins', '—')
    """
    if by is None:
        return "—"
    return say(lang, f"paper_{by}" if by in _NAMED_BY_PAPERS else by)


def paper_note(paper: Json, kind: Json, lang: Lang) -> str:
    """Return under which condition a paper of an option is needed, and whether an assumption says so."""
    notes = [name_of(kind, "condition", lang)] if paper["is_conditional"] else []
    return say(lang, "comma").join([*notes, *([say(lang, "paper_assumed")] if paper["assumed"] else [])])


def praise(option: Json, lang: Lang) -> str:
    """
    Return why an option is on the front.

    Examples
    --------
    >>> praise({"best_in": ["cost", "emissions"]}, "en"), praise({"best_in": []}, "zh")
    ('cheapest, lowest CO2e', '折中')
    """
    best = [say(lang, f"best_{criterion}") for criterion in option["best_in"]]
    return say(lang, "comma").join(best) or say(lang, "compromise")


def percent(share: float) -> str:
    """
    Return a share in per cent, never rounded up to certainty.

    Examples
    --------
    >>> percent(0.9996), percent(1.0), percent(0.634)
    ('99.9 %', '100 %', '63.4 %')
    """
    whole = int(share * 1000 + (0.5 if share < 0.999 else 0))  # noqa: PLR2004 - above, half a per mille would make it 100
    return f"{whole / 10:.1f}".removesuffix(".0") + " %"


def chance(share: float) -> str:
    """
    Return a probability in per cent; a sample cannot tell "always" or "never".

    Examples
    --------
    >>> chance(1.0), chance(0.484), chance(0.0)
    ('> 99 %', '48.4 %', '< 1 %')
    """
    if share > _SURE:
        return f"> {percent(_SURE)}"
    return f"< {percent(1 - _SURE)}" if share < 1 - _SURE else percent(share)


def odds(share: float, lang: Lang) -> str:
    """
    Return a probability as so many of a hundred trips.

    Examples
    --------
    >>> odds(0.025, "en"), odds(1.0, "zh")
    ('about 3 in 100 trips', '100 次中超过 99 次')
    """
    if share > _SURE:
        return say(lang, "odds_most")
    return say(lang, "odds_few") if share < 1 - _SURE else say(lang, "odds_in_100", count=int(share * 100 + 0.5))


def on_time_limit(answer: Json, lang: Lang) -> str:
    """Return in short against what the on-time probability of an answer counts."""
    minutes = answer["on_time"]["tolerance_min"]
    return say(lang, "by_due") if minutes is None else say(lang, "at_most_late", limit=duration(minutes, lang))


def assumed_text(options: Sequence[Json], lang: Lang) -> str:
    """
    Return which part of the cost of some options rests on assumed figures.

    Examples
    --------
    >>> assumed_text([{"assumed_share": 1.0}], "en")
    'All of the cost rests on assumed figures'
    >>> assumed_text([{"assumed_share": 0.12}, {"assumed_share": 0.98}], "en")
    '12 % to 98 % of the cost rests on assumed figures, depending on the option'
    """
    least, most = (share([option["assumed_share"] for option in options]) for share in (min, max))
    if percent(least) != percent(most):
        return say(lang, "assumed_range", least=percent(least), most=percent(most))
    if most == 0:
        return say(lang, "assumed_none")
    return say(lang, "assumed_all") if least == 1 else say(lang, "assumed_share", percent=percent(most))


def days(option: Json) -> str:
    """
    Return the days an option takes.

    Examples
    --------
    >>> days({"duration_min": 2160})
    '1.5'
    """
    return f"{option['duration_min'] / (_MINUTES_PER_HOUR * _HOURS_PER_DAY):.1f}"


def step_name(step: Json, lang: Lang) -> str:
    """Return what a step is."""
    if step["kind"] == "leg":
        return mode_name(step["mode"], lang)
    return say(lang, step.get("direction") or step["kind"])


def first_cutoff(option: Json) -> Json | None:
    """Return the leg whose binding cut-off leaves the least time, or None when no leg has one."""
    legs = [leg for leg in option["legs"] if leg["binding_cutoff"] is not None]
    return min(legs, key=lambda leg: int(leg["slack_min"]), default=None)


def landed_text(landed: Json, fx: Json, lang: Lang) -> str:
    """Return what is due on arrival as a sentence, with its range if rates are uncertain."""
    minor = {name: money(landed[f"{name}_minor"], fx["exponent"]) for name in ("duty", "fee", "vat", "total")}
    whole = f"{money(landed['with_way_minor'], fx['exponent'])} {fx['currency']}"
    said = say(lang, "landed_sum", **minor, date=landed["date"], all=whole)
    if landed["excise_minor"]:
        excise = money(landed["excise_minor"], fx["exponent"])
        said += say(lang, "semicolon") + say(lang, "landed_excise", excise=excise)
    if landed["low_minor"] != landed["high_minor"]:
        low, high = (money(landed[f"{name}_minor"], fx["exponent"]) for name in ("low", "high"))
        said += say(lang, "semicolon") + say(lang, "landed_range", low=low, high=high)
    return said + (f" {say(lang, 'assumed')}" if landed["assumed"] else "")
