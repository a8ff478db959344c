"""Particulars of a booking read into what papers are filled with, with everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from api.answer_schema import Json
from api.bookings.particulars import PARTIES, Particulars, Party
from api.faults import RequestFault, fault
from api.texts import both
from data.catalogue import Catalogue
from data.fields import read_amount
from data.messages import echo
from data.money import format_minor, to_minor
from data.paper_facts import FACT_MESSAGES, fact_columns
from data.paper_values import READERS
from data.shipment import Shipment
from data.units import cm3_to_m3, g_to_kg
from network.papers import OF_GOODS

ROOT = "particulars"
"""The field of a request that holds all of it."""
_KINDS = MappingProxyType({"pieces": "count", "mass_kg": "mass", "net_mass_kg": "mass", "volume_m3": "volume"})
_FIELDS = MappingProxyType(
    {"mass_kg": "mass", "net_mass_kg": "net_mass", "volume_m3": "volume", "origin": "origin_country"}
)
"""Fields of a line of goods that papers call otherwise."""
_SUMMED = MappingProxyType({"pieces": "pieces", "mass": "mass_kg", "volume": "volume_m3", "value": "value"})
"""What lines add up to, and the fields that say it."""
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9()/. \-]*[0-9][0-9()/. \-]{3,}(\s*(ext\.?|x|转)\s*[0-9]+)?", re.IGNORECASE)
_MOST_AMOUNT = 10**12
Values = dict[str, int | str]


class Booked(NamedTuple):
    """What was booked: pieces are None where nobody said them, the value where nobody said one."""

    pieces: int | None
    mass: int
    volume: int
    value: int | None
    currency: str | None


def booked_of(shown: Json, catalogue: Catalogue) -> Booked:
    """Return what was booked, of the shipment of the answer that was."""
    value, currency = shown["value"], shown["currency"]
    return Booked(
        pieces=shown["pieces"] if shown["pieces_given"] else None,
        mass=round(Decimal(str(shown["weight_kg"])) * 1000),
        volume=round(Decimal(str(shown["volume_m3"])) * 10**6),
        value=None if value is None else to_minor(Decimal(value), catalogue.exchange_rate(currency)),
        currency=None if value is None else currency,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """
    What papers of a booking are filled with.

    Parameters
    ----------
    facts
        Of the shipment.
    goods
        What each line says, by field of a paper; without numbers that do not add up to what was booked.
    faults
        Everything wrong with what was given.
    """

    facts: Values
    goods: tuple[Values, ...]
    faults: tuple[RequestFault, ...]

    def pieces_of(self, shipment: Shipment, booked: Booked) -> Shipment:
        """Return a shipment with the packages its lines say where no quote was told of any."""
        pieces = [line.get("pieces") for line in self.goods]
        if booked.pieces is not None or not pieces or None in pieces:
            return shipment
        return replace(shipment, pieces=sum(count for count in pieces if isinstance(count, int)))


def filling_of(given: Particulars, catalogue: Catalogue, booked: Booked) -> Filling:
    """
    Return what papers are filled with.

    Parameters
    ----------
    given
        As it was typed, or as it was kept.
    catalogue
        Has the facts there are, territories, incoterms and currencies.
    booked
        What lines have to add up to.
    """
    reader = _Reader(catalogue, booked)
    facts: Values = reader.facts(given.facts)
    for name, party in given.parties().items():
        text = reader.party(name, party)
        if text:
            facts[name] = text
    goods = [reader.line(number, line.model_dump(), facts) for number, line in enumerate(given.goods)]
    for field in _SUMMED:
        if not reader.check_sum(field, goods):
            goods = [{name: value for name, value in line.items() if name != field} for line in goods]
    lines = tuple(line for line in goods if line)
    return Filling(facts=facts | _of_all(lines), goods=lines, faults=tuple(reader.faults))


def _of_all(lines: Sequence[Values]) -> Values:
    """Return what papers without lines say of all of them."""
    found: Values = {}
    for name in ("description", "package", "marks"):
        texts = list(dict.fromkeys(str(line[name]) for line in lines if name in line))
        if texts:
            found[name] = "\n".join(texts) if name == "marks" else "; ".join(texts)
    amounts = [line.get("value") for line in lines]
    if amounts and None not in amounts:
        found["value"] = sum(amount for amount in amounts if isinstance(amount, int))
    codes = {line.get("hs") for line in lines}
    if len(codes) == 1 and (code := codes.pop()) is not None:
        found["hs"] = code
    return found


class _Reader:
    """Reads particulars, and notes everything wrong with them."""

    def __init__(self, catalogue: Catalogue, booked: Booked) -> None:
        self.faults: list[RequestFault] = []
        self._catalogue = catalogue
        self._booked = booked
        self._rates = {row.currency: row for row in catalogue.fx}
        self._territories = {row.code: row for row in catalogue.territories}
        self._facts = {name: row for name, row in fact_columns(catalogue).items() if name in other_facts(catalogue)}

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Note one fault."""
        known = FACT_MESSAGES.get(rule)
        if known is None:
            self.faults.append(fault(name, value, rule, **values))
            return
        zh, en = (text.format(**values) for text in known)
        self.faults.append(RequestFault(field=name, value=echo(value), rule=rule, message_zh=zh, message_en=en))

    def facts(self, given: Mapping[str, str]) -> Values:
        """Return the facts that could be read."""
        found: Values = {}
        for name, text in given.items():
            place = f"{ROOT}.facts.{name}"
            if name not in self._facts:
                self.add(place, text, "unknown_field")
            elif text.strip():
                value = READERS[self._facts[name].kind](self, place, text, self._catalogue)
                if value is not None:
                    found[name] = value
        said, currency = found.get("currency"), self._booked.currency
        if currency is not None and said not in {None, currency}:
            self.add(f"{ROOT}.facts.currency", said, "booked_otherwise", booked=currency)
            del found["currency"]
        return found

    def party(self, name: str, party: Party) -> str:
        """Return a party as papers name it, empty without a name that can go abroad."""
        place = f"{ROOT}.{name}"
        said = party.model_dump(exclude={"remember"})
        texts = {key: text.strip() for key, text in said.items()}
        if not any(texts.values()):
            return ""
        if not texts["name_en"]:
            self.add(f"{place}.name_en", None, "required")
        elif _HAN.search(texts["name_en"]):
            self.add(f"{place}.name_en", texts["name_en"], "latin")
        row = self._territories.get(texts["territory"].upper())
        if texts["territory"] and row is None:
            self.add(f"{place}.territory", texts["territory"], "territory", choices=", ".join(self._territories))
        for key, pattern in (("email", _EMAIL), ("phone", _PHONE)):
            if texts[key] and not pattern.fullmatch(texts[key]):
                self.add(f"{place}.{key}", texts[key], key)
        lines = [texts["name_en"], texts["name_zh"], *texts["address"].split("\n")]
        lines.append("" if row is None else f"{row.name_en} {row.name_zh}")
        lines += [f"{both(f'party_{key}')}: {texts[key]}" for key in ("tax_id", "contact") if texts[key]]
        lines.append(" · ".join(texts[key] for key in ("phone", "email") if texts[key]))
        return "\n".join(line.strip() for line in lines if line.strip()) if texts["name_en"] else ""

    def line(self, number: int, line: Mapping[str, str], facts: Values) -> Values:
        """Return what a line of goods says that could be read."""
        place = f"{ROOT}.goods.{number}"
        names = [text for text in (line["description_en"].strip(), line["description_zh"].strip()) if text]
        found: Values = {"description": " ".join(names)} if names else {}
        for name, text in line.items():
            if name.startswith("description") or not text.strip():
                continue
            value = self._value(f"{place}.{name}", name, text.strip(), facts)
            if value is not None:
                found[_FIELDS.get(name, name)] = value
        net, gross = found.get("net_mass"), found.get("mass")
        if isinstance(net, int) and isinstance(gross, int) and net > gross:
            self.add(f"{place}.net_mass_kg", line["net_mass_kg"], "net_mass", gross=line["mass_kg"])
            del found["net_mass"]
        return found

    def _value(self, place: str, name: str, text: str, facts: Values) -> int | str | None:
        """Return a value of a line, None if it could not be read."""
        if name == "marks":
            return text
        if name == "value":
            currency = self._booked.currency or facts.get("currency")
            if currency is None:
                self.add(place, text, "money_currency")
            return read_amount(self, place, text, limit=_MOST_AMOUNT, rate=self._rates.get(str(currency)))
        return READERS["hs" if name == "hs" else _KINDS.get(name, "text")](self, place, text, self._catalogue)

    def check_sum(self, field: str, goods: Sequence[Values]) -> bool:
        """Tell whether lines add up to what was booked, or may do so once the rest of them says; note it if not."""
        booked = getattr(self._booked, field)
        said = {number: line[field] for number, line in enumerate(goods) if field in line}
        total = sum(value for value in said.values() if isinstance(value, int))
        is_whole = len(said) == len(goods)
        if booked is None or not said or total == booked or (total < booked and not is_whole):
            return True
        shown = self._shown(field)
        place = f"{ROOT}.goods.{max(said)}.{_SUMMED[field]}"
        self.add(place, shown(int(said[max(said)])), "goods_sum", total=shown(total), booked=shown(booked))
        return False

    def _shown(self, field: str) -> Callable[[int], str]:
        """Return what writes a number of a field in people's units."""
        if field == "mass":
            return lambda value: f"{g_to_kg(value).normalize():f} kg"
        if field == "volume":
            return lambda value: f"{cm3_to_m3(value).normalize():f} m³"
        if field == "value":
            currency = str(self._booked.currency)
            return lambda value: f"{format_minor(value, self._rates[currency])} {currency}"
        return str


def other_facts(catalogue: Catalogue) -> list[str]:
    """Return the facts that are neither a party nor said by lines of goods, in the order of the tables."""
    return [name for name in fact_columns(catalogue) if name not in OF_GOODS | set(PARTIES)]
