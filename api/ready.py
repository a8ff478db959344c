"""
What a service makes ready before anybody visits, beside its data (`Desk.warm`): what libraries put off until then.

Without it the first visit waits for templates to be translated, and for the routes of all routers to be put together.
"""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from api.local_words import day, number
from api.pages import templates
from api.texts import LANGS, catalogue

if TYPE_CHECKING:
    from fastapi import FastAPI

_NOWHERE = "/-"


def prepare() -> None:
    """Get ready what all processes of a service can share: templates, words and forms of both languages."""
    for name in templates.list_templates():
        templates.get_template(name)
    for lang in LANGS:
        catalogue(lang)
        number(0, lang)
        day("2026-01-01", lang)
    mimetypes.init()


def be_ready(app: FastAPI) -> None:
    """Get ready what an application would else do while its first visitor waits."""
    prepare()
    # Routers that were included are gone through when an address is compared with theirs for the first time.
    asked = {"type": "http", "method": "GET", "path": _NOWHERE, "root_path": "", "headers": [], "query_string": b""}
    for route in app.routes:
        route.matches(dict(asked))
