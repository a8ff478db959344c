"""Units, containers and commands of the documentation name what exists: commands, options, settings, files, metrics."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from pathlib import Path

import pytest

from api.cli import build_parser
from api.identity.words import Scope
from api.metrics import Figures
from api.settings import SETTINGS, read_settings

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = DOCS / "examples"
UNITS = sorted(EXAMPLES.glob("*.service"))


def unit(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the sections of a unit; a name may stand in one more than once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            section.append((name, value))
    return found


def command(text: str) -> list[str]:
    """Return the arguments of the `hubport` that is run in a line of a unit or of a shell."""
    words = shlex.split(re.sub(r"\$\([^)]*\)", "x", text), comments=True)
    words = [word for part in words for word in (shlex.split(part) if " " in part else [part])]
    start = next(place for place, word in enumerate(words) if word.rpartition("/")[2] == "hubport")
    return words[start + 1 :]


@pytest.mark.parametrize("path", UNITS, ids=[path.name for path in UNITS])
def test_units(path: Path) -> None:
    """Commands can be parsed, settings exist and pass together, and stopping takes no longer than it is given."""
    service = unit(path)["Service"]
    run = [command(value) for name, value in service if name.startswith("Exec")]
    assert run
    for arguments in run:
        build_parser().parse_args(arguments)
    given = dict(value.split("=", 1) for name, value in service if name == "Environment")
    said = {name: value for name, value in given.items() if name.startswith("HUBPORT_")}
    assert set(said) <= set(SETTINGS)
    settings = read_settings(said)
    stop = [int(value) for name, value in service if name == "TimeoutStopSec"]
    assert all(end > settings.whole("HUBPORT_DRAIN") + settings.whole("HUBPORT_GRACE") for end in stop)


def test_timer() -> None:
    """The timer starts a unit that is there."""
    timers = sorted(EXAMPLES.glob("*.timer"))
    assert timers
    for path in timers:
        assert path.with_suffix(".service") in UNITS
        parser = configparser.ConfigParser()
        parser.read(path)
        assert parser["Timer"]["OnCalendar"]


def test_container() -> None:
    """The container copies what is there, sets settings that exist, and runs a command that can be parsed."""
    text = (EXAMPLES / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition(" ")[::2] for line in text.splitlines() if line and not line.startswith("#")]
    for name, rest in lines:
        words = rest.split()
        if name == "COPY" and not rest.startswith("--from"):
            assert all((DOCS.parent / word).exists() for word in words[:-1]), rest
        elif name == "ENV":
            said = dict(word.split("=", 1) for word in words)
            assert {key for key in said if key.startswith("HUBPORT_")} <= set(SETTINGS)
            read_settings(said)
    (arguments,) = (json.loads(rest) for name, rest in lines if name == "CMD")
    (program,) = (json.loads(rest) for name, rest in lines if name == "ENTRYPOINT")
    assert command(shlex.join([*program, *arguments])) == arguments
    build_parser().parse_args(arguments)
    packages = {rest.split()[0] for name, rest in lines if name == "COPY" and len(rest.split()) == 2}
    assert packages >= {"data", "network", "optimizer", "viz", "api"}


def test_prometheus() -> None:
    """The scope that the example names is one."""
    text = (EXAMPLES / "prometheus.yml").read_text(encoding="utf-8")
    (scope,) = re.findall(r"`(\w+:\w+)`", text)
    assert scope in Scope.__args__  # type: ignore[attr-defined]
    assert "metrics_path: /metrics" in text


@pytest.mark.parametrize("page", ["operation.md", "service.md"])
def test_commands_of_the_pages(page: str) -> None:
    """Every command line of `hubport` that a page shows can be parsed."""
    shown = re.findall(r"^\$ (hubport .*)$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert shown
    for line in shown:
        # What the shell does with the output is not the command's.
        build_parser().parse_args(command(re.split(r"\s\d?>|\s&$", line)[0]))


def test_figures_of_the_page() -> None:
    """Figures that the page names are counted, and those of the service that are counted are named."""
    page = (DOCS / "operation.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(hubport_[a-z_]+)`", page))
    counted = set(re.findall(r"^# TYPE (hubport_\w+)", Figures().text().decode(), re.MULTILINE))
    of_the_store = {"bookings", "jobs", "database_up", "database_connections"}
    assert named == counted - {"hubport_info"} | {f"hubport_{name}" for name in of_the_store}
