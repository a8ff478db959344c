"""What is due of one consignment in one case, in whole numbers; see `network.customs.sums`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.money import divide_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.customs.compiled_rows import Destination, Excise, Fee, Layers, Low, Ratio, Refund
    from network.customs.question import GoodsLine


VAT_DUE = frozenset({"normal", "checkout"})
"""What rules for low values say of VAT where it is due."""


class Dues(NamedTuple):
    """What is due in one case, by kind, in minor units of the question's currency; a refund is below 0."""

    duty: int
    excise: int
    fee: int
    vat: int
    refund: int


class Line(NamedTuple):
    """A line of goods with what it is taxed by: its part of the value, its customs value, the rule it falls under."""

    goods: GoodsLine
    weight: int
    customs: int
    low: Low | None
    layers: Layers | None
    excise: Excise | None
    is_first: bool


class Values(NamedTuple):
    """A consignment in the currency of its territory: its lines, exact values, fees, and ways between currencies."""

    to: Destination
    lines: tuple[Line, ...]
    goods: Ratio
    weights: int
    shared: Ratio
    freight: Ratio
    fees: tuple[Fee, ...]
    codes: int
    back: Ratio


def rounded(num: int, den: int, how: tuple[int, str]) -> int:
    """
    Return an amount of at least 0 rounded as customs do.

    Examples
    --------
    >>> rounded(1999, 2, (100, "down")), rounded(5, 2, (1, "half_up")), rounded(1, 3, (10, "up"))
    (900, 3, 10)
    """
    step, mode = how
    if mode == "half_up":
        return (2 * num + den * step) // (2 * den * step) * step
    if mode == "up":
        return -(-num // (den * step)) * step
    return num // (den * step) * step


def dues_of(values: Values, refunds: Sequence[tuple[Ratio, Refund, Ratio]], case: int) -> Dues:
    """
    Return what is due in a case.

    Parameters
    ----------
    values
        The consignment.
    refunds
        Of every line with a refund: its purchase price in fen, the rate, and the way back to the question's currency.
    case
        Place of the case in `network.customs.rates.CASES`.
    """
    num, den = values.back
    duties, asked = [], 0
    for line in values.lines:
        amounts = _duties(line, values, case)
        duties.append(sum(amounts))
        asked += sum(divide_half_up(amount * num, den) for amount in amounts) if num != den else duties[-1]
    excises = [_excise(line, duty, values, case) for line, duty in zip(values.lines, duties, strict=True)]
    fees = [_fee(fee, sum(duties), values, case) for fee in values.fees]
    vat = _vats(values, duties, [full for _, full in excises], fees, case) if values.to.has_vat else []
    return Dues(
        asked,
        sum(divide_half_up(due * num, den) for due, _ in excises),
        sum(divide_half_up(amount * num, den) for amount in fees),
        sum(divide_half_up(amount * num, den) for amount in vat),
        -sum(_refund(bought, row.cases[case], back) for bought, row, back in refunds),
    )


def _duties(line: Line, values: Values, case: int) -> list[int]:
    """Return the duties of a line, of each layer or under a rule for low values."""
    how = values.to.duty_rounding
    if line.layers is not None:
        return [rounded(*rate.due(line.customs, 1, line.goods), how) for rate in line.layers.cases[case]]
    low = line.low
    if low is None or low.row.duty == "exempt":
        return [0]
    if low.row.duty == "per_line":
        return [rounded(*low.amounts[case], how) if line.is_first else 0]
    num, den = line.customs, 1
    if low.row.on_excess and low.above is not None:
        den = values.weights * low.above[1]
        num = max(0, line.customs * den - line.weight * low.above[0])
    num, den = low.rates[case].due(num, den, line.goods)
    if low.deduct is not None:
        p, q = low.deduct
        num = max(0, num * values.weights * q - line.weight * p * den)
        den *= values.weights * q
    return [rounded(num, den, how)]


def _excise(line: Line, duty: int, values: Values, case: int) -> tuple[int, int]:
    """Return the excise of a line: what is due, and the whole that VAT is taken of."""
    if line.excise is None:
        return 0, 0
    rate, how = line.excise.cases[case], values.to.duty_rounding
    num, den = line.customs + duty, 1
    if line.excise.is_inside:
        p, q = rate.percent
        unit = line.goods.mass_g if rate.unit == "kg" else line.goods.volume_ml
        a, b = rate.amount[0] * (line.goods.quantity if rate.unit == "item" else unit), rate.amount[1]
        num, den = (num * b + a) * q, b * (q - p)
    num, den = rate.due(num, den, line.goods)
    low = line.low
    if low is None:
        due = rounded(num, den, how)
        return due, due
    share = low.share if low.row.vat in VAT_DUE else (0, 1)
    return rounded(num * share[0], den * share[1], how), rounded(num, den, how)


def _fee(fee: Fee, duty: int, values: Values, case: int) -> int:
    """Return a fee."""
    num, den = fee.cases[case]
    match fee.row.basis:
        case "line":
            num *= values.codes
        case "customs_value":
            num *= sum(line.customs for line in values.lines)
        case "duty":
            num *= duty
        case "freight":
            num, den = num * values.freight[0], den * values.freight[1]
        case _:
            pass
    if fee.least is not None and num * fee.least[1] < fee.least[0] * den:
        num, den = fee.least
    if fee.most is not None and num * fee.most[1] > fee.most[0] * den:
        num, den = fee.most
    return rounded(num, den, values.to.duty_rounding)


def _vats(values: Values, duties: Sequence[int], excises: Sequence[int], fees: Sequence[int], case: int) -> list[int]:
    """Return the VAT of every line."""
    to = values.to
    parts = to.vat_base
    based = (
        sum(fee for fee, row in zip(fees, values.fees, strict=True) if row.row.in_vat_base) if "fees" in parts else 0
    )
    shared, below = values.shared[0] + based * values.shared[1], values.shared[1] * values.weights
    up, down = to.uplift if "customs_value" in parts else (0, 1)
    found = []
    for line, duty, excise in zip(values.lines, duties, excises, strict=True):
        low = line.low
        if low is not None and low.row.vat not in VAT_DUE:
            found.append(0)
            continue
        whole = (duty if "duty" in parts else 0) + (excise if "excise" in parts else 0)
        num = line.weight * shared * down + (line.customs * up + whole * down) * below
        p, q = to.vat[case]
        if low is not None:
            p, q = p * low.share[0], q * low.share[1]
        found.append(rounded(num * p, below * down * (q - p if to.rule.vat_inside else q), to.vat_rounding))
    return found


def _refund(bought: Ratio, percent: Ratio, back: Ratio) -> int:
    """Return a refund in the currency of the question, rounded to the fen before."""
    fen = divide_half_up(bought[0] * percent[0], bought[1] * percent[1])
    return divide_half_up(fen * back[0], back[1])
