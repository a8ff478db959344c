"""A PDF of sections, each with pages counted on their own, upright or on their side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from api.pdf_fonts import fonts
from api.pdf_text import GREY, draw_line

MARGIN = 14 * mm
_FOOT = 9 * mm
_SMALL, _PAGE_SIZE = 6.3, 7
# Pages as letters and digits would be a fifth longer, for no reader of today.
rl_config.useA85 = 0


class Teller(Protocol):
    """What pages need of who tells them."""

    def say(self, key: str, **values: object) -> str:
        """Return a text."""


class Section(NamedTuple):
    """What the foot of a page says: of what it is a page, and the form and plan behind it."""

    title: str
    foot: str


class Part(NamedTuple):
    """A section of a document: what its pages say, whether they lie on their side, and what stands on them."""

    section: Section
    is_wide: bool
    story: list[Flowable]


class _Mark(Flowable):  # type: ignore[misc]  # the library has no types
    """Tells the canvas which section begins; takes no room."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self._section = section
        self.width = self.height = 0

    def draw(self) -> None:
        """Tell it."""
        self.canv.section = self._section


class _Numbered(Canvas):  # type: ignore[misc]  # the library has no types
    """A canvas that writes the foot of each page once it knows how many pages its section has."""

    def __init__(self, *arguments: Any, told: Teller, **values: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **values)
        self.section: Section | None = None
        self._told = told
        self._kept: list[dict[str, Any]] = []
        self._fonts = fonts()

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write the feet, then the file."""
        order = [id(page["section"]) for page in self._kept]
        for number, page in enumerate(self._kept):
            self.__dict__.update(page)
            first = order.index(order[number])
            self._foot(number - first + 1, order.count(order[number]))
            super().showPage()
        super().save()

    def _foot(self, page: int, pages: int) -> None:
        """Write the foot of a page."""
        if self.section is None:
            return
        told = self._fonts
        right = told.shown(self._told.say("paper_page", page=page, pages=pages))
        self.setFillColor(GREY)
        draw_line(self, MARGIN, _FOOT, told.shown(self.section.foot), told, _SMALL)
        end = self._pagesize[0] - MARGIN
        draw_line(self, end - told.width(right, _PAGE_SIZE), _FOOT, right, told, _PAGE_SIZE)
        if page > 1:
            top = self._pagesize[1] - MARGIN + 2
            draw_line(self, MARGIN, top, told.shown(self.section.title), told, _PAGE_SIZE)


def document(view: Teller, title: str, parts: Sequence[Part]) -> bytes:
    """Return sections as a PDF."""
    out = io.BytesIO()
    story: list[Flowable] = []
    for number, part in enumerate(parts):
        story += [NextPageTemplate("wide" if part.is_wide else "tall"), *([PageBreak()] if number else [])]
        story += [_Mark(part.section), *part.story]
    first, second = ("wide", "tall") if parts[0].is_wide else ("tall", "wide")
    document = BaseDocTemplate(
        out, title=title, author="Hubport", subject=title, invariant=1, pageCompression=1,
        pageTemplates=[_template(first), _template(second)],
    )  # fmt: skip
    document.build(story, canvasmaker=lambda *given, **values: _Numbered(*given, told=view, **values))
    return out.getvalue()


def _template(name: str) -> PageTemplate:
    size = landscape(A4) if name == "wide" else A4
    frame = Frame(
        MARGIN, MARGIN, size[0] - 2 * MARGIN, size[1] - 2 * MARGIN,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    return PageTemplate(name, frames=[frame], pagesize=size)
