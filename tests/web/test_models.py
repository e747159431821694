"""Learned models in the browser: read by many, moved by two policy administrators."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.domain.evaluation import LearnedJudgement
from creditflow.domain.grade import Grade
from creditflow.domain.judged import Judged
from creditflow.domain.model_registry import ModelState
from tests.makers import a_model

WHY = "It ranks well on later days."
PD = Decimal("0.02")
JUDGED = Judged(600, PD, PD, Grade.C, (), (), (), ())


@pytest.fixture
def learned(app):
    kept = a_model(trained_by="li.na")
    with app.work() as work:
        work.models.add(kept)
    return kept


def state(app, model):
    with app.reading() as work:
        return work.models.get(model.id).state


def step(person, model, what, why=WHY):
    """Post it whether or not the page offers the form: hidden is not refused."""
    token = re.search(r'name="token" value="([^"]+)"', person.get("/models").text)[1]
    return person.http.post(f"/models/{model.id}/{what}", data={"token": token, "why": why})


def test_a_challenger_says_how_it_judges_beside_the_scorecard(app, visit, learned):
    maker = visit("sun.yue")
    assert "次评估中，等级相同" not in maker.get("/models").text
    step(maker, learned, "propose")
    assert "尚未参与最近的信用评估" in maker.get("/models").text
    judge = LearnedJudgement(learned.id, learned.hash, "challenger", JUDGED)
    with app.work() as work:
        latest = work.evaluations.recent(1)[0]
        at = latest.at + timedelta(hours=1)
        work.evaluations.add(replace(latest, id="EV-999999", at=at, learned=(judge,)))

    assert "最近 1 次评估中，等级相同" in maker.get("/models").text


def test_two_people_make_a_champion(app, visit, learned):
    maker, second = visit("sun.yue"), visit("hans.weber")

    assert step(maker, learned, "propose").status_code == 303
    assert step(maker, learned, "promote").status_code == 422
    assert state(app, learned) is ModelState.CHALLENGER
    assert "/promote" not in maker.get("/models").text
    assert step(second, learned, "promote").status_code == 303
    assert state(app, learned) is ModelState.CHAMPION
    assert step(second, learned, "retire", why="").status_code == 422
    assert step(second, learned, "retire").status_code == 303


def test_others_read_and_move_nothing(app, visit, learned):
    auditor = visit("audit")

    page = auditor.get("/models").text
    card = auditor.get(f"/models/{learned.id}/card")

    assert learned.id in page
    assert "/propose" not in page
    assert "attachment" in card.headers["content-disposition"]
    assert learned.hash in card.text
    assert step(auditor, learned, "propose").status_code == 403
    assert state(app, learned) is ModelState.DRAFT


def test_without_a_model_the_page_says_how_to_get_one(visit):
    assert "creditflow model train" in visit("sun.yue").get("/models").text
