"""Answers as text for a terminal, in columns that hold for Chinese characters too."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from api.answer_schema import Json
from api.faults import RequestFault
from api.present import (
    assumed_text,
    chain,
    chance,
    days,
    duration,
    first_cutoff,
    landed_text,
    mode_name,
    money,
    name_of,
    on_time_limit,
    paper_by,
    paper_note,
    praise,
    when,
)
from api.similar import Group, groups
from api.texts import both, say
from viz.theme import Lang

_RIGHT = (0, 1, 4, 5, 6)
"""Columns of the table of options that hold numbers."""


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
        lines += [f"  - {name_of(block, 'message', lang)}" for block in answer["blocked"]]
    lines += ["", *_footnotes(answer, lang)]
    return "\n".join(lines)


def papers_text(answer: Json, lang: Lang) -> str:
    """Return the papers of each option as tables, options that hardly differ as one."""
    names = ("due", "by", "name", "issuer", "needs", "note")
    head = [say(lang, f"paper_{name}") for name in names]
    lines = []
    for group in groups(answer["options"]):
        rows = [_paper_row(paper, answer["papers"][paper["kind"]], lang) for paper in group.option["papers"]]
        lines += [say(lang, "papers_of_option", number=group.number), *columns([head, *rows]), ""]
    return "\n".join([*lines, say(lang, "papers_all_local")] if lines else [say(lang, "papers_none")])


def _paper_row(paper: Json, kind: Json, lang: Lang) -> list[str]:
    due = "—" if paper["due_at"] is None else when(paper["due_at"])
    names = [name_of(kind, key, lang) for key in ("name", "issuer", "needs")]
    return [due, paper_by(paper["due_by"], lang), *names, paper_note(paper, kind, lang)]


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
    if shipment["pieces_given"]:
        cargo += f" · {say(lang, 'pieces_count', count=format(shipment['pieces'], ','))}"
    if shipment["box"]:
        cargo += f" · {shipment['boxes']} x {shipment['box']}"
    name = say(lang, "earliest_ready" if shipment["backward"] else "ready_short")
    ready = f"{name} {when(shipment['ready_at'])}"
    ends = " → ".join(f"{name_of(shipment, f'{end}_name', lang)} {shipment[end]}" for end in ("from", "to"))
    parts = [ends, cargo, ready]
    if "due_at" in shipment:
        parts.append(f"{say(lang, 'due_short')} {when(shipment['due_at'])}")
    return "   ".join(parts)


def _table(answer: Json, options: Sequence[Json], lang: Lang) -> list[str]:
    """Return options as a table; those that hardly differ from another are only counted."""
    shown = groups(options)
    head_line, *lines = columns([_head(answer, lang), *(_row(answer, group, lang) for group in shown)], right=_RIGHT)
    table = [head_line]
    for line, group in zip(lines, shown, strict=True):
        due = _landed_line(answer, group.option, lang)
        table += [line, f"      {chain(group.option, lang)}", _cutoff_line(answer, group.option, lang)]
        table += [] if due is None else [due]
        if group.similar:
            numbers = say(lang, "comma").join(str(number) for number, _ in group.similar)
            table.append(f"      {say(lang, 'similar_numbers', count=len(group.similar), numbers=numbers)}")
    return table


def _head(answer: Json, lang: Lang) -> list[str]:
    on_time = say(lang, "on_time_header", name=say(lang, "on_time"), limit=on_time_limit(answer, lang))
    return [
        say(lang, "option"),
        f"{say(lang, 'cost')} {answer['fx']['currency']}",
        say(lang, "latest_ready" if answer["shipment"]["backward"] else "departs"),
        say(lang, "arrives"),
        say(lang, "days"),
        f"{say(lang, 'emissions')} kg",
        on_time,
        say(lang, "best_in"),
    ]


def _row(answer: Json, group: Group, lang: Lang) -> list[str]:
    option = group.option
    return [
        str(group.number),
        money(option["cost_minor"], answer["fx"]["exponent"]),
        when(option["latest_ready_at" if answer["shipment"]["backward"] else "depart_at"]),
        when(option["arrive_at"]),
        days(option),
        f"{option['emissions_g'] / 1000:,.1f}{'' if option['emissions_complete'] else '+'}",
        chance(option["on_time_probability"]),
        praise(option, lang),
    ]


def _cutoff_line(answer: Json, option: Json, lang: Lang) -> str:
    """Return the tightest cut-off, and the instant that is not in the table: planned backward the departure."""
    name, instant = ("departs", "depart_at") if answer["shipment"]["backward"] else ("latest_ready", "latest_ready_at")
    parts = [f"{say(lang, name)} {when(option[instant])}"]
    leg = first_cutoff(option)
    if leg is not None:
        cutoff = leg["binding_cutoff"]
        task = f"{say(lang, 'binding_cutoff')} {name_of(leg, 'from_name', lang)} {say(lang, cutoff['type'])}"
        slack = f"{say(lang, 'slack')} {duration(cutoff['slack_min'], lang)}"
        parts = [f"{task} {when(cutoff['cutoff_at'])}", slack, *parts]
    return f"      {'  '.join(parts)}"


def _landed_line(answer: Json, option: Json, lang: Lang) -> str | None:
    """Return what is due on arrival, None if that is not known."""
    landed = option["landed"]
    return None if landed is None else f"      {say(lang, 'landed')} {landed_text(landed, answer['fx'], lang)}"


def _footnotes(answer: Json, lang: Lang) -> list[str]:
    notes = [*(name_of(note, "message", lang) for note in answer["notes"]), say(lang, "all_local")]
    options = answer["options"] or answer["nearest"]
    if options:
        notes.append(name_of(answer["on_time"], "message", lang))
        notes.append(assumed_text(options, lang))
        missing = dict.fromkeys(name_of(item, "message", lang) for option in options for item in option["not_included"])
        said = say(lang, "semicolon").join(missing)
        notes.append(f"{said[:1].upper()}{said[1:]}")
    fx = answer["fx"]
    if fx["currency"] != "CNY":
        notes.append(say(lang, "fx_note", currency=fx["currency"], rate=fx["cny_per_unit"], as_of=fx["as_of"]))
    notes.append(f"{say(lang, 'data')} {answer['fingerprint'][:12]}")
    return notes
