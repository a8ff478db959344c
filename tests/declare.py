"""Small orders, payments and waybills for tests, and a slow join of them that shares no code with the one it checks."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from data.declare_fields import FIELDS
from data.declare_rules import DeclareRules
from data.loading import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from data import Catalogue

Row = dict[str, str]
Ends = dict[tuple[str, str, str], list[str]]

DAY = dt.date(2026, 11, 22)
AT = "20261101120000"
LATE = "20261220120000"


@cache
def shipped() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue()


def rules(direction: str = "import", day: dt.date = DAY) -> DeclareRules:
    """Return the shipped rules."""
    return DeclareRules.of(shipped(), direction=direction, regime="9610", day=day)


def order(**texts: str) -> Row:
    """Return an import order."""
    row = {"order_no": "A1", "platform": "P", "ordered_at": AT, "currency": "142", "goods_value": "90", "freight": "10"}
    people = {"buyer_name": "张三", "buyer_id": "33", "consignee": "张三", "consignee_phone": "13"}
    return row | people | {"paid": "100"} | texts


def payment(**texts: str) -> Row:
    """Return the payment of that order."""
    row = {"payment_no": "X1", "order_no": "A1", "platform": "P", "paid_at": AT, "currency": "142", "amount": "100"}
    return row | {"payer_name": "张三", "payer_id": "33"} | texts


def waybill(**texts: str) -> Row:
    """Return the waybill of that order."""
    row = {"waybill_no": "W1", "order_no": "A1", "shipped_at": AT, "consignee": "张三", "consignee_phone": "13"}
    return row | texts


def write_csv(path: Path, kind: str, rows: Sequence[Row], extra: Sequence[str] = ()) -> Path:
    """Write rows that need no quotes."""
    names = [field.name for field in FIELDS[kind]] + list(extra)
    lines = [",".join(names)] + [",".join(row.get(name, "") for name in names) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def fold(text: str) -> str:
    """Return what the shipped rules make of a number: width, case, blanks and leading zeros do not count."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    while plain.startswith("0") and plain != "0":
        plain = plain[1:]
    return plain


def counting(rows: Sequence[Row], at: str) -> list[Row]:
    """Return the rows of one number that count, after changes and deletions."""
    left: list[Row] = []
    names = sorted({name for row in rows for name in row})
    sent = {id(row): (row.get("app_time") or row[at], row.get("app_type") or "1") for row in rows}
    for row in sorted(rows, key=lambda row: sent[id(row)]):
        if row.get("app_type") in {"2", "3"}:
            left = [one for one in left if sent[id(one)] == sent[id(row)]]
        if row.get("app_type") == "3":
            continue
        content = [row.get(name, "") for name in names if name not in {"app_type", "app_time"}]
        if content not in [
            [one.get(name, "") for name in names if name not in {"app_type", "app_time"}] for one in left
        ]:
            left.append(row)
    return left


def by_number(rows: Iterable[Row], name: str, at: str) -> list[Row]:
    """Return the payments or waybills that count."""
    numbers = defaultdict(list)
    for row in rows:
        numbers[fold(row[name])].append(row)
    return [row for given in numbers.values() for row in counting(given, at)]


def slow_join(orders: Sequence[Row], payments: Sequence[Row], waybills: Sequence[Row]) -> Ends:
    """Return how everything must end, by looking at every pair; the shipped rules for imports, as numbers."""
    ends: Ends = {}
    wanted: dict[tuple[str, str], list[Row]] = {}
    for key in {(row["platform"], row["order_no"]) for row in orders}:
        found = counting([row for row in orders if (row["platform"], row["order_no"]) == key], "ordered_at")
        if found:
            wanted[key] = found
    paid = by_number(payments, "payment_no", "paid_at")
    carried = by_number(waybills, "waybill_no", "shipped_at")
    belongs: dict[tuple[str, str], dict[str, list[Row]]] = {key: {"p": [], "w": []} for key in wanted}
    for kind, name, rows in (("p", "payment", paid), ("w", "waybill", carried)):
        for row in rows:
            near = [key for key in wanted if fold(key[1]) == fold(row["order_no"])]
            near = [key for key in near if not row.get("platform") or key[0] in {"", row.get("platform")}]
            exact = [key for key in near if key[1] == row["order_no"]]
            near = exact or near
            if len(near) == 1:
                belongs[near[0]][kind].append(row)
            else:
                reason = "ambiguous_order" if near else f"{name}_without_order"
                ends.setdefault((name, row.get("platform", ""), row[f"{name}_no"]), []).append(reason)
    for key, versions in wanted.items():
        reasons = _reasons(versions, belongs[key]["p"], belongs[key]["w"], paid, carried)
        ends["order", key[0], key[1]] = sorted(reasons)
    return {key: sorted(reasons) for key, reasons in ends.items()}


def _reasons(  # noqa: C901, PLR0912 - every reason in turn, as the document on matching has them
    versions: list[Row], payments: list[Row], waybills: list[Row], paid: list[Row], carried: list[Row]
) -> list[str]:
    found = []
    first = min(versions, key=lambda row: (row.get("app_time") or row["ordered_at"], row.get("app_type") or "1"))
    due = float(first["paid"])
    if len(versions) > 1:
        found.append("duplicate_order")
    elif abs(due - float(first["goods_value"]) - float(first["freight"])) > 0.01:
        found.append("order_sum_differs")
    if not payments:
        found.append("no_payment")
    if len({row["payment_no"] for row in payments}) > 1:
        found.append("paid_twice")
    if len({row["payment_no"] for row in payments}) < len(payments):
        found.append("duplicate_payment")
    if any(_is_shared(row, "payment_no", paid) for row in payments):
        found.append("payment_reused")
    if any(row["paid_at"] == LATE for row in payments):
        found.append("payment_late")
    if len(payments) == 1 and len(versions) == 1:
        one = payments[0]
        if one["currency"] != first["currency"]:
            found.append("currency_differs")
        elif float(one["amount"]) != due:
            found.append("amount_differs")
        if one["payer_name"] != first["buyer_name"] or one["payer_id"] != first["buyer_id"]:
            found.append("payer_differs")
    if not waybills:
        found.append("no_waybill")
    if len({row["waybill_no"] for row in waybills}) > 1:
        found.append("several_waybills")
    if len({row["waybill_no"] for row in waybills}) < len(waybills):
        found.append("duplicate_waybill")
    if any(_is_shared(row, "waybill_no", carried) for row in waybills):
        found.append("waybill_shared")
    if any(row["shipped_at"] == LATE for row in waybills):
        found.append("waybill_late")
    if len(waybills) == 1 and len(versions) == 1 and waybills[0]["consignee"] != first["consignee"]:
        found.append("consignee_differs")
    return found


def _is_shared(row: Row, name: str, rows: list[Row]) -> bool:
    same = [other for other in rows if fold(other[name]) == fold(row[name])]
    return len({fold(other["order_no"]) for other in same}) > 1
