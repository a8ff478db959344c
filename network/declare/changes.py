"""
What customs must be told when lists are made anew: which are new, which changed, and which are no more.

A list is told apart by the declarant's own number, which the same order always gives. One that customs have numbered is
cancelled by a message of its own (CEB605, CEB623); one that they have not is taken back by its own message (`appType`
3). That customs want it so is an assumption.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from data.ceb.check import document_faults
from data.ceb.messages import Document, messages_of
from data.ceb.write import stable_guid
from data.faultlist import place_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from data.catalogue import Catalogue
    from data.declare_rules import DeclareRules
    from data.errors import Fault
    from data.faultlist import FaultList

CANCEL = {"CEB603": "CEB605", "CEB621": "CEB623"}
"""The message that cancels a list, by the message of the list."""
CANCELS = frozenset(CANCEL.values())
NEW, CHANGED, CANCELLED, WITHDRAWN = "new", "changed", "cancelled", "withdrawn"
_CHANGE, _DELETE = "2", "3"
_NUMBERS = ("preNo", "invtNo")


class Change(NamedTuple):
    """
    One list that customs must be told of.

    Parameters
    ----------
    kind
        ``new``, ``changed``, ``cancelled`` or ``withdrawn``.
    document
        The message to send.
    list_no, order_no
        Which list, and of which order.
    reason
        Why, where somebody said so.
    fields
        What changed: name of a field, text before and text now; of goods the lines as a whole.
    """

    kind: str
    document: Document
    list_no: str
    order_no: str
    reason: str = ""
    fields: tuple[tuple[str, str, str], ...] = ()


Sent = tuple[str, str]
"""Time of sending, and how a list was sent: `3` stands for every message that takes it back."""


def sent_at(document: Document) -> Sent:
    """Return when and how a list, or the message that cancels it, was sent; a later one counts more."""
    is_cancel = document.message in CANCELS
    return document.head["appTime"], _DELETE if is_cancel else document.head["appType"]


def is_removed(sent: Sent) -> bool:
    """Return whether a list is no more after this message."""
    return sent[1] == _DELETE


class Changes:
    """
    Compares lists with those that were sent before.

    Parameters
    ----------
    catalogue
        Has the field lists.
    rules
        Have the fields that do not count.
    at
        Time of the messages, 14 digits.
    numbers
        By number of a list, the fields that customs gave it: ``invtNo`` and ``preNo``.
    reasons
        By number of a list or of an order, why it is to be cancelled although it could be made anew.
    reason
        Why lists are cancelled that are not made anew.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        rules: DeclareRules,
        *,
        at: str,
        numbers: Mapping[str, Mapping[str, str]],
        reasons: Mapping[str, str],
        reason: str = "",
    ) -> None:
        self._messages = catalogue.derived(messages_of)
        self._ignored = frozenset(rules.names("change_ignores"))
        self._at = at
        self._numbers = numbers
        self._reasons = reasons
        self._reason = reason

    def between(
        self, earlier: Callable[[], Iterable[Document]], now: Iterable[Document] | None, label: str, faults: FaultList
    ) -> Iterator[Change]:
        """
        Yield what customs must be told.

        Parameters
        ----------
        earlier
            Gives the lists that were sent, and what changed or cancelled them since, each time it is called.
        now
            The lists as they should be; None if all stay but those with a reason to go.
        label
            Name of the file in faults.
        faults
            What keeps a message from being sound is added here.
        """
        stands = self._standing(earlier())
        used: set[str] = set()
        changed: dict[str, Document] = {}
        gone = set() if now is None else set(stands)
        for document in now or ():
            number = document.head["copNo"]
            gone.discard(number)
            if self._told(document, used) is not None:
                continue
            if number not in stands:
                yield self._sound(Change(NEW, document, number, document.head["orderNo"]), label, faults)
            elif stands[number][1] != self._digest(document):
                changed[number] = document
        for document in earlier():
            number = document.head["copNo"]
            if number in stands and stands[number][0] == sent_at(document):
                del stands[number]
                change = self._fate(document, changed.get(number), used, is_gone=number in gone)
                if change is not None:
                    faults.extend(self._late(document, label))
                    yield self._sound(change, label, faults)
        for name in sorted(self._reasons.keys() - used):
            pair = ("没有这份清单或订单", "there is no such list or order")
            faults.add(place_fault((label, None), "id", name, "change-unknown", pair))

    def _standing(self, documents: Iterable[Document]) -> dict[str, tuple[Sent, bytes]]:
        """Return how each list that is not taken back was last sent, and what is in it."""
        found: dict[str, tuple[Sent, bytes]] = {}
        for document in documents:
            number, sent = document.head["copNo"], sent_at(document)
            if number not in found or sent >= found[number][0]:
                found[number] = sent, self._digest(document)
        return {number: last for number, last in found.items() if not is_removed(last[0])}

    def _fate(self, document: Document, changed: Document | None, used: set[str], *, is_gone: bool) -> Change | None:
        """Return what becomes of a list that was sent, None if it stays as it is."""
        told = self._told(document, used)
        if told is not None or is_gone:
            return self._cancelled(document, self._reason if told is None else told)
        return None if changed is None else self._changed(document, changed)

    def _late(self, document: Document, label: str) -> Iterator[Fault]:
        """Yield a fault if a list was sent after what is to change it."""
        if document.head["appTime"] > self._at:
            pair = ("变更不能早于清单的报送时间", "a change cannot be sent before the list")
            yield place_fault((f"{label} {document.head['copNo']}", None), "appTime", self._at, "change-time", pair)

    def _told(self, document: Document, used: set[str]) -> str | None:
        """Return why a list is to be cancelled, None if nobody wants that."""
        for name in (document.head["copNo"], document.head["orderNo"]):
            if name in self._reasons:
                used.add(name)
                return self._reasons[name]
        return None

    def _digest(self, document: Document) -> bytes:
        """Return what of a list makes it another one, in few bytes."""
        head = {name: text for name, text in document.head.items() if name not in self._ignored}
        text = json.dumps([document.message, head, [dict(line) for line in document.lines]], sort_keys=True)
        return hashlib.sha256(text.encode()).digest()[:16]

    def _changed(self, before: Document, now: Document) -> Change:
        """Return a list sent again."""
        kept = {name: text for name, text in before.head.items() if name in self._ignored}
        head = self._in_order(
            now.message, dict(now.head) | kept | self._given(before) | {"appType": _CHANGE, "appTime": self._at}
        )
        fields = [
            (name, before.head.get(name, ""), head.get(name, ""))
            for name in dict.fromkeys((*before.head, *head))
            if name not in self._ignored and before.head.get(name, "") != head.get(name, "")
        ]
        ours, theirs = ([dict(line) for line in lines] for lines in (before.lines, now.lines))
        if ours != theirs:
            fields.append(("lines", json.dumps(ours, ensure_ascii=False), json.dumps(theirs, ensure_ascii=False)))
        document = now._replace(head=head)
        return Change(CHANGED, document, head["copNo"], head["orderNo"], fields=tuple(fields))

    def _cancelled(self, before: Document, reason: str) -> Change:
        """Return the message that takes a list back."""
        number, order = before.head["copNo"], before.head["orderNo"]
        known = dict(before.head) | self._given(before)
        if not known.get("invtNo"):
            head = known | {"appType": _DELETE, "appTime": self._at} | ({"note": reason} if reason else {})
            document = before._replace(head=self._in_order(before.message, head))
            return Change(WITHDRAWN, document, number, order, reason)
        name = CANCEL[before.message]
        said = {"guid": stable_guid(name, number), "appType": "1", "appTime": self._at, "appStatus": "2"}
        head = self._in_order(name, known | said | {"reason": reason, "note": ""})
        return Change(CANCELLED, Document(name, before.number, 0, head, []), number, order, reason)

    def _given(self, document: Document) -> dict[str, str]:
        """Return the numbers customs gave a list."""
        given = self._numbers.get(document.head["copNo"], {})
        return {name: given[name] for name in _NUMBERS if given.get(name)}

    def _in_order(self, message: str, head: Mapping[str, str]) -> dict[str, str]:
        """Return the texts of the fields a message has, in their order."""
        return {name: head[name] for name in self._messages[message].head if head.get(name)}

    def _sound(self, change: Change, label: str, faults: FaultList) -> Change:
        """Return a change after adding what is wrong with its message."""
        place = f"{label} {change.list_no}"
        faults.extend(document_faults(self._messages[change.document.message], change.document, place))
        return change
