"""Settings of the environment: read in one place, refused all at once, shown without secrets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli import main
from api.cli_serve import read_bounds
from api.faults import RequestFaultsError
from api.settings import SETTINGS, look, read_settings, unknown

if TYPE_CHECKING:
    from api.identity.words import Auth

ROOT = Path(__file__).parents[3]


def test_every_name_in_the_code_is_listed() -> None:
    """A variable that code or its texts mention is a setting with meanings in both languages, and is documented."""
    files = [
        path for folder in ("api", "data", "network", "optimizer", "viz") for path in (ROOT / folder).rglob("*.py")
    ]
    named = {
        name
        for path in files
        for name in re.findall(r"(?<!window\.)HUBPORT_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }
    assert named == set(SETTINGS)
    page = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    for setting in SETTINGS.values():
        assert setting.zh, setting.name
        assert setting.en, setting.name
        assert f"| `{setting.name}` |" in page


def test_defaults() -> None:
    """Nothing said leaves the defaults, which are values of their kind."""
    settings = read_settings({})
    assert settings.text("HUBPORT_LOG") == "text"
    assert (settings.whole("HUBPORT_GRACE"), settings.number("HUBPORT_RATE")) == (20, None)
    spelt = {name: setting.default for name, setting in SETTINGS.items() if setting.default}
    assert read_settings(spelt).found.keys() == settings.found.keys()


def test_all_faults_at_once() -> None:
    """Every setting that is wrong is named, with the rule it breaks, and no password."""
    wrong = {
        "HUBPORT_AUTH": "perhaps",
        "HUBPORT_RATE": "-1",
        "HUBPORT_BURST": "0",
        "HUBPORT_GRACE": "1e9",
        "HUBPORT_DRAIN": "99999999",
        "HUBPORT_PROXIES": "127.0.0.1, proxy",
        "HUBPORT_DB": "mysql://me:word@host/db",
        "HUBPORT_LOG": "xml",
    }
    with pytest.raises(RequestFaultsError) as raised:
        read_settings(wrong)
    assert {(one.field, one.rule) for one in raised.value.faults} == {
        ("HUBPORT_AUTH", "choice"),
        ("HUBPORT_RATE", "whole_number"),
        ("HUBPORT_BURST", "min"),
        ("HUBPORT_GRACE", "whole_number"),
        ("HUBPORT_DRAIN", "max"),
        ("HUBPORT_PROXIES", "network"),
        ("HUBPORT_DB", "database"),
        ("HUBPORT_LOG", "choice"),
    }
    assert "word" not in " ".join(str(one.as_dict()) for one in raised.value.faults)


@given(st.dictionaries(st.sampled_from(sorted(SETTINGS)), st.text(max_size=30)))
def test_whatever_stands_there(environment: dict[str, str]) -> None:
    """Any text is a value or a fault, and what passes can be read as what it is."""
    found, faults = look(environment)
    broken = {one.field for one in faults.faults}
    for name, one in found.items():
        if name not in broken and one.setting.kind == "number" and one.text:
            assert one.setting.low <= int(one.text) <= one.setting.high


@pytest.mark.parametrize(
    ("environment", "auth", "rate"),
    [({}, "off", 0), ({}, "on", 50), ({"HUBPORT_RATE": "0"}, "on", 0), ({"HUBPORT_RATE": "7"}, "off", 7)],
)
def test_rate(environment: dict[str, str], auth: Auth, rate: int) -> None:
    """Callers are counted where they need keys, unless it is said otherwise."""
    assert read_bounds(read_settings(environment), auth).rate == rate


def test_misspelt() -> None:
    """A variable that looks like a setting and is none is told, with the one that may be meant."""
    assert unknown({"HUBPORT_LGO": "json", "HUBPORT_DB": "x", "PATH": "y"}) == {"HUBPORT_LGO": "HUBPORT_LOG"}


def test_show(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command shows every setting, where it comes from, and nothing secret."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBPORT_DB", "postgresql://me:word@host/db")
    monkeypatch.setenv("HUBPORT_RAET", "5")
    assert main(["config", "show", "--json"]) == 0
    said = capsys.readouterr()
    shown = {one["name"]: one for one in json.loads(said.out)}
    assert shown.keys() == SETTINGS.keys()
    assert shown["HUBPORT_DB"]["value"] == "postgresql://me:***@host/db"
    assert (shown["HUBPORT_DB"]["origin"], shown["HUBPORT_GRACE"]["origin"]) == ("environment", "default")
    assert "HUBPORT_RATE" in said.err
    monkeypatch.setenv("HUBPORT_LOG", "xml")
    assert main(["config", "show", "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert "word" not in said.out
    assert "HUBPORT_LOG 'xml'" in said.err


def test_serve_refuses_wrong_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The service does not start with settings that are wrong; all of them are named, and the port too."""
    monkeypatch.setenv("HUBPORT_LOG", "xml")
    monkeypatch.setenv("HUBPORT_RATE", "many")
    assert main(["serve", "--port", "70000"]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in ("HUBPORT_LOG", "HUBPORT_RATE", "port"))
