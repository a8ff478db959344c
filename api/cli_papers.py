"""``hubport papers``: the checklist of a plan's papers, and the papers as far as they can be filled."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import CommandError, add_common, open_desk, print_json, write_file
from api.clock import Clock
from api.texts import both, say
from data.errors import Fault, TableFaultsError
from data.paper_facts import Facts, read_facts

if TYPE_CHECKING:
    from api.desk import Desk
    from api.papers_view import PapersView
    from data.plan_json import PlanFile
    from network.papers import Paper
    from viz.theme import Lang

_SCHEMA = "schema"
_SHOWN = 12
_SUFFIXES = (".pdf", ".xlsx", ".html", ".json")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("papers", help="单证清单与单证 / checklist of papers, and the papers")
    parser.add_argument("plan", metavar="FILE.json|schema", help="方案；schema 为单证格式 / a plan, or schema")
    parser.add_argument("subject", nargs="?", metavar="ID", help="票或箱；单证代码 / shipment, load or kind of paper")
    parser.add_argument("--facts", type=Path, metavar="FILE", help="补充资料 .xlsx .csv .json / facts no plan knows")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="结果 .pdf .xlsx .html .json 或文件夹，可重复 / results or a folder, may be given again",
    )
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, clock: Clock) -> int:
    if options.plan == _SCHEMA:
        return _print_schema(options, clock)
    for path in options.output:
        if path.suffix and path.suffix.casefold() not in _SUFFIXES and not path.is_dir():
            raise CommandError(both("papers_suffix", path=path))
    view = _view(options, open_desk(options, clock))
    written = [name for path in options.output for name in write_papers(path, view)]
    if options.json:
        print_json(view.json())
    else:
        print(view.text())
    for path in written:
        print(say(options.lang, "written", path=path), file=sys.stderr)
    return 0


def _print_schema(options: argparse.Namespace, clock: Clock) -> int:
    from network.papers import schema_of  # noqa: PLC0415 - loads after the arguments were read

    catalogue = open_desk(options, clock).catalogue
    kinds = {row.code: row for row in catalogue.paper_kinds}
    if options.subject not in kinds:
        raise CommandError(both("no_such_paper", kind=options.subject or "", choices=", ".join(kinds)))
    print_json(schema_of(kinds[options.subject], catalogue))
    return 0


def _view(options: argparse.Namespace, desk: Desk) -> PapersView:
    """Return the papers that are asked for."""
    from api import planning  # noqa: PLC0415
    from network.papers import cases, load_faults  # noqa: PLC0415

    path = Path(options.plan)
    file = planning.load_plan(path, desk)
    faults = _strangers(file, path.name) or load_faults(file, path.name)
    if faults:
        raise CommandError(planning.refused("plan_refused", TableFaultsError(faults)))
    subjects = [case.subject for case in cases(file)]
    wholes = {split.shipment: set(split.parts) for split in file.plan.splits}
    asked = wholes.get(options.subject, {options.subject})
    if options.subject is not None and asked.isdisjoint(subjects):
        choices = ", ".join(subjects[:_SHOWN]) + (", …" if len(subjects) > _SHOWN else "")
        raise CommandError(both("no_such_subject", subject=options.subject, choices=choices))
    facts = _facts(options, desk, file)
    return view_of(file, desk, facts, options.lang, None if options.subject is None else asked)


def view_of(file: PlanFile, desk: Desk, facts: Facts, lang: Lang, only: set[str] | None = None) -> PapersView:
    """Return the papers of a plan, or of some of its shipments and loads."""
    from api.papers_view import PapersView  # noqa: PLC0415
    from api.plan_view import PlanView  # noqa: PLC0415
    from network.papers import papers  # noqa: PLC0415

    plan = file.plan
    found = [paper for paper in papers(file, desk.catalogue, facts) if only is None or paper.subject in only]
    name = PlanView(plan, file.cargo, desk.catalogue, lang).id
    about = {"plan": plan.fingerprint, "cargo": plan.cargo_fingerprint}
    return PapersView(found, desk.catalogue, lang, id=name, about=about)


def _strangers(file: PlanFile, label: str) -> Sequence[Fault]:
    """Return a fault for everything in the plan that its cargo does not have."""
    from data.splitting import parted  # noqa: PLC0415

    known = set(parted(file.cargo, file.plan.splits).by_id)
    travelling = {journey.shipment for journey in file.plan.journeys} & known
    ids = {load.id for load in file.plan.loads}
    found = [("journeys", one.shipment) for one in file.plan.journeys if one.shipment not in known]
    found += [("journeys", str(one.load)) for one in file.plan.journeys if one.load is not None and one.load not in ids]
    found += [("loads", name) for load in file.plan.loads for name in load.shipments if name not in travelling]
    zh, en = (
        "货物或方案里没有；请用 hubport verify 检查方案",
        "is not in the cargo; check the plan with hubport verify",
    )
    return [
        Fault(file=label, column=column, value=name, rule="unknown-id", message_zh=zh, message_en=en)
        for column, name in found
    ]


def _facts(options: argparse.Namespace, desk: Desk, file: PlanFile) -> Facts:
    """Return the facts of the file, none without one."""
    from api import planning  # noqa: PLC0415
    from network.papers import known_facts  # noqa: PLC0415

    if options.facts is None:
        return {}
    try:
        return read_facts(options.facts, desk.catalogue, known_facts(file, desk.catalogue))
    except TableFaultsError as error:
        raise CommandError(planning.refused("facts_refused", error)) from None
    except OSError as error:
        raise CommandError(both("cannot_read", path=options.facts, reason=error.strerror)) from None


def write_papers(path: Path, view: PapersView) -> list[Path]:
    """Write papers to a file, or all forms of them into a folder."""
    from api.papers_excel import papers_workbook  # noqa: PLC0415
    from api.papers_page import papers_page  # noqa: PLC0415

    makers: dict[str, Callable[[], bytes]] = {
        ".pdf": lambda: _pdf(view),
        ".xlsx": lambda: papers_workbook(view),
        ".html": lambda: papers_page(view).encode(),
        ".json": lambda: _json(view.json()),
    }
    if path.suffix.casefold() in makers and not path.is_dir():
        write_file(path, makers[path.suffix.casefold()]())
        return [path]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None
    found = []
    for number, (paper, told) in enumerate(zip(view.papers, view.json()["papers"], strict=True), 1):
        if paper.status != "obtain":
            found.append(path / f"{view.file_name(number, paper)}.json")
            write_file(found[-1], _json(told["document"]))
            found.append(path / f"{view.file_name(number, paper)}.pdf")
            write_file(found[-1], _pdf(view, paper))
    for suffix, make in makers.items():
        found.append(path / f"papers{suffix}")
        write_file(found[-1], make())
    return found


def _pdf(view: PapersView, paper: Paper | None = None) -> bytes:
    """Return all papers as a PDF, or one."""
    # Fonts take a moment to be found, and the other forms need none.
    from api.papers_pdf import paper_pdf, papers_pdf  # noqa: PLC0415
    from api.pdf_sfnt import FontError  # noqa: PLC0415

    try:
        return papers_pdf(view) if paper is None else paper_pdf(paper, view)
    except FontError as error:
        raise CommandError(both("papers_font", reason=error)) from None


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
