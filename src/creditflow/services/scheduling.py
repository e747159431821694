"""The periodic review of the whole book: once per business date, in pieces that can be repeated."""

from datetime import date, datetime

from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.ports import Promise, PromiseKind, Work

REVIEW_PORTFOLIO = "review-portfolio"
"""The deployment whose run reviews everybody who is due."""


def promise_review(on: date, *, at: datetime, work: Work) -> bool:
    """Promise the review of that business date; False where it was promised before."""
    if not work.review_runs.claim_period(REVIEW_PORTFOLIO, on):
        return False
    key = f"review:{on.isoformat()}"
    facts = {"on": on.isoformat()}
    work.journal.record(Entry("review.promised", "portfolio", SYSTEM_ACTOR, at, facts))
    work.outbox.add(Promise(key, PromiseKind.START_REVIEW, on.isoformat(), {}, due_at=at))
    return True
