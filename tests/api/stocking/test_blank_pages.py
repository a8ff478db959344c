"""Blank workbooks of the page of stock: filled with rows they are what its forms take."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from api.texts import LANGS
from api.warehouses_page.ground import packed_text
from data.stock_fields import FIELDS, ORDERS, ORDERS_ZH, SHEETS
from tests.api.stocking.test_stock_page import HEADERS
from tests.api.stocking.test_stock_today import DAY, ROWS
from tests.api.stocking.test_stock_today import SHEETS as STOCK

if TYPE_CHECKING:
    from openpyxl import Workbook

    from data.export import Headers
    from tests.api.booking_world import World


def blank(world: World, path: str, lang: str) -> Workbook:
    """Return a blank workbook that a page links to."""
    answer = world.client.get(f"{path}?lang={lang}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return load_workbook(io.BytesIO(answer.content))


@pytest.mark.parametrize("lang", LANGS)
def test_orders(plain: World, lang: Headers) -> None:
    """Rows typed below its headings are routed as the same rows of a text file."""
    book = blank(plain, "/warehouses/blank-orders.xlsx", lang)
    assert book.sheetnames == [ORDERS if lang == "en" else ORDERS_ZH]
    for row in ROWS:
        book.active.append([row.get(field.name) for field in FIELDS[ORDERS]])
    content = io.BytesIO()
    book.save(content)
    given = {"stock": packed_text(json.dumps(STOCK)), "name": "week.xlsx", "on": DAY, "day": DAY}
    files = {"orders": ("orders.xlsx", content.getvalue())}
    answer = plain.client.post(f"/warehouses/orders?lang={lang}", data=given, files=files, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    assert "GC-DE" in answer.text


@pytest.mark.parametrize("lang", LANGS)
def test_stock(plain: World, lang: Headers) -> None:
    """It has every sheet with all its columns, and as it is it is refused for its rows alone."""
    book = blank(plain, "/warehouses/blank.xlsx", lang)
    assert book.sheetnames == [name if lang == "en" else title for name, title in SHEETS.items()]
    for sheet, fields in zip(book.worksheets, (FIELDS[name] for name in SHEETS), strict=True):
        (head,) = sheet.iter_rows(values_only=True)
        assert list(head) == [field.en if lang == "en" else field.zh for field in fields]
    content = io.BytesIO()
    book.save(content)
    files = {"file": ("stock.xlsx", content.getvalue())}
    answer = plain.client.post("/warehouses?lang=en", data={}, files=files, headers=HEADERS)
    assert answer.status_code == 422
    assert "holds no row" in answer.text
    assert "lacks the" not in answer.text


def test_pages_link_to_them(plain: World) -> None:
    """Forms have a link to what they take."""
    assert 'href="/warehouses/blank.xlsx?lang=en"' in plain.client.get("/warehouses?lang=en").text
    shown = plain.client.post(
        "/warehouses/orders?lang=en", data={"stock": packed_text(json.dumps(STOCK))}, headers=HEADERS
    )
    assert 'href="/warehouses/blank-orders.xlsx?lang=en"' in shown.text
