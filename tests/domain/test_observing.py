"""What others say: their own scales and directions, the worst of what is fresh, nothing stale."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.catalogue import KINDS, OBSERVED, Kind
from creditflow.domain.evidence_problem import ProblemCode
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.observation import OBSERVABLE, About, Observation
from creditflow.domain.policy import Policy
from creditflow.domain.scale import Scale
from creditflow.domain.sentences import Sentence
from creditflow.domain.signals import Evidence
from tests.domain.test_gathering import gather_with
from tests.makers import TODAY, a_customer, a_policy, an_observation, texts

LETTERS = Scale("letters", texts("Letters", "字母"), values=("AAA", "AA", "A", "B", "C"),
                unrated=("NR",))  # fmt: skip
TEN = Scale("ten", texts("1 best", "1 最好"), best=Decimal(1), worst=Decimal(10))
HUNDRED = Scale("hundred", texts("100 best", "100 最好"), best=Decimal(100), worst=Decimal(0))
POLICY = a_policy(scales={scale.id: scale for scale in (LETTERS, TEN, HUNDRED)})


def seen(*observations: Observation, policy: Policy = POLICY, on: date = TODAY) -> Evidence:
    return gather_with(observations, policy=policy, on=on)


def said(what: str, value: str, *, ago: int = 10, **changes: object) -> Observation:
    changes = {"scale": None, **changes}
    return an_observation(what, value=value, on=TODAY - timedelta(days=ago), **changes)


@pytest.mark.parametrize(
    ("scale", "value", "standing"),
    [
        (LETTERS, "AAA", "1.0000"), (LETTERS, "AA", "0.7500"), (LETTERS, "C", "0.0000"),
        (TEN, "1", "1.0000"), (TEN, "10", "0.0000"), (TEN, "5.5", "0.5000"),
        (HUNDRED, "100", "1.0000"), (HUNDRED, "0", "0.0000"), (HUNDRED, "25", "0.2500"),
    ],
)  # fmt: skip
def test_a_standing_is_one_at_the_best_end_whatever_the_direction(
    scale: Scale, value: str, standing: str
) -> None:
    assert str(scale.standing(value)) == standing


@pytest.mark.parametrize("value", ["AA+", "aa", "", "1"])
def test_what_is_not_on_the_scale_is_told(value: str) -> None:
    assert isinstance(LETTERS.standing(value), Sentence)


@pytest.mark.parametrize("value", ["0", "11", "NaN", "Infinity", "1e999999", "best", "-5"])
def test_a_number_off_the_scale_is_told(value: str) -> None:
    assert isinstance(TEN.standing(value), Sentence)


def test_unrated_is_unknown_and_neither_good_nor_bad() -> None:
    assert LETTERS.standing("NR") is None
    evidence = seen(said("bureau_standing", "NR", scale="letters"))
    assert evidence["bureau_standing"].value is None
    assert evidence.problems == ()


@given(st.integers(1, 10), st.integers(1, 10))
def test_better_grades_never_stand_lower(one: int, other: int) -> None:
    better, worse = (TEN.standing(str(n)) for n in sorted((one, other)))
    assert isinstance(better, Decimal)
    assert isinstance(worse, Decimal)
    assert better >= worse


def test_an_observation_becomes_a_signal_with_source_date_and_shelf_life() -> None:
    signal = seen(said("bureau_standing", "AA", scale="letters"))["bureau_standing"]
    assert signal.value == Decimal("0.7500")
    assert signal.source == "bureau: Example Bureau = AA (letters)"
    assert signal.as_of == TODAY - timedelta(days=10)
    assert signal.stale_after == signal.as_of + timedelta(days=SHELF_LIFE_DAYS[Kind.BUREAU])


def test_nothing_observed_is_unknown_not_good() -> None:
    evidence = seen()
    external = [name for name, kind in KINDS.items() if kind in OBSERVED]
    assert len(external) == len(OBSERVABLE)
    assert [name for name in external if evidence[name].value is not None] == []


def test_stale_is_shown_and_does_not_count() -> None:
    signal = seen(said("insolvency", "no", ago=93))["insolvency"]
    assert signal.value == "no"
    assert not signal.usable(TODAY)
    assert seen(said("insolvency", "no", ago=92))["insolvency"].usable(TODAY)


def test_the_policy_says_how_long_evidence_lasts() -> None:
    longer = replace(POLICY, shelf_lives={Kind.COURT: 200})
    assert seen(said("insolvency", "no", ago=93), policy=longer)["insolvency"].usable(TODAY)


def test_what_the_provider_says_of_its_own_validity_can_only_shorten_it() -> None:
    short = said("insolvency", "no", valid_until=TODAY - timedelta(days=1))
    assert not seen(short)["insolvency"].usable(TODAY)
    long = said("insolvency", "no", ago=93, valid_until=TODAY + timedelta(days=900))
    assert not seen(long)["insolvency"].usable(TODAY)


@pytest.mark.parametrize(
    ("what", "good", "bad", "worst"),
    [
        ("insolvency", "no", "yes", "yes"),
        ("sanctioned", "no", "yes", "yes"),
        ("registry_status", "active", "in_liquidation", "in_liquidation"),
        ("court_cases_12m", "0", "7", Decimal(7)),
        ("market_outlook", "0.8", "-0.5", Decimal("-0.5")),
    ],
)
def test_no_good_word_hides_a_bad_one(what: str, good: str, bad: str, worst: object) -> None:
    one, other = said(what, good, ago=1), said(what, bad, ago=20, provider="Another")
    assert seen(one, other)[what].value == worst
    assert seen(other, one)[what].value == worst


def test_the_lowest_of_several_standings_counts_while_it_is_fresh() -> None:
    high = said("bureau_standing", "AAA", ago=1, scale="letters")
    low = said("bureau_standing", "10", ago=20, scale="ten", provider="Another")
    assert seen(high, low)["bureau_standing"].value == 0
    old = said("bureau_standing", "10", ago=400, scale="ten", provider="Another")
    assert seen(high, old)["bureau_standing"].value == 1


def test_of_one_provider_the_latest_word_counts() -> None:
    assert seen(said("insolvency", "yes", ago=30), said("insolvency", "no", ago=1))[
        "insolvency"
    ].value == "no"  # fmt: skip


def test_days_since_registration_grow_with_the_day_that_is_judged() -> None:
    founded = said("registered_on", (TODAY - timedelta(days=500)).isoformat(), ago=100)
    assert seen(founded)["registered_days"].value == 500
    assert seen(founded, on=TODAY + timedelta(days=7))["registered_days"].value == 507


def test_a_sectors_and_a_countrys_outlook_reach_their_customers_only() -> None:
    ours = said("market_outlook", "-0.4", about=About.SECTOR, subject="hardware")
    assert seen(ours)["market_outlook"].value == Decimal("-0.4")
    assert "[hardware]" in seen(ours)["market_outlook"].source
    theirs = said("market_outlook", "-0.4", about=About.SECTOR, subject="food")
    assert seen(theirs)["market_outlook"].value is None


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("bureau_standing", "Z"), ("insolvency", "maybe"), ("court_cases_12m", "-1"),
        ("court_cases_12m", "1.5"), ("court_cases_12m", "NaN"), ("market_outlook", "2"),
        ("registered_on", "31.12.2019"), ("registered_on", "2030-01-01"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem_and_unknown(what: str, value: str) -> None:
    signal, _ = OBSERVABLE[what]
    evidence = seen(said(what, value, scale="letters" if what == "bureau_standing" else None))
    assert evidence[signal].value is None
    [problem] = evidence.problems
    assert (problem.code, problem.signals) == (ProblemCode.OBSERVATION_UNREADABLE, (signal,))


def test_a_grade_without_a_known_scale_means_nothing() -> None:
    for scale in (None, "moodys"):
        evidence = seen(said("bureau_standing", "AAA", scale=scale))
        assert evidence["bureau_standing"].value is None
        assert "no scale" in str(evidence.problems[0].what)


values: st.SearchStrategy[str] = st.one_of(
    st.text(max_size=12), st.decimals().map(str), st.sampled_from(["yes", "AAA", "5", "active"])
)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Anything that a file or a provider could say."""
    return Observation(
        about=draw(st.sampled_from(About)),
        subject=draw(st.sampled_from(["C001", "hardware", "CN", "other"])),
        what=draw(st.sampled_from(sorted(OBSERVABLE))),
        on=draw(st.dates(date(2024, 1, 1), date(2027, 1, 1))),
        value=draw(values),
        provider=draw(st.sampled_from(["one", "two"])),
        scale=draw(st.sampled_from([None, "letters", "ten", "hundred", "?"])),
        valid_until=draw(st.none() | st.dates(date(2024, 1, 1), date(2027, 1, 1))),
    )


@given(st.lists(observations(), max_size=12))
def test_whatever_is_said_gives_exact_numbers_words_or_nothing(
    found: Sequence[Observation],
) -> None:
    for name, signal in seen(*found).items():
        if isinstance(signal.value, Decimal):
            assert signal.value.is_finite()
        if name.endswith("_standing") and signal.value is not None:
            assert 0 <= Decimal(signal.value) <= 1


def test_the_customer_of_the_tests_is_the_one_observed() -> None:
    assert said("insolvency", "no").concerns(a_customer())
