"""The numbers of ``stock_rules`` by name."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from data.errors import SettingsError

if TYPE_CHECKING:
    from data.catalogue import Catalogue

_FEN = 100


class StockNumbers:
    """
    The numbers that decisions about stock rest on; get them with ``catalogue.derived(StockNumbers)``.

    Parameters
    ----------
    catalogue
        With the table ``stock_rules``.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._rows = {row.id: row for row in catalogue.stock_rules}

    def exact(self, name: str) -> Decimal:
        """
        Return a number.

        Raises
        ------
        SettingsError
            If the data set lacks its row.
        """
        if name not in self._rows:
            msg = f"stock_rules 缺少一行 / stock_rules lacks the row {name!r}"
            raise SettingsError(msg)
        return self._rows[name].value

    def share(self, name: str) -> float:
        """Return a number that is a share or a power."""
        return float(self.exact(name))

    def whole(self, name: str) -> int:
        """Return a number that counts something."""
        return int(self.exact(name))

    def fen(self, name: str) -> int:
        """Return an amount of CNY in fen."""
        return int((self.exact(name) * _FEN).quantize(Decimal(1), ROUND_HALF_UP))

    def is_assumed(self, name: str) -> bool:
        """Return whether a number is an assumption."""
        return name in self._rows and self._rows[name].assumed
