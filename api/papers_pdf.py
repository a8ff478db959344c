"""Papers as a PDF: forms on A4 as they are handed over, and the checklist before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from api.papers_view import PapersView
from api.pdf_document import MARGIN, Part, Section, document
from api.pdf_fonts import fonts
from api.pdf_text import GREY, RED, Align, Look, Words
from data.records_papers import PaperField
from network.papers import Entry, Paper

_LINE, _HEAD, _MISSING, _INK = (HexColor(code) for code in ("#8796a3", "#e3ebf1", "#f9d9c9", "#1d4f73"))
_UNITS = 4
_PARTIES = frozenset({"shipper", "consignee", "notify", "forwarder", "warehouse_address"})
_WIDE = frozenset(
    {"origin", "destination", "departure", "arrival", "place", "description", "verified_method", "marks"}
    | {"proper_name", "emergency_phone"}
)
_PARTY_HEIGHT = 13 * mm
_PAD = 3
_TEXT_SIZE, _HEAD_SIZE = 7.8, 6.8
_WIDEST_WORD = 64.0
_FULL = 0.92
_SUMMED = frozenset({"count", "mass", "volume", "money"})
_SHARES = {"description": 4.0, "shipper": 3.0, "marks": 1.5, "shipment": 1.0, "goods": 1.5, "hs": 0.3}
_SMALL, _CAPTION = Look(6.8, GREY), Look(6.3, GREY)
_CHECKLIST = (("paper_due", 2.1), ("paper_by", 1.5), ("paper_for", 1.7), ("paper_name", 2.6), ("paper_issuer", 1.3),
              ("paper_status", 1.5), ("paper_missing", 5.0), ("paper_note", 1.6))  # fmt: skip


def papers_pdf(view: PapersView) -> bytes:
    """Return the checklist and every paper that can be filled as one PDF; the same papers give the same bytes."""
    filled = [paper for paper in view.papers if paper.status != "obtain"]
    title = view.say("papers_title", plan=view.id)
    return document(view, title, [_checklist(view), *(_paper(paper, view) for paper in filled)])


def paper_pdf(paper: Paper, view: PapersView) -> bytes:
    """Return one paper as a PDF."""
    return document(view, f"{paper.kind.name_zh} {paper.kind.name_en} {paper.subject}", [_paper(paper, view)])


def _room(*, is_wide: bool) -> float:
    return float((A4[1] if is_wide else A4[0]) - 2 * MARGIN)


def _grid(rows: list[list[Any]], widths: Sequence[float], *styles: tuple[Any, ...], heads: int = 0) -> Table:
    """Return a table with thin lines; its heads stand on every page again."""
    basic = [
        ("GRID", (0, 0), (-1, -1), 0.4, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD), ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]  # fmt: skip
    return Table(rows, colWidths=list(widths), style=[*basic, *styles], repeatRows=heads, hAlign="LEFT")


def _checklist(view: PapersView) -> Part:
    """Return the checklist."""
    told, room = fonts(), _room(is_wide=True)
    share = room / sum(part for _, part in _CHECKLIST)
    heads = [Words(view.say(key), told, Look(7.5, white)) for key, _ in _CHECKLIST]
    rows = [[Words(cell, told, Look(7.2)) for cell in view.cells(paper)] for paper in view.papers]
    title = view.say("papers_title", plan=view.id)
    table = _grid(
        [heads, *rows], [part * share for _, part in _CHECKLIST], ("BACKGROUND", (0, 0), (-1, 0), _INK), heads=1
    )
    story = [
        Words(title, told, Look(14)), Words(view.counts(), told, Look(9)), Spacer(0, 4), table,
        Spacer(0, 4), Words(view.say("papers_note"), told, _SMALL),
    ]  # fmt: skip
    return Part(Section(title, title), is_wide=True, story=story)


def _paper(paper: Paper, view: PapersView) -> Part:
    """Return a paper as a form."""
    told = fonts()
    columns = _columns(paper, view)
    is_wide = sum(column.least for column in columns) > _room(is_wide=False) * _FULL
    room = _room(is_wide=is_wide)
    name = f"{paper.kind.name_zh}  {paper.kind.name_en}"
    by = f"{view.say('paper_due')} {view.due(paper)} ({view.by(paper)})"
    foot = f"{view.say('paper_for')} {paper.subject} · {by} · {paper.kind.code}/{paper.kind.version} · {view.id}"
    issuer = f"{view.say('paper_issuer')} {view.issuer(paper)}"
    story = [
        Words(paper.kind.name_zh, told, Look(17, _INK, "center")),
        Words(paper.kind.name_en.upper(), told, Look(10.5, _INK, "center")),
        Spacer(0, 3), Words(f"{view.say('paper_for')} {paper.subject} · {issuer}", told, _SMALL), Spacer(0, 2),
        *_banner(paper, view, room), *_boxes(paper, view, room),
    ]  # fmt: skip
    if paper.lines:
        story += [Spacer(0, 6), _lines(paper, view, columns, room)]
    story += [Spacer(0, 8), _signature(view, room)]
    return Part(Section(f"{name}  {paper.subject}", foot), is_wide=is_wide, story=story)


def _banner(paper: Paper, view: PapersView, room: float) -> Iterator[Flowable]:
    """Yield what says that a paper lacks something, and who gives it."""
    if paper.status == "incomplete":
        told = fonts()
        cell = [Words(view.status(paper), told, Look(10, RED)), Words(view.missing(paper), told, Look(7.2, RED))]
        yield _grid([[cell]], [room], ("GRID", (0, 0), (-1, -1), 1, RED))
        yield Spacer(0, 5)


def _boxes(paper: Paper, view: PapersView, room: float) -> Iterator[Flowable]:
    """Yield the head of a paper as rows of boxes, each with its caption, of two widths."""
    row: list[tuple[Entry, int]] = []
    for entry in paper.fields:
        units = 2 if entry.field.field in _PARTIES | _WIDE else 1
        if sum(size for _, size in row) + units > _UNITS:
            yield _row(row, paper, view, room)
            row = []
        row.append((entry, units))
    if row:
        yield _row(row, paper, view, room)


def _row(row: list[tuple[Entry, int]], paper: Paper, view: PapersView, room: float) -> Table:
    """Return a row of boxes; the last one takes the room that is left."""
    told = fonts()
    sizes = [size for _, size in row]
    sizes[-1] += _UNITS - sum(sizes)
    cells, styles = [], []
    has_party = any(entry.field.field in _PARTIES for entry, _ in row)
    for place, (entry, _) in enumerate(row):
        look = Look(8.5, RED) if entry.is_missing else Look(8.5)
        texts = [Words(view.caption(entry.field), told, _CAPTION), Words(view.value(entry, paper), told, look)]
        high = sum(text.wrap(sizes[place] * room / _UNITS - 2 * _PAD, 0)[1] for text in texts)
        cells.append([*texts, *([Spacer(0, _PARTY_HEIGHT - high)] if has_party and high < _PARTY_HEIGHT else [])])
        if entry.is_missing:
            styles.append(("BACKGROUND", (place, 0), (place, 0), _MISSING))
    return _grid([cells], [size * room / _UNITS for size in sizes], *styles)


class _Column(NamedTuple):
    """A column of the lines of a paper: its field, its place among theirs, its texts, and the least room it needs."""

    field: PaperField
    place: int
    texts: list[str]
    least: float

    @property
    def align(self) -> Align:
        """Where its texts stand."""
        return "right" if self.field.kind in _SUMMED else "left"


def _columns(paper: Paper, view: PapersView) -> list[_Column]:
    """Return the columns of lines: all but those that nobody needs and no line has."""
    found = []
    for place, first in enumerate(paper.lines[0] if paper.lines else ()):
        entries = [line[place] for line in paper.lines]
        if first.field.needed or any(entry.value is not None for entry in entries):
            texts = [*(view.value(entry, paper) for entry in entries), _sum(entries, view, paper)]
            found.append(_Column(first.field, place, texts, _least(first.field, texts, view)))
    return found


def _least(field: PaperField, texts: Sequence[str], view: PapersView) -> float:
    """Return the room in which no number wraps and no usual word is broken."""
    told = fonts()
    is_number = field.kind in _SUMMED
    parts = texts if is_number else [word for text in texts for word in text.split()]
    widths = [told.width(told.shown(part), _TEXT_SIZE) for part in parts]
    heads = [told.width(word, _HEAD_SIZE) for word in view.caption(field).split()]
    widest = max([*widths, *heads], default=0.0)
    return (widest if is_number else min(widest, _WIDEST_WORD)) + 2 * _PAD + 1


def _widths(columns: Sequence[_Column], room: float) -> list[float]:
    """Return the widths of columns: the least of each, and of the rest of the room more for what is longer."""
    shares = [_SHARES.get(column.field.field, 0.0 if column.field.kind in _SUMMED else 0.5) for column in columns]
    rest = max(0.0, room - sum(column.least for column in columns))
    found = [column.least + rest * share / (sum(shares) or 1) for column, share in zip(columns, shares, strict=True)]
    return [width * room / sum(found) for width in found]


def _lines(paper: Paper, view: PapersView, columns: Sequence[_Column], room: float) -> Table:
    """Return the lines of a paper with their sums; their heads stand on every page."""
    told = fonts()
    rows = [[Words(view.caption(one.field, "\n"), told, Look(_HEAD_SIZE, GREY, one.align)) for one in columns]]
    styles: list[tuple[Any, ...]] = [("BACKGROUND", (0, row), (-1, row), _HEAD) for row in (0, -1)]
    for number in range(len(paper.lines) + 1):
        cells = []
        for place, one in enumerate(columns):
            is_missing = number < len(paper.lines) and paper.lines[number][one.place].is_missing
            cells.append(Words(one.texts[number], told, Look(_TEXT_SIZE, RED if is_missing else black, one.align)))
            if is_missing:
                styles.append(("BACKGROUND", (place, number + 1), (place, number + 1), _MISSING))
        rows.append(cells)
    return _grid(rows, _widths(columns, room), *styles, heads=1)


def _sum(entries: Sequence[Entry], view: PapersView, paper: Paper) -> str:
    """Return the sum of a column of numbers, blank where a line has none; the first column says that it is one."""
    field = entries[0].field
    if paper.lines[0][0].field is field:
        return view.say("paper_total")
    numbers = [entry.value for entry in entries if isinstance(entry.value, int)]
    if field.kind not in _SUMMED or len(numbers) < len(entries):
        return ""
    return view.value(Entry(field=field, value=sum(numbers)), paper)


def _signature(view: PapersView, room: float) -> Flowable:
    """Return the boxes for a stamp and a date."""
    told = fonts()
    cells = [[Words(text, told, _CAPTION), Spacer(0, 16 * mm)] for text in view.say("paper_signature").split("|")]
    return KeepTogether([_grid([cells], [room / len(cells)] * len(cells))])
