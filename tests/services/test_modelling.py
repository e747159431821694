"""A model comes to power by two people only, and its judgement replays with the evaluation."""

from dataclasses import replace

import pytest

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned_judging import with_models
from creditflow.domain.learned_reading import BadModel
from creditflow.domain.model_registry import ModelState
from creditflow.domain.people import Role
from creditflow.services.modelling import (
    NotYourModel,
    WrongMoment,
    keep_model,
    promote_model,
    propose_model,
    retire_model,
)
from creditflow.store.encoding import decode, encode
from tests.fakes import FakeDatabase
from tests.makers import NOW, a_model, a_person, an_evaluation

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

    with pytest.raises(NotYourModel):
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

    judged = with_models(alone, [challenger])

    assert replace(judged, learned=()) == alone
    assert judged.learned[0].model == challenger.id
    assert judged.learned[0].judged.pd > 0
    assert decode(encode(judged), Evaluation) == judged
    assert decode(encode(alone), Evaluation).learned == ()
