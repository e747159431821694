"""The page of a case: what is proposed, why, on which evidence, and what a verdict would cause."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from creditflow.approvals.board import board_of
from creditflow.approvals.deciding import SeenOtherwise
from creditflow.approvals.granting import bounds_of
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Decision, Say
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.granting import Bounds, Condition
from creditflow.domain.money import Money
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.store.readings import Readings
from creditflow.web import charts
from creditflow.web.binding import BINDING
from creditflow.web.changes import Unreadable, read_change
from creditflow.web.discussion_view import view_discussion
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.edges import LETTER_POLICY
from creditflow.web.errors import status_of
from creditflow.web.lists import next_of
from creditflow.web.naming import word
from creditflow.web.previewing import foresee, foresee_orders
from creditflow.web.similar import TURNED, Similar, turned_out
from creditflow.web.views import CaseView, Difference, differences, view_case
from creditflow.web.visit import Visit

doors = Doors()
NO_LETTER = word("No letter: the policy sends none where the limit stays as it is.")
FRAMED = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}


@doors.get("/cases/{case_id}", who=SIGNED_IN)
def case(case_id: str, visit: Entered) -> Response:
    """Show a case; with an amount, also what that amount would free."""
    amount = visit.request.query_params.get("amount", "").strip()
    if not amount:
        return case_page(case_id, visit)
    typed = {"amount": amount, "say": Say.APPROVE_WITH_CHANGE.value}
    try:
        asked = _amount(case_id, amount, visit)
    except Unreadable as problem:
        return case_page(case_id, visit, problem=problem, typed=typed)
    return case_page(case_id, visit, typed=typed, asked=asked)


@doors.get("/cases/{case_id}/orders", who=SIGNED_IN)
def orders(case_id: str, visit: Entered) -> Response:
    """What becomes of open orders under an amount, as the part of the page that says so."""
    app = visit.app
    try:
        asked = _amount(case_id, visit.request.query_params.get("amount", ""), visit)
    except Unreadable as problem:
        return PlainTextResponse(visit.tell(problem.sentence), status_of(problem))
    with app.reading() as work:
        case = work.cases.get(case_id)
        customer = work.customers.get(case.customer)
        waits = case.state is CaseState.AWAITING and case.proposal_id is not None
        board = board_of(case, work.proposals.get(case.proposal_id or ""), work) if waits else None
        found = foresee_orders(board, customer, asked, on=app.today(), work=work)
    return visit.page("_case_orders.html", case=case, customer=customer, orders=found)


def _amount(case_id: str, typed: str, visit: Visit) -> Money | None:
    """The amount that was typed, in the customer's currency; raises Unreadable."""
    with visit.app.reading() as work:
        currency = work.customers.get(work.cases.get(case_id).customer).currency
    return read_change({"amount": typed}, (), currency).amount


@doors.get("/cases/{case_id}/preview/{verdict}", who=SIGNED_IN)
def preview(case_id: str, verdict: str, visit: Entered) -> Response:
    """The letter that a verdict would send, as the customer would see it."""
    if verdict not in (Say.APPROVE, Say.REJECT):
        raise NotFound(say("There is a letter for approving and for rejecting only."))
    app, asked = visit.app, visit.request.query_params
    with app.reading() as work:
        found = work.cases.get(case_id)
        if found.proposal_id is None:
            raise NotFound(say("Case {case} has no proposal yet.", case=case_id))
        currency = work.customers.get(found.customer).currency
        try:
            foreseen = foresee(
                found,
                Say(verdict),
                read_change(asked, asked.getlist("condition"), currency),
                at=app.now(),
                on=app.today(),
                work=work,
                press=app.press,
                sender=app.sender,
            )
        except Problem as problem:
            return _note(visit, visit.tell(problem.sentence), status_of(problem))
    if foreseen is None:
        return _note(visit, visit.speech.gettext(NO_LETTER), 200)
    return HTMLResponse(foreseen.html, headers=FRAMED)


def case_page(
    case_id: str,
    visit: Visit,
    *,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
    asked: Money | None = None,
) -> Response:
    """A case, with what stood against a verdict and what was typed, where there was one.

    `asked` is an amount of which somebody wants to know what it would free.
    """
    app, on, typed = visit.app, visit.app.today(), typed or {}
    with app.database.both() as (work, readings):
        view = view_case(case_id, visit.me, on, visit.speech, work)
        following = next_of(
            visit.me, but=case_id, at=app.now(), on=on, work=work, readings=readings
        )
        talk = view_discussion(view.case, view.board, visit.me, at=app.now(), on=on, work=work)
        changed = _changed(view, typed, visit, work) if problem is not None else []
        moved = _moved(view, visit, work)
        offer = _offer(view, visit, work)
        waiting = view.board if view.waits else None
        orders = foresee_orders(waiting, view.customer, asked, on=on, work=work)
        similar = _similar(view, on, work, readings)
    repeat = typed.get("say") if isinstance(problem, SeenOtherwise) else None
    return visit.page(
        "case.html",
        status=status_of(problem) if problem else 200,
        view=view,
        talk=talk,
        problems=(problem.details or [problem.sentence]) if problem else [],
        changed=changed,
        said_since=_said_since(view, typed) if problem is not None else (),
        repeat=repeat,
        moved=moved,
        typed=typed,
        offer=offer,
        orders=orders,
        similar=similar,
        turned_words=TURNED,
        key=secrets.token_hex(16),
        owed=charts.owed_against_limit(view.months),
        late=charts.days_late(view.months, width=400),
        binding=BINDING[view.proposal.binding] if view.proposal else "",
        following=following,
        today=on,
        may_take_up=view.case.state is CaseState.INCIDENT and visit.may(Permission.MEND_CASES),
    )


@dataclass(frozen=True)
class Offer:
    """What an approver may change, and the conditions by code, in the reader's language."""

    bounds: Bounds | None
    choices: Mapping[str, str]
    words: Mapping[str, str]

    def condition(self, condition: Condition) -> str:
        """A condition in words."""
        return condition.text or self.words.get(condition.code, condition.code)


def _offer(view: CaseView, visit: Visit, work: Work) -> Offer:
    now, language = work.policies.current(), visit.speech.language
    by = {d.policy_version for d in view.decisions if d.conditions} | {now.version}
    rules = [work.policies.version(version).granting for version in sorted(by)]
    standing = view.board.grant.conditions if view.board else ()
    taken = {condition.code for condition in standing}
    return Offer(
        bounds_of(view.board, now, on=visit.app.today()) if view.board and view.waits else None,
        {c.code: c.text[language] for c in now.granting.conditions if c.code not in taken},
        {c.code: c.text[language] for rule in rules for c in rule.conditions},
    )


def _similar(view: CaseView, on: date, work: Work, readings: Readings) -> Sequence[Similar]:
    """What people decided of cases like it, while it waits."""
    if not view.waits or view.proposal is None or view.evaluation is None:
        return ()
    return turned_out(
        readings.precedents(view.proposal, view.evaluation), on=on, work=work, readings=readings
    )


def _moved(view: CaseView, visit: Visit, work: Work) -> Sequence[Difference]:
    """What is different from the case whose place this one took, if it did."""
    before = work.cases.get(view.case.supersedes) if view.case.supersedes else None
    if before is None or before.proposal_id is None or view.proposal is None:
        return ()
    return differences(work.proposals.get(before.proposal_id), view.proposal, visit.speech)


def _changed(
    view: CaseView, typed: Mapping[str, str], visit: Visit, work: Work
) -> Sequence[Difference]:
    """The proposal that was seen against the present one."""
    if view.proposal is None or not typed.get("proposal"):
        return ()
    try:
        seen = work.proposals.get(typed["proposal"])
    except NotFound:
        return ()
    return differences(seen, view.proposal, visit.speech)


def _said_since(view: CaseView, typed: Mapping[str, str]) -> Sequence[Decision]:
    """What others decided on the same proposal since the page was opened."""
    if view.board is None or not typed.get("hash"):
        return ()
    return view.board.since(typed["hash"]) or ()


def _note(visit: Visit, text: str, status: int) -> Response:
    return visit.page("note.html", status=status, headers=FRAMED, text=text)
