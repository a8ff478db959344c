"""``hubport db``, and starting on a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli import main
from api.store import migrate

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_upgrade_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A new database is made where the environment says; whether it fits is told, with status 3 if not."""
    monkeypatch.setenv("HUBPORT_DB", str(tmp_path / "new" / "kept.db"))
    assert main(["db", "check"]) == 3
    assert main(["db", "upgrade", "--lang", "en"]) == 0
    assert main(["db", "check", "--lang", "en"]) == 0
    said = capsys.readouterr().out.splitlines()
    head = migrate.head_revision()
    assert said[-2:] == [f"database revision - → {head}", f"the database fits this version ({head})"]


def test_unusable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be used is said in both languages, without a traceback."""
    (tmp_path / "file").write_text("no database")
    (tmp_path / "folder").mkdir()
    for place in (str(tmp_path / "file" / "x.db"), str(tmp_path / "folder"), str(tmp_path / "file"), "mysql://x/y"):
        assert main(["db", "upgrade", "--db", place]) == 2, place
        said = capsys.readouterr().err
        assert said
        assert "Traceback" not in said
