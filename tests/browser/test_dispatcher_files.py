"""Files that the dispatcher cannot use: too large, or wrong in some rows; what was typed stays."""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from api.store.session import Store
from data.cargo import Cargo
from data.cargo_write import cargo_bytes
from tests.agree_world import shipment, tables
from tests.api.dispatcher.conftest import serving
from tests.browser.served import on_loopback
from tests.browser.test_dispatcher import check_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Watched
    from tests.databases import Databases

pytestmark = pytest.mark.browser
LARGE = 50 * 1024 * 1024
DROP = """(zone, size) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(size)], "年度.xlsx"));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def address(databases: Databases) -> Iterator[str]:
    """Serve a desk without a worker, and return its address."""
    with (
        closing(Store(databases.migrated("sqlite"))) as store,
        serving(store) as world,
        on_loopback(world.client.app) as found,  # type: ignore[arg-type]
    ):
        yield found


def typed(page: Page, address: str) -> None:
    """Open the form and type into it."""
    page.goto(f"{address}/dispatcher/new?lang=en")
    page.get_by_label("Name").fill("my week")
    page.get_by_label("Time limit").fill("77")


def is_kept(page: Page) -> None:
    """Find what was typed."""
    assert page.get_by_label("Name").input_value() == "my week"
    assert page.get_by_label("Time limit").input_value() == "77"


@pytest.mark.parametrize("size", [LARGE, 2 * LARGE])
def test_a_large_file_is_not_even_sent(watched: Watched, address: str, size: int) -> None:
    """Dropped, it is refused beside the field, at once; another file makes it good."""
    page = watched.page
    typed(page, address)
    page.locator("[data-drop]").evaluate(DROP, size)
    fault = page.locator("#cargo-fault")
    expect(fault).to_contain_text("32 MiB")
    check_page(page)
    page.get_by_role("button", name="Start").click()
    assert page.url == f"{address}/dispatcher/new?lang=en"
    assert not [url for url in watched.requests if url.startswith(f"{address}/dispatcher/plans")]
    is_kept(page)
    page.locator("[data-drop]").evaluate(DROP, 1)
    expect(fault).to_be_empty()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("no readable .xlsx workbook")
    is_kept(page)


def test_a_large_file_without_script(browser: Browser, address: str, tmp_path: Path) -> None:
    """Sent, it is refused by the service beside the field, with its size and what is allowed."""
    path = tmp_path / "year.xlsx"
    path.write_bytes(bytes(LARGE))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    typed(page, address)
    page.get_by_label("Drop the file here").set_input_files(path)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#cargo-fault")).to_contain_text("32.0 MiB")
    expect(page.get_by_role("alert")).to_contain_text("year.xlsx, 50.0 MiB")
    is_kept(page)
    context.close()


def workbook() -> bytes:
    """Return a workbook in which the second shipment is wrong in three cells."""
    content = cargo_bytes(Cargo(shipments=(shipment("A"), shipment("B"))), tables(), ".xlsx")
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    for name, value in (("to", "Atlantis"), ("weight_kg", -1), ("ready", "soon")):
        sheet.cell(3, columns[name], value)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def listing() -> bytes:
    """Return the same as text."""
    rows = ("id,from,to,pieces,weight_kg,volume_m3,ready", "A,P,X,4,500,2,2026-01-05", "B,P,Atlantis,4,-1,2,soon")
    return "\n".join(rows).encode()


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_wrong_rows_are_told(watched: Watched, address: str, tmp_path: Path, ending: str) -> None:
    """Each fault is told with its row, and what was typed stays; the file need not be chosen again."""
    page = watched.page
    path = tmp_path / f"wrong.{ending}"
    path.write_bytes(workbook() if ending == "xlsx" else listing())
    typed(page, address)
    page.get_by_label("Drop the file here").set_input_files(path)
    page.get_by_role("button", name="Start").click()
    for wrong in ("Atlantis", "-1", "soon"):
        row = page.get_by_role("alert").get_by_role("row").filter(has=page.get_by_role("cell", name=wrong, exact=True))
        expect(row.get_by_role("cell").first).to_have_text("3")
    is_kept(page)
    assert page.get_by_label("Drop the file here").evaluate("input => input.files[0].name") == path.name
    check_page(page)
