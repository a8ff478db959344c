"""A stocking plan as JSON, and back, such that reading what was written gives the same."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from data.errors import Fault, TableFaultsError
from data.export import replace_file
from data.plain_values import value_fault
from data.recordfile import check_format, content_of, load_object, written_lines
from data.stock_plan import COST_PARTS, Home, Sending, SentBoxes, StockPlan, StockStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = 1
KIND = "stock"
_OTHER = ("不是本版本的备货方案文件", "is no file of a stocking plan of this version")
_BAD = {
    "text": ("应为文字", "must be text"),
    "whole": ("应为整数", "must be a whole number"),
    "number": ("应为数字", "must be a number"),
    "date": ("应为日期，如 2026-11-30", "must be a date such as 2026-11-30"),
    "status": ("应为 optimal、feasible 或 stopped", "must be optimal, feasible or stopped"),
    "list": ("应为列表", "must be a list"),
    "object": ("应为对象", "must be an object"),
    "key": ("没有这一项", "is no key of this"),
}
_MOST_WHOLE = 2**53
_STATUSES: tuple[StockStatus, ...] = get_args(StockStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What a plan was asked for, from which its problem can be made again.

    Parameters
    ----------
    origin
        Code of the location that goods are sent from.
    service
        Share of demand to be met, None for that of the settings.
    """

    origin: str
    service: float | None = None


def plan_bytes(plan: StockPlan, asked: Asked) -> bytes:
    """Return a plan as the content of a file."""
    head: dict[str, object] = {
        "format": FORMAT,
        "kind": KIND,
        "status": plan.status,
        "cost_minor": plan.total_fen,
        "bound_minor": plan.bound_fen,
        "gap": round(plan.gap, 6),
        "currency": "CNY",
        "fingerprint": plan.fingerprint,
        "seed": plan.seed,
        "runtime_s": plan.runtime_s,
        "futures": plan.futures,
        "service": plan.service,
        "start": plan.start.isoformat(),
        "weeks": plan.weeks,
        "asked": asdict(asked),
        "cost_fen": plan.cost_fen,
        "warehouses": list(plan.warehouses),
        "sendings": [asdict(one) for one in plan.sendings],
        "boxes": [asdict(one) for one in plan.boxes],
        "homes": [asdict(one) for one in plan.homes],
    }
    return ("{\n" + ",\n".join(written_lines(head)) + "\n}\n").encode()


def write_plan(path: Path, plan: StockPlan, asked: Asked) -> None:
    """Write a plan to a file, whole or not at all."""
    replace_file(path, plan_bytes(plan, asked))


def read_plan(path: Path) -> tuple[StockPlan, Asked]:
    """
    Read a plan.

    Raises
    ------
    TableFaultsError
        With everything wrong with the file.
    """
    return parse_plan(content_of(path), path.name)


def parse_plan(content: bytes, label: str) -> tuple[StockPlan, Asked]:
    """
    Return the plan that the content of a file is, which goes by a label in what is wrong with it.

    Raises
    ------
    TableFaultsError
        With everything wrong with it.
    """
    loaded = load_object(content, label)
    check_format(loaded, FORMAT, _OTHER, label, KIND)
    reader = _Reader(label)
    plan = reader.plan(loaded)
    asked = reader.record(loaded, "asked")
    service = asked.get("service")
    wish = Asked(
        origin=reader.text(asked, "origin", "asked."),
        service=None if service is None else reader.number(asked, "service", "asked."),
    )
    if reader.faults:
        raise TableFaultsError(reader.faults)
    return plan, wish


class _Reader:
    """Reads values, and collects what is wrong with them."""

    def __init__(self, label: str) -> None:
        self.faults: list[Fault] = []
        self._label = label

    def plan(self, loaded: dict[str, Any]) -> StockPlan:
        """Return a plan, with anything in place of what is wrong."""
        cost = self.record(loaded, "cost_fen")
        for key in cost.keys() - set(COST_PARTS):
            self._wrong(f"cost_fen.{key}", key, "key")
        told = loaded.get("status")
        status = next((one for one in _STATUSES if one == told), None)
        if status is None:
            self._wrong("status", told, "status")
        return StockPlan(
            start=self._date(loaded, "start"),
            weeks=self.whole(loaded, "weeks"),
            sendings=tuple(
                Sending(
                    sku=self.text(one, "sku", at), lane=self.text(one, "lane", at), week=self.whole(one, "week", at),
                    units=self.whole(one, "units", at),
                )
                for at, one in self._records(loaded, "sendings")
            ),
            boxes=tuple(
                SentBoxes(
                    lane=self.text(one, "lane", at), unit=self.text(one, "unit", at), week=self.whole(one, "week", at),
                    count=self.whole(one, "count", at),
                )
                for at, one in self._records(loaded, "boxes")
            ),
            homes=tuple(
                Home(
                    sku=self.text(one, "sku", at), market=self.text(one, "market", at),
                    warehouse=self.text(one, "warehouse", at),
                )
                for at, one in self._records(loaded, "homes")
            ),
            warehouses=tuple(
                self.text({"id": one}, "id", f"warehouses[{place}].")
                for place, one in enumerate(self._list(loaded, "warehouses"))
            ),
            cost_fen={part: self.whole(cost, part, "cost_fen.") for part in COST_PARTS},
            bound_fen=self.whole(loaded, "bound_minor"),
            service=self.number(loaded, "service"),
            futures=self.whole(loaded, "futures"),
            status=status or "feasible",
            seed=self.whole(loaded, "seed"),
            runtime_s=self.number(loaded, "runtime_s"),
            fingerprint=self.text(loaded, "fingerprint"),
        )  # fmt: skip

    def text(self, record: dict[str, Any], key: str, at: str = "") -> str:
        """Return a text."""
        return str(self._value(record, key, at, "text", lambda value: isinstance(value, str), ""))

    def whole(self, record: dict[str, Any], key: str, at: str = "") -> int:
        """Return a whole number."""

        def is_whole(value: object) -> bool:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_WHOLE

        return int(self._value(record, key, at, "whole", is_whole, 0))

    def number(self, record: dict[str, Any], key: str, at: str = "") -> float:
        """Return a number."""

        def is_number(value: object) -> bool:
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

        return float(self._value(record, key, at, "number", is_number, 0.0))

    def record(self, record: dict[str, Any], key: str) -> dict[str, Any]:
        """Return an object."""
        found: dict[str, Any] = self._value(record, key, "", "object", lambda value: isinstance(value, dict), {})
        return found

    def _list(self, record: dict[str, Any], key: str) -> list[Any]:
        found: list[Any] = self._value(record, key, "", "list", lambda value: isinstance(value, list), [])
        return found

    def _records(self, loaded: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the objects of a list with their places."""
        found = []
        for place, one in enumerate(self._list(loaded, key)):
            if isinstance(one, dict):
                found.append((f"{key}[{place}].", one))
            else:
                self._wrong(f"{key}[{place}]", one, "object")
        return found

    def _date(self, record: dict[str, Any], key: str) -> dt.date:
        text = self.text(record, key)
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self._wrong(key, text, "date")
            return dt.date.min

    def _value(
        self,
        record: dict[str, Any],
        key: str,
        at: str,
        rule: str,
        is_right: Callable[[Any], bool],
        instead: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - as the rule says
        value = record.get(key)
        if is_right(value):
            return value
        self._wrong(f"{at}{key}", value, rule)
        return instead

    def _wrong(self, column: str, value: object, rule: str) -> None:
        self.faults.append(value_fault(self._label, column, value, _BAD[rule], rule))
