"""
Lists summed up into declarations (归类合并): which lists share a declaration, and which of their lines become one.

Lists whose heads agree in the fields of the rule ``merge_declaration`` form one set; within it, lines that agree in
those of ``merge_line`` become one line. A set with more lines than a declaration may have is cut into the fewest
declarations that hold them, in the order of the fields; a line is never split.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from data.declare_pieces import BETWEEN
from data.declare_values import to_e5
from data.faultlist import place_fault
from network.declare.changes import CANCEL, Sent, is_removed, sent_at
from network.declare.declaration import Declaration, Fate, SourceLine, SummaryLine, Taken
from network.declare.lists import MESSAGE
from network.declare.terms import date_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from data.ceb.messages import Document
    from data.declare_rules import DeclareRules
    from data.faultlist import FaultList

_ID_LENGTH = 14
_CHANGING = frozenset("23")
_SETUP = (
    """CREATE TABLE lists (
        id INTEGER PRIMARY KEY, grp TEXT, cop TEXT, made_for TEXT, digest TEXT, packs INTEGER, gross INTEGER,
        net INTEGER, time TEXT, app TEXT)""",
    "CREATE TABLE lines (grp TEXT, line TEXT, cop TEXT, gnum INTEGER, body TEXT, list INTEGER)",
)
_REPEATED = (
    ("made_for", "two-lists", ("一个订单有两份清单", "the order has two lists")),
    ("cop", "list-number", ("两份清单编号相同", "two lists have the same number")),
)


_Row = tuple[str, str, str, int, str, str, int, int, int]


@dataclass(slots=True)
class Summary:
    """
    Sums up export lists, in memory that does not grow with their number.

    Parameters
    ----------
    connection
        An empty database; a file where there are many lists.
    rules
        Those of direction and regime; the date of each list says which hold.
    """

    connection: sqlite3.Connection
    rules: DeclareRules
    taken: Taken = field(default_factory=Taken)
    _by_day: dict[str, DeclareRules] = field(default_factory=dict)
    _changes: dict[str, tuple[Sent, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the tables."""
        for statement in _SETUP:
            self.connection.execute(statement)

    def add(self, given: Iterable[Document], label: str, faults: FaultList) -> None:
        """
        Take lists.

        Parameters
        ----------
        given
            Checked lists, and messages that change them or take them back, in any order.
        label
            Name of their file in faults.
        faults
            What cannot be summed up is added here.
        """
        for document in given:
            if document.message == CANCEL[MESSAGE["export"]]:
                self._note(document)
            elif document.message == MESSAGE["export"]:
                if document.head["appType"] in _CHANGING:
                    self._note(document)
                if not is_removed(sent_at(document)):
                    self._add(document)
            else:
                pair = ("只有出口清单可以汇总", "only export lists are summed up")
                faults.add(place_fault((label, document.line), None, document.message, "summary-message", pair))

    def _note(self, document: Document) -> None:
        """Note the last message that changes a list or takes it back."""
        number, sent = document.head["copNo"], sent_at(document)
        if number not in self._changes or self._changes[number][0] < sent:
            head = document.head
            reason = head.get("reason") or (head.get("note", "") if is_removed(sent) else "")
            self._changes[number] = sent, reason

    def _add(self, document: Document) -> None:
        head = document.head
        rules = self._on(head["ieDate"])
        if head["statisticsFlag"] != rules.row("summary_flag").value:
            self.taken.skipped += 1
            return
        self.taken.lists += 1
        fields = rules.names("merge_declaration")
        month = head["ieDate"][:6] if rules.flag("merge_month") else ""
        group = json.dumps([month, [[name, head.get(name, "")] for name in fields]], ensure_ascii=False)
        made_for = BETWEEN.join((head["ebpCode"], head["orderNo"]))
        amounts = (int(head["packNo"]), to_e5(head["grossWeight"]), to_e5(head["netWeight"]))
        digest = hashlib.sha256(
            json.dumps([dict(head), *map(dict, document.lines)], sort_keys=True).encode()
        ).hexdigest()
        row = (group, head["copNo"], made_for, digest, *amounts, *sent_at(document))
        number = self.connection.execute("INSERT INTO lists VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid
        names = rules.names("merge_line")
        self.connection.executemany(
            "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)",
            [
                (group, _line_key(names, line), head["copNo"], int(line["gnum"]), _body(line), number)
                for line in document.lines
            ],
        )

    def _on(self, day: str) -> DeclareRules:
        found = self._by_day.get(day)
        if found is None:
            found = self._by_day[day] = self.rules.on(date_of(day))
        return found

    def check(self, label: str, faults: FaultList) -> None:
        """Add a fault for each order with two lists, and for each number two lists have."""
        self._drop_repeats()
        self._change()
        for column, rule, pair in _REPEATED:
            rows = self.connection.execute(
                f"SELECT {column}, GROUP_CONCAT(cop, '; ') FROM lists GROUP BY {column} HAVING COUNT(*) > 1"  # noqa: S608
            )
            for value, numbers in rows:
                shown = str(value).replace(BETWEEN, " ").strip()
                faults.add(place_fault((label, None), shown, numbers, rule, pair))

    def _drop_repeats(self) -> None:
        """Keep only the first of lists that came twice in the same words."""
        repeated = self.connection.execute(
            "DELETE FROM lists WHERE rowid NOT IN (SELECT MIN(rowid) FROM lists GROUP BY cop, digest)"
        ).rowcount
        if repeated:
            self.taken.lists -= repeated
            self.connection.execute("DELETE FROM lines WHERE list NOT IN (SELECT id FROM lists)")

    def _change(self) -> None:
        """Leave out lists that were changed or taken back later, and note what became of them."""
        if not self._changes:
            return
        self.connection.execute("CREATE INDEX IF NOT EXISTS by_number ON lists (cop)")
        self.connection.execute("CREATE INDEX IF NOT EXISTS by_list ON lines (list)")
        for number, (sent, reason) in sorted(self._changes.items()):
            rows = self.connection.execute("SELECT id, made_for, time, app FROM lists WHERE cop = ?", (number,))
            for row, made_for, *before in rows.fetchall():
                if tuple(before) >= sent:
                    continue
                self.connection.execute("DELETE FROM lists WHERE id = ?", (row,))
                self.connection.execute("DELETE FROM lines WHERE list = ?", (row,))
                self.taken.lists -= 1
                what = "cancelled" if is_removed(sent) else "changed"
                platform, order_no = made_for.split(BETWEEN)
                self.taken.fates.append(Fate(what, number, platform, order_no, sent[0], reason))

    def declarations(self) -> Iterator[Declaration]:
        """Yield the declarations, in the order of what their lists agree in."""
        rows = self.connection.cursor().execute(
            "SELECT lines.grp, lines.line, lines.cop, lines.gnum, lines.body, lists.made_for, lists.packs, "
            "lists.gross, lists.net FROM lines JOIN lists ON lists.id = lines.list ORDER BY 1, 2, 3, 4"
        )
        for group, given in groupby(rows, key=itemgetter(0)):
            yield from self._cut(group, given)

    def _cut(self, group: str, rows: Iterator[_Row]) -> Iterator[Declaration]:
        """Yield the declarations of one set of lists."""
        month, pairs = json.loads(group)
        counted = self.connection.execute("SELECT COUNT(DISTINCT line) FROM lines WHERE grp = ?", (group,)).fetchone()
        most = self.rules.count("lines_per_declaration")
        parts = -(-int(counted[0]) // most)
        base = f"SD{month}{hashlib.sha256(group.encode()).hexdigest()[:_ID_LENGTH].upper()}"
        lines: list[SummaryLine] = []
        weights = [0, 0, 0]
        part = 1
        for key, given in groupby(rows, key=itemgetter(1)):
            if len(lines) == most:
                yield _declaration(base, part, parts, month, dict(pairs), weights, lines)
                lines, weights, part = [], [0, 0, 0], part + 1
            lines.append(_summary_line(len(lines) + 1, key, list(given), weights))
        yield _declaration(base, part, parts, month, dict(pairs), weights, lines)


def _line_key(names: Sequence[str], line: object) -> str:
    """Return what a line must agree in with others, as text."""
    assert isinstance(line, dict)  # noqa: S101 - as the reader makes them
    return json.dumps([[name, line.get(name, "")] for name in names], ensure_ascii=False)


def _body(line: object) -> str:
    """Return what of a line is summed up, as text."""
    assert isinstance(line, dict)  # noqa: S101 - as the reader makes them
    amounts = [str(to_e5(line.get(name) or "0")) for name in ("qty", "qty1", "qty2", "totalPrice")]
    return BETWEEN.join([*amounts, line["gname"]])


def _summary_line(number: int, key: str, rows: list[_Row], weights: list[int]) -> SummaryLine:
    """Return one line, and add to the weights of its declaration those of the lists that begin in it."""
    sums = [0, 0, 0, 0]
    sources = []
    name = ""
    for _, _, cop, gnum, body, made_for, *amounts in rows:
        *given, goods = body.split(BETWEEN)
        sums = [before + int(text) for before, text in zip(sums, given, strict=True)]
        name = name or goods
        platform, order_no = made_for.split(BETWEEN)
        sources.append(SourceLine(cop, gnum, platform, order_no))
        if gnum == 1:
            for place, amount in enumerate(amounts):
                weights[place] += amount
    qty, qty1, qty2, total = sums
    return SummaryLine(
        number=number,
        fields=dict(json.loads(key)),
        name=name,
        qty_e5=qty,
        qty1_e5=qty1,
        qty2_e5=qty2,
        total_e5=total,
        sources=tuple(sources),
    )


def _declaration(
    base: str, part: int, parts: int, month: str, fields: dict[str, str], weights: list[int], lines: list[SummaryLine]
) -> Declaration:
    packs, gross, net = weights
    return Declaration(
        id=base if parts == 1 else f"{base}-{part}",
        fields=fields,
        month=month,
        part=part,
        parts=parts,
        packs=packs,
        gross_e5=gross,
        net_e5=net,
        lines=tuple(lines),
    )
