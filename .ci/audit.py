"""
Look for known vulnerabilities in what is locked, and for secrets in the files of the tree.

A vulnerability fails the audit, and so does anything that looks like a secret and is not in `known_secrets.csv`. Where
the advisories cannot be reached, that is said, and nothing fails: it says nothing about the dependencies.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWN = ROOT / ".ci" / "known_secrets.csv"
BIN = Path(sys.executable).parent
NOT_SCANNED = (
    r"^(requirements\.lock|LICENSE|\.ci/known_secrets\.csv|data/tables/.*|tests/api/operate/first/.*"
    r"|.*\.(svg|png|xlsx))$"
)
"""Hashes by nature: locked versions, and rows of a backup made for tests. Tables and pictures have none."""
PROBED = 3
"""How many dependencies are looked up first, to see whether advisories can be reached at all."""
PATIENCE_S = 600


def requirements(lock: str) -> list[str]:
    """Return the lines of a lock file that name a version for this machine, without their hashes."""
    lines = (line.removesuffix("\\").strip() for line in lock.splitlines() if "==" in line and line[0] not in " #")
    return [line for line in lines if line]


def look_up(lines: list[str]) -> dict | None:
    """Return what is known of dependencies, None if the advisories cannot be reached."""
    with tempfile.TemporaryDirectory(prefix="hubport-audit-") as folder:
        wanted, answer = Path(folder) / "requirements.txt", Path(folder) / "answer.json"
        wanted.write_text("\n".join(lines) + "\n")
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json", "--output", answer]
        command = [BIN / "pip-audit", "--requirement", wanted, *options]
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
            return json.loads(answer.read_text())
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None


def told(answer: dict | None) -> tuple[list[str], int, int]:
    """Return the vulnerabilities of an answer, and how many dependencies were looked up and how many could not be."""
    found = [] if answer is None else answer["dependencies"]
    faults = [
        f"{one['name']} {one['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or 'no version'}"
        for one in found
        for fault in one.get("vulns", ())
    ]
    skipped = sum("skip_reason" in one for one in found)
    return faults, len(found) - skipped, skipped


def audit_dependencies() -> list[str]:
    """Return the vulnerabilities of what is locked."""
    lines = requirements((ROOT / "requirements.lock").read_text())
    _, reached, _ = told(look_up(lines[:PROBED]))
    if not reached:
        print("audit: the advisories cannot be reached from here; no dependency was looked up")
        return []
    faults, reached, skipped = told(look_up(lines))
    print(f"audit: {reached} dependencies looked up, {len(lines) - reached} not ({skipped} without advisories)")
    return [f"vulnerable: {fault}" for fault in faults]


def scan(folder: Path) -> dict:
    """Return what looks like a secret in the files of a tree, by file."""
    command = [BIN / "detect-secrets", "scan", "--exclude-files", NOT_SCANNED]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE_S, check=True)
    return json.loads(done.stdout)["results"]


def unknown(found: dict, known: set[tuple[str, str]]) -> list[str]:
    """Return what looks like a secret and is not known to be none."""
    return [
        f"secret? {file}:{one['line_number']}: {one['type']} ({one['hashed_secret']})"
        for file, places in sorted(found.items())
        for one in places
        if (file, one["hashed_secret"]) not in known
    ]


def main() -> None:
    """Audit dependencies and files."""
    with KNOWN.open(encoding="utf-8", newline="") as stream:
        known = {(row["file"], row["hash"]) for row in csv.DictReader(stream)}
    faults = audit_dependencies() + unknown(scan(ROOT), known)
    if faults:
        print("\n".join(faults))
        print(f"What is no secret is named, with the reason, in {KNOWN.relative_to(ROOT)}.")
        sys.exit("audit: failed")
    print("audit: no secrets in the tree")


if __name__ == "__main__":
    main()
