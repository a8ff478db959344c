"""``hubport papers``: the checklist of a plan's papers, and the papers as far as they can be filled."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli_common import CommandError, add_common, open_desk, print_json, write_file
from api.clock import Clock
from api.texts import both, say
from data.errors import TableFaultsError
from data.paper_facts import Facts, read_facts

if TYPE_CHECKING:
    from api.desk import Desk
    from api.papers_view import PapersView
    from data.plan_json import PlanFile
    from network.papers import Paper

_SCHEMA = "schema"
_SUFFIXES = (".pdf", ".xlsx", ".html", ".json")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("papers", help="单证清单与单证 / checklist of papers, and the papers")
    parser.add_argument(
        "plan", nargs="?", metavar="FILE.json|schema", help="方案；schema 为单证格式 / a plan, or schema"
    )
    parser.add_argument("subject", nargs="?", metavar="ID", help="票或箱；单证代码 / shipment, load or kind of paper")
    parser.add_argument("--facts", type=Path, metavar="FILE", help="补充资料 .xlsx .csv .json / facts no plan knows")
    parser.add_argument(
        "--template", type=Path, metavar="FILE.xlsx", help="写出待填的补充资料表 / write a table of the missing facts"
    )
    parser.add_argument("--schemas", type=Path, metavar="DIR", help="写出全部单证格式 / write every schema")
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
    _check(options)
    desk = open_desk(options, clock)
    written = [] if options.schemas is None else _write_schemas(options.schemas, desk)
    if options.plan is not None:
        view = _view(options, desk)
        written += [name for path in options.output for name in write_papers(path, view)]
        if options.template is not None:
            written.append(_write_template(options.template, view))
        if options.json:
            print_json(view.json())
        else:
            print(view.text())
    for path in written:
        print(say(options.lang, "written", path=path), file=sys.stderr)
    if any(path.suffix.casefold() == ".pdf" for path in written) and not _has_font():
        print(say(options.lang, "papers_no_font"), file=sys.stderr)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse arguments that do not go together, before anything is read."""
    if options.plan is None and options.schemas is None:
        raise CommandError(both("papers_nothing"))
    for path in options.output:
        if path.suffix and path.suffix.casefold() not in _SUFFIXES and not path.is_dir():
            raise CommandError(both("papers_suffix", path=path))
    if options.template is not None and options.template.suffix.casefold() != ".xlsx":
        raise CommandError(both("papers_template", path=options.template))


def _has_font() -> bool:
    from api.pdf_fonts import fonts  # noqa: PLC0415

    return fonts().is_embedded


def _print_schema(options: argparse.Namespace, clock: Clock) -> int:
    from api.papers_ask import schema_json  # noqa: PLC0415 - loads after the arguments were read

    desk = open_desk(options, clock)
    found = schema_json(desk, options.subject)
    if found is None:
        choices = ", ".join(row.code for row in desk.catalogue.paper_kinds)
        raise CommandError(both("no_such_paper", kind=options.subject or "", choices=choices))
    print_json(found)
    return 0


def _write_schemas(folder: Path, desk: Desk) -> list[Path]:
    """Write the schema of every paper into a folder, and return the files."""
    from api.papers_ask import schema_json  # noqa: PLC0415

    _make_folder(folder)
    found = []
    for row in desk.catalogue.paper_kinds:
        found.append(folder / f"{row.code}-{row.version}.schema.json")
        write_file(found[-1], _json(schema_json(desk, row.code)))
    return found


def _write_template(path: Path, view: PapersView) -> Path:
    from api.papers_excel import facts_workbook  # noqa: PLC0415

    write_file(path, facts_workbook(view))
    return path


def _view(options: argparse.Namespace, desk: Desk) -> PapersView:
    """Return the papers that are asked for."""
    from api import planning  # noqa: PLC0415
    from api.faults import RequestFaultsError  # noqa: PLC0415
    from api.human import faults_text  # noqa: PLC0415

    path = Path(options.plan)
    file = planning.load_plan(path, desk)
    # What is behind papers loads once there is a plan.
    from api.papers_ask import check_plan, subjects_of, view_of  # noqa: PLC0415

    try:
        check_plan(file, path.name)
        only = subjects_of(file, options.subject)
    except TableFaultsError as error:
        raise CommandError(planning.refused("plan_refused", error)) from None
    except RequestFaultsError as error:
        raise CommandError(faults_text(error.faults)) from None
    return view_of(file, desk, _facts(options, desk, file), options.lang, only)


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
    """Write papers to a file, or into a folder: all of them together, and each that can be filled on its own."""
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
    _make_folder(path)
    found = []
    for number, (paper, told) in enumerate(zip(view.papers, view.json()["papers"], strict=True), 1):
        if paper.status != "obtain":
            name = view.file_name(number, paper)
            found += [path / f"{name}.json", path / f"{name}.pdf"]
            write_file(found[-2], _json(told["document"]))
            write_file(found[-1], _pdf(view, paper))
    for suffix in (".xlsx", ".html", ".json"):
        found.append(path / f"papers{suffix}")
        write_file(found[-1], makers[suffix]())
    return found


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(both("cannot_write", path=path, reason=error.strerror)) from None


def _pdf(view: PapersView, paper: Paper | None = None) -> bytes:
    """Return all papers as a PDF, or one."""
    # Fonts take a moment to be found, and the other forms need none.
    from api.papers_pdf import paper_pdf, papers_pdf  # noqa: PLC0415
    from api.pdf_embed import FontError  # noqa: PLC0415

    try:
        return papers_pdf(view) if paper is None else paper_pdf(paper, view)
    except FontError as error:
        raise CommandError(both("papers_font", reason=error)) from None


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
