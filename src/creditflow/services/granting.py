"""Grant credit on top of a base limit once it is decided, and take it back with its ground."""

from dataclasses import replace
from datetime import date, datetime

from creditflow.domain.added_limits import AddedLimit, latest
from creditflow.domain.case import Case
from creditflow.domain.customer import CustomerId
from creditflow.domain.granting import Grant
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.on_top_setting import standing_in
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.recalling import timeline_of


def grant(
    case: Case, proposal: Proposal, decided: Grant, *, at: datetime, on: date, work: Work
) -> Sentence | None:
    """Put what was decided on top into force; why not, where that cannot be any more.

    What is granted is the difference to what stands besides; where that is
    nothing, nothing is kept, and the customer is told that its limit stays.
    """
    asked = proposal.on_top
    if asked is None or on >= decided.until:
        return say("The days for which it was asked are over.")
    if standing_in(asked, timeline_of(work.customers.get(case.customer), work)) != proposal.current:
        return say("The limit was changed by somebody else meanwhile.")
    limit = decided.limit
    amount = limit - (proposal.current or Money.zero(limit.currency))
    if amount.minor <= 0:
        return None
    earlier = work.added_limits.of(case.customer)
    granted = AddedLimit(
        id=f"AL-{work.counters.next('added limit'):06d}",
        version=1,
        customer=case.customer,
        kind=asked.kind,
        amount=amount,
        from_=max(on, asked.from_),
        until=decided.until,
        reason=case.occasion.note,
        recorded_at=max([at, *(x.recorded_at for x in earlier)]),
        recorded_by=SYSTEM_ACTOR,
        project=asked.project,
        consumption=asked.consumption,
        terms_days=decided.terms_days,
        case_id=case.id,
    )
    work.added_limits.add(granted, replacing=0)
    work.journal.record(Entry("limit.granted", case.id, SYSTEM_ACTOR, at, _facts(granted)))
    return None


def granted_by(case: Case, work: Work) -> AddedLimit | None:
    """The credit on top that the case has put into force, if any."""
    mine = (x for x in work.added_limits.of(case.customer) if x.case_id == case.id)
    return next(mine, None)


def end_early(limit: str, *, on: date, why: str, by: str, at: datetime, work: Work) -> AddedLimit:
    """Let a temporary or project limit end on that day instead; one that is over stays as it is."""
    counting = work.added_limits.get(limit)
    until = max(on, counting.from_)
    if until >= counting.until:
        return counting
    recorded = max(at, counting.recorded_at)
    shorter = replace(
        counting, version=counting.version + 1, until=until, recorded_at=recorded, recorded_by=by
    )
    work.added_limits.add(shorter, replacing=counting.version)
    facts = {"limit": shorter.id, "until": until.isoformat(), "why": why}
    subject = shorter.case_id or shorter.customer
    work.journal.record(Entry("limit.ended_early", subject, by, at, facts))
    return shorter


def take_back_all(customer: CustomerId, *, on: date, why: str, at: datetime, work: Work) -> None:
    """Nothing stays on top of a base limit that was taken away."""
    for limit in latest(work.added_limits.of(customer)):
        end_early(limit.id, on=on, why=why, by=SYSTEM_ACTOR, at=at, work=work)


def _facts(granted: AddedLimit) -> dict[str, str]:
    facts = {
        "limit": granted.id,
        "kind": granted.kind.value,
        "amount": str(granted.amount),
        "from": granted.from_.isoformat(),
        "until": granted.until.isoformat(),
    }
    return facts | ({"project": granted.project} if granted.project else {})
