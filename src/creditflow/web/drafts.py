"""What pages of drafts have in common: what the visitor may do with one, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass

from creditflow.domain.draft import Draft, DraftState
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.services.drafting import BadDraft
from creditflow.web.doors import Posted
from creditflow.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Steps:
    """The use cases that go on with drafts of one kind."""

    confirm: Callable[..., object]
    refuse: Callable[..., object]
    withdraw: Callable[..., object]


def go_on(draft_id: str, steps: Steps, form: Posted, visit: Visit) -> str:
    """Confirm or refuse somebody else's draft, or withdraw one's own; which of them was done.

    Raises what the use cases raise, and BadDraft where the form says something else.
    """
    app, wanted, comment = visit.app, form.text("say"), form.text("comment")
    with app.work() as work:
        me, at = work.people.get(visit.me.id), app.now()
        if wanted == "confirm":
            steps.confirm(draft_id, comment=comment, by=me, at=at, on=app.today(), work=work)
        elif wanted == "refuse":
            steps.refuse(draft_id, comment=comment, by=me, at=at, work=work)
        elif wanted == "withdraw":
            steps.withdraw(draft_id, by=me, at=at, work=work)
        else:
            raise BadDraft(say("Choose what to do with the draft."))
    return wanted


def may_do(draft: Draft, visit: Visit) -> str:
    """What the visitor may do with the draft: decide it, withdraw it, or nothing."""
    if not draft.is_open or not visit.may(Permission.CHANGE_POLICY):
        return ""
    if draft.proposed_by == visit.me.id:
        return "withdraw"
    return "decide" if draft.state is DraftState.WAITING else ""
