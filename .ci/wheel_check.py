"""
Build the wheel, install it in an empty environment, and run one command there.

The environment gets the run-time dependencies only, at the versions and hashes of the lock file, so a missing
dependency, package or table shows here. The command runs far from the tree and must print JSON.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "network", "optimizer", "viz", "api")
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command without the caller's paths and settings, and return what it prints."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "HUBPORT_"))}
    done = subprocess.run(command, cwd=cwd, env=inherited, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
        sys.exit(f"wheel check: failed with status {done.returncode}: {' '.join(map(str, command))}")
    return done.stdout.decode()


def pip_install(python: Path, *arguments: str | Path) -> None:
    """Install in the environment of the given interpreter; only errors are printed."""
    run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments)


def copy_tree(target: Path) -> None:
    """Copy what the wheel is made of, so that building leaves nothing in the tree and finds nothing old there."""
    target.mkdir()
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy2(ROOT / name, target)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, target / name, ignore=NOT_SHIPPED)


def build(source: Path, target: Path) -> Path:
    """Build the wheel of a source tree."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source, cwd=source)
    (wheel,) = target.glob("*.whl")
    return wheel


def check_complete(source: Path, wheel: Path) -> None:
    """Refuse a wheel that lacks a file of the five packages."""
    files = (path for name in PACKAGES for path in (source / name).rglob("*") if path.is_file())
    expected = {path.relative_to(source).as_posix() for path in files}
    missing = sorted(expected - set(zipfile.ZipFile(wheel).namelist()))
    if missing:
        sys.exit("wheel check: not in the wheel: " + ", ".join(missing))


def run_time_names() -> set[str]:
    """Return the names of everything the program needs while running, dependencies of dependencies included."""
    names: set[str] = set()
    waiting = [("hubport", "")]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for line in distribution(name).requires or ():
            requirement = Requirement(line)
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
                continue
            found = canonicalize_name(requirement.name)
            names.add(found)
            new = {(found, wanted) for wanted in ("", *requirement.extras)} - seen
            seen |= new
            waiting.extend(new)
    return names


def locked(names: set[str]) -> str:
    """Return the part of the lock file that is about the given names."""
    kept: list[str] = []
    keep = False
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line and line[0] not in " #":
            keep = canonicalize_name(line.split("==")[0]) in names
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def main(command: list[str]) -> None:
    """Check the wheel with one command line of the program."""
    with tempfile.TemporaryDirectory(prefix="hubport-wheel-") as folder:
        work = Path(folder)
        copy_tree(work / "source")
        wheel = build(work / "source", work / "wheel")
        check_complete(work / "source", wheel)

        run(sys.executable, "-m", "venv", work / "env")
        binaries = work / "env" / ("Scripts" if os.name == "nt" else "bin")
        (work / "run.lock").write_text(locked(run_time_names()))
        pip_install(binaries / "python", "--only-binary", ":all:", "--require-hashes", "-r", work / "run.lock")
        pip_install(binaries / "python", "--no-deps", wheel)
        run(binaries / "python", "-m", "pip", "check")

        elsewhere = work / "elsewhere"
        elsewhere.mkdir()
        printed = run(binaries / "hubport", *command, cwd=elsewhere)
        if not json.loads(printed):
            sys.exit("wheel check: the answer is empty")
        print(f"wheel check: {wheel.name} works alone")


if __name__ == "__main__":
    main(sys.argv[1:])
