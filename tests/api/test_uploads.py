"""
Files that nobody means well with: refused within limits of time and memory, with a problem that says why.

Each is sent to a service in a child process that may have little more memory than it needs to stand.
"""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import Fault
from data.sheets import read_sheets
from data.textfile import BoundedLines, Lines, TooLongError, split_lines
from data.workbook_guard import StrangeArchiveError, check_sizes, strange_workbook
from data.workbook_stream import workbook_pieces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "编号,起运地,目的地,重量kg,体积m3,件数,备货时间"
MB = 1 << 20
_SHEET = "xl/worksheets/sheet1.xml"
_ROOM_MB = 400
"""What a request may need beyond the service as it stands."""

_CHILD = """
import json, resource, sys, time
from pathlib import Path
from fastapi.testclient import TestClient
from api.app import create_app
from api.identity import policy
from api.store import migrate
from api.store.session import Store
from api.uploads import MEDIA
from tests.api.booking_world import Now, ShipDesk, ShipPlanner, catalogue
import openpyxl, api.datasets.upload, data.cargo_stream, data.excel
from data.samples import sample_cargo

folder = Path(sys.argv[1])
facts = catalogue()
store = Store(str(folder / "x.db"))
migrate.upgrade(store.engines)
app = create_app(ShipDesk(facts, ShipPlanner(facts), Now()), store=store)
with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
    # Whatever a first request needs is there before the limit is set.
    client.post("/v1/shipments:import", content=b"x", headers={"content-type": "text/csv", "idempotency-key": "0"})
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[2]) * 2**20,) * 2)
    found = {}
    for path in sorted(folder.glob("*.*")):
        if path.suffix[1:] not in MEDIA:
            continue
        address = "/v1/shipments:import" if path.stem.startswith("s-") else "/v1/datasets?base=active"
        before = time.process_time()
        response = client.post(
            address, content=path.open("rb"),
            headers={"content-type": MEDIA[path.suffix[1:]], "idempotency-key": path.name.replace(" ", "")},
        )
        body = response.json()
        rules = sorted({one["rule"] for one in body.get("errors", [])})
        found[path.name] = [response.status_code, body.get("type", ""), rules, len(response.content)]
        found[path.name].append(time.process_time() - before)
    alive = client.get("/v1/shipments").json()["items"]
    print(json.dumps({"found": found, "kept": len(alive), "sets": len(client.get("/v1/datasets").json()["items"])}))
"""


def archive(parts: dict[str, bytes]) -> bytes:
    """Return an archive of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as found:
        for name, content in parts.items():
            found.writestr(name, content)
    return out.getvalue()


def workbook(sheet: bytes | Callable[[bytes], bytes], **more: bytes) -> bytes:
    """Return a workbook whose sheet is replaced, or changed by a function."""
    plain = b"".join(workbook_pieces("x", [HEAD.split(",")]))
    with zipfile.ZipFile(io.BytesIO(plain)) as found:
        parts = {name: found.read(name) for name in found.namelist()}
    parts[_SHEET] = sheet if isinstance(sheet, bytes) else sheet(parts[_SHEET])
    return archive(parts | {name.replace("__", "/") + ".xml": content for name, content in more.items()})


def rows(inner: str) -> Callable[[bytes], bytes]:
    """Return what adds rows to a sheet."""
    return lambda sheet: sheet.replace(b"</sheetData>", inner.encode() + b"</sheetData>")


def lying(content: bytes) -> bytes:
    """Return an archive with one entry that unpacks to more than it says."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(b"0" * (100 * MB)) + packed.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as found:
        found.writestr("fx.csv", content)
    plain = out.getvalue()
    # The sizes stand in the local head and in the directory; the content is put in place of what was there.
    start = 30 + len("fx.csv")
    head = bytearray(plain[:start])
    head[8:10] = (8).to_bytes(2, "little")
    head[18:22] = len(body).to_bytes(4, "little")
    directory = bytearray(plain[start + len(content) :])
    directory[10:12] = (8).to_bytes(2, "little")
    directory[20:24] = len(body).to_bytes(4, "little")
    end = len(directory) - 22
    directory[end + 16 : end + 20] = (start + len(body)).to_bytes(4, "little")
    return bytes(head) + body + bytes(directory)


_ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise("abcdefghi"))
    + "]>"
)
_STRINGS = b'<?xml version="1.0"?>\n<sst/>'
_EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def with_doctype(text: str) -> Callable[[bytes], bytes]:
    """Return what puts a document type into a part."""
    return lambda part: part.replace(b"?>\n", b"?>\n" + text.encode(), 1)


def merged(sheet: bytes) -> bytes:
    """Return a sheet all of whose cells are one."""
    more = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return sheet.replace(b"</sheetData>", b"</sheetData>" + more)


STRANGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "s-columns.csv": (lambda: b"," * 1_000_000, "line-length"),
    "s-columns-named.csv": (lambda: ",".join(f"c{n}" for n in range(20_000)).encode(), "column-count"),
    "s-one-line.csv": (lambda: b"x" * (30 * MB), "line-length"),
    "s-commas.csv": (lambda: HEAD.encode() + b"\n" + b"," * (40 * MB), "line-length"),
    "s-quoted-lines.csv": (lambda: HEAD.encode() + b"\n" + b'"' + b'","\n' * 5_000_000, "line-length"),
    "s-open-quote.csv": (lambda: HEAD.encode() + b'\n"' + b"x,\n" * 3_000, "csv"),
    "s-nul.csv": (lambda: HEAD.encode() + b"\nR1,\0", "nul-byte"),
    "s-utf16.csv": (lambda: HEAD.encode("utf-16"), "encoding"),
    "s-latin.csv": (lambda: HEAD.encode() + b"\n\xff\xfe\xff", "encoding"),
    "s-many-faults.csv": (lambda: HEAD.encode() + b"\n" + b"x,y,z,w,v,u,t\n" * 5_000, "more-faults"),
    "s-deep.ndjson": (lambda: b"[" * 100_000, "malformed"),
    "s-deeper.ndjson": (lambda: b'{"a":' * 30_000 + b"1" + b"}" * 30_000 + b"\n", "malformed"),
    "s-keys.ndjson": (lambda: json.dumps({f"k{n}": n for n in range(10_000)}).encode(), "malformed"),
    "s-digits.ndjson": (lambda: b'{"weight_kg": ' + b"9" * 100_000 + b"}", "required"),
    "s-long.ndjson": (lambda: b'{"id": "' + b"x" * (20 * MB) + b'"}', "line-length"),
    "s-twice.ndjson": (lambda: b'{"id": "1", "id": "2"}', "malformed"),
    "s-no-book.xlsx": (lambda: b"x", "workbook"),
    "s-bomb.xlsx": (lambda: workbook(b"<worksheet>" + b" " * (155 * MB)), "workbook"),
    "s-entities.xlsx": (lambda: workbook(with_doctype(_ENTITIES)), "workbook"),
    "s-external.xlsx": (lambda: workbook(with_doctype(_EXTERNAL)), "workbook"),
    "s-strings.xlsx": (lambda: workbook(rows(""), xl__sharedStrings=with_doctype(_ENTITIES)(_STRINGS)), "workbook"),
    "s-columns.xlsx": (lambda: workbook(rows('<row r="2"><c r="BDWGN2"><v>1</v></c></row>')), "workbook"),
    "s-corner.xlsx": (lambda: workbook(rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), "workbook"),
    "s-merged.xlsx": (lambda: workbook(merged), "workbook"),
    "s-nameless.xlsx": (lambda: workbook(rows(f"<row>{'<c/>' * 50_000}</row>{'<row/>' * 10_000}")), "workbook"),
    "s-far-row.xlsx": (lambda: workbook(rows('<row r="99999999"/>')), "workbook"),
    "s-cut.xlsx": (lambda: workbook(rows(""))[:-30], "workbook"),
    "d-bomb.zip": (lambda: archive({"fx.csv": b"0" * (100 * MB)}), "archive"),
    "d-lying.zip": (lambda: lying(b"currency\n"), "archive"),
    "d-parts.zip": (lambda: archive({f"{n}.csv": b"" for n in range(5_000)}), "archive"),
    "d-nested.zip": (lambda: archive({"fx.zip": archive({"fx.csv": b"0" * (50 * MB)})}), "unknown-table"),
    "d-columns.zip": (lambda: archive({"fx.csv": b"," * 1_000_000}), "line-length"),
    "d-named.zip": (lambda: archive({"fx.csv": ",".join(f"c{n}" for n in range(20_000)).encode()}), "unknown-column"),
    "d-lines.zip": (lambda: archive({"fx.csv": b"x\n" * 1_000_100}), "row-count"),
    "d-entities.xlsx": (lambda: workbook(with_doctype(_ENTITIES)), "workbook"),
    "d-corner.xlsx": (lambda: workbook(rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), "workbook"),
    "d-deep.xlsx": (lambda: workbook(rows("<is>" * 200_000 + "</is>" * 200_000)), "unknown-table"),
}  # fmt: skip


def test_refused_within_limits(tmp_path: Path) -> None:
    """Nothing strange takes more than some hundred megabytes, is taken over, or ends a service."""
    for name, (make, _) in STRANGE.items():
        (tmp_path / name).write_bytes(make())
    found = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tmp_path), str(_ROOM_MB)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr[-3000:]
    answers = json.loads(found.stdout.splitlines()[-1])
    assert (answers["kept"], answers["sets"]) == (0, 0)
    assert answers["found"].keys() == STRANGE.keys()
    for name, (status, kind, rules, size, _) in answers["found"].items():
        assert (status, kind) == (422, "urn:hubport:problem:invalid-request"), name
        assert STRANGE[name][1] in rules, (name, rules)
        assert size < 2 * MB, name


@pytest.mark.parametrize("name", [name for name in STRANGE if name.endswith(".xlsx") and name != "s-no-book.xlsx"])
def test_workbooks_are_looked_at_first(tmp_path: Path, name: str) -> None:
    """What is strange about a workbook is found without the library, by whoever reads workbooks."""
    path = tmp_path / "x.xlsx"
    path.write_bytes(STRANGE[name][0]())
    read = read_sheets(path, "x.xlsx", 50 * MB)
    if STRANGE[name][1] == "workbook":
        assert isinstance(read, Fault)
        assert read.rule == "workbook"


def test_usual_workbooks_pass() -> None:
    """A workbook as people make it is not strange."""
    plain = b"".join(workbook_pieces("货物", [["a", "b"], *[[f"x{n}", n] for n in range(2000)]]))
    assert strange_workbook(io.BytesIO(plain)) is None
    with zipfile.ZipFile(io.BytesIO(plain)) as found:
        check_sizes(found, MB, 20)
        with pytest.raises(StrangeArchiveError, match="parts"):
            check_sizes(found, MB, 2)
        with pytest.raises(StrangeArchiveError, match="too large"):
            check_sizes(found, 100, 20)


@settings(max_examples=100)
@given(st.text(st.sampled_from('ab,"\n\r\t温 '), max_size=60))
def test_bounded_lines_are_the_lines(text: str) -> None:
    """Cutting text into bounded lines changes nothing that is read of it."""
    stream = io.StringIO(text, newline="")
    assert list(BoundedLines(stream)) == io.StringIO(text, newline="").readlines()


def test_long_rows() -> None:
    """A line, or a row over many lines, that is too long is a fault with its place."""
    with pytest.raises(TooLongError):
        list(BoundedLines(io.StringIO("x" * MB)))
    found = split_lines("a,b\n1,2\n" + "x" * MB, "x.csv")
    assert isinstance(found, Fault)
    assert (found.rule, found.row) == ("line-length", 3)
    found = split_lines('a\n"' + "\n" * 20_000 + '"', "x.csv")
    assert isinstance(found, Fault)
    assert found.rule == "line-length"
    assert isinstance(split_lines('a\n"' + "\n" * 100 + '"', "x.csv"), Lines)
