"""Word letters anew: one person proposes it, another confirms it, on its day it is in force.

Whatever is proposed was proofread: a wording that could not be set, says what
nobody may know, or leaves out what the customer needs never becomes a draft.
"""

from datetime import date, datetime

from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.letter_template import TemplateDraft, TemplateName
from creditflow.domain.people import SYSTEM_ACTOR, Person, Role
from creditflow.domain.policy_draft import DraftState
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Proofreader, Work
from creditflow.services.publishing import LEAST_WHY


class NotYours(Refusal):
    """The person may not do this with the draft."""


class BadWording(Refusal):
    """What was handed in cannot become a draft; `details` are all the reasons."""


class AnotherWording(Conflict):
    """There is an open draft of that template already."""


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

    `on` is today's business date. Raises BadWording with everything that is
    wrong, AnotherWording while a draft of that template is open.
    """
    _ensure_policy_admin(by)
    if (open_ := work.templates.open(template)) is not None:
        raise AnotherWording(
            say(
                "Draft {draft} of {template} by {person} is still open."
                " Have it confirmed, refused or withdrawn first.",
                draft=open_.id,
                template=str(template),
                person=open_.proposed_by,
            )
        )
    text = None if text is None else tidied(text)
    edition = work.templates.edition()
    problems = [x.sentence for x in proofreader.proofread(template, text, edition)]
    problems += _objections(why, effective_on, on)
    now, then = (proofreader.wording(template, x) for x in (edition, edition.with_(template, text)))
    if now == then:
        problems.append(say("{template} is worded like this already.", template=str(template)))
    if problems:
        raise BadWording(problems[0], details=problems)
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
    draft = _somebody_elses(draft_id, by, work)
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
    confirmed = draft.moved(
        DraftState.CONFIRMED, decided_by=by.id, decided_at=at, comment=comment.strip()
    )
    work.templates.put(confirmed)
    _record("confirmed", confirmed, by.id, at, work, comment=confirmed.comment)
    published = publish_due_wordings(at=at, on=on, work=work)
    return next((x for x in published if x.id == draft.id), confirmed)


def refuse_wording(
    draft_id: str, *, comment: str, by: Person, at: datetime, work: Work
) -> TemplateDraft:
    """Refuse somebody else's draft, and say why."""
    draft = _somebody_elses(draft_id, by, work)
    if not comment.strip():
        raise BadWording(say("Say why the draft is refused."))
    refused = draft.moved(
        DraftState.REFUSED, decided_by=by.id, decided_at=at, comment=comment.strip()
    )
    work.templates.put(refused)
    _record("refused", refused, by.id, at, work, comment=refused.comment)
    return refused


def withdraw_wording(draft_id: str, *, by: Person, at: datetime, work: Work) -> TemplateDraft:
    """Take back a draft of one's own, also a confirmed one whose day has not come."""
    draft = work.templates.get(draft_id)
    if draft.proposed_by != by.id:
        raise NotYours(
            say("Only {person} may withdraw this draft. You may refuse it.",
                person=draft.proposed_by)
        )  # fmt: skip
    withdrawn = draft.moved(DraftState.WITHDRAWN)
    work.templates.put(withdrawn)
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
            work.templates.put(draft.moved(DraftState.OVERTAKEN))
            _record("overtaken", draft, SYSTEM_ACTOR, at, work)
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


def _objections(why: str, effective_on: date, on: date) -> list[Sentence]:
    checks = (
        (
            len(why.strip()) >= LEAST_WHY,
            say("Say in a sentence why the wording changes: it is read in years."),
        ),
        (effective_on >= on, say("{day} is over. Name today or a later day.", day=effective_on)),
    )
    return [problem for fine, problem in checks if not fine]


def _record(
    what: str, draft: TemplateDraft, by: str, at: datetime, work: Work, **more: str
) -> None:
    facts = {"template": str(draft.template), "from": draft.effective_on.isoformat(), **more}
    work.journal.record(Entry(f"template.{what}", draft.id, by, at, facts))


def _somebody_elses(draft_id: str, by: Person, work: Work) -> TemplateDraft:
    _ensure_policy_admin(by)
    draft = work.templates.get(draft_id)
    if draft.proposed_by == by.id:
        raise NotYours(
            say("You proposed this draft yourself; another policy administrator decides it.")
        )
    return draft


def _ensure_policy_admin(by: Person) -> None:
    if not by.may(Role.POLICY_ADMIN):
        raise NotYours(
            say("This takes the role of policy administrator; a user administrator can give it.")
        )
