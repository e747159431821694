"""A case is carried on by the same steps whoever does it, however often, from wherever it is."""

from dataclasses import replace

import pytest

from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.decision import Say
from creditflow.domain.errors import Refusal
from creditflow.domain.letter import LetterState
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.services.advancing import STEPS, advance, step, stumble, take_up
from creditflow.services.reviewing import open_case
from creditflow.services.verifying import verify_journal
from tests.flows.in_memory import BOSS, InMemoryApp, a_book, begun, decided
from tests.makers import ACME, NOW, an_invoice, an_occasion, later

S = CaseState


@pytest.fixture
def app(tmp_path):
    return a_book(tmp_path)


def opened(app: InMemoryApp) -> str:
    with app.memory.work() as work:
        case = open_case(an_occasion(), at=NOW, work=work)
    return case.id


def states(app: InMemoryApp, case_id: str) -> list[CaseState]:
    """The states that a case passes, one step each, until a step changes nothing."""
    seen = [app.case(case_id).state]
    while (after := app.step(case_id).state) is not seen[-1]:
        seen.append(after)
    return seen


def test_step_by_step_a_case_comes_before_a_person(app):
    assert states(app, opened(app)) == [S.DRAFT, S.EVALUATED, S.PROPOSED, S.AWAITING]


def test_step_by_step_an_approved_case_comes_to_its_letter(app):
    case = begun(app)
    decided(app, case.id)
    assert states(app, case.id) == [S.APPROVED, S.APPLIED]
    assert app.letter(case.id).state is LetterState.PENDING


def test_a_rejected_request_gets_its_letter_and_no_limit(app):
    case = begun(app, asked_by="sales.wang")
    before = app.seen().limits.history(ACME)
    decided(app, case.id, Say.REJECT)
    assert app.advance(case.id).state is S.REJECTED
    assert app.letter(case.id).state is LetterState.PENDING
    assert app.seen().limits.history(ACME) == before


def test_a_cut_that_was_rejected_is_over_at_once_because_nothing_has_changed(app):
    case = begun(app)
    decided(app, case.id, Say.REJECT)
    assert app.advance(case.id).state is S.CLOSED
    assert app.letter(case.id) is None


def test_within_policy_a_case_goes_all_the_way_at_once(tmp_path):
    app = a_book(tmp_path, waits=False)
    case = begun(app)
    assert case.state is S.APPLIED
    assert app.told(case.id) == [
        "case.started",
        "case.evaluated",
        "case.proposed",
        "case.approved_by_policy",
        "limit.applied",
        "letter.written",
    ]
    (limit,) = app.seen().limits.history(ACME)
    assert (limit.state, limit.case_id) == (LimitState.AMOUNT, case.id)


def test_in_one_go_or_step_by_step_it_is_the_same(tmp_path):
    in_steps, in_one = a_book(tmp_path / "a"), a_book(tmp_path / "b")
    case_id = opened(in_steps)
    states(in_steps, case_id)
    with in_one.memory.work() as work:
        open_case(an_occasion(), at=NOW, work=work)
        advance(case_id, in_one.means(NOW), work)
    assert in_one.seen().kept == in_steps.seen().kept


@pytest.mark.parametrize("said", [None, Say.APPROVE, Say.REJECT, Say.RETURN])
def test_going_on_where_nothing_is_to_be_done_changes_nothing(app, said):
    case = begun(app)
    if said is not None:
        decided(app, case.id, said)
        app.advance(case.id)
    before = app.seen().kept
    app.passes(hours=1)
    for go_on in (app.step, app.advance):
        assert go_on(case.id) == app.case(case.id)
        assert app.seen().kept == before


@pytest.mark.parametrize("state", sorted(set(CaseState) - set(STEPS)))
def test_where_a_machine_has_no_step_none_is_taken(app, state):
    with app.memory.work() as work:
        case = open_case(an_occasion(), at=NOW, work=work)
        work.cases.put(case.noted(at=NOW, state=state))
    before = app.seen().kept
    with app.memory.work() as work:
        assert step(case.id, app.means(NOW), work).state is state
        assert advance(case.id, app.means(NOW), work).state is state
    assert app.seen().kept == before


def test_the_limit_and_the_letter_about_it_are_kept_together_or_not_at_all(app):
    class Jammed:
        def render(self, *args, **how):
            raise RuntimeError("the press is jammed")

    case = begun(app)
    decided(app, case.id)
    before = app.seen().kept
    press, app.__dict__["press"] = app.press, Jammed()
    with pytest.raises(RuntimeError, match="jammed"):
        app.advance(case.id)
    assert app.seen().kept == before
    app.__dict__["press"] = press
    assert app.advance(case.id).state is S.APPLIED
    assert app.letter(case.id) is not None


# ------------------------------------------------------------------ incidents


def test_a_refused_step_puts_the_case_aside_where_people_see_it_and_it_goes_on_later(app):
    with app.memory.work() as work:
        foreign = an_invoice("R-USD", amount=Money.of(100, "USD"))
        work.ledger.add(invoices=[foreign])
    case = begun(app)
    assert (case.state, case.before_incident) == (S.INCIDENT, S.DRAFT)
    assert "no exchange rate for USD" in str(case.incident)
    assert app.told(case.id) == ["case.started", "case.incident"]
    assert app.advance(case.id) == case

    with app.memory.work() as work:
        work.kept.invoices.pop(("own", "R-USD"))
        taken = take_up(case.id, by="analyst.li", at=app.now(), work=work)
    assert (taken.state, taken.incident, taken.before_incident) == (S.DRAFT, None, None)
    assert app.advance(case.id).state is S.AWAITING
    assert app.seen().journal.of(case.id)[2].entry.by == "analyst.li"


def test_nothing_of_a_refused_step_stays_but_the_incident(app):
    with app.memory.work() as work:
        work.ledger.add(invoices=[an_invoice("R-USD", amount=Money.of(100, "USD"))])
    case = begun(app)
    kept = app.seen().kept
    assert (kept.evaluations, kept.proposals, kept.tasks, kept.promises) == ({}, {}, {}, {})
    assert case.version == 2


@pytest.mark.parametrize(
    "state", sorted({S.DRAFT, S.EVALUATED, S.PROPOSED, S.APPROVED, S.REJECTED, S.APPLIED})
)
def test_a_case_stumbles_and_is_taken_up_where_it_was(app, state):
    with app.memory.work() as work:
        case = open_case(an_occasion(), at=NOW, work=work)
        work.cases.put(case.noted(at=NOW, state=state))
        problem = Refusal(say("{what} is missing.", what="A stamp"))
        aside = stumble(case.id, problem, at=later(hours=1), work=work)
        assert (aside.state, aside.incident) == (S.INCIDENT, problem.sentence)
        again = take_up(case.id, by="boss", at=later(hours=2), work=work)
        assert (again.state, again.incident, again.before_incident) == (state, None, None)
        assert take_up(case.id, by="boss", at=later(hours=3), work=work) == again
    assert app.told(case.id)[1:] == ["case.incident", "case.taken_up"]


# ------------------------------------------------------------------ to the end


@pytest.mark.parametrize("said", [Say.APPROVE, Say.REJECT])
def test_a_delivered_letter_is_the_end(app, said):
    case = begun(app, asked_by="sales.wang")
    decided(app, case.id, said)
    app.advance(case.id)
    assert app.deliver().state is LetterState.SENT
    assert app.case(case.id).state is S.NOTIFIED
    assert app.case(case.id).state in FINISHED
    assert len(app.mailman.taken) == 1
    assert verify_journal(work=app.seen())[1] is None


def test_what_was_approved_once_authority_is_gone_comes_before_a_person_again(app):
    case = begun(app)
    decided(app, case.id)
    with app.memory.work() as work:
        work.people.put(replace(BOSS, active=False))
    assert app.advance(case.id).state is S.AWAITING
    assert app.case(case.id).round == 2
    assert "case.reapproval_required" in app.told(case.id)
    assert app.letter(case.id) is None
