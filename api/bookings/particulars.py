"""What papers need of a booking and no quote asks for: parties, lines of goods, and further facts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from api.bodies import Body, Line

MOST_LINES = 60
"""Lines of goods of a booking; a form has to hold them all."""
PARTIES = ("shipper", "consignee", "notify")
_MOST_FACTS = 60
_PLAIN = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"
_LINES = r"^[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]*$"


def _as_text(value: object) -> object:
    """Return a number as it was written, so that none of its digits is lost."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Number = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(max_length=40, pattern=_PLAIN),
    Field(json_schema_extra={"type": ["number", "string"]}),
]
"""A number, or the text of one with its unit; whether it is one is told with everything else that is wrong."""
Lines = Annotated[str, StringConstraints(max_length=500, pattern=_LINES)]
"""A few lines of text."""
Fact = Annotated[str, BeforeValidator(_as_text), StringConstraints(max_length=200, pattern=_PLAIN)]
FactName = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z][a-z0-9_]*$")]


class Party(Body):
    """Somebody whom papers name. Those that go abroad need the name in Latin letters."""

    name_en: Line = Field(default="", examples=["Wenzhou Ouhai Optical Co., Ltd."])
    name_zh: Line = Field(default="", examples=["温州瓯海光学有限公司"])
    address: Lines = Field(default="", examples=["18 Chashan Road\nOuhai, Wenzhou"], description="Lines end with \\n")
    territory: Line = Field(default="", examples=["CN"], description="Code of the customs territory")
    tax_id: Line = Field(default="", examples=["91330304MA2ABCDE1F"], description="Tax or registration number")
    contact: Line = Field(default="", examples=["Wang Li"])
    phone: Line = Field(default="", examples=["+86 577 8888 0000"])
    email: Line = Field(default="", examples=["wang@example.com"])
    remember: bool = Field(default=False, description="Keep it in the address book of the firm; not kept itself")


class GoodsLine(Body):
    """A line of goods, in people's units: kg, m3, and major units of the fact `currency`."""

    description_en: Line = Field(default="", examples=["Spectacle frames of plastic"])
    description_zh: Line = Field(default="", examples=["塑料眼镜架"])
    hs: Line = Field(default="", examples=["900311"])
    quantity: Line = Field(default="", examples=["2400"])
    quantity_unit: Line = Field(default="", examples=["pairs"])
    pieces: Number = Field(default="", examples=[40], description="Packages, as in the quote")
    package: Line = Field(default="", examples=["carton"], description="Kind of packages")
    mass_kg: Number = Field(default="", examples=[800], description="Gross mass")
    net_mass_kg: Number = Field(default="", examples=[720])
    volume_m3: Number = Field(default="", examples=[4.2])
    value: Number = Field(default="", examples=[16500], description="Major units of the fact currency")
    marks: Lines = Field(default="", examples=["OH-118\nHAMBURG\n1-40"])
    origin: Line = Field(default="", examples=["CN"], description="Where the goods were made")


class Particulars(Body):
    """Everything of it may be missing; papers then say what is still to be filled in."""

    shipper: Party | None = None
    consignee: Party | None = None
    notify: Party | None = None
    goods: list[GoodsLine] = Field(default_factory=list, max_length=MOST_LINES)
    facts: dict[FactName, Fact] = Field(
        default_factory=dict,
        max_length=_MOST_FACTS,
        examples=[{"incoterm": "FOB", "incoterm_place": "Ningbo", "currency": "USD"}],
        description="Other facts of `paper_fields`, as in a file of facts: masses in kg, currency of all values",
    )

    def kept(self) -> dict[str, Any] | None:
        """Return what is kept of it, None if it says nothing."""
        parties = {name: _said(party) for name, party in self.parties().items()}
        found = {name: said for name, said in parties.items() if said}
        goods = [_said(line) for line in self.goods]
        facts = {name: text.strip() for name, text in self.facts.items() if text.strip()}
        return found | ({"goods": goods} if any(goods) else {}) | ({"facts": facts} if facts else {}) or None

    def parties(self) -> dict[str, Party]:
        """Return those that are given, by what they are."""
        found: dict[str, Party | None] = {name: getattr(self, name) for name in PARTIES}
        return {name: party for name, party in found.items() if party is not None}


def _said(body: Party | GoodsLine) -> dict[str, str]:
    """Return what is said, without what is not kept."""
    texts = body.model_dump(exclude={"remember"})
    tidy = {name: "\n".join(line.strip() for line in text.split("\n")).strip() for name, text in texts.items()}
    if "territory" in tidy:
        tidy["territory"] = tidy["territory"].upper()
    return {name: text for name, text in tidy.items() if text}
