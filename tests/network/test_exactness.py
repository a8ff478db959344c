"""The search finds exactly what trying everything finds, at prices the checker agrees with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from network import Network
from optimizer.verify import verify_quote
from tests.oracles.brute import Vector, pareto_set
from tests.oracles.networks import Question, question
from tests.oracles.reduce import described, reduced

if TYPE_CHECKING:
    from data.itinerary import Quote

_BLOCKS = 8
_PER_BLOCK = 260
# A seed says nothing about the size of its network, so smaller seeds would not help; `reduced` does.
_settings = settings(max_examples=_PER_BLOCK, phases=(Phase.explicit, Phase.generate))


def _seeds(block: int) -> st.SearchStrategy[int]:
    """Return the seeds of a block; blocks do not overlap."""
    return st.integers(block * 10**6, (block + 1) * 10**6 - 1)


def _quote(asked: Question) -> Quote:
    """Return the answer of the search."""
    return Network(asked.catalogue).quote(asked.shipment, asked.filters)


def _vectors(quote: Quote) -> set[Vector]:
    """Return what the options of a quote cost, when they arrive and what they emit."""
    return {(option.cost_cny_minor, option.arrive_min, option.emissions_g) for option in quote.options}


def _differs(asked: Question) -> bool:
    """Tell whether the search and the brute force disagree."""
    return _vectors(_quote(asked)) != pareto_set(*asked)


def _explained(asked: Question) -> str:
    """Return a small question on which search and brute force disagree, with both answers."""
    small = reduced(asked, _differs)
    found, exact = _vectors(_quote(small)), pareto_set(*small)
    return f"{described(small)}\nfound too much {found - exact}\nmissed {exact - found}"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_equals_brute_force(block: int) -> None:
    """On random small networks the search returns the exact Pareto set, and the checker accepts every option."""

    @_settings
    @given(seed=_seeds(block))
    def check(seed: int) -> None:
        asked = question(seed)
        quote = _quote(asked)
        note(f"question({seed})")
        if _vectors(quote) != pareto_set(*asked):
            pytest.fail(f"question({seed}), made smaller:\n{_explained(asked)}")
        assert len(_vectors(quote)) == len(quote.options)
        assert verify_quote(asked.catalogue, asked.filters, quote) == []

    check()


@settings(max_examples=60, phases=(Phase.explicit, Phase.generate))
@given(seed=_seeds(_BLOCKS))
def test_same_answer_twice(seed: int) -> None:
    """Two networks compiled from the same tables give the same quote."""
    asked = question(seed)
    assert _quote(asked) == _quote(asked)
