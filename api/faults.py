"""What is wrong with a request, in both languages; every way in gives the same faults."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from api.texts import pair
from data.cargo_fields import MESSAGES as CARGO
from data.errors import LogisticsError
from data.messages import echo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.errors import Fault

_MESSAGES: dict[str, tuple[str, str]] = {
    **CARGO,
    "flag": ("应为是或否；可用：{choices}", "must say yes or no; known: {choices}"),
    "past": ("早于现在一天以上，现在是 {now}", "is more than a day in the past; it is now {now}"),
    "unknown_mode": ("没有这种运输方式；可用：{choices}", "is not a known mode; known: {choices}"),
    "unknown_avoid": (
        "不是运输方式、通道、关境或班次编号{near_zh}",
        "is no mode, passage, territory or service id{near_en}",
    ),
    "unknown_service": ("没有这个班次{near_zh}", "is not a known service{near_en}"),
    "not_scenario": (
        "这个班次不是情景班次（状态为 {status}），无需打开",
        "is not a scenario service (its status is {status}) and cannot be switched on",
    ),
    "no_mode_left": ("所有运输方式都被排除", "every mode is excluded"),
    "unknown_field": ("没有这个字段", "is not a known field"),
    "grade": ("没有这个信用等级；可用：{choices}", "is not a known credit grade; known: {choices}"),
    "too_many": ("不得超过 {limit} 个", "must be at most {limit}"),
    "due_required": ("倒排需要填写最晚到达时间", "planning backward needs a due time"),
    "plan_or_quote": ("plan 与 quote 须填其一，且只填其一", "must be given, or quote in its place, and not both"),
    "paper_subject": (
        "方案里没有起运的票或箱；可用：{choices}",
        "is no shipment or load unit that travels in the plan; there are: {choices}",
    ),
    "choice": ("应为下列之一：{choices}", "must be one of: {choices}"),
    "network": ("应为地址或网段，如 10.0.0.0/8", "must be an address or a network, such as 10.0.0.0/8"),
    "database": ("只支持 SQLite 文件与 PostgreSQL", "must be a SQLite file or PostgreSQL"),
    "file_kind": ("只能读取这些文件：{choices}", "is a file of another kind; read are: {choices}"),
    "most_rows": ("网页一次最多 {limit} 票，请分开询价", "one page takes at most {limit} shipments; ask in parts"),
    "option": ("没有这个方案；共 {count} 个", "is no option of this answer, which has {count}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFault:
    """
    One thing wrong with a request.

    Parameters
    ----------
    field
        Name of the field, as in the HTTP body.
    value
        The value given, as bounded text, or None when it is missing.
    rule
        Stable name of the rule that is broken.
    message_zh, message_en
        What is wrong and what to do.
    row
        Line of the file, when the request came in one.
    file, column
        Name of the file and of the column, when it is about a cell of one.
    """

    field: str
    value: str | None
    rule: str
    message_zh: str
    message_en: str
    row: int | None = None
    file: str | None = None
    column: str | None = None

    def at_row(self, row: int) -> RequestFault:
        """Return the same fault with the line of its file."""
        return replace(self, row=row)

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fault as it stands in a problem document."""
        shown: dict[str, str | int | None] = {
            "field": self.field,
            "value": self.value,
            "rule": self.rule,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
        }
        place = {"file": self.file, "row": self.row, "column": self.column}
        return {name: value for name, value in place.items() if value is not None} | shown


class RequestFaultsError(LogisticsError):
    """
    A request that was refused.

    Parameters
    ----------
    faults
        Everything wrong with it.
    """

    def __init__(self, faults: Iterable[RequestFault]) -> None:
        self.faults: tuple[RequestFault, ...] = tuple(faults)
        super().__init__("; ".join(f"{fault.field}: {fault.message_en}" for fault in self.faults))


def of_table(fault: Fault) -> RequestFault:
    """Return the fault of a file as one of the request: the field is the file and its column."""
    return RequestFault(
        field=fault.file if fault.column is None else f"{fault.file}.{fault.column}",
        value=fault.value,
        rule=fault.rule,
        message_zh=fault.message_zh,
        message_en=fault.message_en,
        row=fault.row,
        file=fault.file,
        column=fault.column,
    )


def fault(name: str, value: object, rule: str, **values: object) -> RequestFault:
    """
    Return a fault with the sentences of its rule.

    Examples
    --------
    >>> fault("pieces", 0, "min", limit=1).message_en
    'must be at least 1'
    """
    zh, en = _MESSAGES.get(rule) or pair(rule, "fault")
    return RequestFault(
        field=name, value=echo(value), rule=rule, message_zh=zh.format(**values), message_en=en.format(**values)
    )


@dataclass(slots=True)
class Findings:
    """The faults found so far."""

    faults: list[RequestFault] = field(default_factory=list)

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        self.faults.append(fault(name, value, rule, **values))
