"""Before a case is evaluated, others are asked; their silence is told and stops nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

import creditflow.flows.review_customer as process
from creditflow.domain.case import CaseState
from creditflow.domain.errors import Unavailable
from creditflow.domain.observation import Observation
from creditflow.domain.sentences import say
from creditflow.services.inquiring import SILENCE
from creditflow.services.reviewing import open_case
from creditflow.tasks import casework, correspondence, evidence, portfolio
from tests.flows.in_memory import InMemoryApp, a_book
from tests.flows.test_process import plain
from tests.makers import ACME, TODAY, an_observation, an_occasion

GRADE = an_observation(value="AA", scale="letters")
INSOLVENT = an_observation("insolvency", value="yes", scale=None)


class Provider:
    """Says what it is told to say, or nothing; and remembers whom it was asked about."""

    def __init__(self, *said: Observation) -> None:
        self.said, self.silent, self.asked = list(said), False, 0

    def observe(self, customer, *, on) -> list[Observation]:
        self.asked += 1
        if self.silent:
            raise Unavailable(say("Nobody answers."))
        return self.said


@pytest.fixture
def provider() -> Provider:
    return Provider(GRADE, INSOLVENT)


@pytest.fixture
def app(tmp_path, monkeypatch, provider) -> Iterator[InMemoryApp]:
    app = a_book(tmp_path, evidence_url="http://127.0.0.1:1/observations")
    app.__dict__["observer"] = provider
    for module in (casework, correspondence, portfolio, evidence):
        monkeypatch.setattr(module, "installed", lambda: app)
    monkeypatch.setattr(evidence, "observe", evidence.observe.fn)
    steps = {state: plain(step) for state, step in process.STEPS.items()}
    monkeypatch.setattr(process, "STEPS", steps)
    return app


def drafted(app: InMemoryApp) -> str:
    with app.memory.work() as work:
        return open_case(an_occasion(), at=app.now(), work=work).id


def carried(case_id: str) -> None:
    with pytest.raises(RuntimeError, match="suspended from within"):
        process.review_customer.fn(case_id)


def judged(app: InMemoryApp, case_id: str):
    return app.seen().evaluations.get(app.case(case_id).evaluation_id)


def test_the_flow_asks_before_it_evaluates_and_what_was_said_counts(app, provider):
    case = drafted(app)
    carried(case)

    assert provider.asked == 1
    assert judged(app, case).knock_outs
    assert app.told(case)[:3] == ["case.started", "case.informed", "case.evaluated"]
    carried(case)
    assert provider.asked == 1


def test_silence_is_told_on_the_case_and_fails_nothing(app, provider):
    provider.silent = True
    case = drafted(app)
    carried(case)

    assert app.case(case).state is CaseState.AWAITING
    assert app.told(case)[:3] == ["case.started", "case.not_informed", "case.evaluated"]
    assert not judged(app, case).knock_outs


def test_what_nobody_said_lowers_the_confidence(app, provider, tmp_path):
    provider.silent = True
    case = drafted(app)
    carried(case)
    informed = a_book(tmp_path / "other", evidence_url="http://127.0.0.1:1/observations")
    informed.__dict__["observer"] = Provider(GRADE)
    other = informed.begin(an_occasion())

    assert judged(app, case).confidence < judged(informed, other.id).confidence


def test_a_review_asks_too_and_leaves_a_silent_provider_alone_for_a_while(app, provider):
    provider.silent = True
    first = app.begin(an_occasion())
    with app.memory.work() as work:
        work.cases.put(app.case(first.id).moved(CaseState.WITHDRAWN, at=app.now()))
    app.passes(minutes=1)
    second = app.begin(an_occasion(on=TODAY + timedelta(days=1)))

    assert provider.asked == 1
    assert "case.not_informed" in app.told(second.id)
    with app.memory.work() as work:
        work.cases.put(app.case(second.id).moved(CaseState.WITHDRAWN, at=app.now()))
    provider.silent = False
    app.passes(seconds=SILENCE.total_seconds())
    third = app.begin(an_occasion(on=TODAY + timedelta(days=2)))
    assert provider.asked == 2
    assert "case.informed" in app.told(third.id)


def test_without_a_provider_nobody_is_asked_and_nothing_is_told(tmp_path):
    app = a_book(tmp_path)
    case = app.begin(an_occasion())

    assert not {"case.informed", "case.not_informed"} & set(app.told(case.id))
    app.inquiry.ask(case.id)
    assert app.seen().observations.of(app.seen().customers.get(ACME)) == []
