"""A rate that stands is changed by a person with a reason, and by nothing and nobody else."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.errors import Unavailable
from creditflow.domain.people import Role
from creditflow.domain.rate_age import FRESH_FOR, RateAge, latest_rates
from creditflow.domain.rates import SHELF_LIFE, Rate, Rates
from creditflow.domain.sentences import say
from creditflow.ports import RateFile
from creditflow.services.exchanging import (
    Correction,
    NoCorrection,
    correct_rate,
    keep_fetched,
    keep_rates,
    note_failure,
    standing_of,
    wanted_currencies,
)
from tests.fakes import FakeWork
from tests.makers import NOW, TODAY, a_customer, a_person, a_rate, an_invoice
from tests.services.judging import POLICY

STEWARD = a_person("steward.gao", roles=frozenset({Role.DATA_STEWARD}))


@pytest.fixture
def work() -> FakeWork:
    work = FakeWork(POLICY)
    work.customers.put_all([a_customer(currency="CNY")])
    return work


def a_file(*rates: Rate, sha256: str = "ab" * 32) -> RateFile:
    return RateFile("bank.example", sha256, max(rate.on for rate in rates), rates)


def journal(work: FakeWork) -> list[tuple[str, dict[str, str]]]:
    return [(s.entry.what, dict(s.entry.facts)) for s in work.journal.of("rates")]


days = st.integers(0, 3).map(lambda n: TODAY - timedelta(n))
told = st.builds(
    Rate,
    st.sampled_from(["CNY", "USD"]),
    days,
    st.sampled_from([Decimal("7.8"), Decimal("7.80"), Decimal("7.9")]),
    st.sampled_from(["ECB", "own"]),
)


@given(st.lists(st.lists(told, max_size=6, unique_by=lambda r: (r.currency, r.on)), max_size=6))
def test_whoever_comes_first_stands_in_any_order_of_files(files: list[list[Rate]]) -> None:
    work, first = FakeWork(POLICY), {}
    for rates in files:
        kept = keep_rates(rates, work=work)
        assert len(kept.new) + kept.known + len(kept.differing) == len(rates)
        for one in kept.differing:
            assert one.stands == first[one.told.currency, one.told.on]
            assert one.stands.per_pivot != one.told.per_pivot
        for rate in rates:
            first.setdefault((rate.currency, rate.on), rate)
        assert {(r.currency, r.on): r for r in work.rates.all().listed()} == first


def test_replaced_by_whoever_comes_last_it_would_not_stand() -> None:
    """Negative control: the table itself can be overwritten."""
    work = FakeWork(POLICY)
    work.rates.put_all([a_rate(per_pivot="7.8")])
    work.rates.put_all([a_rate(per_pivot="7.9")])
    assert work.rates.all().listed() == (a_rate(per_pivot="7.9"),)


def test_a_fetched_file_is_kept_in_the_currencies_dealt_in_with_its_hash(work: FakeWork) -> None:
    work.ledger.add(invoices=[an_invoice(amount=replace(an_invoice().amount, currency="USD"))])
    file = a_file(a_rate("CNY", "7.8"), a_rate("USD", "1.1"), a_rate("JPY", "160"))
    assert wanted_currencies(work) == {"CNY", "USD"}
    kept = keep_fetched(file, by="system", at=NOW, work=work)
    assert [rate.currency for rate in kept.new] == ["CNY", "USD"]
    ((what, facts),) = journal(work)
    assert (what, facts["file"], facts["count"]) == ("rates.fetched", file.sha256, "2")


def test_the_same_file_again_changes_nothing_and_says_nothing(work: FakeWork) -> None:
    for _ in range(2):
        kept = keep_fetched(a_file(a_rate("CNY", "7.8")), by="system", at=NOW, work=work)
    assert (kept.new, kept.known, len(journal(work))) == ((), 1, 1)


def test_another_value_stays_out_and_the_journal_has_both_once(work: FakeWork) -> None:
    work.rates.add([a_rate("CNY", "7.8")])
    for _ in range(3):
        kept = keep_fetched(a_file(a_rate("CNY", "7.9")), by="system", at=NOW, work=work)
    assert str(kept.differing[0].sentence).startswith("For CNY on 2026-03-02 the rate 7.8 (")
    assert work.rates.all().listed() == (a_rate("CNY", "7.8"),)
    ((_, facts),) = journal(work)
    assert facts["differing"] == "CNY 2026-03-02 7.8 ≠ 7.9"


def test_a_failure_is_noted_once_a_day(work: FakeWork) -> None:
    problem = Unavailable(say("No exchange rates came."))
    for shift in (0, 0, 1):
        note_failure(problem, on=TODAY + timedelta(shift), at=NOW, work=work)
    assert [what for what, _ in journal(work)] == ["rates.not_fetched"] * 2


def test_a_person_corrects_a_rate_and_the_journal_keeps_both(work: FakeWork) -> None:
    work.rates.add([a_rate("CNY", "78.1")])
    right = Correction("cny", TODAY, "7.81", "The point was misplaced.")
    correct_rate(right, by=STEWARD, at=NOW, today=TODAY, work=work)
    assert work.rates.all().listed() == (Rate("CNY", TODAY, Decimal("7.81"), STEWARD.id),)
    ((what, facts),) = journal(work)
    assert what == "rates.corrected"
    assert (facts["before"].split(" ")[0], facts["after"]) == ("78.1", "7.81")
    with pytest.raises(NoCorrection, match="already"):
        correct_rate(right, by=STEWARD, at=NOW, today=TODAY, work=work)


def test_everything_that_is_wrong_with_a_correction_is_told_at_once(work: FakeWork) -> None:
    wrong = Correction("EUR", TODAY + timedelta(1), "7,81", "typo")
    with pytest.raises(NoCorrection) as refused:
        correct_rate(wrong, by=STEWARD, at=NOW, today=TODAY, work=work)
    assert len(refused.value.details) == 4


def test_who_may_hand_in_nothing_corrects_nothing(work: FakeWork) -> None:
    approver = a_person("zhao", roles=frozenset({Role.APPROVER}))
    right = Correction("CNY", TODAY, "7.81", "It is the right one.")
    with pytest.raises(NoCorrection, match="hand in files"):
        correct_rate(right, by=approver, at=NOW, today=TODAY, work=work)
    assert journal(work) == []


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, RateAge.FRESH), (FRESH_FOR.days, RateAge.FRESH), (FRESH_FOR.days + 1, RateAge.OLD),
        (SHELF_LIFE.days, RateAge.OLD), (SHELF_LIFE.days + 1, RateAge.UNUSABLE),
    ],
)  # fmt: skip
def test_a_rate_ages(days: int, age: RateAge) -> None:
    (one,) = latest_rates(Rates([a_rate("CNY", "7.8")]), TODAY + timedelta(days))
    assert (one.days, one.age) == (days, age)


def test_one_that_is_needed_and_was_never_there_is_missing(work: FakeWork) -> None:
    assert standing_of(TODAY, work=work) == []  # yuan alone need no rate
    work.customers.put_all([a_customer("C002", currency="EUR")])
    (one,) = standing_of(TODAY, work=work)
    assert (one.currency, one.age) == ("CNY", RateAge.MISSING)
    work.rates.add([replace(a_rate("CNY", "7.8"), on=date(2026, 3, 1))])
    assert standing_of(TODAY, work=work)[0].is_good
