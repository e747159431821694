"""The book for the allocation, and its outcome on the normal way to a decision."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from creditflow.approvals.deciding import decide
from creditflow.domain.allocating import AllocatedLine, Allocation, BookLine
from creditflow.domain.budgets import BudgetPlan
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.people import Role
from creditflow.domain.proposal import LimitMethod
from creditflow.services.optimising import (
    CannotAllocate,
    MayNotPropose,
    changes,
    gather_book,
    occasions,
)
from creditflow.sources.budget_files import example_budgets, load_budgets
from tests.fakes import FakeWork
from tests.flows.in_memory import BOSS, a_book
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_limit,
    a_rate,
    an_analyst,
    cny,
)
from tests.services.judging import POLICY, a_work, judged, proposed

PLAN: BudgetPlan = load_budgets(example_budgets(), "budgets.yaml")


def allocation(work: FakeWork, limit: Money, held_by: str) -> Allocation:
    """One customer's part of an allocation, as the optimiser hands it back."""
    (line,) = gather_book(PLAN, on=TODAY, work=work).lines
    zero = Money.zero("CNY")
    each = AllocatedLine(line, limit, limit, zero, held_by)
    return Allocation(PLAN, (each,), (), (), zero, zero, 0.0, 1.0, zero, 0)


def test_the_book_has_what_the_latest_proposal_rests_on() -> None:
    work = a_work()
    work.limits.add(a_limit(cny(10_000), from_=TODAY), replacing=0)
    evaluation, proposal = judged(work), proposed(work)
    seen: list[tuple[int, int]] = []

    (line,) = gather_book(PLAN, on=TODAY, work=work, seen=lambda *how: seen.append(how)).lines

    by_method = {candidate.method: candidate.amount for candidate in proposal.candidates}
    assert (line.customer.id, line.pd) == (ACME, evaluation.pd)
    assert line.need == by_method[LimitMethod.NEED]
    assert (line.bound, line.bound_by) == (by_method[LimitMethod.APPETITE], LimitMethod.APPETITE)
    assert (line.current, line.factor) == (cny(10_000), Fraction(1))
    assert seen == [(1, 1)]


def test_who_was_never_evaluated_is_not_in_the_book() -> None:
    assert gather_book(PLAN, on=TODAY, work=a_work()).lines == []


def test_a_customer_abroad_is_counted_at_the_rates_of_the_day() -> None:
    work = a_work(currency="USD")
    work.rates.put_all([a_rate("CNY", "8"), a_rate("USD", "1.1")])
    judged(work)
    proposed(work)

    (line,) = gather_book(PLAN, on=TODAY, work=work).lines

    assert line.factor == Fraction(80, 11)
    assert line.bound.currency == "USD"


def test_every_missing_rate_is_named_at_once() -> None:
    work = a_work(currency="USD")
    work.rates.put_all([a_rate("CNY", "8"), a_rate("USD", "1.1")])
    judged(work)
    proposed(work)
    later = TODAY.replace(year=TODAY.year + 1)

    with pytest.raises(CannotAllocate, match="no exchange rate") as refused:
        gather_book(PLAN, on=later, work=work)

    assert len(refused.value.details) == 1


def test_budgets_in_another_currency_are_refused() -> None:
    with pytest.raises(CannotAllocate, match="Write the budgets in CNY"):
        gather_book(replace(PLAN, currency="EUR"), on=TODAY, work=a_work())


@pytest.mark.parametrize(
    ("current", "best", "is_change"),
    [
        (None, 0, False),
        (None, 50_000, True),
        (100_000, 100_000, False),
        (100_000, 99_000, True),
        (100_000, 114_000, False),
        (100_000, 120_000, True),
        (100_000, 0, True),
    ],
)
def test_every_cut_is_made_and_every_raise_that_is_worth_a_letter(
    current: int | None, best: int, is_change: bool
) -> None:
    now = None if current is None else cny(current)
    line = BookLine(
        a_customer(), Decimal("0.01"), cny(1), cny(1), LimitMethod.CAP, now, 30, Fraction(1)
    )
    each = AllocatedLine(line, cny(best), cny(best), cny(0), "need")
    found = Allocation(PLAN, (each,), (), (), cny(0), cny(0), 0.0, 1.0, cny(0), 0)

    assert list(changes(found, POLICY)) == ([each] if is_change else [])


def test_only_an_analyst_proposes() -> None:
    work = a_work()
    judged(work)
    proposed(work)

    with pytest.raises(MayNotPropose):
        occasions(allocation(work, cny(1), "need"), by=BOSS, at=NOW, on=TODAY, work=work)


# ------------------------------------------------------------------ the normal way


def optimised(tmp_path, *, limit: Money, held_by: str, by=None):
    """An installation in which an analyst has proposed what one customer was allocated."""
    app = a_book(tmp_path)
    by = by or an_analyst()
    with app.memory.work() as work:
        work.people.put(by)
    first = app.begin(Occasion(OccasionKind.PERIODIC, ACME, TODAY))
    assert first is not None
    with app.memory.work() as work:
        decide(first.id, Verdict(Say.APPROVE, first.proposal_hash or "", comment="Fine."),
               by=BOSS, key="first", at=app.now(), on=app.today(), work=work)  # fmt: skip
    app.advance(first.id)
    letter = app.letter(first.id)
    assert letter is not None
    app.deliver(letter.id)
    app.passes(days=1)
    with app.memory.work() as work:
        found = allocation(work, limit, held_by)
        (occasion,) = occasions(found, by=by, at=app.now(), on=app.today(), work=work)
    return app, occasion, app.begin(occasion)


def test_an_allocation_bounds_the_proposal_and_says_which_budget_is_scarce(tmp_path) -> None:
    app, occasion, case = optimised(tmp_path, limit=cny(9_000), held_by="limit:sector:machinery")

    proposal = app.seen().proposals.get(case.proposal_id)
    assert occasion.kind is OccasionKind.OPTIMISATION
    assert (proposal.proposed, proposal.binding) == (cny(9_000), LimitMethod.ALLOCATION)
    assert proposal.requested is None
    why = next(c.why for c in proposal.candidates if c.method is LimitMethod.ALLOCATION)
    assert str(why) == (
        "The best allocation over all customers: CNY 9,000.00;"
        " the budget for sector machinery is used up."
    )
    assert app.told("OPT-000001") == ["limits.allocated"]


def test_an_allocation_never_raises_what_the_policy_bounds(tmp_path) -> None:
    app, _, case = optimised(tmp_path, limit=cny(900_000_000), held_by="need")

    proposal = app.seen().proposals.get(case.proposal_id)
    assert proposal.binding is not LimitMethod.ALLOCATION
    assert proposal.proposed < cny(900_000_000)


def test_nothing_is_applied_without_a_decision_and_not_by_who_proposed(tmp_path) -> None:
    both = replace(BOSS, id="both", roles=BOSS.roles | {Role.ANALYST})
    app, _, case = optimised(tmp_path, limit=cny(1_000), held_by="limit:book", by=both)

    assert case.state is CaseState.AWAITING
    before = app.seen().limits.current(ACME)
    verdict = Verdict(Say.APPROVE, case.proposal_hash or "", comment="Mine.")
    with app.memory.work() as work, pytest.raises(Refusal):
        decide(case.id, verdict, by=both, key="own", at=app.now(), on=app.today(), work=work)
    assert app.seen().limits.current(ACME) == before


def test_an_open_case_is_left_alone(tmp_path) -> None:
    app, occasion, case = optimised(tmp_path, limit=cny(1_000), held_by="limit:book")

    assert case is not None
    assert app.begin(replace(occasion, reference="OPT-000002")) is None
