"""The flow reads like the process: the same case, the same steps, and a stop where a person is due.

The bodies of flows and tasks run as plain functions over an installation in
memory. What Prefect makes of them is shown where a Prefect server runs.
"""

from collections.abc import Callable, Iterator

import pytest
from prefect.states import Failed
from prefect.tasks import Task

import creditflow.flows.review_customer as process
from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.decision import Say
from creditflow.domain.errors import NotFound, Refusal, Unavailable
from creditflow.domain.letter import LetterState
from creditflow.domain.sentences import say
from creditflow.flows.review_portfolio import CHUNK, review_portfolio
from creditflow.services import advancing
from creditflow.services.reviewing import open_case
from creditflow.tasks import casework, correspondence, portfolio
from creditflow.tasks.patience import BRISK, PATIENT, only_when_unavailable
from tests.flows.in_memory import InMemoryApp, a_book, begun, decided
from tests.makers import ACME, TODAY, an_occasion

S = CaseState


def plain(step: Callable[[str], CaseState]) -> Callable[[str], CaseState]:
    """A task's function without Prefect; other functions are plain already."""
    return step.fn if isinstance(step, Task) else step


@pytest.fixture
def app(tmp_path, monkeypatch) -> Iterator[InMemoryApp]:
    """An installation in memory that the flow finds as the installed one."""
    app = a_book(tmp_path)
    for module in (casework, correspondence, portfolio):
        monkeypatch.setattr(module, "installed", lambda: app)
    steps = {state: plain(step) for state, step in process.STEPS.items()}
    monkeypatch.setattr(process, "STEPS", steps)
    return app


def run(case_id: str) -> str:
    return process.review_customer.fn(case_id)


def suspends(case_id: str) -> bool:
    """Whether the flow asks Prefect to suspend it, which needs a run and there is none here."""
    try:
        run(case_id)
    except RuntimeError as error:
        return "only be suspended from within a flow run" in str(error)
    return False


# ------------------------------------------------------------------ the table of steps


def test_the_flow_has_a_step_wherever_a_machine_or_a_person_moves_the_case():
    assert set(process.STEPS) == set(advancing.STEPS) | process.WAITING
    assert not set(process.STEPS) & FINISHED
    assert set(CaseState) == set(process.STEPS) | FINISHED | {S.INCIDENT}


def test_only_what_waits_for_a_person_suspends():
    suspending = {s for s, step in process.STEPS.items() if step is process.wait_for_decision}
    assert suspending == process.WAITING
    assert all(isinstance(process.STEPS[s], Task) for s in set(process.STEPS) - suspending)


# ------------------------------------------------------------------ one case


def test_a_case_is_carried_to_the_person_and_the_run_suspends(app):
    case = begun(app)
    assert case.state is S.AWAITING
    assert suspends(case.id)


@pytest.mark.parametrize("said", [Say.APPROVE, Say.REJECT])
def test_after_the_decision_it_goes_on_from_where_the_case_is(app, said):
    case = begun(app, asked_by="sales.wang")
    decided(app, case.id, said)
    assert run(case.id) == "notified"
    assert app.letter(case.id).state is LetterState.SENT
    assert len(app.mailman.taken) == 1


def test_being_resumed_without_a_decision_leads_nowhere(app):
    case = begun(app)
    before = app.seen().kept
    assert suspends(case.id)
    assert suspends(case.id)
    assert app.seen().kept == before


@pytest.mark.parametrize("said", [Say.APPROVE, Say.REJECT])
def test_running_again_at_the_end_does_nothing(app, said):
    case = begun(app, asked_by="sales.wang")
    decided(app, case.id, said)
    run(case.id)
    before = app.seen().kept
    assert run(case.id) == "notified"
    assert app.seen().kept == before


def test_a_returned_case_waits_on_and_a_withdrawn_one_ends_the_run(app):
    case = begun(app)
    decided(app, case.id, Say.RETURN)
    assert suspends(case.id)
    with app.memory.work() as work:
        work.cases.put(app.case(case.id).moved(S.WITHDRAWN, at=app.now()))
    assert run(case.id) == "withdrawn"


def test_where_the_post_does_not_answer_the_run_ends_and_the_outbox_goes_on(app):
    case = begun(app)
    decided(app, case.id)
    app.mailman.open = False
    assert run(case.id) == "applied"
    assert app.letter(case.id).state is LetterState.PENDING
    app.mailman.open = True
    app.passes(hours=1)
    assert app.deliver().state is LetterState.SENT
    assert app.case(case.id).state is S.NOTIFIED


def test_from_a_draft_within_policy_it_runs_to_the_end(tmp_path, monkeypatch, app):
    small = a_book(tmp_path / "small", waits=False)
    for module in (casework, correspondence, portfolio):
        monkeypatch.setattr(module, "installed", lambda: small)
    with small.memory.work() as work:
        case = open_case(an_occasion(), at=small.now(), work=work)
    assert run(case.id) == "notified"


def test_a_run_for_a_case_that_is_not_there_says_so(app):
    with pytest.raises(NotFound):
        run("CF-404")


# ------------------------------------------------------------------ the whole book


def test_the_book_is_reviewed_once(app):
    assert portfolio.find_due.fn(TODAY) == [ACME]
    assert portfolio.review_some.fn([ACME], TODAY) == 1
    assert portfolio.review_some.fn([ACME], TODAY) == 0
    assert app.seen().cases.open_of(ACME).state is S.AWAITING
    assert portfolio.find_due.fn(TODAY) == []
    assert review_portfolio.name == "review-portfolio"
    assert CHUNK == 100


# ------------------------------------------------------------------ patience


@pytest.mark.parametrize(
    ("problem", "again"),
    [
        (Unavailable(say("The post does not answer.")), True),
        (Refusal(say("A rule forbids it.")), False),
        (NotFound(say("There is none.")), False),
        (RuntimeError("a defect"), False),
    ],
)
def test_only_what_an_outside_thing_prevented_is_tried_again(problem, again):
    assert only_when_unavailable(None, None, Failed(data=problem)) is again


def test_prefect_keeps_nothing_about_a_customer():
    for kind in (BRISK, PATIENT):
        assert kind["persist_result"] is False
        assert kind["retry_condition_fn"] is only_when_unavailable
        assert len(kind["retry_delay_seconds"]) == kind["retries"]
    assert process.review_customer.persist_result is False
    assert review_portfolio.persist_result is False
