"""Messages of the customs: what is written is read again, and every broken rule of every field is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.ceb.messages import Document, Message, messages_of
from data.ceb.read import read_ceb
from data.ceb.write import write_messages
from data.errors import Fault, TableFaultsError
from data.faultlist import FaultList
from tests.declare import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from data.records_declare import CebField

MESSAGES = messages_of(shipped())
IDS = ("CEB303", "CEB403", "CEB505", "CEB603", "CEB311", "CEB411", "CEB511", "CEB621", "CEB605", "CEB623")


def value(field: CebField, *, fill: str = "甲") -> str:
    """Return a text that keeps the rules of a field, as long as it may be."""
    if field.choices:
        return field.choices[-1]
    if field.field == "gnum":
        return "1"
    if field.kind == "int":
        return "9" * field.max_length
    if field.kind == "decimal":
        return "9" * (field.max_length - (field.decimals or 0)) + "." + "9" * (field.decimals or 0)
    if field.kind == "time":
        return "20261122235959"
    return "20261122" if field.kind == "date" else fill * field.max_length


def document(message: Message, *, number: int = 1, lines: int = 2) -> Document:
    """Return a document with every field."""
    head = {name: value(field) for name, field in message.head.items()}
    goods = [
        {name: value(field) for name, field in message.goods.items()} | {"gnum": str(place)}
        for place in range(1, lines + 1)
    ]
    return Document(message.row.id, number, 0, head, goods if message.goods else [])


def transfer(message: Message) -> dict[str, str]:
    """Return the sender."""
    return {name: value(field) for name, field in message.transfer.items()}


def text_of(message: Message, *documents: Document) -> str:
    """Return a message as text."""
    (content,) = write_messages(documents, message.row.id, transfer(message), shipped())
    return content.decode()


def read(path: Path, content: str | bytes) -> tuple[list[Document], list[Fault]]:
    """Return what is read from a file, and its faults."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    faults = FaultList()
    found = list(read_ceb(path, shipped(), faults))
    return found, faults.faults


def test_all_kinds() -> None:
    """There are the ten messages, and every field of them has a place in an element."""
    assert tuple(MESSAGES) == IDS
    assert sum(len(fields) for message in MESSAGES.values() for fields in message.fields.values()) == len(
        shipped().ceb_fields
    )


@pytest.mark.parametrize("name", IDS)
def test_round_trip(tmp_path: Path, name: str) -> None:
    """A message with every field, and one with the needed ones only, are read as they were written."""
    message = MESSAGES[name]
    full = document(message)
    bare = full._replace(
        head={key: text for key, text in full.head.items() if message.head[key].needed},
        lines=[{key: text for key, text in line.items() if message.goods[key].needed} for line in full.lines],
    )
    found, faults = read(tmp_path / "m.xml", text_of(message, full, bare))
    assert not faults
    assert [(one.number, one.head, one.lines) for one in found] == [
        (1, full.head, full.lines),
        (2, bare.head, bare.lines),
    ]


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever can be printed is read as it was written: quotes, brackets, ampersands."""
    message = MESSAGES["CEB411"]
    given_document = document(message)
    given_document = given_document._replace(head={**given_document.head, "payerName": text})
    path = tmp_path_factory.mktemp("text") / "m.xml"
    found, faults = read(path, text_of(message, given_document))
    assert not faults
    assert found[0].head["payerName"] == text


FIELDS = [
    (name, is_head, field)
    for name in IDS
    for is_head in (True, False)
    for field in (MESSAGES[name].head if is_head else MESSAGES[name].goods).values()
]


def broken(field: CebField) -> list[tuple[str, str]]:
    """Return texts that break one rule of a field each, with the rule."""
    good = value(field)
    found = [("ceb-needed", "")] if field.needed else []
    if field.kind in {"int", "decimal"}:
        found += [(f"ceb-{field.kind}", "-1"), (f"ceb-{field.kind}", "1e3"), (f"ceb-{field.kind}", "1,000")]
        found += [("ceb-digits", "1" + "0" * (field.max_length - (field.decimals or 0)))]
    if field.kind == "decimal":
        found.append(("ceb-decimals", "0." + "1" * ((field.decimals or 0) + 1)))
    if field.kind == "time":
        found += [("ceb-time", text) for text in ("20260229120000", "20261122240000", "2026112212000", "x")]
    if field.kind == "date":
        found += [("ceb-date", text) for text in ("20260229", "202611220", "x")]
    if field.kind == "text" and not field.choices:
        found.append(("ceb-length", good + "甲"))
        if field.min_length and field.min_length > 1:
            found.append(("ceb-length", good[: field.min_length - 1]))
        found.append(("ceb-control", good[:-1] + "\u200b"))
    if field.choices:
        found.append(("ceb-choice", "Z" * field.max_length))
    return found


@pytest.mark.parametrize(("name", "is_head", "field"), FIELDS, ids=[field.id for _, _, field in FIELDS])
def test_every_field(tmp_path: Path, name: str, is_head: bool, field: CebField) -> None:  # noqa: FBT001 - a parameter
    """Each broken rule of each field is told alone, with its path, its text and its rule."""
    message = MESSAGES[name]
    good = text_of(message, document(message, lines=1))
    node = message.head_node if is_head else message.row.line
    inner = "" if message.row.head is None else f"/{node}" if is_head else f"/{node}[1]"
    path = f"{message.row.node}[1]{inner}/{field.field}"
    start = good.index(f"<ceb:{node}>")
    opening, closing = f"<ceb:{field.field}>", f"</ceb:{field.field}>"
    left = good.index(opening, start) + len(opening)
    right = good.index(closing, start)
    for rule, text in broken(field):
        found, faults = read(tmp_path / "m.xml", good[:left] + text + good[right:])
        assert not found
        told = [(fault.column, fault.rule) for fault in faults if fault.rule != "ceb-length" or rule == "ceb-length"]
        if field.field == "gnum":
            told = [one for one in told if one[1] != "ceb-gnum"]
        assert told == [(path, rule)], text


def swapped(text: str) -> str:
    """Return a message with two of its fields in the other order."""
    start, middle = text.index("<ceb:appType>"), text.index("<ceb:appTime>")
    end = text.index("<ceb:appStatus>")
    return text[:start] + text[middle:end] + text[start:middle] + text[end:]


ORDER = MESSAGES["CEB311"]
TEXT = text_of(ORDER, document(ORDER))
BROKEN = [
    ("ceb-order", swapped(TEXT)),
    ("ceb-repeated", TEXT.replace("</ceb:guid>", "</ceb:guid><ceb:guid>x</ceb:guid>", 1)),
    ("ceb-unknown", TEXT.replace("<ceb:appType>", "<ceb:colour>red</ceb:colour><ceb:appType>", 1)),
    (
        "ceb-namespace",
        TEXT.replace("<ceb:appType>1", "<appType>1</appType><ceb:appType>1").replace(
            "<ceb:appType>3", "<colour>3</colour><ceb:appType>3", 1
        ),
    ),
    ("ceb-message", TEXT.replace("CEB311Message", "CEB999Message")),
    ("ceb-message", TEXT.replace("http://www.chinaport.gov.cn/ceb", "http://example.com/ceb")),
    ("ceb-attribute", TEXT.replace(' version="1.0"  ', " ").replace('guid="', 'guid="x', 1)),
    ("ceb-transfer", TEXT[: TEXT.index("\t<ceb:BaseTransfer>")] + "</ceb:CEB311Message>"),
    ("ceb-documents", TEXT[: TEXT.index("\t<ceb:Order>")] + TEXT[TEXT.index("\t<ceb:BaseTransfer>") :]),
    ("ceb-lines", TEXT[: TEXT.index("\t\t<ceb:OrderList>")] + TEXT[TEXT.index("\t</ceb:Order>") :]),
    ("ceb-gnum", TEXT.replace("<ceb:gnum>2", "<ceb:gnum>3")),
    ("xml", TEXT[: len(TEXT) // 2]),
    ("xml", TEXT.replace("</ceb:guid>", "", 1)),
    ("xml-doctype", TEXT.replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', 1)),
    ("xml-doctype", TEXT.replace("?>", '?><!DOCTYPE x SYSTEM "file:///etc/passwd">', 1)),
    ("xml", TEXT.replace("<ceb:appType>3", "<ceb:appType>&lol;", 1)),
    ("encoding", TEXT.replace('encoding="UTF-8"', 'encoding="GBK"')),
]


@pytest.mark.parametrize(("rule", "text"), BROKEN, ids=[f"{place}-{case[0]}" for place, case in enumerate(BROKEN)])
def test_broken_messages(tmp_path: Path, rule: str, text: str) -> None:
    """What is wrong with a message as a whole is told by its rule."""
    _, faults = read(tmp_path / "m.xml", text)
    assert rule in {fault.rule for fault in faults}


def test_wrong_encoding(tmp_path: Path) -> None:
    """A message that is not in UTF-8, whatever it says, is refused."""
    _, faults = read(tmp_path / "m.xml", TEXT.encode("gb18030"))
    assert [fault.rule for fault in faults] == ["encoding"]
    _, faults = read(tmp_path / "m.xml", TEXT.encode("utf-16"))
    assert [fault.rule for fault in faults] == ["encoding"]


def test_all_faults_at_once(tmp_path: Path) -> None:
    """A message with many faults names the first hundred and counts the others."""
    text = TEXT.replace("<ceb:currency>142", "<ceb:currency>999")
    start, end = text.index("\t<ceb:Order>"), text.index("\t<ceb:BaseTransfer>")
    text = text[:start] + text[start:end] * 60 + text[end:]
    path = tmp_path / "m.xml"
    path.write_text(text, encoding="utf-8")
    faults = FaultList()
    assert not list(read_ceb(path, shipped(), faults))
    assert faults.count == 180
    with pytest.raises(TableFaultsError) as caught:
        faults.check()
    assert len(caught.value.faults) == 101
    assert caught.value.faults[-1].message_en == "80 more faults are not listed"


def test_signature_is_stepped_over(tmp_path: Path) -> None:
    """A signed message is read; what stands in the signature does not matter."""
    signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:A><ds:B>x</ds:B></ds:A></ds:Signature>'
    found, faults = read(tmp_path / "m.xml", TEXT.replace("</ceb:CEB311Message>", f"{signature}</ceb:CEB311Message>"))
    assert (len(found), faults) == (1, [])


def test_no_message_that_breaks_its_rules() -> None:
    """What would break the field lists is not written, and all of it is told."""
    bad = document(ORDER)
    bad = bad._replace(head={**bad.head, "currency": "1", "orderNo": ""})
    with pytest.raises(TableFaultsError) as caught:
        text_of(ORDER, bad)
    assert {(fault.column, fault.rule) for fault in caught.value.faults} == {
        ("Order[1]/OrderHead/currency", "ceb-length"),
        ("Order[1]/OrderHead/currency", "ceb-choice"),
        ("Order[1]/OrderHead/orderNo", "ceb-needed"),
    }


def test_full_messages(tmp_path: Path) -> None:
    """What does not fit into one message goes into several, each read by itself."""
    message = MESSAGES["CEB505"]
    documents = [document(message, number=number) for number in range(1, 251)]
    contents = list(write_messages(documents, "CEB505", transfer(message), shipped()))
    counts = []
    for content in contents:
        found, faults = read(tmp_path / "m.xml", content)
        assert not faults
        counts.append(len(found))
    assert counts == [100, 100, 50]
    several = contents[0].decode()
    start, end = several.index("\t<ceb:Logistics>"), several.index("\t<ceb:BaseTransfer>")
    _, faults = read(
        tmp_path / "m.xml",
        several[:end] + several[start : several.index("\t<ceb:Logistics>", start + 5)] + several[end:],
    )
    assert [fault.rule for fault in faults] == ["ceb-documents"]
