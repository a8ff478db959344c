"""Why a job ended without what was asked."""

from __future__ import annotations

from api.texts import pair

STOPPED = frozenset({"stopped", "no-plan"})
"""Codes of jobs that were cancelled before there was anything to keep."""


def reason_json(code: str, detail: str = "") -> dict[str, str]:
    """
    Return why a job ended, as it is kept and shown.

    Parameters
    ----------
    code
        Key of the texts of context ``reason``.
    detail
        What is known beyond that.

    Examples
    --------
    >>> reason_json("memory")["text_en"]
    'it needs more memory than a job may have'
    """
    zh, en = pair(code, "reason")
    return {"code": code, "text_zh": zh, "text_en": en, "detail": detail}
