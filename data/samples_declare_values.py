"""Numbers, times and people of samples of orders, from uniform random numbers."""

from __future__ import annotations

import datetime as dt

from data.declare_rules import E5

Row = dict[str, str]
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def pick(drawn: float, count: int) -> int:
    """Return one of the first numbers from 0."""
    return min(int(drawn * count), count - 1)


def order_no(number: int) -> str:
    """
    Return the number of an order; half of them begin with zeros.

    Examples
    --------
    >>> order_no(4), order_no(5)
    ('HP0000000004', '0070000000005')
    """
    return f"00{70_000_000_000 + number}" if number % 2 else f"HP{number:010d}"


def otherwise(text: str, drawn: float) -> str:
    """Return a number in another writing that means the same."""
    ways = (text.lower() + " ", text.translate(_FULL_WIDTH), f"{text[:4]} {text[4:]}", text.lstrip("0").lower())
    return ways[pick((drawn * 2) % 1, len(ways))]


def time_text(moment: dt.datetime) -> str:
    """Return a time as files have it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def moment(text: str) -> dt.datetime:
    """Return the time of a text."""
    return dt.datetime.fromisoformat(text)


def amount_e5(text: str) -> int:
    """Return an amount in hundred-thousandths."""
    whole, _, part = text.partition(".")
    return int(whole) * E5 + int(part.ljust(5, "0") or 0)


def people(number: int) -> Row:
    """Return the buyer, who is the consignee."""
    return {
        "buyer_name": f"张{number:07d}",
        "buyer_id": f"33010119900101{number % 10_000:04d}",
        "buyer_phone": f"138{number % 100_000_000:08d}",
        "consignee": f"张{number:07d}",
        "consignee_phone": f"138{number % 100_000_000:08d}",
        "consignee_address": f"杭州市样例路{number % 1000 + 1}号",
    }
