"""Answers as text for a terminal, in columns that hold for Chinese characters too."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from api.answer import Json
from api.faults import RequestFault
from api.present import chain, days_between, duration, first_cutoff, mode_name, money, name_of, percent, praise, when
from api.texts import both, say
from viz.theme import Lang


def width(text: str) -> int:
    """
    Return the columns a text takes in a terminal.

    Examples
    --------
    >>> width("温州 CNWNZ")
    10
    """
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """
    Return lines with aligned columns; those in `right` are set flush right.

    Examples
    --------
    >>> columns([["a", "1"], ["方案", "10"]], right=[1])
    ['a      1', '方案  10']
    """
    if not rows:
        return []
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for index, cell in enumerate(row):
            space = " " * (widths[index] - width(cell))
            cells.append(space + cell if index in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def quote_text(answer: Json, lang: Lang) -> str:
    """Return an answer as a table with what must be known about it."""
    shipment = answer["shipment"]
    lines = [_heading(shipment, lang), ""]
    if answer["options"]:
        lines += _table(answer, answer["options"], lang)
    else:
        lines.append(say(lang, "no_route"))
    if answer["nearest"]:
        lines += ["", say(lang, "nearest"), *_table(answer, answer["nearest"], lang)]
    if answer["blocked"]:
        lines += ["", f"{say(lang, 'notes' if answer['options'] else 'reasons')}:"]
        lines += [
            f"  - {text}" for text in dict.fromkeys(name_of(block, "message", lang) for block in answer["blocked"])
        ]
    lines += ["", *_footnotes(answer, lang)]
    return "\n".join(lines)


def departures_text(rows: Sequence[Json], lang: Lang) -> str:
    """Return departures as a table."""
    if not rows:
        return say(lang, "departures_none")
    head = [say(lang, key) for key in ("departs", "arrives", "mode", "service", "to", "cargo_cutoff")]
    body = [
        [
            when(row["depart_at"]),
            when(row["arrive_at"]),
            mode_name(row["mode"], lang),
            f"{row['service']} {name_of(row, 'service_name', lang)}",
            f"{name_of(row, 'to_name', lang)} {row['to']}",
            when(row["cargo_cutoff_at"]),
        ]
        for row in rows
    ]
    return "\n".join(columns([head, *body]))


def locations_text(rows: Sequence[Json], lang: Lang) -> str:
    """Return places as a table."""
    return "\n".join(columns([[row["code"], row["name_zh"], row["name_en"], row["kind"]] for row in rows])) or say(
        lang, "no_place"
    )


def faults_text(faults: Sequence[RequestFault]) -> str:
    """Return faults for people whose language is unknown, one per line."""
    lines = [f"{both('bad_request')}:"]
    for fault in faults:
        place = "" if fault.row is None else f"{both('row', row=fault.row)} "
        shown = "" if fault.value is None else f" {fault.value!r}"
        lines.append(f"  {place}{fault.field}{shown}: {fault.message_zh} / {fault.message_en} [{fault.rule}]")
    return "\n".join(lines)


def _heading(shipment: Json, lang: Lang) -> str:
    cargo = f"{shipment['weight_kg']:,g} kg · {shipment['volume_m3']:,g} m3"
    if shipment["box"]:
        cargo += f" · {shipment['boxes']} x {shipment['box']}"
    ready = f"{say(lang, 'ready_short')} {when(shipment['ready_at'])}"
    ends = " → ".join(f"{name_of(shipment, f'{end}_name', lang)} {shipment[end]}" for end in ("from", "to"))
    parts = [ends, cargo, ready]
    if "due_at" in shipment:
        parts.append(f"{say(lang, 'due_short')} {when(shipment['due_at'])}")
    return "   ".join(parts)


def _table(answer: Json, options: Sequence[Json], lang: Lang) -> list[str]:
    exponent, ready = answer["fx"]["exponent"], answer["shipment"]["ready_at"]
    keys = ("option", "cost", "departs", "arrives", "days", "emissions", "on_time", "best_in")
    head = [say(lang, key) for key in keys]
    head[1] += f" {answer['fx']['currency']}"
    head[5] += " kg"
    rows = [
        [
            str(number),
            money(option["cost_minor"], exponent),
            when(option["depart_at"]),
            when(option["arrive_at"]),
            f"{days_between(ready, option['arrive_at']):.1f}",
            f"{option['emissions_g'] / 1000:,.1f}" + ("" if option["emissions_complete"] else "+"),
            percent(option["on_time_probability"]),
            praise(option, lang),
        ]
        for number, option in enumerate(options, 1)
    ]
    head_line, *lines = columns([head, *rows], right=(0, 1, 4, 5, 6))
    shown = [head_line]
    for line, option in zip(lines, options, strict=True):
        shown += [line, f"      {chain(option, lang)}", *_cutoff_line(option, lang)]
    return shown


def _cutoff_line(option: Json, lang: Lang) -> list[str]:
    latest = f"{say(lang, 'latest_ready')} {when(option['latest_ready_at'])}"
    leg = first_cutoff(option)
    if leg is None:
        return [f"      {latest}"]
    cutoff = leg["binding_cutoff"]
    place = name_of(leg, "from_name", lang)
    slack = f"{say(lang, 'slack')} {duration(cutoff['slack_min'], lang)}"
    name = f"{say(lang, 'binding_cutoff')} {place} {say(lang, cutoff['type'])}"
    return [f"      {name} {when(cutoff['cutoff_at'])}  {slack}  {latest}"]


def _footnotes(answer: Json, lang: Lang) -> list[str]:
    notes = [say(lang, "all_local")]
    options = answer["options"] or answer["nearest"]
    if options:
        share = percent(max(option["assumed_share"] for option in options))
        notes.append(say(lang, "assumed_share", percent=f"≤ {share}"))
        missing = dict.fromkeys(name_of(item, "message", lang) for option in options for item in option["not_included"])
        notes.append(f"{say(lang, 'not_included')}: {'；'.join(missing) if lang == 'zh' else '; '.join(missing)}")
    fx = answer["fx"]
    if fx["currency"] != "CNY":
        notes.append(say(lang, "fx_note", currency=fx["currency"], rate=fx["cny_per_unit"], as_of=fx["as_of"]))
    notes.append(f"{say(lang, 'data')} {answer['fingerprint'][:12]}")
    return notes
