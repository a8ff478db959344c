"""The benchmark of pages runs, and measures both maps and the quotes."""

from __future__ import annotations

import json
import shutil

import pytest

from benchmarks.__main__ import main


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium on this machine")
def test_pages(capsys: pytest.CaptureFixture[str]) -> None:
    """Both maps are seen, redrawn and dragged, and quotes are seen."""
    assert main(["pages", "--smoke", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    visible = {f"visible {which}" for which in ("first", "median", "longest")}
    names = {f"pages/{page} {what}" for page in ("flows", "network") for what in visible | {"redraw", "longest task"}}
    names |= {"pages/quote results median", "pages/quote results longest"}
    assert {row["name"] for row in rows} == names
    assert all(row["value"] > 0 for row in rows if not row["name"].endswith("task"))
