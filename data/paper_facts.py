"""
Facts that no plan knows, for its papers: consignees, marks, container numbers, masses that were verified.

A file has one row for each shipment or load unit; its columns are the facts that the table ``paper_fields`` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from data.cargo_json import parse_json, read_json
from data.errors import Fault, TableFaultsError
from data.fields import is_blank, read_amount
from data.messages import MESSAGES, echo, near_texts
from data.paper_values import READERS
from data.rowsfile import read_rows_file
from data.rules_papers import SUBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.records_papers import PaperField
    from data.rowsfile import RowsOfFile

Facts = Mapping[str, Mapping[str, int | str]]
"""Values by shipment or load unit and fact: g, cm3, minor units, counts, and text for everything else."""

_MOST_AMOUNT = 10**12
_SUBJECT_ZH = "票号或箱号"
# Stands before what a spreadsheet would take for a formula; tables that are written here have it.
_MARK = "'"
FACT_MESSAGES: Mapping[str, tuple[str, str]] = {
    **MESSAGES,
    "rows_required": ("文件里没有资料", "the file holds no facts"),
    "unknown_subject": ("方案里没有这一票或这个箱{near_zh}", "is no shipment or load unit of the plan{near_en}"),
    "twice": ("与第 {line} 行重复", "repeats row {line}"),
    "container": (
        "应为四个字母加七位数字的箱号，且校验码正确",
        "must be four letters and seven digits with a right check digit (ISO 6346)",
    ),
    "unknown_incoterm": ("没有这个贸易术语；可用：{choices}", "is not a known incoterm; known: {choices}"),
    "date": ("应为日期，如 2026-12-01", "must be a date such as 2026-12-01"),
    "money_currency": (
        "金额需要币种，方案与文件都没有",
        "is an amount, and neither plan nor file says its currency",
    ),
    "contradicts": ("与方案不符，方案为 {plan}", "contradicts the plan, which says {plan}"),
}


def fact_columns(catalogue: Catalogue) -> dict[str, PaperField]:
    """Return the facts there are, each with the first field it may stand in."""
    found: dict[str, PaperField] = {}
    for row in catalogue.paper_fields:
        if row.fact is not None:
            found.setdefault(row.fact, row)
    return found


def read_facts(path: Path, catalogue: Catalogue, known: Mapping[str, Mapping[str, int | str]]) -> Facts:
    """
    Return the facts of a file.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` file, or ``.json`` with a list of flat objects. The column ``subject`` (票号或箱号)
        names a shipment or a load unit; the others are facts, in English or Chinese. Masses are in kg, amounts in
        major units.
    catalogue
        Has the fields of papers, the incoterms and the currencies.
    known
        By shipment and load unit of the plan, what the plan says of facts for which it counts first.

    Raises
    ------
    TableFaultsError
        With every fault of the file.
    """
    found = read_json(path, path.name) if path.suffix.casefold() == ".json" else read_rows_file(path)
    return _read(found, path.name, catalogue, known)


def parse_facts(
    content: bytes, label: str, catalogue: Catalogue, known: Mapping[str, Mapping[str, int | str]]
) -> Facts:
    """
    Return the facts of a list of flat objects in JSON; see `read_facts`.

    Raises
    ------
    TableFaultsError
        With every fault.
    """
    return _read(parse_json(content, label), label, catalogue, known)


def _read(given: RowsOfFile, label: str, catalogue: Catalogue, known: Mapping[str, Mapping[str, int | str]]) -> Facts:
    """Return the facts of rows."""
    headers, rows = given
    reader = _Reader(catalogue, label, known)
    columns = reader.columns(headers)
    if not rows:
        reader.fault(None, None, None, "rows_required")
    if reader.faults:
        raise TableFaultsError(reader.faults)
    found: dict[str, dict[str, int | str]] = {}
    for number, cells in rows:
        reader.row(number, {columns[header]: text for header, text in cells.items() if header in columns}, found)
    if reader.faults:
        raise TableFaultsError(reader.faults)
    return found


class _Row:
    """Where the faults of a row go."""

    def __init__(self, reader: _Reader, number: int) -> None:
        self._reader = reader
        self._number = number

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        self._reader.fault(self._number, name, value, rule, **values)


class _Reader:
    """Reads rows, and notes everything wrong with them."""

    def __init__(self, catalogue: Catalogue, label: str, known: Mapping[str, Mapping[str, int | str]]) -> None:
        self.faults: list[Fault] = []
        self._catalogue = catalogue
        self._label = label
        self._known = known
        self._fields = fact_columns(catalogue)
        self._lines: dict[str, int] = {}

    def fault(self, row: int | None, column: str | None, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        zh, en = FACT_MESSAGES[rule]
        self.faults.append(
            Fault(
                file=self._label, row=row, column=column, value=echo(value), rule=rule,
                message_zh=zh.format(**values), message_en=en.format(**values),
            )
        )  # fmt: skip

    def columns(self, headers: Sequence[str]) -> dict[str, str]:
        """Return the fact of each header, or the subject."""
        names = {row.name_zh: fact for fact, row in self._fields.items()}
        names |= {fact: fact for fact in self._fields} | {SUBJECT: SUBJECT, _SUBJECT_ZH: SUBJECT}
        found: dict[str, str] = {}
        for header in headers:
            name = names.get(header.strip())
            if name is None:
                self.fault(None, header, header, "unknown_column", choices=", ".join([SUBJECT, *self._fields]))
            elif name in found.values():
                self.fault(None, header, header, "twice", line=1)
            else:
                found[header] = name
        if SUBJECT not in found.values():
            self.fault(None, SUBJECT, None, "required")
        return found

    def row(self, number: int, cells: Mapping[str, str], found: dict[str, dict[str, int | str]]) -> None:
        """Read one row."""
        sink = _Row(self, number)
        subject = cells.get(SUBJECT, "").strip()
        if subject not in self._known and subject.removeprefix(_MARK) in self._known:
            subject = subject.removeprefix(_MARK)
        if subject not in self._known:
            near = [name for name in self._known if name.casefold() == subject.casefold()]
            rule = "unknown_subject" if subject else "required"
            sink.add(SUBJECT, subject, rule, **near_texts(near))
        elif self._lines.setdefault(subject, number) != number:
            sink.add(SUBJECT, subject, "twice", line=self._lines[subject])
        values = self._values(sink, cells, self._known.get(subject, {}))
        for fact, value in values.items():
            said = self._known.get(subject, {}).get(fact)
            if said is not None and said != value:
                sink.add(fact, cells[fact], "contradicts", plan=self._shown(fact, said, subject))
        found[subject] = values

    def _shown(self, fact: str, value: int | str, subject: str) -> str:
        """Return a value of the plan as the file would have it."""
        if self._fields[fact].kind != "money" or not isinstance(value, int):
            return str(value)
        currency = str(self._known[subject].get("currency", ""))
        digits = {row.currency: row.exponent for row in self._catalogue.fx}.get(currency, 0)
        return f"{value / 10**digits:.{digits}f} {currency}".strip()

    def _values(self, sink: _Row, cells: Mapping[str, str], said: Mapping[str, int | str]) -> dict[str, int | str]:
        """Return the facts of a row that could be read."""
        found: dict[str, int | str] = {}
        currency = cells.get("currency", "").strip().upper() or said.get("currency")
        for fact, text in cells.items():
            if fact == SUBJECT or is_blank(text):
                continue
            kind = self._fields[fact].kind
            if kind == "money":
                value: int | str | None = self._amount(sink, fact, text, currency)
            else:
                value = READERS[kind](sink, fact, text, self._catalogue)
            if value is not None:
                found[fact] = value
        return found

    def _amount(self, sink: _Row, fact: str, text: str, currency: object) -> int | None:
        rates = {row.currency: row for row in self._catalogue.fx}
        if currency is None:
            sink.add(fact, text, "money_currency")
        return read_amount(sink, fact, text, limit=_MOST_AMOUNT, rate=rates.get(str(currency)))
