"""Lists changed, cancelled and taken back after they were sent, and what is summed up of them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ceb.check import document_faults
from data.ceb.read import read_ceb
from data.ceb.write import write_messages
from data.faultlist import FaultList
from network.declare.changes import CANCELLED, CHANGED, NEW, WITHDRAWN, Change, Changes
from network.declare.summary import Summary
from tests.data.test_ceb import MESSAGES
from tests.declare import rules, shipped
from tests.network.test_declare_summary import a_list

if TYPE_CHECKING:
    from pathlib import Path

    from data.ceb.messages import Document

SENT, LATER = "20261105100000", "20261106100000"
INVT = "290020261123456789"


def sent(number: int, **head: str) -> Document:
    """Return a list as it was sent first."""
    made = a_list(number, [{}], **{"appType": "1", "appTime": SENT} | head)
    made.head.pop("invtNo")
    return made._replace(head={name: text for name, text in made.head.items() if name != "invtNo"} | head)


def changes(
    before: list[Document],
    now: list[Document] | None,
    *,
    numbers: dict[str, dict[str, str]] | None = None,
    reasons: dict[str, str] | None = None,
    at: str = LATER,
) -> tuple[list[Change], FaultList]:
    """Return what customs must be told."""
    faults = FaultList()
    made = Changes(shipped(), rules("export"), at=at, numbers=numbers or {}, reasons=reasons or {}, reason="不再发货")
    return list(made.between(lambda: before, now, "lists", faults)), faults


def summed(documents: list[Document]) -> tuple[dict[str, int], list[tuple[str, str]], FaultList]:
    """Return total by list number of what is summed up, and what became of the others."""
    faults = FaultList()
    summary = Summary(sqlite3.connect(":memory:"), rules("export"))
    summary.add(documents, "lists", faults)
    summary.check("lists", faults)
    found: dict[str, int] = {}
    for declaration in [] if faults else summary.declarations():
        for line in declaration.lines:
            for source in line.sources:
                found[source.list_no] = found.get(source.list_no, 0) + 1
    return found, [(fate.what, fate.list_no) for fate in summary.taken.fates], faults


def test_nothing_changed() -> None:
    """Lists made anew at another time, on another day, are the same lists."""
    anew = sent(1, appTime=LATER, ieDate="20261106", guid="0" * 36)
    assert changes([sent(1)], [anew])[0] == []


def test_changed() -> None:
    """A list in which something differs is sent again as a change, with the day of exit and the numbers it had."""
    anew = sent(1, ieDate="20261201", grossWeight="7")
    (found,), faults = changes([sent(1)], [anew], numbers={"L1": {"invtNo": INVT}})
    assert not faults
    head = found.document.head
    assert (found.kind, found.list_no, found.order_no) == (CHANGED, "L1", "A1")
    assert (head["appType"], head["appTime"], head["ieDate"], head["invtNo"]) == ("2", LATER, "20261105", INVT)
    assert found.fields == (("grossWeight", "2", "7"),)
    assert list(head) == [name for name in MESSAGES["CEB603"].head if name in head]


def test_changed_goods() -> None:
    """Other goods are a change too, told with the lines before and now."""
    other = a_list(1, [{"totalPrice": "9"}], appType="1", appTime=SENT)
    (found,), _ = changes([a_list(1, [{}], appType="1", appTime=SENT)], [other])
    assert [name for name, *_ in found.fields] == ["lines"]


def test_new() -> None:
    """A list of an order that had none is new, and goes as it is."""
    (found,), _ = changes([sent(1)], [sent(1), sent(2)])
    assert (found.kind, found.list_no, found.document.head["appType"]) == (NEW, "L2", "1")


def test_cancelled(tmp_path: Path) -> None:
    """A numbered list that is not made anew is cancelled by a message of its own, which can be written and read."""
    (found,), faults = changes([sent(1), sent(2)], [sent(2)], numbers={"L1": {"invtNo": INVT, "preNo": INVT}})
    assert not faults
    assert (found.kind, found.document.message, found.reason) == (CANCELLED, "CEB605", "不再发货")
    assert {name: found.document.head[name] for name in ("copNo", "invtNo", "reason", "appTime")} == {
        "copNo": "L1",
        "invtNo": INVT,
        "reason": "不再发货",
        "appTime": LATER,
    }
    transfer = {"copCode": "C", "copName": "N", "dxpMode": "DXP", "dxpId": "D"}
    (content,) = write_messages([found.document], "CEB605", transfer, shipped())
    (tmp_path / "m.xml").write_bytes(content)
    read_faults = FaultList()
    (back,) = read_ceb(tmp_path / "m.xml", shipped(), read_faults, "m.xml")
    assert not read_faults
    assert dict(back.head) == dict(found.document.head)


def test_import_cancel_names_the_order() -> None:
    """An import list is cancelled by CEB623, which names order, buyer and waybill."""
    message = MESSAGES["CEB621"]
    head = {name: "1" * (field.min_length or 1) for name, field in message.head.items() if field.needed}
    head |= {"copNo": "L1", "orderNo": "A1", "appTime": SENT, "appType": "1", "invtNo": INVT, "buyerName": "张三"}
    document = a_list(1, [{}])._replace(message="CEB621", head=head)
    (found,), _ = changes([document], None, reasons={"A1": "买家取消"})
    assert (found.document.message, found.document.head["orderNo"], found.document.head["buyerName"]) == (
        "CEB623",
        "A1",
        "张三",
    )


def test_withdrawn() -> None:
    """A list that customs have not numbered is taken back by its own message."""
    (found,), faults = changes([sent(1)], None, reasons={"A1": "买家取消"})
    assert not faults
    assert (found.kind, found.document.message, found.document.head["appType"]) == (WITHDRAWN, "CEB603", "3")
    assert found.reason == "买家取消"


def test_told_and_made_anew() -> None:
    """A list with a reason to go is cancelled although it could be made anew."""
    (found,), _ = changes([sent(1)], [sent(1, grossWeight="7")], reasons={"L1": "买家取消"})
    assert found.kind == WITHDRAWN


def test_faults() -> None:
    """Unknown numbers, changes before the list, and a cancellation without a reason are told, all at once."""
    made = Changes(shipped(), rules("export"), at="20261101000000", numbers={}, reasons={"X": "?"}, reason="")
    faults = FaultList()
    list(
        made.between(lambda: [sent(1, invtNo=INVT), sent(2, grossWeight="2")], [sent(2, grossWeight="7")], "l", faults)
    )
    assert sorted(fault.rule for fault in faults.faults) == [
        "ceb-needed",
        "change-time",
        "change-time",
        "change-unknown",
    ]


def test_earlier_changes_count() -> None:
    """What was changed or cancelled before is compared as it stands now."""
    first = [sent(1), sent(2)]
    told, _ = changes(first, [sent(1, grossWeight="7")], numbers={"L2": {"invtNo": INVT}})
    since = [*first, *(change.document for change in told)]
    assert {change.kind for change in told} == {CHANGED, CANCELLED}
    assert changes(since, [sent(1, grossWeight="7")], at="20261107100000")[0] == []
    (again,), _ = changes(since, [sent(1, grossWeight="7"), sent(2)], at="20261107100000")
    assert (again.kind, again.list_no) == (NEW, "L2")


def test_summary_of_changes() -> None:
    """Lists are summed up as they stand last, and every change is told."""
    lists = [sent(1), sent(2), sent(3), sent(4)]
    told, _ = changes(
        lists,
        [sent(1, netWeight="7"), sent(4)],
        numbers={"L2": {"invtNo": INVT}},
    )
    documents = [*(change.document for change in told), *lists]
    found, fates, faults = summed(documents)
    assert not faults
    assert found == {"L1": 1, "L4": 1}
    assert fates == [("changed", "L1"), ("cancelled", "L2"), ("cancelled", "L3")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["1", "2", "3", "cancel"]), st.integers(0, 3), st.integers(1, 9)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_last_message_counts(messages: list[tuple[str, int, int]], dice: object) -> None:
    """In whatever order messages are given, the last one sent says what is summed up; the same second is told."""
    documents = []
    for kind, hour, weight in messages:
        time = f"202611051{hour}0000"
        if kind == "cancel":
            head = {"copNo": "L1", "appTime": time, "appType": "1"}
            documents.append(sent(1)._replace(message="CEB605", head=head, lines=[]))
        else:
            documents.append(sent(1, appType=kind, appTime=time, grossWeight=str(weight)))
    sorting = {"1": 1, "2": 2, "3": 3, "cancel": 3}
    dice.shuffle(documents)  # type: ignore[attr-defined]
    found, _, faults = summed(documents)
    times = [(hour, sorting[kind]) for kind, hour, _ in messages]
    changed = [time for time in times if time[1] > 1]
    last = max(changed, default=(0, 0))
    left = {(hour, sorting[kind], weight) for kind, hour, weight in messages if (hour, sorting[kind]) >= last}
    left = {one for one in left if one[1] != 3}
    if len(left) > 1:
        assert faults
    else:
        assert not faults
        assert found == ({"L1": 1} if left else {})


def test_cancel_message_is_checked() -> None:
    """A cancellation without the number of the list at customs breaks the field list."""
    (found,), _ = changes([sent(1)], [], numbers={"L1": {"invtNo": INVT}})
    head = {name: text for name, text in found.document.head.items() if name != "invtNo"}
    broken = list(document_faults(MESSAGES["CEB605"], found.document._replace(head=head), "f"))
    assert [(fault.rule, fault.column) for fault in broken] == [("ceb-needed", "InvtCancel[1]/invtNo")]


@pytest.mark.parametrize("message", ["CEB605", "CEB623"])
def test_cancel_messages_are_assumed(message: str) -> None:
    """What is not from the announced field lists is marked so."""
    assert all(row.assumed for row in shipped().ceb_messages if row.id == message)
    assert all(row.assumed for row in shipped().ceb_fields if row.message == message and row.node == "InvtCancel")
