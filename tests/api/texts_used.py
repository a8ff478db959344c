"""Which texts code and templates use: keys that are written out, and patterns of keys that are put together."""

from __future__ import annotations

import ast
import csv
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "viz", "optimizer", "network", "data")
TEMPLATES = ROOT / "api" / "templates"
SPEAKERS = {"say": "", "both": "", "word": "customs"}
"""Functions whose argument is the key of a text, with the context it is of."""
SHOWN_ATTRIBUTES = frozenset({"alt", "title", "placeholder", "aria-label", "label"})


class Use(NamedTuple):
    """A key, or a regular expression for keys, with the place where it is spoken."""

    context: str
    key: str
    is_pattern: bool
    where: str


def python_files() -> list[Path]:
    """Return all our modules."""
    return [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a module as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def template_files() -> list[Path]:
    """Return all templates."""
    return sorted(TEMPLATES.rglob("*.html"))


def _keys(node: ast.expr) -> Iterator[tuple[str, bool]]:
    """Return the keys an argument may be, and whether each is a pattern; nothing of what is not written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, False
    elif isinstance(node, ast.IfExp):
        yield from _keys(node.body)
        yield from _keys(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        parts = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values]
        yield "".join(str(part) for part in parts), True


def _argument(call: ast.Call) -> tuple[str, ast.expr] | None:
    """Return the context and the key of a call that speaks, None for any other."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "word" and isinstance(call.func, ast.Attribute):
        return None
    if name == "pair" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        return str(call.args[1].value), call.args[0]
    if name not in SPEAKERS or not call.args:
        return None
    is_first = isinstance(call.func, ast.Attribute) or name == "both"
    at = 0 if is_first else 1
    return (SPEAKERS[name], call.args[at]) if len(call.args) > at else None


def spoken_in(tree: ast.Module, where: str) -> Iterator[Use]:
    """Return what a module says."""
    for node in ast.walk(tree):
        found = _argument(node) if isinstance(node, ast.Call) else None
        if found is not None:
            for key, is_pattern in _keys(found[1]):
                yield Use(found[0], key, is_pattern, f"{where}:{node.lineno}")


def _template_keys(node: nodes.Node) -> Iterator[tuple[str, bool]]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value, False
    elif isinstance(node, nodes.CondExpr):
        for part in (node.expr1, node.expr2):
            if part is not None:
                yield from _template_keys(part)
    elif isinstance(node, nodes.Concat | nodes.Add):
        parts = node.nodes if isinstance(node, nodes.Concat) else [node.left, node.right]
        shown = [re.escape(str(part.value)) if isinstance(part, nodes.Const) else ".+" for part in parts]
        yield "".join(shown), True


def spoken_in_template(source: str, where: str) -> Iterator[Use]:
    """Return what a template says."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and len(call.args) > 1:
            for key, is_pattern in _template_keys(call.args[1]):
                yield Use("", key, is_pattern, f"{where}:{call.lineno}")


def spoken() -> list[Use]:
    """Return everything that is said anywhere."""
    found: list[Use] = []
    for path in python_files():
        found += spoken_in(tree_of(path), str(path.relative_to(ROOT)))
    for path in template_files():
        found += spoken_in_template(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    return found


def literals() -> set[str]:
    """Return every string of code and templates: one may be a key that gets to its place by a way round."""
    found = set()
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for path in template_files():
        parsed = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        found |= {node.value for node in parsed.find_all(nodes.Const) if isinstance(node.value, str)}
    return found


def pieced() -> set[str]:
    """Return a regular expression for every string that code puts together."""
    found = set()
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.JoinedStr):
                found |= {key for key, _ in _keys(node) if re.search("[a-z]{2}", key)}
    return found


def cells() -> set[str]:
    """Return every word in the shipped tables that may be a code with a name; cells can hold several."""
    found: set[str] = set()
    for path in sorted((ROOT / "data" / "tables").rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    found.update(re.split(r"[;|, ]", cell))
    return found


class _Shown(HTMLParser):
    """Collects text and attributes that people see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is shown or heard of a tag."""
        del tag
        self.texts += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]


def visible_text(source: str) -> list[str]:
    """Return the words of a template that stand in it as they are shown, outside of expressions."""
    data = "".join(
        value if kind == "data" else " " * (kind in {"variable_end", "block_end"})
        for _, kind, value in Environment(autoescape=True).lex(source)
    )
    parser = _Shown()
    parser.feed(data)
    parser.close()
    # A macro may make nothing but attributes, for a tag that stands elsewhere.
    bare = [re.sub(r'(?<!\S)[a-z-]+="[^"]*"', "", text).strip() for text in parser.texts]
    return [text for text in bare if re.search(r"[^\W\d_]", text)]
