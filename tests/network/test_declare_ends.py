"""Documents looked at all at once end as documents looked at one by one."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.declare_values import folder
from data.samples_declare import Sampler
from data.samples_declare_write import write_sample
from network.declare import ends as ends_module
from network.declare.ends import end_of, ends
from network.declare.folds import folded, grouped, repeated
from network.declare.join import outcomes
from network.declare.quick import split
from network.declare.state import deliver, drafted
from tests.declare import AT, LATE, order, payment, rules, shipped, waybill
from tests.network.test_declare_match import CASES, faulty

if TYPE_CHECKING:
    from data.declare_rules import DeclareRules
    from tests.declare import Row

DIRECTIONS = ("export", "import")
KINDS = ("order", "payment", "waybill")
GOODS = ("gnum", "item_no", "qty", "price", "total")


def write(path: Path, rows: list[Row], names: list[str]) -> Path:
    """Write rows as a spreadsheet does: quotes where they are needed."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([row.get(name, "") for name in names] for row in rows)
    return path


def both(rules_: DeclareRules, as_of: dt.date | None, deliveries: list[dict[str, Path]]) -> int:
    """Check that both ways give the same, and return how many orders were plain."""
    with drafted(None) as connection:
        for paths in deliveries:
            deliver(connection, {kind: [path] for kind, path in paths.items()}, shipped(), rules_.direction)
        quick = list(ends(connection, shipped(), rules_, as_of))
        slow = [end_of(outcome) for outcome in outcomes(connection, shipped(), rules_, as_of)]
        plain, _ = split(connection, shipped(), rules_, as_of)
    assert quick == slow
    return len(plain.numbers)


NUMBERS = st.sampled_from(["A1", "a1", "Ａ1", "01", "001", "1", "B 2", "B2", "C3", "D4", "E5", "0", "00"])
SENT = st.sampled_from([("", ""), ("", ""), ("", ""), ("1", AT), ("2", "20261102000000"), ("3", "20261103000000")])
NAMES = st.sampled_from(["张三", "张三", "张三", "李四", "", 'Co. "X", Ltd', " 张三 "])


@st.composite
def documents(draw: Any) -> tuple[list[Row], list[Row], list[Row]]:  # noqa: ANN401 - what the library gives
    """Draw documents of which many belong together plainly, and some do not."""

    def sent() -> Row:
        app, time = draw(SENT)
        return {"app_type": app, "app_time": time}

    amount = st.sampled_from(["100", "100.00", "100", "101"])
    at = st.sampled_from([AT, "2026-11-01 12:00:00", "2026-11-01", LATE])
    orders: list[Row] = []
    for _ in range(draw(st.integers(0, 6))):
        head = order(
            order_no=draw(NUMBERS),
            platform=draw(st.sampled_from("PPQ")),
            paid=draw(st.sampled_from(["100", "", "101"])),
            buyer_name=draw(NAMES),
            waybill_no=draw(st.sampled_from(["", "", "", "W1", "w2"])),
            currency=draw(st.sampled_from(["142", "CNY", "cny"])),
            **sent(),
        )
        for line in range(draw(st.integers(1, 3))):
            number = draw(st.sampled_from([line + 1, line + 1, 1]))
            item = draw(st.sampled_from("KL"))
            orders.append(head | {"gnum": str(number), "item_no": item, "qty": "1", "price": "90", "total": "90"})
    payments = [
        payment(
            order_no=draw(NUMBERS),
            payment_no=draw(st.sampled_from(["", *(f"X{number}" for number in range(9)), "x1"])),
            platform=draw(st.sampled_from(["P", "Q", ""])),
            amount=draw(amount),
            currency=draw(st.sampled_from(["142", "CNY", "502"])),
            paid_at=draw(at),
            payer_name=draw(NAMES),
            **sent(),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    waybills = [
        waybill(
            order_no=draw(st.one_of(NUMBERS, st.just(""))),
            waybill_no=draw(st.sampled_from([*(f"W{number}" for number in range(9)), "w1"])),
            platform=draw(st.sampled_from(["", "", "P"])),
            shipped_at=draw(at),
            consignee=draw(NAMES),
            **sent(),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    return orders, payments, waybills


@settings(max_examples=120, deadline=None)
@given(documents(), st.sampled_from(DIRECTIONS), st.sampled_from([None, dt.date(2026, 11, 20), dt.date(2026, 12, 20)]))
def test_both_ways(drawn: tuple[list[Row], list[Row], list[Row]], direction: str, as_of: dt.date | None) -> None:
    """Whatever is delivered, in one go or in two, both ways end in the same words and the same order."""
    with tempfile.TemporaryDirectory() as name:
        deliveries = []
        for part in range(2):
            paths = {}
            for kind, rows in zip(KINDS, drawn, strict=True):
                names = list(dict.fromkeys(field for row in rows for field in row)) or _needed(kind)
                half = rows[: len(rows) // 2] if part else rows[len(rows) // 2 :]
                paths[kind] = write(Path(name) / f"{kind}{part}.csv", half, names)
            deliveries.append(paths)
        both(rules(direction), as_of, deliveries)


def _needed(kind: str) -> list[str]:
    return list({"order": order(), "payment": payment(), "waybill": waybill()}[kind])


@pytest.mark.parametrize("drawn", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_every_reason(tmp_path: Path, drawn: tuple[list[Row], list[Row], list[Row]]) -> None:
    """What is there for one reason alone ends the same both ways."""
    paths = {
        kind: write(
            tmp_path / f"{kind}.csv", rows, list(dict.fromkeys(name for row in rows for name in row)) or _needed(kind)
        )
        for kind, rows in zip(KINDS, drawn, strict=True)
    }
    both(rules("import"), None, [paths])


def test_lines_with_one_number(tmp_path: Path) -> None:
    """Lines of goods that follow each other with one number are looked at one by one, as the order has a fault."""
    rows = [order() | {"gnum": "1", "item_no": item} for item in "KL"]
    names = [*order(), "gnum", "item_no"]
    paths = {"order": write(tmp_path / "o.csv", rows, names)}
    assert both(rules("import"), None, [paths]) == 0
    counted = [row | {"gnum": str(number)} for number, row in enumerate(rows, 1)]
    assert both(rules("import"), None, [{"order": write(tmp_path / "c.csv", counted, names)}]) == 1


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("form", ["plain", "quoted", "crlf", "gbk", "goods_first"])
def test_samples(tmp_path: Path, direction: str, form: str) -> None:
    """Samples with planted faults end the same, in whatever form their files are; most orders are plain."""
    sampler = Sampler(faulty(), direction=direction, day=dt.date(2026, 11, 1), seed=5)
    write_sample(tmp_path, sampler, 300, direction=direction)
    for path in tmp_path.glob("*s.csv"):
        text = path.read_text(encoding="utf-8")
        if form == "quoted":
            rows = list(csv.reader(text.splitlines()))
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
        elif form == "crlf":
            path.write_bytes(text.replace("\n", "\r\n").encode())
        elif form == "gbk":
            path.write_bytes(text.encode("gbk"))
        elif form == "goods_first" and path.name == "orders.csv":
            rows = list(csv.reader(text.splitlines()))
            place = rows[0].index("gnum")
            path.write_text("".join(",".join(row[place:] + row[:place]) + "\n" for row in rows), encoding="utf-8")
    paths = {kind: tmp_path / f"{kind}s.csv" for kind in KINDS}
    assert both(rules(direction), None, [paths]) > 200


def test_many_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a number of documents they are looked at one by one, with the same ends."""
    write_sample(
        tmp_path, Sampler(shipped(), direction="import", day=dt.date(2026, 11, 1), seed=5), 50, direction="import"
    )
    found = []
    for most in (ends_module.MOST_AT_ONCE, 10):
        monkeypatch.setattr(ends_module, "MOST_AT_ONCE", most)
        with drafted(None) as connection:
            deliver(connection, {kind: [tmp_path / f"{kind}s.csv"] for kind in KINDS}, shipped(), "import")
            found.append(list(ends(connection, shipped(), rules("import"))))
    assert found[0] == found[1]


TEXTS = st.lists(st.text(st.sampled_from("0A a1Oo Ａ０é\u00a0"), max_size=10).map(str.strip), min_size=1, max_size=8)


@given(TEXTS, st.sets(st.sampled_from(["key_width", "key_case", "key_spaces", "key_zeros", "key_o_zero"])))
def test_folded(texts: list[str], on: set[str]) -> None:
    """Numbers made alike all at once are those made alike one by one, whichever rules are on."""

    class Rules:
        def flag(self, name: str) -> bool:
            return name in on

    some: Any = Rules()
    fold = folder(some)
    found = folded(np.array([text.encode() for text in texts]), some)
    assert [text.decode() for text in found.tolist()] == [fold(text) for text in texts]


@given(st.lists(st.lists(st.binary(max_size=20).map(lambda text: text.replace(b"\0", b"")), max_size=6), min_size=1))
def test_grouped(parts: list[list[bytes]]) -> None:
    """Texts get the rank they have among all different ones."""
    known = sorted({text for part in parts for text in part})
    arrays = [np.array(part, dtype="S20") for part in parts]
    assert [ranks.tolist() for ranks in grouped(arrays)] == [[known.index(text) for text in part] for part in parts]


def test_repeated() -> None:
    """Empty texts are not repeated, however many there are."""
    assert repeated(np.array([b"A", b"", b"B", b"A", b""])).tolist() == [True, False, False, True, False]
