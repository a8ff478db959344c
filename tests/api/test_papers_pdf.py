"""Papers as PDF: read back, page by page."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.papers_ask import view_of
from api.papers_pdf import paper_pdf, papers_pdf
from api.pdf_fonts import FONT_VARIABLE, fonts_of
from api.pdf_text import wrapped
from data.cargo import Cargo
from tests.paper_world import plan_file, shipped

if TYPE_CHECKING:
    from api.papers_view import PapersView
    from data import Catalogue
    from data.paper_facts import Facts
    from data.plan_json import PlanFile
    from network.papers import Paper
    from viz.theme import Lang

LONG = "Sunglass Imports of Southern California, Inc. 2750 Terminal Island Freeway, Suite 1400, Long Beach, CA 90810"
FACTS: Facts = {
    "SEA": {"invoice_no": "WZ-1", "date": "2026-12-01", "consignee": LONG, "incoterm": "CIF",
            "incoterm_place": "Los Angeles", "description": "太阳镜 Sunglasses", "net_mass": 700_000},
}  # fmt: skip


class Tables:
    """What the papers of a desk need of it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue


@cache
def desk() -> Any:  # noqa: ANN401 - stands in for a desk
    """Return the shipped tables as a desk."""
    return Tables(shipped())


@pytest.fixture(params=["none", "machine"])
def font(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write with the fonts of this machine, and without any."""
    if request.param == "none":
        monkeypatch.setenv(FONT_VARIABLE, "none")
    else:
        monkeypatch.delenv(FONT_VARIABLE, raising=False)
    return str(request.param)


def view(file: PlanFile | None = None, facts: Facts | None = None, lang: Lang = "zh") -> PapersView:
    """Return the papers of the plan by hand."""
    return view_of(plan_file(shipped()) if file is None else file, desk(), FACTS if facts is None else facts, lang)


def one(found: PapersView, subject: str, kind: str) -> Paper:
    """Return one paper."""
    return next(paper for paper in found.papers if (paper.subject, paper.kind.code) == (subject, kind))


def pages(content: bytes) -> list[str]:
    """Return the texts of the pages, without blanks, which do not survive line breaks."""
    texts = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return [unicodedata.normalize("NFKC", re.sub(r"\s+", "", text)) for text in texts]


def plain(text: str) -> str:
    """Return a text as it is read back."""
    return unicodedata.normalize("NFKC", re.sub(r"\s+", "", text))


def long_load(count: int) -> PlanFile:
    """Return a plan in which many shipments share a box."""
    file = plan_file(shipped())
    first = next(shipment for shipment in file.cargo if shipment.id == "R1")
    journey = next(journey for journey in file.plan.journeys if journey.shipment == "R1")
    cargo = tuple(replace(first, id=f"W49-{number:03}", pieces=number) for number in range(1, count + 1))
    load = replace(
        file.plan.loads[0], shipments=tuple(one.id for one in cargo), mass_g=first.mass_g * count,
        volume_cm3=first.volume_cm3 * count,
    )  # fmt: skip
    journeys = tuple(replace(journey, shipment=shipment.id) for shipment in cargo)
    return file._replace(plan=replace(file.plan, loads=(load,), journeys=journeys), cargo=Cargo(shipments=cargo))


@pytest.mark.usefixtures("font")
def test_an_invoice_reads_back() -> None:
    """Title, parties, terms, money with its currency, the sum: all of it is text that can be found and copied."""
    found = view()
    (text,) = pages(paper_pdf(one(found, "SEA", "commercial_invoice"), found))
    for expected in ("商业发票", "COMMERCIAL INVOICE", "收货人 Consignee", LONG, "WZ-1", "CIF", "太阳镜 Sunglasses",
                     "12,345.67 CNY", "合计 Total", "签章 Signature", "温州眼镜厂", "洛杉矶港",
                     "第 1 页，共 1 页"):  # fmt: skip
        assert plain(expected) in text, expected
    assert "缺" not in text


@pytest.mark.usefixtures("font")
def test_what_is_missing_is_told_with_who_gives_it() -> None:
    """A paper that is not complete says so on top, and marks each gap."""
    found = view(lang="en")
    (text,) = pages(paper_pdf(one(found, "SEA", "vgm"), found))
    for expected in ("INCOMPLETE, not for use", "carrier: Booking number, Container number",
                     "shipper: Authorised person",
                     "[MISSING]", "SM2"):  # fmt: skip
        assert plain(expected) in text, expected


def test_times_have_a_zone() -> None:
    """Departure and arrival stand in local time, each with its difference to UTC."""
    found = view()
    (text,) = pages(paper_pdf(one(found, "SEA", "booking"), found))
    assert plain("2026-12-11 08:00 (+8)") in text
    assert plain("2026-12-25 16:00 (-8)") in text


def test_all_papers_together() -> None:
    """The checklist comes first, then each paper that can be filled begins a page, counted on its own."""
    found = view()
    texts = pages(papers_pdf(found))
    filled = [paper for paper in found.papers if paper.status != "obtain"]
    lists = [text for text in texts if plain("单证清单") in text]
    assert len(texts) == len(lists) + len(filled)
    assert texts[: len(lists)] == lists
    for paper, text in zip(filled, texts[len(lists) :], strict=True):
        assert plain(paper.kind.name_zh) in text
        assert plain(f"票 / 箱 {paper.subject}") in text
        assert plain("第 1 页，共 1 页") in text
    for paper in found.papers:
        assert any(plain(found.due(paper)) in text and plain(paper.kind.name_zh) in text for text in lists)


@pytest.mark.usefixtures("font")
def test_tables_over_several_pages_repeat_their_heads() -> None:
    """Each page of a long list has the heads of its columns and the name of the paper; the sum is on the last."""
    found = view(long_load(120), {})
    texts = pages(paper_pdf(one(found, "L001", "load_list"), found))
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert plain("毛重Gross mass") in text
        assert plain(f"第 {number} 页，共 {len(texts)} 页") in text
        assert plain("集装箱装箱清单") in text
        assert (plain("合计 Total") in text) == (number == len(texts))
    rows = "".join(texts)
    assert all(rows.count(f"W49-{number:03}") == 1 for number in range(1, 121))
    assert plain("96,014.76 kg") in texts[-1]


@pytest.mark.usefixtures("font")
def test_hostile_texts_stay_texts() -> None:
    """Markup, control characters and very long words are shown as they are, and nothing is lost."""
    hostile = "<b>bold</b> &amp; </para> \x00\x1b[31m" + "W" * 150
    found = view(facts={"SEA": {**FACTS["SEA"], "consignee": hostile, "description": "=1+1"}})
    (text,) = pages(paper_pdf(one(found, "SEA", "commercial_invoice"), found))
    assert plain("<b>bold</b> &amp; </para>") in text
    assert text.count("W") >= 150
    assert "=1+1" in text


def test_characters_without_a_font_are_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no font can show is not left out: its number stands there."""
    monkeypatch.setenv(FONT_VARIABLE, "none")
    found = view(facts={"SEA": {**FACTS["SEA"], "consignee": "Ożarów 😀 \U00020bb7"}})
    (text,) = pages(paper_pdf(one(found, "SEA", "commercial_invoice"), found))
    assert "[U+1F600][U+20BB7]" in text


def test_the_same_papers_give_the_same_bytes() -> None:
    """A document depends on what is in it alone."""
    found = view()
    paper = one(found, "SEA", "booking")
    assert paper_pdf(paper, found) == paper_pdf(paper, found)


WORDS = st.text("温州眼镜，。ab W1-", max_size=80)


@given(text=WORDS, width=st.floats(12, 200))
def test_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    """Lines are no wider than the room but for a closing mark, and together they are the text."""
    fonts = fonts_of("none")
    lines = wrapped(fonts.shown(text), width, 8, fonts)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert fonts.width(line.rstrip("，。 "), 8) <= width + 1e-6


def test_lines_break_between_words() -> None:
    """Words that fit are not broken, and no line begins with a closing mark."""
    fonts = fonts_of("none")
    lines = wrapped("Overseas warehouse booking list，温州眼镜厂。", 70, 8, fonts)
    assert all(word in " ".join(lines) for word in ("Overseas", "warehouse", "booking", "list"))
    assert not [line for line in lines if line[:1] in "，。"]
