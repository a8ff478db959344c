"""Papers as one page that prints on A4, each paper on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from api.papers_view import PapersView
from network.papers import Entry, Paper

_STYLE = """
@page{size:A4;margin:14mm}
body{font:13px/1.45 system-ui,"Noto Sans CJK SC",sans-serif;margin:1.2rem;color:#1d2733;background:#fff}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin:0 0 .3rem}
section{break-before:page;margin-top:2rem}
table{border-collapse:collapse;width:100%;margin:.6rem 0;overflow-wrap:anywhere}
td,th{padding:.2rem .5rem;border:1px solid #b9c6d0;text-align:left;vertical-align:top}
th{background:#e3ebf1}thead{display:table-header-group}tr{break-inside:avoid}
.missing{background:#f9d9c9;font-weight:600}
.incomplete{color:#a33c00;font-weight:700}
"""


def papers_page(view: PapersView) -> str:
    """Return papers as a page that needs no connection and runs nothing."""
    title = _safe(view.say("papers_title", plan=view.id))
    sections = "".join(_section(paper, view) for paper in view.papers if paper.status != "obtain")
    return (
        f'<!doctype html>\n<html lang="{view.lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{_safe(view.counts())}</p>{_checklist(view)}"
        f"<p>{_safe(view.say('papers_note'))}</p>{sections}</body></html>\n"
    )


def _safe(text: object) -> str:
    return escape("".join(sign if sign.isprintable() else " " for sign in str(text)))


def _checklist(view: PapersView) -> str:
    """Return the checklist as a table."""
    rows = view.checklist()
    heads = "".join(f'<th scope="col">{_safe(view.say(column.key))}</th>' for column in rows.columns)
    lines = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in line.cells)}</tr>" for line in rows.lines)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _section(paper: Paper, view: PapersView) -> str:
    """Return a paper."""
    facts = f"{view.say('paper_for')}: {paper.subject} · {view.say('paper_issuer')}: {view.issuer(paper)}"
    due = f"{view.say('paper_due')}: {view.due(paper)} ({view.by(paper)})"
    head = "".join(
        f'<tr><th scope="row">{_safe(view.field(entry.field))}</th>{_cell(entry, paper, view)}</tr>'
        for entry in paper.fields
    )
    return (
        f"<section><h2>{_safe(f'{paper.kind.name_zh} {paper.kind.name_en}')}</h2><p>{_safe(facts)}<br>{_safe(due)}</p>"
        f'<p class="{paper.status}">{_safe(view.status(paper))}</p><table>{head}</table>{_lines(paper, view)}</section>'
    )


def _lines(paper: Paper, view: PapersView) -> str:
    """Return the lines of a paper as a table, nothing if it has none."""
    if not paper.lines:
        return ""
    heads = "".join(f'<th scope="col">{_safe(view.field(entry.field))}</th>' for entry in paper.lines[0])
    rows = "".join(f"<tr>{_cells(line, paper, view)}</tr>" for line in paper.lines)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(line: Sequence[Entry], paper: Paper, view: PapersView) -> str:
    return "".join(_cell(entry, paper, view) for entry in line)


def _cell(entry: Entry, paper: Paper, view: PapersView) -> str:
    mark = ' class="missing"' if entry.is_missing else ""
    return f"<td{mark}>{_safe(view.value(entry, paper))}</td>"
