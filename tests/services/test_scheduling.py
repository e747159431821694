"""However many clocks say so, the book is reviewed once per business date."""

from datetime import timedelta

from creditflow.ports import PromiseKind
from creditflow.services.scheduling import promise_review
from tests.fakes import FakeWork
from tests.makers import NOW, TODAY, a_policy, later


def test_a_review_is_promised_and_journaled():
    work = FakeWork(a_policy())
    assert promise_review(TODAY, at=NOW, work=work)
    (promise,) = work.outbox.all()
    assert (promise.kind, promise.subject, promise.key, promise.due_at) == (
        PromiseKind.START_REVIEW,
        "2026-03-02",
        "review:2026-03-02",
        NOW,
    )
    assert [s.entry.what for s in work.journal.entries()] == ["review.promised"]


def test_a_second_clock_changes_nothing():
    work = FakeWork(a_policy())
    promise_review(TODAY, at=NOW, work=work)
    before = work.kept.copied()
    assert not promise_review(TODAY, at=later(minutes=1), work=work)
    assert work.kept == before


def test_the_next_business_date_is_another_review():
    work = FakeWork(a_policy())
    assert promise_review(TODAY, at=NOW, work=work)
    assert promise_review(TODAY + timedelta(1), at=later(days=1), work=work)
    assert work.outbox.waiting() == 2
