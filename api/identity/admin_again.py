"""Forms of administrators that were refused: shown again, with what was typed and what is wrong beside its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.identity.page_faults import message_of
from api.texts import say

if TYPE_CHECKING:
    from api.refusals import Refusal
    from viz.theme import Lang

_FIELDS = frozenset({"name", "roles", "firm", "scopes", "days", "grace_hours", "email", "subject"})
_OF_REFUSAL = {"name-taken": "name", "wider": "scopes", "forbidden": "roles"}
"""The field that a refusal is about."""
_SHOWN = frozenset({"form-invalid", "last-admin", "match-failed", "wrong-state", *_OF_REFUSAL})


class Again(NamedTuple):
    """
    What a refused form shows.

    Parameters
    ----------
    form
        Which of the forms of its page.
    typed
        What was sent, by field.
    wrong
        What is wrong, by field.
    message
        What is wrong with the form as a whole, empty if that stands beside a field.
    status
        How it is answered.
    """

    form: str
    typed: dict[str, Any]
    wrong: dict[str, str]
    message: str
    status: int

    def value(self, form: str, field: str, usual: Any) -> Any:  # noqa: ANN401 - a text, or what is ticked
        """Return what stands in a field: what was sent in this form, else the usual."""
        return self.typed.get(field, usual) if form == self.form else usual

    def fault(self, form: str, field: str) -> str:
        """Return what is wrong with a field of a form, empty if nothing is."""
        return self.wrong.get(field, "") if form == self.form else ""


NOTHING = Again("", {}, {}, "", 200)
"""Of a page whose forms have not been sent."""


def again_of(refusal: Refusal, form: str, lang: Lang, **typed: Any) -> Again:  # noqa: ANN401 - as it was sent
    """
    Return what a refused form shows.

    Raises
    ------
    Refusal
        The same, if it is not about what stands in the form.
    """
    if refusal.name not in _SHOWN:
        raise refusal
    message = message_of(refusal, lang)
    if refusal.name == "form-invalid":
        named = [name if name in _FIELDS else "email" for name in refusal.detail.split(", ")]
        wrong = {name: say(lang, f"admin_fault_{name}") for name in named}
        return Again(form, typed, wrong, message, refusal.kind.status)
    field = _OF_REFUSAL.get(refusal.name, "")
    field = "email" if field == "name" and "email" in typed else field
    if field not in typed:
        return Again(form, typed, {}, message, refusal.kind.status)
    return Again(form, typed, {field: message}, "", refusal.kind.status)
