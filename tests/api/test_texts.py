"""Every text is there in both languages, with the same placeholders, and is used; nothing is shown that is no text."""

from __future__ import annotations

import ast
import re
import string
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po as read_by_babel

from api.po import read_po
from api.texts import LANGS, LOCALES, catalogue, pair, say
from tests.api import texts_used
from tests.api.texts_used import Use, spoken_in, spoken_in_template, visible_text

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = re.compile("[\u3400-\u9fff]")
SAME_IN_BOTH = {"form_m", "isf_10_2", "kg", "kg_header", "measure_emissions_g", "reference_in_cookie", "teu"}
"""Texts that are names or units, and not translated."""
CHINESE_IN_ENGLISH = {"paper_signature", "paper_total", "switch"}
"""The name of the other language, and forms that are bilingual by rule."""
UNITS_AND_NAMES = {"Hubport", "openapi.json", "curl", "kg", "m³", "CO2e", "Excel", "PDF"}
"""What templates may show as it stands there."""
BY_ANOTHER_NAME = frozenset({"near_zh", "near_en", "rules_zh", "rules_en"})


def fields(text: str) -> set[str]:
    """Return the names of the placeholders of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def is_known(use: Use) -> bool:
    """Return whether the catalogues have what is said."""
    keys = {key for context, key in catalogue("zh") if context == use.context}
    return any(re.fullmatch(use.key, key) for key in keys) if use.is_pattern else use.key in keys


def test_everything_said_is_there() -> None:
    """No key is spoken that the catalogues do not have."""
    missing = [use for use in texts_used.spoken() if not is_known(use)]
    assert missing == []


def test_everything_there_is_said() -> None:
    """No text stands in the catalogues for nobody."""
    words = texts_used.literals() | texts_used.cells()
    uses = texts_used.spoken()
    patterns = texts_used.pieced() | {use.key for use in uses if use.is_pattern}
    words |= {use.key for use in uses if not use.is_pattern}
    joined = re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns) if pattern != ".+"))
    unused = [key for _, key in catalogue("zh") if key not in words and joined.fullmatch(key) is None]
    assert unused == []


def test_both_languages() -> None:
    """Both catalogues have the same keys, and none is empty."""
    zh, en = (catalogue(lang) for lang in LANGS)
    assert set(zh) == set(en)
    for lang in LANGS:
        with (LOCALES / lang / "LC_MESSAGES" / "hubport.po").open("rb") as file:
            assert [message.id for message in read_by_babel(file) if message.id and not message.string] == []


def test_placeholders() -> None:
    """A text takes the same values in both languages."""
    zh, en = (catalogue(lang) for lang in LANGS)
    differing = [
        key
        for key in zh
        if key[0] != "fault" and fields(zh[key]) - BY_ANOTHER_NAME != fields(en[key]) - BY_ANOTHER_NAME
    ]
    assert differing == []
    # A fault names its value in the sentence of one language, and stands behind it in the other.
    for key in zh:
        assert all(name.isidentifier() for name in fields(zh[key]) | fields(en[key])), key


def test_translated() -> None:
    """Chinese is Chinese where English has words, and English has no Chinese."""
    zh, en = (catalogue(lang) for lang in LANGS)
    bare = {key: re.sub(r"{[^}]*}", "", text) for key, text in en.items()}
    same = {key for key in zh if not CHINESE.search(zh[key]) and re.search("[A-Za-z]{2}", bare[key])}
    assert {key for _, key in same} == SAME_IN_BOTH
    assert {key for (_, key), text in en.items() if CHINESE.search(text)} == CHINESE_IN_ENGLISH


@pytest.mark.parametrize("lang", LANGS)
def test_read_as_others_read_it(lang: str) -> None:
    """Our reader finds what a reader of the whole format finds, and the catalogue is sorted."""
    path = LOCALES / lang / "LC_MESSAGES" / "hubport.po"
    with path.open("rb") as file:
        theirs = {(message.context or "", message.id): message.string for message in read_by_babel(file) if message.id}
    ours = read_po(path)
    assert ours == theirs
    assert list(ours) == sorted(ours)


def test_reader(tmp_path: Path) -> None:
    """Continued lines, escapes, contexts and comments are read; what is empty or obsolete is left out."""
    path = tmp_path / "a.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: en\\n"\n\n#. a note\n#: file.py:1\n'
        'msgid "a"\nmsgstr ""\n"one \\"1\\"\\n"\n"two\\\\"\n\n'
        'msgctxt "c"\nmsgid "a"\nmsgstr "other"\n\nmsgid "empty"\nmsgstr ""\n\n#~ msgid "old"\n#~ msgstr "gone"\n',
        encoding="utf-8",
    )
    assert read_po(path) == {("", "a"): 'one "1"\ntwo\\', ("c", "a"): "other"}


def test_unknown_keys() -> None:
    """A key that is no text stands for itself; a text of a context has to be there."""
    assert say("zh", "THC") == "THC"
    with pytest.raises(KeyError):
        pair("THC", "fault")


def test_templates_show_only_texts() -> None:
    """No word of a template is shown in one language alone."""
    for path in texts_used.template_files():
        shown = visible_text(path.read_text(encoding="utf-8"))
        words = {word for text in shown for word in re.split(r"[\s·/():,→×]+", text) if word}
        assert words - UNITS_AND_NAMES == set(), path.name


def _is_page(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.module == "api.pages" for node in ast.walk(tree))


def _chinese_in(tree: ast.Module) -> list[str]:
    """Return strings with Chinese in a module, its docstrings left out."""
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        if CHINESE.search(node.value)
    ]


def test_pages_show_only_texts() -> None:
    """No module of a page and no script of ours has words of its own."""
    for path in texts_used.python_files():
        tree = texts_used.tree_of(path)
        if path.name == "pages.py" or _is_page(tree):
            assert _chinese_in(tree) == [], path
    for path in (texts_used.ROOT / "api" / "static").glob("*.js"):
        assert not CHINESE.search(path.read_text(encoding="utf-8")), path


def test_the_checks_find_something() -> None:
    """The collectors see keys, choices between keys, patterns and bare words."""
    code = 'say(lang, "no_such" if x else "from")\nview.say(f"period_{name}")\npair(code, "fault")\nword(lang, "no")'
    found = list(spoken_in(ast.parse(code), "code"))
    unknown = [(use.context, use.key, use.where) for use in found if not is_known(use)]
    assert unknown == [("", "no_such", "code:1"), ("customs", "no", "code:4")]
    assert [use.key for use in found if use.is_pattern] == ["period_.+"]
    template = (
        '<p title="{{ say(lang, \'role_\' ~ name) }}">Hello {{ say(lang, "from") }}<b>{% if x %}你好{% endif %}</b>'
    )
    keys = {(use.key, use.is_pattern) for use in spoken_in_template(template, "template")}
    assert keys == {("role_.+", True), ("from", False)}
    assert visible_text(template) == ["Hello", "你好"]
    assert visible_text('<input placeholder="Name"><a href="/x">{{ name }}</a>') == ["Name"]
    assert _chinese_in(ast.parse('"""说明"""\nx = "文"')) == ["文"]
