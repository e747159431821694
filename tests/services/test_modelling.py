"""A model comes to power by two people only, and its judgement replays with the evaluation."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.learned_judging import learned_again, with_models
from creditflow.domain.learned_reading import BadModel
from creditflow.domain.model_registry import ModelState
from creditflow.domain.people import Role
from creditflow.domain.policy import Combine, LearnedRule
from creditflow.services.drafting import NotYours
from creditflow.services.imagining import imagine
from creditflow.services.modelling import (
    WrongMoment,
    keep_model,
    promote_model,
    propose_model,
    retire_model,
)
from creditflow.store.encoding import decode, encode
from tests.fakes import FakeDatabase
from tests.makers import NOW, a_model, a_person, an_evaluation
from tests.services.judging import POLICY, a_work, judged

WHY = "It ranks better than the one before."
SUN, GAO, LI = (
    a_person(name, roles=frozenset({Role.POLICY_ADMIN})) for name in ("sun", "gao", "li")
)
CLERK = a_person("clerk", roles=frozenset({Role.ANALYST}))


@pytest.fixture
def work():
    with FakeDatabase().work() as work:
        yield work


def kept(work, late=-40, by="li"):
    return keep_model(a_model(late=late).text, "{}", by=by, at=NOW, work=work).id


def test_two_people_make_a_champion_and_the_one_before_retires(work):
    first, second = kept(work), kept(work, late=-41)
    for model in (first, second):
        propose_model(model, why=WHY, by=SUN, at=NOW, work=work)
        promote_model(model, why=WHY, by=GAO, at=NOW, work=work)

    assert work.models.get(first).state is ModelState.RETIRED
    assert [m.id for m in work.models.scoring()] == [second]
    assert [e.entry.what for e in work.journal.of(second)] == [
        "model.trained", "model.proposed", "model.promoted",
    ]  # fmt: skip


@pytest.mark.parametrize("person", [SUN, LI, CLERK])
def test_nobody_promotes_what_the_person_proposed_or_trained(work, person):
    model = kept(work)
    propose_model(model, why=WHY, by=SUN, at=NOW, work=work)

    with pytest.raises(NotYours):
        promote_model(model, why=WHY, by=person, at=NOW, work=work)


def test_a_draft_is_not_promoted_and_a_retired_model_stays_so(work):
    model = kept(work)
    with pytest.raises(WrongMoment, match="challenger"):
        promote_model(model, why=WHY, by=GAO, at=NOW, work=work)
    retire_model(model, why=WHY, by=GAO, at=NOW, work=work)
    with pytest.raises(WrongMoment):
        propose_model(model, why=WHY, by=SUN, at=NOW, work=work)


def test_a_reason_is_needed_and_rubbish_is_not_kept(work):
    with pytest.raises(WrongMoment, match="why"):
        propose_model(kept(work), why=" ", by=SUN, at=NOW, work=work)
    with pytest.raises(BadModel):
        keep_model("{}", "{}", by="li", at=NOW, work=work)


def test_the_judgement_is_kept_with_the_evaluation_and_decides_nothing():
    alone = an_evaluation()
    challenger = a_model(state=ModelState.CHALLENGER)

    judged = with_models(alone, [challenger], LearnedRule(Combine.WORSE_OF))

    assert replace(judged, learned=()) == alone
    assert judged.learned[0].model == challenger.id
    assert judged.learned[0].judged.pd > 0
    assert decode(encode(judged), Evaluation) == judged
    assert decode(encode(alone), Evaluation).learned == ()


def champion(late: int):
    return a_model(late=late, state=ModelState.CHAMPION)


@pytest.mark.parametrize("late", [200, -200])
def test_worse_of_takes_the_worse_grade_and_says_what_the_scorecard_said(late):
    alone = replace(an_evaluation(), grade=Grade.C, pd=Decimal("0.05"))

    both = with_models(alone, [champion(late)], LearnedRule(Combine.WORSE_OF))

    model = both.learned[0].judged
    assert both.grade == max(Grade.C, model.grade)
    assert (both.combined.grade, both.combined.pd) == (Grade.C, Decimal("0.05"))
    assert with_models(alone, [champion(late)], None).grade is Grade.C


@given(st.decimals("0.001", "0.999", places=3), st.decimals(0, 1, places=2))
def test_a_blend_lies_between_both_and_a_weight_of_zero_is_the_scorecard(pd, weight):
    alone = replace(an_evaluation(), pd=pd)

    both = with_models(alone, [champion(-40)], LearnedRule(Combine.BLEND, weight))

    ends = sorted((pd, both.learned[0].judged.yearly))
    assert ends[0] - Decimal("0.00001") <= both.pd <= ends[1] + Decimal("0.00001")
    if weight == 0:
        assert both.pd == pd


def test_a_knock_out_stands_whatever_the_model_says():
    alone = replace(an_evaluation(), grade=Grade.G, knock_outs=("INSOLVENT",))

    assert with_models(alone, [champion(200)], LearnedRule(Combine.BLEND)).grade is Grade.G


@pytest.mark.parametrize("rule", [None, *map(LearnedRule, Combine)])
def test_a_combined_evaluation_replays_and_a_missing_model_is_noticed(rule):
    model = champion(-200)
    alone = an_evaluation()
    both = with_models(alone, [model], rule)

    assert learned_again(alone, both, {model.hash: model.text}, rule) == both
    assert learned_again(alone, both, {}, rule) != both


def test_what_if_and_ways_back_ask_the_champion_too():
    rule, model = LearnedRule(Combine.WORSE_OF), champion(-400)
    work = a_work(late=16)
    work.kept.policies[1] = replace(POLICY, learned=rule)
    work.models.add(model)
    kept_ = judged(work)

    same = imagine("CASE-1", {"sector_outlook": kept_.evidence["sector_outlook"].value}, work=work)
    better = imagine("CASE-1", {"days_beyond_terms_12m": Decimal(1)}, work=work)

    assert kept_.grade > kept_.combined.grade
    assert same.supposed.evaluation.grade is kept_.grade
    assert same.supposed.evaluation.pd == kept_.pd
    assert better.supposed.evaluation.grade < kept_.grade
    assert all(way.after.combined for way, _ in same.ways.values())
