"""The checker accepts every option of the brute force, and names the rule of every way to break one."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest

from optimizer.verify import Violation, verify_option
from tests import charge_mutations, limit_mutations, table_mutations
from tests.mutations import MUTATIONS, Mutation
from tests.oracles.brute import Brute
from tests.oracles.networks import Question, question
from tests.oracles.options import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.itinerary import Option

_SEEDS = range(400)
_TIMES = 5

for _module in (charge_mutations, limit_mutations, table_mutations):
    assert _module.__doc__, "its import registers mutations"


@cache
def _answered(seed: int) -> tuple[Question, list[Option]]:
    """Return a question and its options."""
    asked = question(seed)
    return asked, options(Brute(*asked))


def _broken(mutation: Mutation) -> Iterator[tuple[Question, Option]]:
    """Yield some options, each broken by a mutation."""
    found = 0
    for seed in _SEEDS:
        asked, answers = _answered(seed)
        # One option of each question is enough, and another one each time.
        for option in answers[seed % len(answers) :][:1] if answers else ():
            broken = mutation.apply(asked, option)
            if broken is not None:
                yield broken
                found += 1
        if found == _TIMES:
            return


def _rules(asked: Question, option: Option) -> Counter[str]:
    """Return how often the checker names each rule."""
    return Counter(violation.rule for violation in verify_option(*asked, option))


@pytest.mark.parametrize("seed", range(0, 150, 10))
def test_accepts_the_brute_force(seed: int) -> None:
    """Every option of an exhaustive search is right."""
    for number in range(seed, seed + 10):
        asked, answers = _answered(number)
        for option in answers:
            assert verify_option(*asked, option) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_names_the_broken_rule(mutation: Mutation) -> None:
    """Whatever is broken, its rule is among the violations."""
    cases = list(_broken(mutation))
    assert len(cases) >= 1, f"no option can be broken by {mutation.name}"
    for asked, option in cases:
        assert mutation.rule in _rules(asked, option)


def test_says_what_is_wrong() -> None:
    """A violation shows rule, subject, actual value and limit."""
    violation = Violation(rule="cutoff", subject="step 0 S1", actual=61, limit=60, message="too late")
    assert str(violation) == "cutoff: step 0 S1: too late (is 61, should be 60)"
