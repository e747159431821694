"""What people do with a case: decide it, withdraw it, hand it in again, take it up."""

from starlette.responses import Response

from creditflow.approvals.deciding import decide
from creditflow.approvals.withdrawing import hand_in_again, withdraw
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import NotFound, Problem, Refusal
from creditflow.domain.granting import Change
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.advancing import take_up
from creditflow.store.work import SqlWork
from creditflow.web.changes import read_change
from creditflow.web.doors import Doors, Entered, Form, Posted
from creditflow.web.pages.cases import case_page
from creditflow.web.visit import Visit

doors = Doors()
SHOWN = {"amount": "asked", "terms": "asked_terms", "last_day": "asked_last_day"}
"""What may be changed, and what the form says that it was when it was shown."""

TYPED = ("comment", "amount", "terms", "last_day", "written", "proposal", "hash", "say")


@doors.post("/cases/{case_id}/decision", who=Permission.DECIDE)
def decide_case(case_id: str, visit: Entered, form: Form) -> Response:
    """Record a verdict; where it is refused, show the case again with what was typed."""
    typed = {name: form.text(name) for name in TYPED}
    typed["condition"] = "\n".join(form.all("condition"))
    try:
        done = visit.app.database.run(lambda work: _decided(case_id, visit, form, work))
    except NotFound:
        raise
    except Problem as problem:
        return case_page(case_id, visit, problem=problem, typed=typed)
    return visit.go(f"/cases/{case_id}?done={done}")


def done_of(decision: Decision, work: Work) -> str:
    """What a page says after a verdict was taken: by what it led to, not only by what it was."""
    if not decision.final:
        return "agreed"
    if decision.say is Say.APPROVE_WITH_CHANGE:
        anew = work.cases.get(decision.case_id).round > decision.round
        return "routed_anew" if anew else decision.say.value
    return decision.say.value


def _decided(case_id: str, visit: Visit, form: Posted, work: SqlWork) -> str:
    key = form.text("key")
    if not key:
        raise Refusal(say("The form is incomplete. Load the page again and repeat it."))
    # The session was checked before; who it is and what it may is looked up again here.
    me = work.people.get(visit.me.id)
    verdict = _verdict(case_id, form, work)
    at = visit.app.now()
    on = visit.app.business_date(at)
    made = decide(case_id, verdict, by=me, key=f"{me.id}:{key}", at=at, on=on, work=work)
    return done_of(made, work)


def _verdict(case_id: str, form: Posted, work: SqlWork) -> Verdict:
    wanted = form.text("say")
    if wanted not in set(Say):
        raise Refusal(say("Choose what to do with the case."))
    word, change = Say(wanted), Change()
    if word in (Say.APPROVE, Say.APPROVE_WITH_CHANGE):
        currency = work.customers.get(work.cases.get(case_id).customer).currency
        typed = {name: form.text(name) for name in TYPED}
        if word is Say.APPROVE:
            # What was typed is never passed over: with this verdict it is refused.
            typed |= {name: "" for name, shown in SHOWN.items() if not _typed(form, name, shown)}
        change = read_change(typed, form.all("condition"), currency)
    return Verdict(
        word,
        form.text("hash"),
        comment=form.text("comment"),
        amount=change.amount,
        terms_days=change.terms_days,
        until=change.until,
        conditions=change.conditions,
    )


def _typed(form: Posted, name: str, shown: str) -> bool:
    """Whether somebody has typed something else than the form had shown."""
    return bool(form.text(shown)) and form.text(name) not in ("", form.text(shown))


@doors.post("/cases/{case_id}/withdraw", who=Permission.ASK)
def withdraw_case(case_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Take a case back before it was decided."""
    with visit.app.work() as work:
        withdraw(case_id, by=visit.me, at=visit.app.now(), work=work)
    return visit.go(f"/cases/{case_id}?done=withdrawn")


@doors.post("/cases/{case_id}/again", who=Permission.ASK)
def hand_case_in_again(case_id: str, visit: Entered, form: Form) -> Response:
    """Send a returned case into its next round."""
    with visit.app.work() as work:
        note = form.text("note")
        hand_in_again(
            case_id, note=note, by=visit.me, at=visit.app.now(), on=visit.app.today(), work=work
        )
    return visit.go(f"/cases/{case_id}?done=again")


@doors.post("/cases/{case_id}/take-up", who=Permission.MEND_CASES)
def take_case_up(case_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Let a case go on after the cause of its incident was removed."""
    with visit.app.work() as work:
        take_up(case_id, by=visit.me.id, at=visit.app.now(), work=work)
    return visit.go(f"/cases/{case_id}?done=taken_up")
