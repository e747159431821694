"""Importing what others say: kept once, corrections journaled, what cannot be read given back."""

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.hand_in import Kind
from creditflow.domain.observation import About
from creditflow.services.importing import ImportReport
from tests.fakes import FakeWork
from tests.makers import ACME, a_customer
from tests.services.judging import POLICY
from tests.services.test_importing import errors, keep, numbers
from tests.sources.hand_ins import CUSTOMER, SIGNAL

GRADE = {**SIGNAL, "signal": "bureau_standing", "value": "AA-", "scale": "letters"}
OUTLOOK = {**SIGNAL, "customer": "", "signal": "market_outlook", "value": "-0.5"}


@pytest.fixture
def work() -> FakeWork:
    work = FakeWork(POLICY)
    keep(work, "customers", CUSTOMER)
    return work


def signals(work: FakeWork, *rows: dict[str, str]) -> ImportReport:
    return keep(work, "signals", *rows)


def test_good_rows_are_kept_word_by_word_with_their_origin(work):
    report = signals(work, SIGNAL, GRADE)
    assert numbers(report) == (2, 2, 0, 0)
    grade, cases = work.observations.of(a_customer())
    assert (grade.what, grade.value, grade.scale) == ("bureau_standing", "AA-", "letters")
    assert (cases.what, cases.value, cases.provider) == ("court_cases_12m", "2", "Example Bureau")
    assert (cases.origin.file_name, cases.origin.row) == ("signals.csv", 2)


def test_the_same_again_adds_nothing_and_a_correction_is_journaled(work):
    signals(work, SIGNAL)
    again = signals(work, SIGNAL, GRADE)
    corrected = signals(work, {**SIGNAL, "value": "5"})
    assert again.counts[Kind.SIGNALS].known == 1
    assert corrected.counts[Kind.SIGNALS].replaced == 1
    assert work.observations.of(a_customer())[1].value == "5"
    [entry] = [e.entry for e in work.journal.of(ACME) if e.entry.what == "observation.replaced"]
    assert entry.facts["value"] == "2 → 5"


def test_sectors_and_countries_have_an_outlook(work):
    report = signals(work, {**OUTLOOK, "sector": "hardware"}, {**OUTLOOK, "country": "CN"})
    assert numbers(report) == (2, 2, 0, 0)
    assert [o.about for o in work.observations.of(a_customer())] == [About.COUNTRY, About.SECTOR]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({**SIGNAL, "customer": "C404"}, "customer"),
        ({**SIGNAL, "sector": "hardware"}, "customer"),
        ({**SIGNAL, "customer": ""}, "customer"),
        ({**SIGNAL, "customer": "", "sector": "hardware"}, "customer"),
        ({**SIGNAL, "signal": "gossip"}, "signal"),
        ({**SIGNAL, "signal": ""}, "signal"),
        ({**SIGNAL, "value": "many"}, "value"),
        ({**SIGNAL, "value": ""}, "value"),
        ({**SIGNAL, "observed_on": "2031-01-01"}, "on"),
        ({**SIGNAL, "valid_until": "2026-02-01"}, "valid_until"),
        ({**GRADE, "scale": ""}, "value"),
        ({**GRADE, "scale": "moodys"}, "value"),
        ({**GRADE, "value": "Aaa"}, "value"),
        ({**SIGNAL, "provider": ""}, "provider"),
    ],
)
def test_what_cannot_be_believed_stays_out_and_is_given_back(work, row, column):
    report = signals(work, SIGNAL, row)
    assert numbers(report) == (2, 1, 0, 1)
    assert [found[:2] for found in errors(report)] == [(3, column)]
    assert b"creditflow: reason" in report.rejects


def test_two_rows_about_the_same_thing_that_differ_are_not_guessed(work):
    report = signals(work, SIGNAL, {**SIGNAL, "value": "3"})
    assert numbers(report) == (2, 1, 0, 1)
    assert "says 2 about the same thing and day" in errors(report)[0][2]


def test_chinese_words_are_understood(work):
    chinese = {
        "客户编号": "C001", "信号": "失信被执行人", "观察日期": "2026-02-15", "值": "是",
        "提供方": "示例司法数据",
    }  # fmt: skip
    assert numbers(signals(work, chinese)) == (1, 1, 0, 0)
    [found] = work.observations.of(a_customer(CustomerId("C001")))
    assert (found.what, found.value) == ("dishonest_debtor", "yes")


def test_a_grade_that_means_nothing_without_a_policy_is_given_back():
    work = FakeWork()
    keep(work, "customers", CUSTOMER)
    assert numbers(signals(work, SIGNAL, GRADE)) == (2, 1, 0, 1)
