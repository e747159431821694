"""A ledger that ended says so and counts no more; a customer that buys nothing is something else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditflow.domain.catalogue import KINDS, Kind
from creditflow.domain.evidence_problem import ProblemCode
from creditflow.domain.exposure import exposure
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.gathering import gather
from creditflow.domain.ledger import Ledger
from creditflow.domain.rates import Rates
from creditflow.domain.signals import Evidence
from tests.domain.test_gathering import billed, ledger, paid
from tests.makers import ACME, TODAY, a_customer, a_policy, an_invoice
from tests.services.judging import POLICY, a_work, judged

LIFE = SHELF_LIFE_DAYS[Kind.LEDGER]
LEDGER = ledger(billed("a", due=200), paid("a", ago=150))


def seen(known: Ledger, sources_until: date | None) -> Evidence:
    return gather(
        a_customer(), ledger=known, statements=(), limit=None, policy=a_policy(), rates=Rates(()),
        exposure=exposure(known, currency="CNY", rates=Rates(()), on=TODAY), on=TODAY,
        sources_until=sources_until,
    )  # fmt: skip


def stale(evidence: Evidence) -> bool:
    return ProblemCode.STALE_LEDGER in {problem.code for problem in evidence.problems}


def usable(evidence: Evidence) -> set[str]:
    known = (s for n, s in evidence.items() if KINDS[n] is Kind.LEDGER and s.value is not None)
    return {signal.name for signal in known if signal.usable(TODAY)}


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (LIFE, True), (LIFE + 1, False)])
def test_what_a_ledger_says_counts_for_its_shelf_life(ago: int, counts: bool) -> None:
    found = seen(LEDGER, TODAY - timedelta(days=ago))
    assert stale(found) is not counts
    assert bool(usable(found)) is counts
    assert found["settled_12m"].as_of == TODAY - timedelta(days=ago)


def test_a_customer_that_buys_nothing_is_known_to_buy_nothing() -> None:
    """Its own documents are old, but those of others in the same books are not."""
    assert usable(seen(LEDGER, TODAY))
    assert not stale(seen(LEDGER, None))


def test_its_own_documents_count_too_and_later_ones_are_not_seen() -> None:
    fresh = ledger(*LEDGER.invoices, *LEDGER.payments, billed("b", due=-20))
    assert not stale(seen(fresh, TODAY - timedelta(days=90)))
    assert seen(LEDGER, TODAY + timedelta(days=9))["settled_12m"].as_of == TODAY


def test_the_problem_says_how_old_and_what_to_do() -> None:
    (problem,) = seen(LEDGER, TODAY - timedelta(days=56)).problems
    assert "56 days" in str(problem.what)
    assert "Hand in" in str(problem.remedy)


def test_without_documents_there_is_nothing_to_be_old() -> None:
    assert not stale(seen(Ledger(ACME), None))


def test_a_stale_ledger_lowers_the_confidence_and_goes_to_a_person() -> None:
    before, after = judged(a_work()), judged(a_work(ended=60))

    assert stale(after.evidence)
    assert not stale(before.evidence)
    assert after.confidence < before.confidence - Decimal("0.3")
    assert after.points < before.points
    assert after.confidence < POLICY.straight_through.least_confidence


def test_a_debt_that_was_seen_open_stays_open_and_none_is_not_known() -> None:
    """Otherwise a ledger that ends would make a bad customer look better."""
    after = judged(a_work(late=1000, ended=60))
    assert stale(after.evidence)
    assert after.knock_outs == judged(a_work(late=1000)).knock_outs != ()
    assert {"overdue_share", "oldest_days_past_due"} <= usable(after.evidence)
    assert "overdue_share" not in usable(judged(a_work(ended=60)).evidence)


def test_another_customer_of_the_same_books_shows_that_they_go_on() -> None:
    work = a_work()
    work.customers.put_all([a_customer("C002")])
    day = TODAY - timedelta(days=1)
    work.ledger.add(invoices=[an_invoice("X", customer="C002", issued_on=day, due_on=TODAY)])
    assert work.ledger.newest({"own"}, until=TODAY) == day
    assert work.ledger.newest({"own"}, until=TODAY - timedelta(days=2)) != day
    assert work.ledger.newest({"elsewhere"}, until=TODAY) is None
