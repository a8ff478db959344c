"""What the checker says of a broken rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """
    One rule that an answer breaks.

    Parameters
    ----------
    rule
        Stable name of the rule, such as ``cutoff`` or ``charge_amount``.
    subject
        What breaks it: a step, a charge or the option.
    actual, limit
        What the answer says, and what the tables allow or demand; None where there is nothing to compare.
    message
        The rule in words.
    """

    rule: str
    subject: str
    actual: int | str | None
    limit: int | str | None
    message: str

    def __str__(self) -> str:
        """
        Return one line for people.

        Examples
        --------
        >>> print(Violation(rule="cutoff", subject="step 1", actual=50, limit=60, message="too late"))
        cutoff: step 1: too late (is 50, should be 60)
        """
        return f"{self.rule}: {self.subject}: {self.message} (is {self.actual}, should be {self.limit})"
