"""A seller's file as it was sent, and as the text of a question; no part of it knows a database."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from data.stock_read import read_stock
from data.stock_write import stock_bytes

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.stock import Stock

FILE = "stock"
"""Field of a body that holds the seller's file."""
_TEXT = ".json"


def read_content(suffix: str, content: bytes, catalogue: Catalogue) -> Stock:
    """
    Return the stock of a file that was sent.

    Raises
    ------
    TableFaultsError
        With everything wrong with it.
    """
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        path = Path(folder) / f"{FILE}{suffix}"
        path.write_bytes(content)
        return read_stock(path, catalogue)


def stock_text(stock: Stock, catalogue: Catalogue) -> str:
    """Return a seller's stock as the text of a question."""
    return stock_bytes(stock, catalogue, _TEXT).decode()


def stock_of(text: str, catalogue: Catalogue) -> Stock:
    """Return the stock of the text of a question."""
    return read_content(_TEXT, text.encode(), catalogue)
