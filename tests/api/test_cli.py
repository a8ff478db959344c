"""The command line."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from api.answer_schema import ANSWER_SCHEMA
from api.cli import main
from tests.api.cases import BAD, GOOD, IDS, NAIVE
from tests.api.fakes import CrowdedPlanner, FakePlanner, clock
from tests.data.world import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from data import Catalogue

_LISTS = {"via", "avoid", "scenario"}


@pytest.fixture(autouse=True)
def _small_world(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    """Let every command work on the small data set, with a planner that knows its answers."""
    monkeypatch.setattr("network.Network", FakePlanner)
    monkeypatch.setattr("api.desk.load_catalogue", lambda _: catalogue)


def run(*arguments: str) -> int:
    """Run one command."""
    return main(list(arguments), clock=clock)


def flags(values: dict[str, str]) -> list[str]:
    """Return the arguments of a request."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON is what the schema promises."""
    assert run("quote", *flags(GOOD), "--json", "--currency", "EUR") == 0
    printed = json.loads(capsys.readouterr().out)
    jsonschema.validate(printed, ANSWER_SCHEMA)
    first = printed["options"][0]
    assert first["cost_minor"] == sum(line["amount_minor"] for line in first["charges"])
    assert [leg["from"] for leg in first["legs"]] == ["CNWNZ", "CNNGB-P"]


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    """People see price, times, reasons and what is missing, in Chinese first."""
    assert run("quote", *flags(GOOD)) == 0
    text = capsys.readouterr().out
    for expected in ("20,122.00", "2026-06-22 03:00 (+2)", "成本最低", "81.3 %", "截重", "未计入", "12.9 %"):
        assert expected in text
    assert run("quote", *flags(GOOD), "--lang", "en", "--currency", "USD") == 0
    text = capsys.readouterr().out
    for expected in ("Transport cost", "cheapest", "box gate-in", "1 USD = 7.1 CNY"):
        assert expected in text


def test_no_route(capsys: pytest.CaptureFixture[str]) -> None:
    """No route is an answer with its reasons and a code of its own."""
    assert run("quote", *flags(GOOD), "--due", "2026-06-01") == 3
    text = capsys.readouterr().out
    assert "没有可行方案" in text
    assert "最早到达晚于要求" in text
    assert run("quote", *flags(GOOD), "--due", "2026-06-01", "--json") == 3
    assert json.loads(capsys.readouterr().out)["options"] == []


@pytest.mark.parametrize(("change", "field", "rule"), [*BAD, NAIVE], ids=[*IDS, "naive"])
def test_bad(capsys: pytest.CaptureFixture[str], change: dict[str, Any], field: str, rule: str) -> None:
    """Bad input is told in both languages, without a traceback, and nothing is printed as an answer."""
    assert run("quote", *flags(GOOD | change), "--json") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert any(f"  {field}" in line and f"[{rule}]" in line for line in shown.err.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["quote", "--colour", "red"], ["map", "quote"], ["locations"], ["locations", "x", "--limit", "x"]],
)
def test_usage(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """A command that is not understood ends with code 2 and a word in both languages."""
    assert run(*arguments) == 2
    assert "有误" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Help is no error."""
    assert run("quote", "--help") == 0
    assert "--weight-kg" in capsys.readouterr().out


def test_locations(capsys: pytest.CaptureFixture[str]) -> None:
    """Places are listed with the best match first."""
    assert run("locations", "wenzhou", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0] == {"code": "CNWNZ", "name_zh": "温州", "name_en": "Wenzhou", "kind": "city"}
    assert run("locations", "wenzhou") == 0
    assert "温州龙湾机场" in capsys.readouterr().out


def test_departures(capsys: pytest.CaptureFixture[str]) -> None:
    """Departures are listed in local times, from now on."""
    assert run("departures", "宁波港", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["depart_at"] == "2026-05-18T09:00:00+08:00"
    assert run("departures", "宁波港", "--after", "2026-05-20", "--lang", "en") == 0
    assert "Ocean" in capsys.readouterr().out
    assert run("departures", "nowhere") == 2
    assert run("departures", "宁波港", "--after", "2026-05-20T10:00") == 2
    assert "naive_time" in capsys.readouterr().err


def test_maps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Maps are written whole, and say where."""
    assert run("map", "network", "-o", str(tmp_path / "net.html"), "--mode", "sea") == 0
    assert run("map", "quote", *flags(GOOD), "-o", str(tmp_path / "one.html")) == 0
    assert run("quote", *flags(GOOD), "--map", str(tmp_path / "two.html"), "--json") == 0
    for name in ("net", "one", "two"):
        assert "<html lang=" in (tmp_path / f"{name}.html").read_text(encoding="utf-8")
    assert "two.html" in capsys.readouterr().err
    assert run("map", "network", "-o", str(tmp_path / "no" / "net.html")) == 2
    assert run("map", "network", "-o", str(tmp_path / "x.html"), "--mode", "ship") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.html", "one.html", "two.html"]


def test_backward(capsys: pytest.CaptureFixture[str]) -> None:
    """Planning backward asks for a due time."""
    assert run("quote", *flags(GOOD), "--backward") == 2
    assert "due_required" in capsys.readouterr().err
    assert run("quote", *flags(GOOD), "--backward", "--due", "2026-08-01") == 0
    text = capsys.readouterr().out
    head = next(line for line in text.splitlines() if line.startswith("方案"))
    assert "最晚备货" in head
    assert "按最晚到达" in head
    assert "可最晚备好" in text
    assert "最快" not in text
    # 33 days less the five hours that goods may be later.
    assert " 32.8 " in text


def test_missing_data_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """A data set that is not there is told plainly."""
    assert run("locations", "x", "--data", "/nowhere/at/all") == 2
    assert "/nowhere/at/all" in capsys.readouterr().err


def test_bad_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A faulty data set is refused with its faults."""
    monkeypatch.undo()
    (tmp_path / "fx.csv").write_text("currency,colour\nCNY,red\n", encoding="utf-8")
    assert run("locations", "x", "--data", str(tmp_path)) == 2
    shown = capsys.readouterr().err
    assert "colour" in shown
    assert "Traceback" not in shown


def test_busy_port(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that is taken is told before anything is loaded."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run("serve", "--port", str(taken.getsockname()[1])) == 2
    assert "无法监听" in capsys.readouterr().err
    assert run("serve", "--port", "70000") == 2


def test_small_folder_is_a_data_set(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--data` names another data set."""
    monkeypatch.undo()
    monkeypatch.setattr("network.Network", FakePlanner)
    assert run("locations", "汉堡", "--data", str(SMALL), "--json") == 0
    assert [row["code"] for row in json.loads(capsys.readouterr().out)] == ["DEHAM-P"]


def test_what_the_percentages_mean(capsys: pytest.CaptureFixture[str]) -> None:
    """The table says against what "on time" counts, claims no certainty, and gives shares as ranges."""
    assert run("quote", *flags(GOOD)) == 0
    text = capsys.readouterr().out
    for expected in (
        "准点率（晚到不超过 1 天）",
        "计划到达后 1 天",
        "> 99 %",
        "成本中 0 % 至 12.9 %",
        "未填件数，按 1 件计算",
    ):
        assert expected in text
    assert "≤" not in text
    assert run("quote", *flags(GOOD), "--lang", "en", "--pieces", "4") == 0
    text = capsys.readouterr().out
    for expected in ("On time (at most 1 d late)", "4 pcs", "0 % to 12.9 % of the cost"):
        assert expected in text
    assert "Pieces not given" not in text


def test_similar_options_are_counted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Options that hardly differ are one entry of the table, and all there in the JSON."""
    monkeypatch.setattr("network.Network", CrowdedPlanner)
    assert run("quote", *flags(GOOD)) == 0
    text = capsys.readouterr().out
    assert "另有 2 个相近方案：2、3" in text
    assert [line.split()[0] for line in text.splitlines() if "(+2)" in line and "%" in line] == ["1", "4"]
    assert run("quote", *flags(GOOD), "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["options"]) == 4


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (
            ["locations", "温州", "--data", str(SMALL)],
            ["numba", "folium", "fastapi", "network", "openpyxl", "sqlalchemy"],
        ),
        (["quote", "--from", "x", "--data", str(SMALL)], ["numba", "folium", "fastapi", "sqlalchemy", "openpyxl"]),
        (["quote", "--from", "x", "--papers", "--data", str(SMALL)], ["reportlab", "numba", "network"]),
        (["papers", "nowhere.json", "--data", str(SMALL)], ["reportlab", "openpyxl", "fastapi", "numba", "ortools"]),
        (["sample", "--week", "2026-W49", "--shipments", "0", "--data", str(SMALL)], ["pandas", "openpyxl", "network"]),
    ],
)
def test_commands_bring_only_what_they_need(arguments: list[str], absent: list[str]) -> None:
    """A command does not wait for libraries of another one, nor for the network when it needs none."""
    code = (
        "import sys; from api.cli import main; code = main(sys.argv[2:]); "
        "print(code, sorted(set(sys.argv[1].split(',')) & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, ",".join(absent), *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stderr.splitlines()[-1] == f"{0 if arguments[0] == 'locations' else 2} []"


def test_absurd_numbers_end_at_once() -> None:
    """A number of a billion decimals is refused like any other bad value, and not computed with."""
    arguments = ["quote", *flags(GOOD), "--value=1e-999999999", "--data", str(SMALL)]
    code = "import sys; from api.cli import main; sys.exit(main(sys.argv[1:]))"
    found = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    assert found.returncode == 2
    assert "[decimals]" in found.stderr
