"""What cannot be believed gets a named problem, and the figures behind it are unknown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.figures import DIVISORS, FIGURES, USES, bearing_on
from creditflow.domain.ledger import Invoice, Statement
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.signals import Evidence
from tests.domain.test_gathering import RATES, billed, ledger, paid, seen
from tests.makers import ACME, TODAY, a_statement, cny

FULL = a_statement(
    cost_of_sales=cny(18_000_000), cash=cny(1_500_000), inventory=cny(3_000_000),
    receivables=cny(2_400_000), retained_earnings=cny(3_000_000),
    interest_expense=cny(400_000), operating_cash_flow=cny(1_600_000),
)  # fmt: skip
BEFORE = replace(FULL, period_end=date(2024, 12, 31))
OURS = Invoice(ACME, "ours", TODAY - timedelta(days=40), TODAY, cny(1_200_000))
Code = ProblemCode


def judged(*reports: Statement) -> Evidence:
    return seen(ledger(OURS), reports=reports)


def codes(evidence: Evidence) -> list[ProblemCode]:
    return [problem.code for problem in evidence.problems]


def unknown_now(sound: Evidence, evidence: Evidence) -> set[str]:
    """Signals that are known from the sound statement, and not from this one."""
    return {n for n, s in sound.items() if s.value is not None and evidence[n].value is None}


def test_a_sound_statement_has_no_problem_and_every_signal() -> None:
    evidence = judged(FULL, BEFORE)
    assert evidence.problems == ()
    assert [name for name in USES if evidence[name].value is None] == []


@pytest.mark.parametrize("figure", FIGURES)
def test_every_signal_says_which_figures_it_is_made_of(figure: str) -> None:
    without = judged(replace(FULL, **{figure: None}), BEFORE)
    assert unknown_now(judged(FULL, BEFORE), without) == set(bearing_on([figure]))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_assets": -cny(1)}, Code.NEGATIVE_FIGURE),
        ({"inventory": -cny(1)}, Code.NEGATIVE_FIGURE),
        ({"revenue": -cny(1)}, Code.NEGATIVE_FIGURE),
        ({"cash": Money.of(1, "EUR")}, Code.FIGURE_CURRENCY),
        ({"months": 0}, Code.PERIOD_LENGTH),
        ({"months": 60}, Code.PERIOD_LENGTH),
        ({"current_assets": cny(16_000_000)}, Code.PART_ABOVE_WHOLE),
        ({"inventory": cny(9_500_000)}, Code.PART_ABOVE_WHOLE),
        ({"current_liabilities": cny(9_000_000)}, Code.PART_ABOVE_WHOLE),
        ({"equity": cny(6_000_000)}, Code.UNBALANCED),
        ({"revenue": cny(2_400)}, Code.UNIT_MIXED),
    ],
)
def test_a_malformed_figure_is_named_and_unknown(changes: dict[str, object], code: Code) -> None:
    evidence = judged(replace(FULL, **changes))
    assert code in codes(evidence)
    lost = unknown_now(judged(FULL), evidence)
    assert lost
    named = {name for problem in evidence.problems for name in problem.signals}
    assert lost <= named
    assert [name for name in named if evidence[name].value is not None] == []


@pytest.mark.parametrize("figure", list(DIVISORS))
def test_ratios_to_zero_are_named_and_unknown(figure: str) -> None:
    # The rest of the balance sheet is not given, for with a zero it could not add up.
    parts = ("total_assets", "total_liabilities", "equity", "current_assets")
    rest = dict.fromkeys((*parts, "current_liabilities"))
    evidence = judged(replace(FULL, **{**rest, figure: cny(0)}))
    problem = next(p for p in evidence.problems if p.code is Code.NOT_ABOVE_ZERO)
    assert problem.signals == DIVISORS[figure]
    assert [n for n in DIVISORS[figure] if evidence[n].value is not None] == []


def test_growth_from_nothing_is_named_and_unknown() -> None:
    evidence = judged(FULL, replace(BEFORE, revenue=cny(0)))
    assert (codes(evidence), evidence.problems[0].signals) == (
        [Code.NOT_ABOVE_ZERO],
        ("revenue_growth",),
    )
    assert evidence["revenue_growth"].value is None
    assert evidence["net_margin"].value is not None


def in_wan(statement: Statement) -> Statement:
    """The same statement by somebody who writes 万元 where 元 is meant."""
    figures = {
        name: Money(amount.minor // 10_000, amount.currency)
        for name in FIGURES
        if (amount := getattr(statement, name)) is not None
    }
    return replace(statement, **figures)


def test_a_statement_in_ten_thousands_is_noticed_against_the_earlier_one() -> None:
    evidence = judged(in_wan(FULL), BEFORE)
    assert codes(evidence)[:2] == [Code.UNIT_CHANGED] * 2
    assert evidence["annual_revenue"].value is None
    assert evidence["equity_amount"].value is None
    assert evidence["revenue_growth"].value is None


def test_a_statement_in_ten_thousands_is_noticed_against_our_own_sales() -> None:
    evidence = judged(in_wan(FULL))
    assert codes(evidence) == [Code.UNIT_AGAINST_LEDGER]
    for amount in ("annual_revenue", "equity_amount", "purchase_share_of_revenue"):
        assert evidence[amount].value is None
    # Ratios within a statement are the same in every unit.
    assert evidence["current_ratio"].value == judged(FULL)["current_ratio"].value


def test_a_profit_that_is_a_thousand_times_last_years_is_no_problem() -> None:
    assert judged(FULL, replace(BEFORE, net_profit=cny(100), ebit=cny(90))).problems == ()


def test_the_same_period_told_in_two_ways_is_unknown_where_they_differ() -> None:
    other = replace(FULL, source="bureau", net_profit=cny(900_000))
    evidence = judged(FULL, other)
    assert codes(evidence) == [Code.CONTRADICTING_STATEMENTS]
    assert evidence["net_margin"].value is None
    assert evidence["current_ratio"].value is not None
    assert judged(FULL, replace(other, net_profit=FULL.net_profit)).problems == ()


def test_an_audited_statement_goes_before_an_unaudited_one() -> None:
    draft = replace(FULL, source="sales", audited=False, net_profit=cny(1))
    assert judged(FULL, draft).problems == ()
    assert judged(FULL, draft)["net_margin"].value == judged(FULL)["net_margin"].value


def test_a_figure_beyond_all_bounds_is_unknown() -> None:
    huge = Money(MAX_MINOR, "CNY")
    evidence = judged(a_statement(
        months=1, revenue=huge, total_assets=huge, total_liabilities=huge, equity=None,
        current_assets=None, current_liabilities=None, ebit=None, net_profit=None,
    ))  # fmt: skip
    assert evidence["annual_revenue"].value is None


def test_an_invoice_due_before_it_was_issued_says_nothing_about_lateness() -> None:
    turned = Invoice(ACME, "x", TODAY - timedelta(days=10), TODAY - timedelta(days=300), cny(1000))
    fine = ledger(billed("a", due=50), paid("a", ago=50))
    evidence = seen(ledger(*fine.invoices, *fine.payments, turned))
    assert codes(evidence) == [Code.DUE_BEFORE_ISSUED]
    assert evidence["days_beyond_terms_12m"].value == 0
    assert evidence["overdue_share"].value == 0
    assert evidence["high_credit_12m"].value == 1000


def test_a_payment_in_another_currency_than_its_invoice_is_named() -> None:
    payment = replace(paid("a", ago=20), amount=Money.of(125, "EUR"))
    evidence = seen(ledger(billed("a", due=50), payment), rates=RATES)
    assert codes(evidence) == [Code.PAYMENT_CURRENCY]
    assert evidence["overdue_share"].value == 1


def test_a_document_beyond_all_bounds_is_left_out_and_named() -> None:
    huge = Invoice(ACME, "huge", TODAY, TODAY, Money(MAX_MINOR, "EUR"))
    evidence = gathered_without_exposure(huge)
    assert codes(evidence) == [Code.TOO_LARGE]
    assert evidence["largest_purchase_12m"].value == 1000


def gathered_without_exposure(*invoices: Invoice) -> Evidence:
    from creditflow.domain.exposure import exposure
    from creditflow.domain.gathering import gather
    from tests.makers import a_customer, a_policy

    return gather(
        a_customer(), ledger=ledger(*invoices, billed("a", due=-5)), statements=(),
        exposure=exposure(ledger(), currency="CNY", rates=RATES, on=TODAY), limit=None,
        policy=a_policy(), rates=RATES, on=TODAY,
    )  # fmt: skip


def test_problems_are_said_with_a_remedy() -> None:
    [problem] = judged(replace(FULL, inventory=-cny(1))).problems
    assert isinstance(problem, EvidenceProblem)
    assert "CNY -1.00" in str(problem.what)
    assert str(problem.remedy)
