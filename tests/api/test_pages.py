"""The pages, without a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from api.present import chance, odds, percent
from api.texts import LANGS
from api.texts import catalogue as texts
from data.loading import SHIPPED_FOLDER, load_catalogue
from tests.api.cases import GOOD
from tests.api.fakes import CrowdedPlanner, clock

if TYPE_CHECKING:
    from data import Catalogue

GOOD_FORM = GOOD | {"ready": "2026-05-20T09:00"}


class Page(HTMLParser):
    """What matters of a page: its tags with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        """The text in one line."""
        return re.sub(r"\s+", " ", " ".join(self.words))


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Page:  # noqa: ANN401 - as of the client
    """Return a page."""
    response = client.get(path, params=query)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    return Page(response.text)


@pytest.mark.parametrize(("lang", "code", "button"), [("zh", "zh-CN", "查询方案"), ("en", "en", "Find plans")])
def test_form(client: TestClient, lang: str, code: str, button: str) -> None:
    """The form is there in both languages, every field with a label."""
    page = get(client, "/", lang=lang)
    assert page.all("html")[0]["lang"] == code
    assert button in page.text
    labels = {label.get("for") for label in page.all("label")}
    fields = [
        item for tag in ("input", "select") for item in page.all(tag) if item.get("type") not in {"hidden", "checkbox"}
    ]
    assert {item["id"] for item in fields} <= labels
    assert len(fields) == 16


def test_chinese_comes_first(client: TestClient) -> None:
    """Without a word on the language the page is Chinese, and offers English."""
    page = get(client, "/")
    assert page.all("html")[0]["lang"] == "zh-CN"
    assert "/?lang=en" in {link.get("href") for link in page.all("a")}


def test_result(client: TestClient) -> None:
    """The answer stands in the page itself: options, times, charges, chart, and the address of the map."""
    page = get(client, "/quote", **GOOD_FORM)
    for expected in ("20,122.00", "2026/6/22 03:00 (+2)", "81.3 %", "THC费", "合计", "12.9 % 依据假设数据"):
        assert expected in page.text
    # Options, their itineraries and charges, the cut-offs of the one that has any, and the comparison.
    assert len(page.all("tbody")) == 2 + 2 * 2 + 1 + 1
    assert {item.get("scope") for item in page.all("th")} == {"col", "row"}
    (frame,) = page.all("iframe")
    assert (frame["src"] or "").startswith("/map/quote?from=")
    assert "成本与到达时间" in [chart.get("aria-label") for chart in page.all("svg")]


def test_chosen_option(client: TestClient) -> None:
    """Without script a link chooses the option of the map."""
    page = get(client, "/quote", **GOOD_FORM, option=2)
    assert (page.all("iframe")[0]["src"] or "").endswith("option=2")
    assert "方案 2 路线图" in page.text
    assert client.get("/map/quote", params=GOOD_FORM | {"option": 2}).status_code == 200
    assert client.get("/map/quote", params=GOOD_FORM | {"option": 9}).status_code == 422
    assert client.get("/map/quote", params=GOOD_FORM | {"option": "x"}).status_code == 422


def test_links_keep_the_ready_time(client: TestClient) -> None:
    """A page that was asked for "now" links to maps of the same moment."""
    page = get(client, "/quote", **{name: value for name, value in GOOD_FORM.items() if name != "ready"})
    assert "ready=2026-05-18T09%3A00" in (page.all("iframe")[0]["src"] or "")


def test_no_route(client: TestClient) -> None:
    """Reasons come first, then what is closest."""
    page = get(client, "/quote", **GOOD_FORM, due="2026-06-01T00:00", lang="en")
    for expected in ("No feasible route", "3 days after due", "Closest options"):
        assert expected in page.text


def test_faults(client: TestClient) -> None:
    """Faults are listed with links to their fields, which keep what was typed."""
    page = get(client, "/quote", 422, **(GOOD_FORM | {"weight_kg": "-5", "from": '"><script>'}))
    assert {"#weight_kg", "#from"} <= {link.get("href") for link in page.all("a")}
    typed = {item["name"]: item.get("value") for item in page.all("input")}
    assert (typed["weight_kg"], typed["from"]) == ("-5", '"><script>')
    assert next(item for item in page.all("input") if item["name"] == "from")["aria-invalid"] == "true"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/quote", {"from": "<script>alert(1)</script>", "to": "'><img src=x onerror=alert(1)>"}),
        ("/quote", GOOD_FORM | {"due": "2026-06-01T00:00"}),
        ("/quote", GOOD_FORM | {"extra": '"><script>alert(1)</script>', "avoid": "</select><script>"}),
        ("/quote", GOOD_FORM),
        ("/", {"lang": '"><script>alert(1)</script>', "next": "javascript:alert(1)"}),
    ],
)
def test_nothing_gets_out_of_its_place(client: TestClient, path: str, query: dict[str, str]) -> None:
    """Neither what is typed nor what stands in the tables becomes markup."""
    page = Page(client.get(path, params=query).text)
    assert [script.get("src") for script in page.all("script")] == ["/static/hubport.js", "/static/forwarder.js"]
    assert {image.get("src") for image in page.all("img")} == {"/static/icon.svg"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_everything_is_local(client: TestClient) -> None:
    """No page names an address elsewhere, and all it names is there."""
    for path, query in (
        ("/", {}),
        ("/quote", GOOD_FORM),
        ("/network", {}),
        ("/map/network", {}),
        ("/map/quote", GOOD_FORM),
    ):
        html = client.get(path, params=query).text
        page = Page(html)
        named = [
            item.get(key)
            for tag, key in (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"))
            for item in page.all(tag)
        ]
        for address in filter(None, named):
            assert address.startswith(("/", "data:"))
            if address.startswith("/"):
                assert client.get(address).status_code == 200


def test_certainty_is_not_claimed() -> None:
    """Shares are never rounded up to 100 %."""
    assert percent(0.9995) == "99.9 %"
    assert percent(0.99) == "99 %"


def test_chances_are_samples() -> None:
    """A share of sampled futures is never shown as "always" or "never"."""
    assert [chance(share) for share in (1.0, 0.998, 0.99, 0.5, 0.0)] == ["> 99 %", "> 99 %", "99 %", "50 %", "< 1 %"]


def test_what_must_be_said(client: TestClient) -> None:
    """Beside the options stand the assumed piece and what "on time" counts against."""
    page = get(client, "/quote", **(GOOD_FORM | {"weight_kg": 1500, "volume_m3": 8}))
    for expected in ("按 1 件（1,500 kg）计算", "单件限重", "晚到不超过 1 天", "不晚于计划到达后 1 天"):
        assert expected in page.text
    page = get(client, "/quote", **GOOD_FORM, pieces=3, due="2026-09-01T12:00", lang="en")
    assert "Pieces not given" not in page.text
    for expected in ("3 pcs", "by due", "On time means by the due time asked for"):
        assert expected in page.text


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ("准点概率", "次", "九成把握，最晚", "这样走十次，九次在此时间前到达")),
        ("en", ("On-time odds", "in 100 trips", "90 % likely by", "of ten such trips nine arrive by then")),
    ],
)
def test_odds_are_explained(client: TestClient, lang: str, expected: tuple[str, ...]) -> None:
    """What odds and the late arrival mean stands in the table as text, and beside the numbers."""
    page = get(client, "/quote", **GOOD_FORM, lang=lang)
    assert all(text in page.text for text in expected)
    titles = [item.get("title") or "" for tag in ("small", "th") for item in page.all(tag)]
    assert sum(expected[-1] in title for title in titles) >= 2
    assert "On time " not in page.text.replace("On time means", "")


def test_odds_in_words() -> None:
    """Odds are so many of a hundred; nothing is said to be certain."""
    assert [odds(share, "en").removesuffix(" in 100 trips") for share in (1.0, 0.984, 0.025, 0.001)] == [
        "more than 99", "about 98", "about 3", "fewer than 1",
    ]  # fmt: skip


def test_backward(client: TestClient) -> None:
    """The form plans backward too: latest ready instants, and links that keep the question."""
    page = get(client, "/quote", **GOOD_FORM, due="2026-09-01T12:00", backward="yes", lang="en")
    for expected in ("Planned backward: 2 options", "Latest ready", "latest ready time", "earliest ready"):
        assert expected in page.text
    assert "fastest" not in page.text
    assert "backward=yes" in (page.all("iframe")[0]["src"] or "")
    page = get(client, "/quote", 422, **GOOD_FORM, backward="yes")
    assert "倒排需要填写最晚到达时间" in page.text


def test_similar_options_fold(catalogue: Catalogue) -> None:
    """Options that hardly differ stand folded under the first, whole, and unfold without script."""
    client = TestClient(create_app(Desk(catalogue, CrowdedPlanner(catalogue), clock)))
    page = get(client, "/quote", **GOOD_FORM)
    assert "另有 2 个相近方案" in page.text
    folds = [item for item in page.all("details") if item.get("class") == "similar"]
    assert len(folds) == 1
    assert "open" not in folds[0]
    bodies = [item["data-option"] for item in page.all("tbody") if "data-option" in item]
    assert sorted(bodies, key=str) == ["1", "2", "3", "4"]
    # The chart shows one mark for them all.
    assert [item["data-option"] for item in page.all("a") if "data-option" in item] == ["4", "1"]
    page = get(client, "/quote", **GOOD_FORM, option=3)
    assert "open" in next(item for item in page.all("details") if item.get("class") == "similar")


def test_details_of_a_long_list(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many options the first have their details on the page, and the one that is asked for; the others a link."""
    monkeypatch.setattr("api.forwarder.quote_view.MOST_WHOLE", 2)
    client = TestClient(create_app(Desk(catalogue, CrowdedPlanner(catalogue), clock)))
    for option, links, opened in ((1, ["3", "4"], 0), (3, ["4"], 1)):
        page = get(client, "/quote", **GOOD_FORM, option=option)
        found = [item for item in page.all("a") if "data-details" in item]
        assert sorted(item["data-details"] or "" for item in found) == links
        assert all(
            (item["href"] or "").endswith(f"option={item['data-details']}#option-{item['data-details']}")
            for item in found
        )
        details = [item for item in page.all("details") if item.get("class") != "similar"]
        assert sum("open" in item for item in details) == opened
    monkeypatch.undo()
    page = get(client, "/quote", **GOOD_FORM)
    assert [item for item in page.all("a") if "data-details" in item] == []


def test_an_address_that_there_is_not(client: TestClient) -> None:
    """People who mistype an address get a page in their language with the way back, programs a problem document."""
    for lang, word in (("zh", "没有这个地址"), ("en", "There is nothing at this address")):
        answer = client.get(f"/nothing/<b>?lang={lang}", headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert word in answer.text
        assert "<b>" not in answer.text
        assert f'href="/?lang={lang}"' in answer.text
    for address, accept in (("/nothing", "*/*"), ("/v1/nothing", "text/html"), ("/static/nothing.js", "text/html")):
        answer = client.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_every_code_has_a_name() -> None:
    """Papers and bases of the shipped tables are shown by name, in both languages."""
    catalogue = load_catalogue(SHIPPED_FOLDER)
    codes = {paper for row in catalogue.clearance for paper in row.papers}
    codes |= {str(row.basis) for table in (catalogue.tariffs, catalogue.surcharges, catalogue.storage) for row in table}
    for lang in LANGS:
        assert codes <= {key for context, key in texts(lang) if not context}


def test_compressed(client: TestClient) -> None:
    """Answers are compressed for those who take it; parts of files are not."""
    path = "/static/hubport.css"
    assert client.get(path, headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get(path, headers={"accept-encoding": "identity"}).headers
    part = client.get(path, headers={"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert (part.status_code, len(part.content), part.headers.get("content-encoding")) == (206, 10, None)


def test_numbers_and_times_are_of_the_language(client: TestClient) -> None:
    """Times are written as readers of the language do, with their zone."""
    assert "22 Jun 2026, 03:00 (+2)" in get(client, "/quote", **GOOD_FORM, lang="en").text
    assert "2026/6/22 03:00 (+2)" in get(client, "/quote", **GOOD_FORM, lang="zh").text
