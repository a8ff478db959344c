"""The page on formats has every table and every column of a cargo list."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.cargo_fields import FIELDS, Field
from data.stock_fields import FIELDS as STOCK
from data.tableschema import TableSchema, schemas

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "formats.md").read_text(encoding="utf-8").splitlines()
STOCK_PAGE = (DOCS / "stock.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("schema", schemas().values(), ids=schemas())
def test_tables(schema: TableSchema) -> None:
    """A table stands with its Chinese name and its key."""
    (line,) = (text for text in PAGE if text.startswith(f"| `{schema.name}` |"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1] == schema.name_zh
    assert cells[3] == ", ".join(f"`{name}`" for name in schema.key)


@pytest.mark.parametrize("field", FIELDS, ids=[field.en for field in FIELDS])
def test_columns_of_cargo_lists(field: Field) -> None:
    """A column stands with its headers and whether it is needed."""
    (line,) = (text for text in PAGE if text.startswith(f"| `{field.en}` | {field.zh} |"))
    assert all(f"`{alias}`" in line for alias in field.aliases)
    assert ("**needed**" in line) == field.is_required


@pytest.mark.parametrize("sheet", STOCK)
def test_columns_of_stock(sheet: str) -> None:
    """A column of a seller's stock stands below its sheet, with its headers and whether it is needed."""
    start = next(place for place, text in enumerate(STOCK_PAGE) if text.startswith(f"**{sheet} "))
    rows = STOCK_PAGE[start + 4 : start + 4 + len(STOCK[sheet])]
    for field, line in zip(STOCK[sheet], rows, strict=True):
        assert line.startswith(f"| `{field.en}` | {field.zh} |")
        assert all(f"`{alias}`" in line for alias in field.aliases)
        assert ("**needed**" in line) == field.is_required
