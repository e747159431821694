"""Word letters anew: one person proposes it, another confirms it, on its day it is in force.

Whatever is proposed was proofread: a wording that could not be set, says what
nobody may know, or leaves out what the customer needs never becomes a draft.
"""

from datetime import date, datetime

from creditflow.domain.draft import DraftState
from creditflow.domain.errors import Conflict
from creditflow.domain.journal import Entry
from creditflow.domain.letter_template import TemplateDraft, TemplateName
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.sentences import say
from creditflow.ports import Proofreader, Work
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


def propose_wording(
    template: TemplateName,
    text: str | None,
    *,
    why: str,
    effective_on: date,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
    proofreader: Proofreader,
) -> TemplateDraft:
    """Keep a wording as a draft that somebody else has to confirm; None: back to the file's.

    `on` is today's business date. Raises BadDraft with everything that is
    wrong, AnotherDraft while a draft of that template is open.
    """
    ensure_policy_admin(by)
    _ensure_none_open(template, work)
    text = None if text is None else tidied(text)
    edition = work.templates.edition()
    problems = [x.sentence for x in proofreader.proofread(template, text, edition)]
    unsaid = say("Say in a sentence why the wording changes: it is read in years.")
    problems += objections(why, unsaid, effective_on, on)
    now, then = (proofreader.wording(template, x) for x in (edition, edition.with_(template, text)))
    if now == then:
        problems.append(say("{template} is worded like this already.", template=str(template)))
    if problems:
        raise BadDraft(problems[0], details=problems)
    draft = TemplateDraft(
        id=f"TD-{work.counters.next('template_draft'):04d}",
        template=template,
        text=text,
        based_on=work.templates.worded_by(template),
        effective_on=effective_on,
        why=why.strip(),
        proposed_by=by.id,
        proposed_at=at,
    )
    work.templates.add(draft)
    _record("proposed", draft, by.id, at, work, why=draft.why)
    return draft


def confirm_wording(
    draft_id: str, *, by: Person, at: datetime, on: date, work: Work, comment: str = ""
) -> TemplateDraft:
    """Confirm somebody else's draft; where its day has come it is in force at once."""
    draft = somebody_elses(draft_id, by=by, drafts=work.templates)
    worded_by = work.templates.worded_by(draft.template)
    if worded_by != draft.based_on:
        raise Conflict(
            say(
                "Draft {draft} was made from edition {based_on} of {template}, and edition"
                " {edition} is in force by now. Refuse it, and have it made anew from that one.",
                draft=draft.id,
                based_on=draft.based_on,
                template=str(draft.template),
                edition=worded_by,
            )
        )
    confirmed = confirm(draft, comment=comment, by=by, at=at, drafts=work.templates)
    _record("confirmed", confirmed, by.id, at, work, comment=confirmed.comment)
    published = publish_due_wordings(at=at, on=on, work=work)
    return next((x for x in published if x.id == draft.id), confirmed)


def refuse_wording(
    draft_id: str, *, comment: str, by: Person, at: datetime, work: Work
) -> TemplateDraft:
    """Refuse somebody else's draft, and say why."""
    refused = refuse(draft_id, comment=comment, by=by, at=at, drafts=work.templates)
    _record("refused", refused, by.id, at, work, comment=refused.comment)
    return refused


def withdraw_wording(draft_id: str, *, by: Person, at: datetime, work: Work) -> TemplateDraft:
    """Take back a draft of one's own, also a confirmed one whose day has not come."""
    withdrawn = withdraw(draft_id, by=by, drafts=work.templates)
    _record("withdrawn", withdrawn, by.id, at, work)
    return withdrawn


def publish_due_wordings(*, at: datetime, on: date, work: Work) -> list[TemplateDraft]:
    """Bring every confirmed draft in force whose day has come; those that were published.

    A draft of a template that was worded otherwise meanwhile is overtaken: nobody
    has compared it with what is in force now.
    """
    published = []
    for draft in work.templates.due(on):
        if work.templates.worded_by(draft.template) != draft.based_on:
            overtaken = overtake(draft, drafts=work.templates)
            _record("overtaken", overtaken, SYSTEM_ACTOR, at, work)
            continue
        edition = work.counters.next("letter_edition")
        done = draft.moved(DraftState.PUBLISHED, edition=edition)
        work.templates.put(done)
        told = {"edition": str(edition), "confirmed_by": draft.decided_by or ""}
        _record("published", done, draft.proposed_by, at, work, **told)
        published.append(done)
    return published


def tidied(text: str) -> str:
    """The text with the line ends that files have, and one at its end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"


def _record(
    what: str, draft: TemplateDraft, by: str, at: datetime, work: Work, **more: str
) -> None:
    facts = {"template": str(draft.template), "from": draft.effective_on.isoformat(), **more}
    work.journal.record(Entry(f"template.{what}", draft.id, by, at, facts))


def _ensure_none_open(template: TemplateName, work: Work) -> None:
    if (open_ := work.templates.open(template)) is not None:
        raise AnotherDraft(
            say(
                "Draft {draft} of {template} by {person} is still open."
                " Have it confirmed, refused or withdrawn first.",
                draft=open_.id,
                template=str(template),
                person=open_.proposed_by,
            )
        )
