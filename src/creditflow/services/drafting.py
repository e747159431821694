"""What every draft needs of people: whoever proposed it does not decide it, nor anybody alone.

What is drafted differs, and so does what publishing it means; who may do what
with it, and why not, does not.
"""

from datetime import date, datetime
from typing import Final, TypeVar

from creditflow.domain.draft import Draft, DraftState
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.people import Person, Role
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Drafts

D = TypeVar("D", bound=Draft)

LEAST_WHY: Final = 8
"""Characters of a reason that says something."""


class NotYours(Refusal):
    """The person may not do this with what was proposed."""


class BadDraft(Refusal):
    """What was handed in cannot become a draft, or be decided; `details` are all the reasons."""


class AnotherDraft(Conflict):
    """There is an open draft of the same already."""


def ensure_policy_admin(by: Person) -> None:
    """Raise NotYours for everybody who is none."""
    if not by.may(Role.POLICY_ADMIN):
        raise NotYours(
            say("This takes the role of policy administrator; a user administrator can give it.")
        )


def says_something(why: str) -> bool:
    """Whether a reason is one, for whoever reads it in years."""
    return len(why.strip()) >= LEAST_WHY


def objections(why: str, unsaid: Sentence, effective_on: date, on: date) -> list[Sentence]:
    """What is wrong with a draft's reason and day, whatever it drafts; `unsaid` asks for one."""
    checks = (
        (says_something(why), unsaid),
        (effective_on >= on, say("{day} is over. Name today or a later day.", day=effective_on)),
    )
    return [problem for fine, problem in checks if not fine]


def somebody_elses(draft_id: str, *, by: Person, drafts: Drafts[D]) -> D:
    """The draft for who will decide it; raises NotYours where that is who proposed it."""
    ensure_policy_admin(by)
    draft = drafts.get(draft_id)
    if draft.proposed_by == by.id:
        raise NotYours(
            say("You proposed this draft yourself; another policy administrator decides it.")
        )
    return draft


def confirm(draft: D, *, comment: str, by: Person, at: datetime, drafts: Drafts[D]) -> D:
    """Let somebody else's draft wait for its day."""
    confirmed = draft.moved(
        DraftState.CONFIRMED, decided_by=by.id, decided_at=at, comment=comment.strip()
    )
    drafts.put(confirmed)
    return confirmed


def refuse(draft_id: str, *, comment: str, by: Person, at: datetime, drafts: Drafts[D]) -> D:
    """End somebody else's draft, and say why."""
    draft = somebody_elses(draft_id, by=by, drafts=drafts)
    if not comment.strip():
        raise BadDraft(say("Say why the draft is refused."))
    refused = draft.moved(
        DraftState.REFUSED, decided_by=by.id, decided_at=at, comment=comment.strip()
    )
    drafts.put(refused)
    return refused


def withdraw(draft_id: str, *, by: Person, drafts: Drafts[D]) -> D:
    """Take back a draft of one's own, also a confirmed one whose day has not come."""
    draft = drafts.get(draft_id)
    if draft.proposed_by != by.id:
        raise NotYours(
            say("Only {person} may withdraw this draft. You may refuse it.",
                person=draft.proposed_by)
        )  # fmt: skip
    withdrawn = draft.moved(DraftState.WITHDRAWN)
    drafts.put(withdrawn)
    return withdrawn


def overtake(draft: D, *, drafts: Drafts[D]) -> D:
    """End a draft whose ground has moved: nobody has seen what it would change now."""
    overtaken = draft.moved(DraftState.OVERTAKEN)
    drafts.put(overtaken)
    return overtaken
