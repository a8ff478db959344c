"""The checker: everything of an option again, from the tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.case import Case
from optimizer.verify.charges import check_charges
from optimizer.verify.facts import Facts
from optimizer.verify.log import Log
from optimizer.verify.totals import check_filters, check_latest_ready, check_totals
from optimizer.verify.walk import check_end, check_words, walk

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.itinerary import Option, Quote
    from data.shipment import Filters, Shipment
    from optimizer.verify.violation import Violation


def verify_option(catalogue: Catalogue, shipment: Shipment, filters: Filters, option: Option) -> list[Violation]:
    """
    Return every rule of the model that an option breaks; none if it is right.

    Parameters
    ----------
    catalogue
        The tables.
    shipment, filters
        What was asked.
    option
        The answer: its steps, charges and totals are all worked out again.

    Notes
    -----
    Not looked at are the sampled figures (on-time probability, quantiles), what is best in what, and the texts.
    """
    return _verify(Case(Facts(catalogue), shipment, filters), option)


def verify_quote(catalogue: Catalogue, filters: Filters, quote: Quote) -> list[Violation]:
    """Return every rule that an option of a quote breaks, and every option that is dominated or in the wrong list."""
    case = Case(Facts(catalogue), quote.shipment, filters)
    log = Log()
    for option in (*quote.options, *quote.nearest):
        log.violations += _verify(case, option)
    _check_front(quote, log)
    _check_due(case, quote, log)
    return log.violations


def _verify(case: Case, option: Option) -> list[Violation]:
    """Return the violations of one option."""
    log = Log()
    check_words(case.facts, option.steps, log)
    if log.violations:
        return log.violations
    walked = walk(case, option.steps, log)
    check_end(case, walked.end, log)
    if not log.violations:
        check_latest_ready(case, option, walked, log)
    check_charges(case.facts, option.charges, walked.lines, log)
    check_totals(case, option, walked, log)
    check_filters(case, option.steps, log)
    return log.violations


def _vector(option: Option) -> tuple[int, int, int]:
    """Return the three criteria of an option."""
    return option.cost_cny_minor, option.arrive_min, option.emissions_g


def _check_front(quote: Quote, log: Log) -> None:
    """Check that no option of a quote is as good as another in everything, and that the cheapest comes first."""
    vectors = [_vector(option) for option in quote.options]
    for index, vector in enumerate(vectors):
        others = vectors[:index] + vectors[index + 1 :]
        if any(all(a <= b for a, b in zip(other, vector, strict=True)) for other in others):
            log.add("dominated", f"option {index}", "another option is no worse in anything", str(vector), None)
    log.same("order", "quote", "the cheapest comes first", str(vectors), str(sorted(vectors)))


def _check_due(case: Case, quote: Quote, log: Log) -> None:
    """Check that options arrive when due, and that those listed as nearest do not."""
    if quote.shipment.due_at is None:
        log.same("due", "quote", "without a due instant all are options", len(quote.nearest), 0)
        return
    due_min = case.clock.minute(quote.shipment.due_at)
    for index, option in enumerate(quote.options):
        log.no_later("due", f"option {index}", "arrives after due", option.arrive_min, due_min)
    for index, option in enumerate(quote.nearest):
        log.no_later("due", f"nearest {index}", "arrives when due", due_min + 1, option.arrive_min)
