"""Orders, payments and waybills of one request matched, listed and summed up; nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.faults import RequestFault, RequestFaultsError
from api.texts import say
from data import Catalogue
from data.ceb.messages import Document, messages_of
from data.declare_fields import KINDS
from data.declare_lists import document_json, documents_in, read_declarant, read_items
from data.declare_rules import REGIME, DeclareRules
from data.errors import TableFaultsError, UnknownIdError
from data.faultlist import FaultList
from network.declare.deadline import deadline
from network.declare.ends import End, ends
from network.declare.join import outcomes
from network.declare.lists import MESSAGE, ListMaker
from network.declare.reasons import Reason
from network.declare.state import deliver, drafted
from network.declare.summary import Summary
from network.declare.trace import DECLARATION, LINE, SOURCE, rows_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """
    What one request gives.

    Parameters
    ----------
    paths
        By kind of document, its files.
    items, declarant
        Files of what lists are made of besides; lists are made if both are there.
    direction
        ``export`` or ``import``.
    regime
        None for the usual one.
    as_of
        Until when is waited for what is missing; None waits for nothing.
    at
        Time of the lists, 14 digits.
    """

    paths: Mapping[str, Sequence[Path]]
    items: Path | None = None
    declarant: Path | None = None
    direction: str = "export"
    regime: str | None = None
    as_of: dt.date | None = None
    at: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def declarations_json(given: Given, folder: Path, catalogue: Catalogue, today: dt.date) -> Json:
    """
    Return how every order ends, the lists of those that match, and the declarations these are summed up into.

    Parameters
    ----------
    given
        The request.
    folder
        For what is written on the way; the caller removes it.
    catalogue
        Has the rules, the codes and the field lists.
    today
        The date whose rules hold where none is named.

    Raises
    ------
    RequestFaultsError
        With everything wrong with any file, or with any list.
    """
    try:
        return _answer(given, folder, catalogue, today)
    except TableFaultsError as error:
        raise RequestFaultsError([_fault(given, fault) for fault in error.faults]) from None


def _fault(given: Given, fault: Any) -> RequestFault:  # noqa: ANN401 - a fault of a table
    """Return the fault of a file as one of the request: the field is the file and its column."""
    file = given.labels.get(fault.file, fault.file)
    return RequestFault(
        field=file if fault.column is None else f"{file}.{fault.column}",
        value=fault.value,
        rule=fault.rule,
        message_zh=fault.message_zh,
        message_en=fault.message_en,
        row=fault.row,
    )


def _answer(given: Given, folder: Path, catalogue: Catalogue, today: dt.date) -> Json:
    regime = given.regime or catalogue.setting(REGIME)
    rules = DeclareRules.of(catalogue, direction=given.direction, regime=regime, day=given.as_of or today)
    with drafted(folder / "state") as connection:
        read = deliver(connection, given.paths, catalogue, given.direction)
        found = list(ends(connection, catalogue, rules, given.as_of))
        lists = _lists(given, connection, folder / "lists.ndjson", catalogue, rules)
    states = Counter(end.state for end in found if end.kind == "order")
    return {
        "direction": given.direction,
        "regime": regime,
        "fingerprint": catalogue.fingerprint,
        "assumed_rules": rules.assumed_count(),
        "read": {f"{kind}s": read[kind] for kind in KINDS},
        "states": {state: states[state] for state in ("matched", "waiting", "unmatched")},
        "tolerant": sum(end.is_tolerant for end in found),
        "reasons": dict(sorted(Counter(reason.code for end in found for reason in end.reasons).items())),
        "ends": [end_json(end) for end in found],
        "lists": None if lists is None else [list_json(document) for document in documents_in(lists)],
        "declarations": None if lists is None else _summed(given, lists, folder / "lists.db", catalogue, rules),
    }


def end_json(end: End) -> Json:
    """Return how one order ended, with the words of its reasons."""
    return {
        "kind": end.kind,
        "state": end.state,
        "platform": end.platform,
        "number": end.number,
        "reasons": [_reason(reason) for reason in end.reasons],
        "payments": list(end.payments),
        "waybills": list(end.waybills),
        "tolerant": end.is_tolerant,
    }


def _reason(reason: Reason) -> Json:
    words = {"message_zh": say("zh", reason.code), "message_en": say("en", reason.code)}
    return {"code": reason.code, "expected": reason.expected, "found": reason.found, **words}


def list_json(document: Document) -> Json:
    """Return a list as its message has it."""
    return {"message": document.message, "head": dict(document.head), "lines": [dict(line) for line in document.lines]}


def _lists(
    given: Given, connection: sqlite3.Connection, place: Path, catalogue: Catalogue, rules: DeclareRules
) -> Path | None:
    """Write the lists of the orders that match, None if what they need besides was not given."""
    if given.items is None or given.declarant is None:
        return None
    faults = FaultList()
    name = MESSAGE[given.direction]
    message = catalogue.derived(messages_of).get(name)
    if message is None:
        raise UnknownIdError(kind="message", value=name)
    known = frozenset(message.head) | frozenset(message.transfer)
    items, declarant = read_items(given.items, faults), read_declarant(given.declarant, known, faults)
    faults.check()
    maker = ListMaker(catalogue, direction=given.direction, items=items, declarant=declarant, at=given.at)
    with place.open("w", encoding="utf-8") as stream:
        for document, _ in maker.make(outcomes(connection, catalogue, rules, given.as_of), "orders", faults):
            stream.write(document_json(document))
    faults.check()
    return place


def _summed(given: Given, lists: Path, place: Path, catalogue: Catalogue, rules: DeclareRules) -> list[Json] | None:
    """Return the declarations of export lists, each line with the list lines and orders it is made of."""
    if given.direction != "export":
        return None
    faults = FaultList()
    connection = sqlite3.connect(place, isolation_level=None)
    try:
        connection.execute("BEGIN")
        summary = Summary(connection, rules)
        summary.add(documents_in(lists), "lists", faults)
        summary.check("lists", faults)
        faults.check()
        found: list[Json] = []
        for declaration in summary.declarations():
            month = declaration.month
            due = deadline(month, rules, catalogue).isoformat() if month else ""
            for row in rows_of(declaration, due):
                _put(found, row)
    finally:
        connection.close()
    return found


def _put(found: list[Json], row: Json) -> None:
    """Put a flat row below what it belongs to: source below line, line below declaration."""
    kind = row.pop("kind")
    if kind == DECLARATION:
        found.append(row | {"lines": []})
    elif kind == LINE:
        found[-1]["lines"].append(
            {name: value for name, value in row.items() if name != "declaration"} | {"sources": []}
        )
    elif kind == SOURCE:
        names = ("list_no", "gnum", "platform", "order_no")
        found[-1]["lines"][-1]["sources"].append({name: row[name] for name in names})
