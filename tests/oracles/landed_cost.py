"""
Landed cost worked from rates that stand in the example itself; reads no table and no code of ours.

An example gives, for each goods line (parted by ``|``), its layers of duty (parted by ``&``), each one of

* ``7.5%`` of the customs value;
* ``2 EUR/kg`` (or ``/item``, ``/l``) for each unit, ``3 EUR/line`` as it stands;
* ``sum(x, y)`` or ``max(x, y)`` of such; ``60%-20 USD``: a percentage less the line's share of an amount.

Excise of a line is ``0.25 CNY/kg``, or ``10%i`` of customs value and duty, ``i`` for a tax inside its own base, or
``sum(20%i, 1 CNY/kg)``; ``@70`` behind it says that 70 % are due, while VAT is taken of the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

# CNY for one unit and digits of the minor unit, from the central parities of 2026-01-27 and cross rates.
CNY = {
    "CNY": ("1", 2), "EUR": ("8.2755", 2), "USD": ("6.9858", 2), "GBP": ("9.5261", 2), "JPY": ("0.045176", 0),
    "KRW": ("0.00481186", 0), "CAD": ("5.0782", 2), "AUD": ("4.8135", 2), "MXN": ("0.401574", 2),
    "BRL": ("1.32", 2), "RUB": ("0.0911021", 2), "AED": ("1.89591", 2), "SAR": ("1.85687", 2),
    "SGD": ("5.4847", 2), "THB": ("0.2231", 2), "VND": ("0.000267655", 0), "TWD": ("0.222478", 2),
    "HKD": ("0.89592", 2), "ZAR": ("0.434688", 2), "KZT": ("0.0138883", 2), "TRY": ("0.160525", 2),  # codespell:ignore
    "IDR": ("0.000416", 2), "KES": ("0.0541", 2), "NGN": ("0.0048", 2), "PHP": ("0.1185", 2),
    "RON": ("1.625", 2), "MYR": ("1.75827", 2), "PLN": ("1.96742", 2), "HUF": ("0.0216913", 2), "DKK": ("1.108", 2),
}  # fmt: skip
STEPS = {"minor": 1, "yen100": 100, "yen1000": 1000, "won10": 10, "down": 1}
TO_EXPORT = ("pickup", "export_clearance", "origin_handling")
TO_BORDER = (*TO_EXPORT, "freight", "insurance")
Row = dict[str, str]


@dataclass
class Line:
    """One goods line, in minor units of the territory's currency."""

    value: Fraction
    item: Fraction
    kg: Fraction
    litre: Fraction
    share: Fraction = Fraction(0)
    customs: int = 0
    layers: list[int] = field(default_factory=list)
    full_excise: int = 0
    excise: int = 0
    vat: int = 0


@dataclass
class Worked:
    """Amounts in minor units: taxes in the territory's currency, the refund in fen, the total in the one asked for."""

    duty: int
    excise: int
    fee: int
    vat: int
    refund: int
    total: int
    steps: str


def exchange(minor: Fraction | int, source: str, target: str) -> Fraction:
    """Return minor units of one currency in those of another."""
    (rate, digits), (other, others) = CNY[source], CNY[target]
    scale = Fraction(10) ** (others - digits)
    return Fraction(minor) if source == target else minor * Fraction(rate) / Fraction(other) * scale


def major(amount: str, currency: str, target: str) -> Fraction:
    """Return an amount in units of one currency in minor units of another."""
    return exchange(Fraction(amount) * 10 ** CNY[currency][1], currency, target)


def cut(amount: Fraction, how: str) -> int:
    """Return an amount rounded in one of the named ways: ``minor`` to the nearest, all others down."""
    steps = amount / STEPS[how] + (Fraction(1, 2) if how == "minor" else 0)
    return floor(steps) * STEPS[how]


def term(text: str, line: Line, own: str) -> Fraction:
    """Return one layer of duty of a line, unrounded."""
    text = text.strip()
    if found := re.fullmatch(r"(sum|max)\((.+),(.+)\)", text):
        first, second = term(found[2], line, own), term(found[3], line, own)
        return first + second if found[1] == "sum" else max(first, second)
    if found := re.fullmatch(r"([\d.]+)%-([\d.]+) (\w+)", text):
        whole = line.customs * Fraction(found[1]) / 100
        return max(Fraction(0), whole - line.share * major(found[2], found[3], own))
    if text.endswith("%"):
        return line.customs * Fraction(text[:-1]) / 100
    found = re.fullmatch(r"([\d.]+) (\w+)/(\w+)", text)
    assert found is not None, text
    units = {"line": Fraction(1), "item": line.item, "kg": line.kg, "l": line.litre}
    return units[found[3]] * major(found[1], found[2], own)


def pairs(text: str) -> dict[str, Fraction]:
    """Return ``name=number`` pairs."""
    return {name: Fraction(number) for name, number in (part.split("=") for part in text.split(";") if part)}


def goods(row: Row) -> list[Line]:
    """Return the lines of an example with their shares by value."""
    lines = []
    for text in row["lines"].split(" "):
        _, value, *rest = text.split(":")
        item, kg, litre = (Fraction(part) for part in [*rest, *("1", "0", "0")[len(rest) :]])
        lines.append(Line(major(value, row["currency"], row["own"]), item, kg, litre))
    for line in lines:
        line.share = line.value / sum(each.value for each in lines)
    return lines


def work(row: Row) -> Worked:
    """Return the amounts of an example, and the arithmetic in words."""
    asked, own = row["currency"], row["own"]
    value_how, duty_how, vat_how = row["rounding"].split(" ")
    lines = goods(row)
    costs = {name: major(str(amount), asked, own) for name, amount in pairs(row["costs"]).items()}
    border = sum(costs.get(name, Fraction(0)) for name in (TO_BORDER if row["base"] == "cif" else TO_EXPORT))
    for line, layers in zip(lines, row["duties"].split(" | "), strict=True):
        line.customs = cut(line.value + line.share * border, value_how)
        line.layers = [cut(term(text, line, own), duty_how) for text in layers.split(" & ")]
    duty = sum(sum(line.layers) for line in lines)
    for line, text in zip(lines, row["excises"].split(" | ") if row["excises"] else [], strict=False):
        excise(line, text, own, duty_how)
    fees = [(text, cut(fee(text.rstrip("*"), lines, duty, costs, own), duty_how)) for text in listed(row["fees"])]
    based = sum(amount for text, amount in fees if text.endswith("*"))
    steps = [f"{row['base'].upper()} " + " + ".join(str(line.customs) for line in lines)]
    steps += [f"duty {row['duties']} = " + " | ".join(" + ".join(map(str, line.layers)) for line in lines)]
    if row["excises"]:
        steps.append(
            f"excise {row['excises']} = " + " | ".join(f"{line.excise} of {line.full_excise}" for line in lines)
        )
    steps += [f"fee {text} = {amount}" for text, amount in fees]
    for line in lines if row["vat"] != "0" else []:
        base, line.vat = vat(row, line, based, costs, vat_how)
        steps.append(f"VAT {row['vat']} % of {float(base):.10g} = {line.vat}")
    refunds = refunded(row, lines)
    steps += [f"refund {row['refunds']} % = {' + '.join(map(str, refunds))} fen"] if refunds else []
    taxes = [*(amount for line in lines for amount in line.layers), *(amount for _, amount in fees)]
    taxes += [amount for line in lines for amount in (line.excise, line.vat)]
    total = cut(sum((exchange(line.value, own, asked) for line in lines), Fraction(0)), "minor")
    total += cut(sum((exchange(amount, own, asked) for amount in costs.values()), Fraction(0)), "minor")
    # Every amount is turned into the asked currency, and rounded, by itself.
    total += sum(cut(exchange(amount, own, asked), "minor") for amount in taxes)
    total -= sum(cut(exchange(amount, "CNY", asked), "minor") for amount in refunds)
    steps.append(f"total {total} {asked}")
    fee_sum, vat_sum = sum(amount for _, amount in fees), sum(line.vat for line in lines)
    return Worked(duty, sum(line.excise for line in lines), fee_sum, vat_sum, sum(refunds), total, "; ".join(steps))


def excise(line: Line, text: str, own: str, how: str) -> None:
    """Work out the excise of a line: the whole of it, and the part that is due."""
    rate, _, part = text.partition("@")
    found = re.fullmatch(r"(?:sum\()?(?:([\d.]+)%(i?))?(?:, )?([\d.]+ \w+/\w+)?\)?", rate)
    assert found is not None, text
    percent = Fraction(found[1] or 0) / 100
    specific = term(found[3], line, own) if found[3] else Fraction(0)
    base = Fraction(line.customs + sum(line.layers))
    if found[2]:
        base = (base + specific) / (1 - percent)
    whole = base * percent + specific
    line.full_excise, line.excise = cut(whole, how), cut(whole * Fraction(part or 100) / 100, how)


def listed(text: str) -> list[str]:
    """Return parts joined by ``&``."""
    return text.split(" & ") if text else []


def fee(text: str, lines: list[Line], duty: int, costs: dict[str, Fraction], own: str) -> Fraction:
    """Return a fee, unrounded: ``2 EUR``, ``2 EUR x3``, or ``0.5% of customs [least..most]``."""
    if found := re.fullmatch(r"([\d.]+)% of (customs|duty|freight)(?: \[([\d.]+)\.\.([\d.]+)\])?", text):
        bases = {"customs": sum(line.customs for line in lines), "duty": duty, "freight": costs.get("freight", 0)}
        amount = Fraction(bases[found[2]]) * Fraction(found[1]) / 100
        if not found[3]:
            return amount
        return min(max(amount, major(found[3], own, own)), major(found[4], own, own))
    found = re.fullmatch(r"([\d.]+) (\w+)(?: x(\d+))?", text)
    assert found is not None, text
    return major(found[1], found[2], own) * int(found[3] or 1)


def vat(row: Row, line: Line, based: int, costs: dict[str, Fraction], how: str) -> tuple[Fraction, int]:
    """Return the base and the VAT of a line; ``i`` behind the rate says that it is part of its own base."""
    parts = row["vat_parts"].split(" ")
    base = Fraction(line.customs) * (1 + Fraction(row["uplift"] or "0") / 100)
    base += sum(line.layers) if "duty" in parts else 0
    base += line.full_excise if "excise" in parts else 0
    base += line.share * based if "fees" in parts else 0
    base += line.share * sum(costs.get(name, Fraction(0)) for name in parts)
    percent = Fraction(row["vat"].rstrip("i"))
    return base, cut(base * percent / (100 - percent if row["vat"].endswith("i") else 100), how)


def refunded(row: Row, lines: list[Line]) -> list[int]:
    """Return the refund of each line in fen, of its part of the purchase price or of its value."""
    if not row["refunds"]:
        return []
    whole = sum((line.value for line in lines), Fraction(0))
    bought = major(row["purchase"], row["currency"], "CNY") if row["purchase"] else exchange(whole, row["own"], "CNY")
    rates = [Fraction(percent) for percent in row["refunds"].split(" ")]
    return [cut(bought * line.share * rate / 100, "minor") for line, rate in zip(lines, rates, strict=True)]
