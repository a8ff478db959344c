"""Matching finds what a slow join finds, whatever the order and the slices in which documents come."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import TableFaultsError
from data.samples_declare import Sampler
from data.samples_declare_write import write_sample
from network.declare.join import outcomes
from network.declare.match import MATCHED, WAITING, Outcome
from network.declare.state import StateError, deliver, drafted, open_state
from tests.declare import (
    AT,
    LATE,
    Ends,
    Row,
    order,
    payment,
    rules,
    shipped,
    slow_join,
    waybill,
    write_csv,
)

if TYPE_CHECKING:
    from data import Catalogue

Documents = tuple[list[Row], list[Row], list[Row]]
KINDS = ("order", "payment", "waybill")


def put(state: Path, folder: Path, documents: Documents, direction: str = "import") -> None:
    """Deliver documents into a state."""
    paths = {kind: [write_csv(folder / f"{kind}.csv", kind, rows)] for kind, rows in zip(KINDS, documents, strict=True)}
    with drafted(state) as connection:
        deliver(connection, paths, shipped(), direction)


def ends_of(found: list[Outcome]) -> Ends:
    """Return the reasons of everything but what matches, by kind, platform and number."""
    ends: Ends = {}
    for outcome in found:
        number = outcome.document.order_no if outcome.kind == "order" else outcome.document[0]
        codes = [reason.code for reason in outcome.reasons]
        ends.setdefault((outcome.kind, outcome.document.platform, number), []).extend(codes)
        assert (outcome.state == MATCHED) == (not codes)
    return {key: sorted(codes) for key, codes in ends.items()}


def matched(state: Path, as_of: dt.date | None = None, direction: str = "import") -> list[Outcome]:
    """Return how everything in a state ends."""
    with open_state(state) as connection:
        return list(outcomes(connection, shipped(), rules(direction), as_of))


def ends(tmp_path: Path, *documents: list[Row], direction: str = "import") -> Ends:
    """Return the reasons of one delivery."""
    put(tmp_path / "state", tmp_path, (documents[0], documents[1], documents[2]), direction)
    return ends_of(matched(tmp_path / "state", direction=direction))


A1 = ("order", "P", "A1")
CASES: list[tuple[str, Documents, Ends]] = [
    ("sound", ([order()], [payment()], [waybill()]), {A1: []}),
    ("no_payment", ([order()], [], [waybill()]), {A1: ["no_payment"]}),
    ("no_waybill", ([order()], [payment()], []), {A1: ["no_waybill"]}),
    ("amount", ([order()], [payment(amount="99.99")], [waybill()]), {A1: ["amount_differs"]}),
    ("currency", ([order()], [payment(currency="502")], [waybill()]), {A1: ["currency_differs"]}),
    ("payer", ([order()], [payment(payer_name="李四")], [waybill()]), {A1: ["payer_differs"]}),
    ("payer-id", ([order()], [payment(payer_id="44")], [waybill()]), {A1: ["payer_differs"]}),
    ("twice", ([order()], [payment(), payment(payment_no="X2")], [waybill()]), {A1: ["paid_twice"]}),
    ("copy", ([order()], [payment(), payment(pay_name="Z")], [waybill()]), {A1: ["duplicate_payment"]}),
    ("same", ([order(), order()], [payment(), payment()], [waybill(), waybill()]), {A1: []}),
    ("order-copy", ([order(), order(seller="S")], [payment()], [waybill()]), {A1: ["duplicate_order"]}),
    ("sum", ([order(goods_value="80")], [payment()], [waybill()]), {A1: ["order_sum_differs"]}),
    ("late", ([order()], [payment(paid_at=LATE)], [waybill()]), {A1: ["payment_late"]}),
    ("late-waybill", ([order()], [payment()], [waybill(shipped_at=LATE)]), {A1: ["waybill_late"]}),
    ("boxes", ([order()], [payment()], [waybill(), waybill(waybill_no="W2")]), {A1: ["several_waybills"]}),
    ("box-copy", ([order()], [payment()], [waybill(), waybill(pieces="2")]), {A1: ["duplicate_waybill"]}),
    ("consignee", ([order()], [payment()], [waybill(consignee="李四")]), {A1: ["consignee_differs"]}),
    ("phone", ([order()], [payment()], [waybill(consignee_phone="14")]), {A1: ["consignee_differs"]}),
    (
        "reused",
        (
            [order(), order(order_no="B2")],
            [payment(), payment(order_no="B2")],
            [waybill(), waybill(order_no="B2", waybill_no="W2")],
        ),
        {A1: ["payment_reused"], ("order", "P", "B2"): ["payment_reused"]},
    ),
    (
        "shared",
        (
            [order(), order(order_no="B2")],
            [payment(), payment(order_no="B2", payment_no="X2")],
            [waybill(), waybill(order_no="B2")],
        ),
        {A1: ["waybill_shared"], ("order", "P", "B2"): ["waybill_shared"]},
    ),
    ("lone", ([], [payment()], []), {("payment", "P", "X1"): ["payment_without_order"]}),
    ("lone-waybill", ([], [], [waybill()]), {("waybill", "", "W1"): ["waybill_without_order"]}),
    ("tolerant", ([order(order_no="00a1")], [payment(order_no="Ａ 1")], [waybill()]), {("order", "P", "00a1"): []}),
    (
        "o-is-not-0",
        ([order(order_no="AO")], [payment(order_no="AO")], [waybill(order_no="A0")]),
        {("order", "P", "AO"): ["no_waybill"], ("waybill", "", "W1"): ["waybill_without_order"]},
    ),
    (
        "exact-first",
        (
            [order(order_no="01"), order(order_no="1")],
            [payment(order_no="01"), payment(order_no="1", payment_no="X2")],
            [waybill(order_no="1"), waybill(order_no="01", waybill_no="W2")],
        ),
        {("order", "P", "01"): [], ("order", "P", "1"): []},
    ),
    (
        "ambiguous",
        ([order(order_no="01"), order(order_no="1")], [payment(order_no="001")], []),
        {
            ("order", "P", "01"): ["no_payment", "no_waybill"],
            ("order", "P", "1"): ["no_payment", "no_waybill"],
            ("payment", "P", "X1"): ["ambiguous_order"],
        },
    ),
    (
        "platforms",
        ([order(), order(platform="Q")], [payment(), payment(platform="Q", payment_no="X2")], [waybill(platform="Q")]),
        {A1: ["no_waybill"], ("order", "Q", "A1"): []},
    ),
    ("named", ([order(waybill_no="W1")], [payment()], [waybill(order_no="")]), {A1: []}),
    (
        "named-twice",
        (
            [order(waybill_no="W1"), order(order_no="B2", waybill_no="W1")],
            [payment(), payment(order_no="B2", payment_no="X2")],
            [waybill(order_no="")],
        ),
        {A1: ["waybill_shared"], ("order", "P", "B2"): ["waybill_shared"]},
    ),
    (
        "unnamed",
        ([], [], [waybill(order_no=""), waybill(order_no="", waybill_no="W2")]),
        {("waybill", "", "W1"): ["waybill_without_order"], ("waybill", "", "W2"): ["waybill_without_order"]},
    ),
    (
        "changed",
        ([order()], [payment(amount="1"), payment(app_type="2", app_time="20261103000000")], [waybill()]),
        {A1: []},
    ),
    (
        "deleted",
        ([order()], [payment(), payment(app_type="3", app_time="20261103000000")], [waybill()]),
        {A1: ["no_payment"]},
    ),
    ("order-deleted", ([order(), order(app_type="3", app_time="20261103000000")], [], []), {}),
    (
        "moved",
        (
            [order(), order(order_no="B2")],
            [payment(), payment(order_no="B2", app_type="2", app_time="20261103000000")],
            [waybill(), waybill(order_no="B2", waybill_no="W2")],
        ),
        {A1: ["no_payment"], ("order", "P", "B2"): []},
    ),
]


@pytest.mark.parametrize(("documents", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_reasons(tmp_path: Path, documents: Documents, expected: Ends) -> None:
    """Every reason is found where it is, and nothing else."""
    assert ends(tmp_path, *documents) == expected


def test_details(tmp_path: Path) -> None:
    """A reason says what there should be and what there is."""
    put(tmp_path / "state", tmp_path, ([order()], [payment(amount="99.5")], [waybill()]))
    (found,) = matched(tmp_path / "state")
    assert [tuple(reason) for reason in found.reasons] == [("amount_differs", "100", "99.5")]


@pytest.mark.parametrize(("amount", "codes"), [("100.01", []), ("100.02", ["amount_differs"])])
def test_export_tolerance(tmp_path: Path, amount: str, codes: list[str]) -> None:
    """A receipt may differ by a cent; the row of the table says so."""
    given = {A1: codes}
    assert ends(tmp_path, [order(paid="")], [payment(amount=amount)], [waybill()], direction="export") == given


@pytest.mark.parametrize(("at", "codes"), [("20241214235959", ["no_payment"]), ("20241215000000", [])])
def test_receipts_were_dropped(tmp_path: Path, at: str, codes: list[str]) -> None:
    """Export orders need a receipt until 14 December 2024; the date of the order decides."""
    documents = ([order(ordered_at=at)], list[Row](), [waybill(shipped_at=at)])
    assert ends(tmp_path, *documents, direction="export") == {A1: codes}


def test_waiting(tmp_path: Path) -> None:
    """What is missing is waited for while its window is open, and what is wrong is not."""
    put(tmp_path / "state", tmp_path, ([order(), order(order_no="B2")], [payment(order_no="B2", amount="7")], []))
    state = tmp_path / "state"
    assert [outcome.state for outcome in matched(state, dt.date(2026, 12, 1))] == [WAITING, "unmatched"]
    assert [outcome.state for outcome in matched(state, dt.date(2026, 12, 2))] == ["unmatched", "unmatched"]


NUMBERS = st.sampled_from(["A1", "a1", "Ａ1", "01", "1", "B 2", "B2"])
SENT = st.sampled_from([("", ""), ("", ""), ("1", "20261101120000"), ("2", "20261102000000"), ("3", "20261103000000")])


@st.composite
def documents(draw: Any) -> Documents:  # noqa: ANN401 - what the library gives
    """Draw a few documents whose numbers nearly all meet."""

    def sent() -> Row:
        app, time = draw(SENT)
        return {"app_type": app, "app_time": time}

    number = st.integers(0, 4)
    orders = [
        order(
            order_no=draw(NUMBERS),
            platform=draw(st.sampled_from("PQ")),
            paid=draw(st.sampled_from(["100", "101"])),
            **sent(),
        )
        for _ in range(draw(number))
    ]
    payments = [
        payment(
            order_no=draw(NUMBERS),
            payment_no=draw(st.sampled_from(["X1", "x1", "X2", "X3"])),
            platform=draw(st.sampled_from(["P", "Q", ""])),
            amount=draw(st.sampled_from(["100", "101"])),
            currency=draw(st.sampled_from(["142", "142", "502"])),
            paid_at=draw(st.sampled_from([AT, AT, LATE])),
            payer_name=draw(st.sampled_from(["张三", "张三", "李四"])),
            **sent(),
        )
        for _ in range(draw(number))
    ]
    waybills = [
        waybill(
            order_no=draw(NUMBERS),
            waybill_no=draw(st.sampled_from(["W1", "w1", "W2"])),
            shipped_at=draw(st.sampled_from([AT, AT, LATE])),
            consignee=draw(st.sampled_from(["张三", "张三", "李四"])),
            **sent(),
        )
        for _ in range(draw(number))
    ]
    return orders, payments, waybills


@settings(max_examples=200, deadline=None)
@given(documents())
def test_slow_join(given_documents: Documents) -> None:
    """A join that looks at every pair finds the same."""
    with tempfile.TemporaryDirectory() as folder:
        assert ends(Path(folder), *given_documents) == slow_join(*given_documents)


@settings(max_examples=60, deadline=None)
@given(documents(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_slices(given_documents: Documents, dice: Any, slices: int) -> None:  # noqa: ANN401
    """Documents may come in any order and in any number of deliveries, some of them again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        put(folder / "whole", folder, given_documents)
        shuffled = [dice.sample(rows, len(rows)) for rows in given_documents]
        for part in (*range(slices), 0):
            orders, payments, waybills = (rows[part::slices] for rows in shuffled)
            put(folder / "parts", folder, (orders, payments, waybills))
        assert matched(folder / "parts") == matched(folder / "whole")


@cache
def faulty() -> Catalogue:
    """Return the shipped data set with a profile of samples in which every fault is common."""
    rows = [
        row
        if not row.is_fault
        else type(row)(**{name: getattr(row, name) for name in row.__slots__} | _known(row, 15_000))
        for row in shipped().declare_profile
    ]
    return shipped().replace(declare_profile=rows)


@pytest.mark.parametrize("direction", ["export", "import"])
def test_planted(tmp_path: Path, direction: str) -> None:
    """Of a sample, every planted fault is found with its reason, and nothing else."""
    catalogue = faulty()
    sampler = Sampler(catalogue, direction=direction, day=dt.date(2026, 11, 1), seed=4)
    write_sample(tmp_path, sampler, 600, direction=direction)
    with drafted(tmp_path / "state") as connection:
        paths = {kind: [tmp_path / f"{kind}s.csv"] for kind in KINDS}
        deliver(connection, paths, catalogue, direction)
    found = {key: codes for key, codes in ends_of(matched(tmp_path / "state", direction=direction)).items() if codes}
    with (tmp_path / "planted.csv").open(encoding="utf-8") as stream:
        planted = {(row["kind"], row["platform"], row["number"]): [row["reason"]] for row in csv.DictReader(stream)}
    assert found == planted
    assert {codes[0] for codes in planted.values()} == {
        row.id for row in catalogue.declare_profile if row.is_fault and row.direction in {None, direction}
    }


def _known(row: Any, value: int) -> dict[str, Any]:  # noqa: ANN401 - a row of the profile
    """Return what a row has of every row, with another value."""
    shared = ("source", "as_of", "confidence", "assumed", "row")
    return {name: getattr(row, name) for name in shared} | {"value": type(row.value)(value)}


def test_smaller_samples_are_parts(tmp_path: Path) -> None:
    """The first orders of a larger sample are those of a smaller one."""
    del tmp_path
    small, large = (
        [made.orders for made in Sampler(shipped(), direction="export", day=dt.date(2026, 11, 1), seed=2).draw(count)]
        for count in (5, 9)
    )
    assert large[:5] == small


def test_same_file_again(tmp_path: Path) -> None:
    """A file that came before is not read again."""
    path = write_csv(tmp_path / "o.csv", "order", [order()])
    counts = []
    for _ in range(2):
        with drafted(tmp_path / "state") as connection:
            counts.append(deliver(connection, {"order": [path]}, shipped(), "import")["order"])
    assert counts == [1, 0]


def test_nothing_half_applied(tmp_path: Path) -> None:
    """With one fault in one file nothing of the delivery is kept, and every fault of all files is told."""
    state = tmp_path / "state"
    put(state, tmp_path, ([order()], [], []))
    before = state.read_bytes()
    good = write_csv(tmp_path / "p.csv", "payment", [payment()])
    bad = write_csv(tmp_path / "w.csv", "waybill", [waybill() for _ in range(3000)] + [waybill(shipped_at="soon")])
    worse = write_csv(tmp_path / "o.csv", "order", [order(order_no=""), order(currency="XXX", goods_value="-1")])
    with pytest.raises(TableFaultsError) as caught, drafted(state) as connection:
        deliver(connection, {"order": [worse], "payment": [good], "waybill": [bad]}, shipped(), "import")
    places = [(fault.file, fault.row, fault.column, fault.rule) for fault in caught.value.faults]
    assert places == [
        ("o.csv", 2, "order_no", "required"),
        ("o.csv", 3, "currency", "currency"),
        ("o.csv", 3, "goods_value", "amount"),
        ("w.csv", 3002, "shipped_at", "time"),
    ]
    assert state.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {
        "state",
        "o.csv",
        "p.csv",
        "w.csv",
        "order.csv",
        "payment.csv",
        "waybill.csv",
    }


def test_other_direction(tmp_path: Path) -> None:
    """A state holds documents of one direction."""
    put(tmp_path / "state", tmp_path, ([order()], [], []))
    with pytest.raises(TableFaultsError, match="import"):
        put(tmp_path / "state", tmp_path, ([order()], [], []), "export")


def test_no_state(tmp_path: Path) -> None:
    """Another file is no state."""
    path = tmp_path / "state"
    path.write_text("hello" * 100, encoding="utf-8")
    with pytest.raises(StateError):
        put(path, tmp_path, ([order()], [], []))
    with pytest.raises(StateError):
        matched(path)
    assert path.read_text(encoding="utf-8") == "hello" * 100


def test_other_rules_later(tmp_path: Path) -> None:
    """When the rules for comparing numbers change, earlier deliveries are compared by the new ones."""
    catalogue = shipped()
    put(tmp_path / "state", tmp_path, ([order(order_no="AO")], [payment(order_no="A0")], [waybill(order_no="A0")]))
    rows = []
    for row in catalogue.declare_rules:
        names = ("id", "rule", "direction", "regime", "value", "valid_from", "valid_to", "meaning")
        shared = {name: getattr(row, name) for name in (*names, "source", "as_of", "confidence", "assumed", "row")}
        rows.append(type(row)(**shared | ({"value": "yes"} if row.rule == "key_o_zero" else {})))
    other = type(rules())(rows, direction="import", regime="9610", day=rules().day)
    with drafted(tmp_path / "state") as connection:
        deliver(connection, {}, catalogue, "import")
        assert [outcome.state for outcome in outcomes(connection, catalogue, other)] == [MATCHED]
