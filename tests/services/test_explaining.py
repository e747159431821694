"""Explaining: in full to colleagues, and to customers only what may be disclosed."""

import json
from decimal import Decimal

import pytest

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.grade import Grade
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.proposal import LimitMethod, Outcome
from creditflow.domain.texts import Unworded
from creditflow.services.explaining import (
    all_texts,
    disclosed_reasons,
    knock_out_texts,
    reason_texts,
)
from creditflow.sources.policy_files import shipped_policy_text
from tests.services.judging import POLICY, a_work, judged


def test_reasons_are_told_with_title_value_and_points() -> None:
    evaluation = judged(a_work(late=40))
    english, chinese = (reason_texts(evaluation, POLICY, lang) for lang in ("en", "zh-CN"))
    assert [r.weighs for r in english] == sorted((r.weighs for r in english), reverse=True)
    against = next(r for r in english if r.characteristic == "lateness_ewma_12m")
    assert (against.title, against.unit, against.value) == (
        "Days late, recent months first",
        "days",
        Decimal("35.6"),
    )
    assert against.points < against.best
    assert {r.title for r in chinese}.isdisjoint(r.title for r in english)
    assert len(all_texts(evaluation, POLICY, "en")) == len(evaluation.contributions)


def test_a_letter_gives_at_most_three_reasons_of_the_customers_own_facts() -> None:
    evaluation = judged(a_work(late=40))
    reasons = disclosed_reasons(evaluation, outcome=Outcome.REDUCED, policy=POLICY, language="en")
    assert 1 <= len(reasons) <= 3
    assert len({r.code for r in reasons}) == len(reasons)
    latest = next(r for r in reasons if r.code == "LATEST")
    assert (
        latest.text.format_map(latest.facts)
        == "One invoice was paid, or is still open, 40 days after its due date."
    )
    for reason in reasons:
        assert reason.text.format_map(reason.facts)
        assert "{" not in reason.advice


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_direction_fits_the_outcome(outcome: Outcome) -> None:
    evaluation = judged(a_work())
    reasons = disclosed_reasons(evaluation, outcome=outcome, policy=POLICY, language="en")
    good = outcome in {Outcome.APPROVED, Outcome.RAISED, Outcome.UNCHANGED}
    assert bool([r for r in reasons if r.code == "RECENT_DELAY"]) == good
    assert all(r.advice == "" for r in reasons) == good


def test_bad_news_says_what_is_missing_and_which_method_bound() -> None:
    evaluation = judged(a_work())
    reasons = disclosed_reasons(
        evaluation,
        outcome=Outcome.REDUCED,
        policy=POLICY,
        language="zh-CN",
        binding=LimitMethod.NEED,
    )
    assert reasons[0].code == "NEED"
    assert "我司尚无贵司近期的财务报表。" in [r.text for r in reasons]


def test_nothing_that_must_stay_inside_is_disclosed() -> None:
    work = a_work(late=60)
    evaluation = judged(work)
    for outcome in Outcome:
        for reason in disclosed_reasons(evaluation, outcome=outcome, policy=POLICY, language="en"):
            said = f"{reason.text} {reason.advice} {dict(reason.facts)}".lower()
            assert not any(
                word in said for word in ("grade", "score", "points", "altman", "sector", "outlook")
            )


def test_knock_outs_have_titles() -> None:
    work = a_work(late=1000)
    evaluation = judged(work)
    assert evaluation.grade is Grade.G
    assert knock_out_texts(evaluation, POLICY, "en") == (
        "A large part of the balance is more than 90 days overdue",
    )
    assert knock_out_texts(judged(a_work()), POLICY, "en") == ()


def test_a_letter_in_a_further_language_takes_its_reasons_from_the_policys_own_words() -> None:
    evaluation = judged(a_work(late=40))

    def reasons(policy: Policy) -> str:
        found = disclosed_reasons(evaluation, outcome=Outcome.REDUCED, policy=policy, language="de")
        return " ".join(f"{x.text} {x.advice}" for x in found)

    with pytest.raises(Unworded, match=r"no words in de for “.+”.*review the customer again"):
        reasons(POLICY)
    german = policy_from_json(json.dumps(in_german(json.loads(shipped_policy_text()))), 1)
    assert reasons(german).startswith("Auf Deutsch: ")


def in_german(plain: object) -> object:
    """The same documents with a third language wherever there are two."""
    if isinstance(plain, list):
        return [in_german(x) for x in plain]
    if not isinstance(plain, dict):
        return plain
    if set(plain) == set(LANGUAGES):
        return {**plain, "de": f"Auf Deutsch: {plain['en']}"}
    return {key: in_german(value) for key, value in plain.items()}
