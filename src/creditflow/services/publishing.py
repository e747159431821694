"""Publish a policy: one person proposes it, another confirms it, on its day it comes into force."""

from collections.abc import Mapping
from datetime import date, datetime

from creditflow.domain.draft import DraftState
from creditflow.domain.errors import Conflict
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.drafting import (
    AnotherDraft,
    BadDraft,
    confirm,
    ensure_policy_admin,
    objections,
    overtake,
    refuse,
    somebody_elses,
    withdraw,
)


def propose_policy(
    text: str,
    sources: Mapping[str, str],
    *,
    why: str,
    effective_on: date,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
) -> PolicyDraft:
    """Keep a checked policy as a draft that somebody else has to confirm.

    `text` is its canonical JSON, `on` today's business date. Raises BadDraft
    with everything that is wrong, AnotherDraft while one is open.
    """
    ensure_policy_admin(by)
    current = work.policies.current()
    if (open_ := work.policy_drafts.open()) is not None:
        raise AnotherDraft(
            say(
                "Draft {draft} by {person} is still open. Have it confirmed or refused first,"
                " so that everybody knows what the next version is based on.",
                draft=open_.id,
                person=open_.proposed_by,
            )
        )
    if problems := _problems(text, why, effective_on, on, work):
        raise BadDraft(problems[0], details=problems)

    draft = PolicyDraft(
        id=f"PD-{work.counters.next('policy_draft'):04d}",
        text=text,
        sources=dict(sources),
        based_on=current.version,
        effective_on=effective_on,
        why=why.strip(),
        proposed_by=by.id,
        proposed_at=at,
    )
    work.policy_drafts.add(draft)
    facts = {"from": effective_on.isoformat(), "why": draft.why, "version": str(current.version)}
    work.journal.record(Entry("policy.proposed", draft.id, by.id, at, facts))
    return draft


def confirm_policy(
    draft_id: str, *, by: Person, at: datetime, on: date, work: Work, comment: str = ""
) -> PolicyDraft:
    """Confirm somebody else's draft; where its day has come it is published at once."""
    draft = somebody_elses(draft_id, by=by, drafts=work.policy_drafts)
    version = work.policies.current().version
    if version != draft.based_on:
        raise Conflict(
            say(
                "Draft {draft} was made from version {based_on}, and version {version} is in force"
                " by now. Refuse it, and have it made anew from that version.",
                draft=draft.id,
                based_on=draft.based_on,
                version=version,
            )
        )
    confirmed = confirm(draft, comment=comment, by=by, at=at, drafts=work.policy_drafts)
    facts = {"from": draft.effective_on.isoformat(), "comment": confirmed.comment}
    work.journal.record(Entry("policy.confirmed", draft.id, by.id, at, facts))
    published = publish_due(at=at, on=on, work=work)
    return published if published is not None and published.id == draft.id else confirmed


def refuse_policy(
    draft_id: str, *, comment: str, by: Person, at: datetime, work: Work
) -> PolicyDraft:
    """Refuse somebody else's draft, and say why."""
    refused = refuse(draft_id, comment=comment, by=by, at=at, drafts=work.policy_drafts)
    work.journal.record(
        Entry("policy.refused", refused.id, by.id, at, {"comment": refused.comment})
    )
    return refused


def withdraw_policy(draft_id: str, *, by: Person, at: datetime, work: Work) -> PolicyDraft:
    """Take back a draft of one's own, also a confirmed one whose day has not come."""
    withdrawn = withdraw(draft_id, by=by, drafts=work.policy_drafts)
    work.journal.record(Entry("policy.withdrawn", withdrawn.id, by.id, at, {}))
    return withdrawn


def publish_due(*, at: datetime, on: date, work: Work) -> PolicyDraft | None:
    """Publish the confirmed draft whose day has come; None where there is none.

    A draft whose base is no longer in force is overtaken: nobody has seen what
    it would change now.
    """
    draft = work.policy_drafts.open()
    if draft is None or draft.state is not DraftState.CONFIRMED or draft.effective_on > on:
        return None
    if work.policies.current().version != draft.based_on:
        overtake(draft, drafts=work.policy_drafts)
        work.journal.record(Entry("policy.overtaken", draft.id, SYSTEM_ACTOR, at, {}))
        return None
    version = work.policies.publish(draft.text, by=draft.proposed_by, at=at)
    published = draft.moved(DraftState.PUBLISHED, version=version)
    work.policy_drafts.put(published)
    facts = {"version": str(version), "confirmed_by": draft.decided_by or ""}
    work.journal.record(Entry("policy.published", draft.id, draft.proposed_by, at, facts))
    return published


def _problems(text: str, why: str, effective_on: date, on: date, work: Work) -> list[Sentence]:
    unsaid = say("Say in a sentence why the policy changes: it is read in years.")
    problems = objections(why, unsaid, effective_on, on)
    version = work.policies.current().version
    if text == work.policies.text(version):
        problems.append(say("This is version {version}, which is in force.", version=version))
    return problems
