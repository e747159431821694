"""A waiting case begins anew where today's facts are others than those it was proposed on."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.journal import first_broken
from creditflow.domain.ledger import Invoice
from creditflow.domain.moving import Ground
from creditflow.domain.rates import NoRate
from creditflow.services.overtaking import grounds_moved, overtake
from tests.flows.in_memory import POLICY, a_book, begun
from tests.makers import ACME, NOW, TODAY, cny

DAY = timedelta(days=1)


@pytest.fixture
def app(tmp_path):
    return a_book(tmp_path)


def overdue_for_months(app):
    """A large invoice comes to light that should have been paid long ago."""
    with app.memory.work() as work:
        issued = TODAY - 150 * DAY
        work.ledger.add(invoices=[Invoice(ACME, "LATE-1", issued, issued + 30 * DAY, cny(150_000))])


def what_moved(app, case, at=NOW, on=TODAY):
    with app.memory.work() as work:
        before = work.kept.copied()
        found = grounds_moved(case.id, at=at, on=on, work=work)
        assert work.kept == before, "looking keeps nothing"
    return found


def begin_anew(app, case):
    with app.memory.work() as work:
        return overtake(case.id, app.means(app.now()), work)


def test_where_nothing_has_moved_the_case_stays(app):
    case = begun(app)
    assert what_moved(app, case) == {}
    assert begin_anew(app, case) is None
    assert app.case(case.id) == case


def test_what_came_to_light_supersedes_it_and_the_successor_waits_on_todays_facts(app):
    case = begun(app)
    overdue_for_months(app)
    assert Ground.EXPOSURE in what_moved(app, case)

    done = begin_anew(app, case)

    assert done.before.state is CaseState.SUPERSEDED
    assert done.after.state is CaseState.AWAITING
    assert (done.before.superseded_by, done.after.supersedes) == (done.after.id, case.id)
    work = app.seen()
    new = work.proposals.get(done.after.proposal_id)
    assert new.exposure > work.proposals.get(case.proposal_id).exposure
    assert first_broken(work.journal.entries()) is None
    assert begin_anew(app, done.after) is None
    assert begin_anew(app, case) is None


def test_time_alone_may_move_it(app):
    case = begun(app)
    late = TODAY + timedelta(days=600)
    assert what_moved(app, case, at=NOW + timedelta(days=600), on=late)


def test_a_new_version_of_the_policy_alone_moves_nothing(app):
    case = begun(app)
    with app.memory.work() as work:
        stricter = replace(
            POLICY,
            version=2,
            grades={g: replace(r, cap=cny(1)) for g, r in POLICY.grades.items()},
        )
        work.kept.policies[2] = stricter
    assert what_moved(app, case) == {}


def test_the_tolerance_of_the_policy_in_force_counts(app):
    case = begun(app)
    overdue_for_months(app)
    for tolerance, stays in (
        (None, True),
        (replace(POLICY.moved_beyond, points=Decimal(1000), confidence=Decimal(1),
                 amount_share=Decimal(100), exposure_share=Decimal(100)), False),
    ):  # fmt: skip
        with app.memory.work() as work:
            work.kept.policies[2] = replace(POLICY, version=2, moved_beyond=tolerance)
        found = what_moved(app, case)
        assert found == {} if stays else set(found) <= {Ground.GRADE, Ground.KNOCK_OUTS}


def test_an_amount_that_a_person_raised_does_not_count_as_moved(app):
    case = begun(app)
    with app.memory.work() as work:
        old = work.proposals.get(case.proposal_id)
        raised = replace(old, id="PR-RAISED", proposed=old.proposed.times(3))
        work.proposals.add(raised)
        work.kept.cases[case.id] = replace(
            case, proposal_id=raised.id, proposal_hash=raised.hash, edited_by="somebody"
        )
    assert Ground.AMOUNT not in what_moved(app, case)
    with app.memory.work() as work:
        work.kept.cases[case.id] = replace(work.kept.cases[case.id], edited_by=None)
    assert Ground.AMOUNT in what_moved(app, case)


def test_what_cannot_be_judged_today_leaves_the_case_as_it_is(app):
    case = begun(app)
    with app.memory.work() as work:
        customer = work.customers.get(ACME)
        work.customers.put_all([replace(customer, currency="USD")])
    with pytest.raises(NoRate):
        begin_anew(app, case)
    assert app.case(case.id) == case
