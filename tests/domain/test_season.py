"""The need follows the season of the year before, and means what it meant where there is none."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.customer import LANGUAGES, Language
from creditflow.domain.exposure import exposure
from creditflow.domain.ledger import Invoice, Ledger
from creditflow.domain.limit_setting import suggest
from creditflow.domain.money import Money
from creditflow.domain.operations import Sales, operations
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.season import SeasonRule
from creditflow.web.language import speech
from tests.domain.test_limit_setting import OWN, POLICY, RATES, facing, judged
from tests.makers import ACME, TODAY, a_policy, cny

HALF_TO_DOUBLE = SeasonRule(Decimal("0.5"), Decimal(2))


def signals(sold: dict[int, int]) -> dict[str, Decimal]:
    """The signals of operations; sales in major units by days ago."""
    invoices = tuple(
        Invoice(ACME, f"R-{ago}", day := TODAY - timedelta(days=ago), day, cny(amount))
        for ago, amount in sold.items()
    )
    ledger = Ledger(ACME, invoices, (), ())
    owed = exposure(ledger, currency="CNY", rates=RATES, on=TODAY)
    return operations(Sales(ledger, OWN), owed, None, OWN, None)


def per_day(policy: Policy, **known: str | int | Decimal) -> Money:
    """Sales a day by which the need is computed: thirty days of them, in full."""
    grades = {g: replace(rule, need_share=Decimal(1)) for g, rule in policy.grades.items()}
    found = suggest(judged(**known), facing(), replace(policy, grades=grades))
    (need,) = [c.amount for c in found.candidates if c.method is LimitMethod.NEED]
    assert need is not None
    return need.times(Fraction(1, 30))


@settings(max_examples=30, deadline=None)
@given(amount=st.integers(1, 10**6), days=st.integers(365 + 90, 1500), daily=st.integers(1, 3))
def test_constant_sales_give_the_same_need_as_without_the_season(
    amount: int, days: int, daily: int
) -> None:
    found = signals(dict.fromkeys(range(days), amount * daily))
    assert found["season_sales_per_day"] == found["sales_peak_per_day_12m"]
    assert found["season_trend"] == 0
    with_season = replace(POLICY, season=HALF_TO_DOUBLE)
    assert per_day(with_season, **found) == per_day(POLICY, **found)


@pytest.mark.parametrize(("days", "known"), [(394, False), (395, True)])
def test_thirteen_months_have_to_be_known(days: int, known: bool) -> None:
    found = signals(dict.fromkeys(range(days), 10))
    assert ("season_sales_per_day" in found) is known
    assert ("season_trend" in found) is known
    with_season = replace(POLICY, season=HALF_TO_DOUBLE)
    assert per_day(with_season, **found) == per_day(POLICY, **found)


def seasonal(this_year: int, last_year: int) -> dict[str, Decimal]:
    """Hardly anything but in the ninety days of the year to come; so a year ago, and two."""
    quiet = {ago: last_year if ago >= 365 else this_year for ago in range(800)}
    busy = dict.fromkeys([*range(275, 365), *range(640, 730)], 50 * last_year)
    return signals({**quiet, **busy})


def test_before_the_season_the_need_is_that_of_the_season() -> None:
    found = seasonal(this_year=10, last_year=10)
    assert (found["season_sales_per_day"], found["season_trend"]) == (500, 0)
    assert per_day(replace(POLICY, season=HALF_TO_DOUBLE), **found) == cny(500)


def test_behind_the_season_the_need_falls_although_the_busiest_days_are_not_a_year_past() -> None:
    busy = dict.fromkeys([*range(10, 100), *range(375, 465)], 500)
    found = signals({**dict.fromkeys(range(800), 10), **busy})
    del found["largest_purchase_12m"]  # which would be the least that is needed
    assert per_day(POLICY, **found) == cny(500)
    assert per_day(replace(POLICY, season=HALF_TO_DOUBLE), **found) == cny(10)


@pytest.mark.parametrize(
    ("this_year", "expected"),
    [(13, "650"), (7, "350"), (30, "1000"), (1, "250")],
)
def test_the_trend_is_followed_within_the_bounds_of_the_policy(
    this_year: int, expected: str
) -> None:
    found = seasonal(this_year=this_year, last_year=10)
    assert per_day(replace(POLICY, season=HALF_TO_DOUBLE), **found) == cny(expected)


def test_where_nothing_was_sold_a_year_ago_there_is_no_trend_and_the_busiest_days_count() -> None:
    found = signals({0: 900, 200: 900, 700: 900})
    assert "season_trend" not in found
    with_season = replace(POLICY, season=HALF_TO_DOUBLE)
    assert per_day(with_season, **found) == per_day(POLICY, **found)


TOLD = {
    "en": "Purchases of CNY 12,000.00 a day in the coming season, as a year ago and with the trend"
    " since, over 30 days (30 days terms, 0 days usual delay), of which 120 % is covered.",
    "zh-CN": "参照去年同期及此后趋势",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_says_that_it_is_the_season(language: Language) -> None:
    known = judged(season_sales_per_day=10_000, season_trend="0.2", sales_peak_per_day_12m=50_000)
    found = suggest(known, facing(), a_policy(season=HALF_TO_DOUBLE)).candidates
    (need,) = [c for c in found if c.method is LimitMethod.NEED]
    assert need.amount == cny(432_000)
    told = str(need.why) if language == "en" else speech(language).tell(need.why)
    assert TOLD[language] in told
