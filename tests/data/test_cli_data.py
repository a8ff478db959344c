"""The commands ``hubport data …``."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from api.cli_data import register
from data import load_catalogue, loading
from data.excel import export_workbook
from tests.data.world import SMALL, build, find, small


def run(*words: object) -> int:
    """Return the exit code of a command."""
    parser = argparse.ArgumentParser(prog="hubport")
    register(parser.add_subparsers(required=True))
    try:
        arguments = parser.parse_args(["data", *map(str, words)])
    except SystemExit as leave:
        return int(leave.code or 0)
    return int(arguments.run(arguments, None))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Return a data set with one fault."""
    folder = Path(shutil.copytree(SMALL, tmp_path / "broken"))
    path = folder / "fx.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("7.1", "seven"), encoding="utf-8")
    return folder


def test_check(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sound data set is counted; faults go to the error stream, one line each, and make the exit code 1."""
    assert run("check", "--data", SMALL) == 0
    assert load_catalogue(SMALL).fingerprint in capsys.readouterr().out
    assert run("check", "--data", broken) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[0].startswith(f"{broken.as_posix()}/fx.csv:3 cny_per_unit=seven decimal 应为十进制数")


def test_check_as_json(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for programs."""
    assert run("check", "--data", SMALL, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["faults"], result["rows"]["fx"]) == ([], 5)
    assert run("check", "--data", broken, "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert [(fault["row"], fault["column"], fault["value"]) for fault in result["faults"]] == [
        (3, "cny_per_unit", "seven")
    ]
    assert result["fingerprint"] is None


def test_show(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows are shown by conditions on columns in either language, up to a limit."""
    assert run("show", "locations", "--data", SMALL, "--where", "kind=airport", "--where", "关境=CN") == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("code=CNWNZ-A  name_zh=温州龙湾机场")
    assert run("show", "locations", "--data", SMALL, "--limit", "2", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["count"], len(result["rows"]), result["rows"][0]["lat"]) == (7, 2, "28.0")
    assert run("show", "locations", "--data", broken) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("show", "location"),
        ("show", "locations", "--where", "kind"),
        ("show", "locations", "--where", "colour=red"),
        ("show", "locations", "--limit", "-1"),
        ("import", "set.csv", "folder"),
        ("burn",),
        (),
    ],
)
def test_misuse(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """A command that makes no sense has exit code 2 and says why."""
    assert run(*words) == 2
    assert capsys.readouterr().err


def test_export(broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A data set goes to a folder or a workbook, and never over files that are there unless told to."""
    for target in (tmp_path / "copy", tmp_path / "copy.xlsx"):
        assert run("export", target, "--data", SMALL, "--headers", "zh") == 0
        assert load_catalogue(target).fingerprint == load_catalogue(SMALL).fingerprint
        assert run("export", target, "--data", SMALL) != 0
        assert run("export", target, "--data", SMALL, "--force") == 0
        assert load_catalogue(target).fingerprint == load_catalogue(SMALL).fingerprint
    assert run("export", tmp_path / "no", "--data", broken) == 1
    assert not (tmp_path / "no").exists()
    capsys.readouterr()


def test_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A workbook becomes a folder only if nothing is wrong with it."""
    export_workbook(build(small()), tmp_path / "set.xlsx", "zh")
    assert run("import", tmp_path / "set.xlsx", tmp_path / "folder") == 0
    assert (tmp_path / "folder" / "fx.csv").read_bytes() == (SMALL / "fx.csv").read_bytes()
    assert run("import", tmp_path / "set.xlsx", tmp_path / "folder") == 1  # is not empty any more

    rows = small()
    find(rows, "fx", currency="USD")["cny_per_unit"] = "7"
    export_workbook(build(rows), tmp_path / "bad.xlsx")
    book = openpyxl.load_workbook(tmp_path / "bad.xlsx")
    for name in book.sheetnames:
        if name != "fx":
            del book[name]
    book.save(tmp_path / "overlay.xlsx")
    book["fx"]["B3"] = "seven"
    book.save(tmp_path / "bad.xlsx")
    monkeypatch.setattr(loading, "SHIPPED_FOLDER", SMALL)
    capsys.readouterr()
    assert run("import", tmp_path / "bad.xlsx", tmp_path / "no") == 1
    assert "bad.xlsx[fx]:3 cny_per_unit=seven" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
    assert run("import", tmp_path / "overlay.xlsx", tmp_path / "overlay") == 0
    assert sorted(path.name for path in (tmp_path / "overlay").iterdir()) == ["dataset.toml", "fx.csv"]
    assert str(load_catalogue(tmp_path / "overlay").exchange_rate("USD").cny_per_unit) == "7"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
