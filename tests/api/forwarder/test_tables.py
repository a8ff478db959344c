"""Tables of cargo: pasted or sent as files, quoted row by row, refused by row and column, kept as shipments."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from openpyxl import Workbook, load_workbook

from api.forwarder.table import MOST_ROWS, headings
from tests.api.forwarder.test_quotes import page_of
from tests.api.test_pages import Page

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import Browser
    from tests.api.forwarder.conftest import DeskWorld

PASTED = (
    "编号\t起运地\t目的地\t重量kg\t体积m3\t件数\t备货时间\n"
    "A1\t宁波港\t汉堡港\t1.5t\t5\t10\t2026-05-19\n"
    "A2\tCNNGB-P\tTWKHH-P\t800\t4200L\t8\t2026-05-19\n"
)


def send(browser: Browser, path: str, *, name: str = "", content: bytes = b"", **fields: str) -> Response:
    """Send a form with a file as a browser does."""
    headers = {"origin": "http://localhost", "accept": "text/html"}
    data = {"csrf": browser.token, "once": f"f{len(content)}{len(str(fields))}"} | fields
    files = {"file": (name, content, "application/octet-stream")}
    return browser.client.post(path, data=data, files=files, headers=headers, follow_redirects=False)


def workbook(*rows: tuple[object, ...]) -> bytes:
    """Return a workbook with rows on one sheet."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_pasted_rows(desk_world: DeskWorld) -> None:
    """Rows out of a spreadsheet become quotes, with a link to all options of each; the rows stand there again."""
    page = page_of(send(desk_world.browser, "/forwarder/table", pasted=PASTED))
    assert "2 票，2 票有方案" in page.text
    assert "重 1,500 kg · 体积 5 m³" in page.text
    links = [str(item["href"]) for item in page.all("a") if str(item.get("href")).startswith("/quote?")]
    assert len(links) >= 2
    assert "重 1,500 kg" in page_of(desk_world.browser.get(links[0])).text
    assert "1.5t" in page.text


def test_workbook_in_and_out(desk_world: DeskWorld) -> None:
    """A workbook is read, and the quotes can be had as one."""
    rows = (("ref", "from", "to", "weight_kg", "volume_m3"), ("X1", "CNNGB-P", "DEHAM-P", 900, 4))
    response = send(desk_world.browser, "/forwarder/table", name="货物.xlsx", content=workbook(*rows), **{"as": "xlsx"})
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert "X1" in [cell.value for cell in sheet[2]]


def test_faults_by_row_and_column(desk_world: DeskWorld) -> None:
    """Every fault of every row is told with its row and its value, and nothing is quoted."""
    wrong = PASTED.replace("汉堡港", "<b>Nowhere</b>").replace("800", "-8")
    response = send(desk_world.browser, "/forwarder/table", pasted=wrong)
    page = page_of(response, 422)
    rows = re.findall(r'data-label="[^"]*">(\d+)<', response.text)
    assert {"2", "3"} <= set(rows)
    assert "<b>Nowhere" not in response.text
    assert "票有方案" not in page.text
    english = Page(send(desk_world.browser, "/forwarder/table?lang=en", pasted=wrong).text)
    assert "must be above 0" in english.text or "must be" in english.text


def test_strange_files(desk_world: DeskWorld) -> None:
    """A file of another kind, an empty form, a table that is too long or too large: each is refused in words."""
    browser = desk_world.browser
    assert ".csv, .xlsx" in page_of(send(browser, "/forwarder/table", name="a.pdf", content=b"%PDF"), 422).text
    assert page_of(send(browser, "/forwarder/table", name="a.xlsx", content=b"not a workbook"), 422)
    assert "文件里没有货物" in page_of(send(browser, "/forwarder/table"), 422).text
    long = PASTED.splitlines()[0] + "\n" + "A\tCNNGB-P\tDEHAM-P\t1\t1\t1\t2026-05-19\n" * (MOST_ROWS + 1)
    assert str(MOST_ROWS) in page_of(send(browser, "/forwarder/table", pasted=long), 422).text
    endless = PASTED.splitlines()[0] + '\n"' + "A" * 200_000
    assert page_of(send(browser, "/forwarder/table", pasted=endless), 422)
    large = b"x" * (21 * 1024 * 1024)
    assert page_of(send(browser, "/forwarder/table", name="a.csv", content=large), 422)


def test_template(desk_world: DeskWorld) -> None:
    """The empty table has the columns that the page names, in the reader's language."""
    content = desk_world.browser.get("/forwarder/table.csv?lang=zh").content.decode("utf-8-sig")
    assert content.strip().split(",") == headings("zh")
    page = page_of(send(desk_world.browser, "/forwarder/table", pasted=content), 422)
    assert "文件里没有货物" in page.text


def test_shipments(desk_world: DeskWorld) -> None:
    """A list is kept, listed, quoted and booked; its states follow, and another firm sees none of it."""
    browser = desk_world.browser
    assert "还没有货物" in browser.get("/forwarder/shipments").text
    response = send(browser, "/forwarder/shipments", pasted=PASTED.replace("1.5t", "1500").replace("4200L", "4.2"))
    assert response.status_code == 303, response.text
    page = browser.get(response.headers["location"]).text
    assert "已导入 2 票" in page
    (one,) = [item for item in desk_world.caller.get("/v1/shipments")["items"] if item["reference"] == "A1"]
    address = f"/forwarder/shipments/{one['id']}"
    assert "1500" in browser.get(address).text
    quoted = browser.send(f"{address}/quotes")
    assert quoted.status_code == 303, quoted.text
    quote = quoted.headers["location"].split("?")[0]
    assert browser.send(f"{quote}/book", option="1", how="confirm", reference="B1").status_code == 303
    assert "B1" in browser.get(address).text
    assert "A1" in browser.get("/forwarder/shipments?state=booked").text
    assert "A1" not in browser.get("/forwarder/shipments?state=open").text
    assert "没有符合条件的记录" in browser.get("/forwarder/shipments?q=zzz").text
    assert desk_world.other.get(address).status_code == 404
    assert "A1" not in desk_world.other.get("/forwarder/shipments").text


def test_wrong_shipments(desk_world: DeskWorld) -> None:
    """A list with faults is kept by no row, and told by row and column."""
    wrong = PASTED.replace("汉堡港", "Nowhere")
    page = page_of(send(desk_world.browser, "/forwarder/shipments", pasted=wrong), 422)
    assert "需要更正" in page.text
    assert desk_world.caller.get("/v1/shipments")["items"] == []
