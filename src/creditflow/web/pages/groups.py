"""Groups of companies: the tree, how each group stands, and its limit under four eyes."""

from datetime import date

from starlette.responses import Response

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import CURRENCIES
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import Sentence, say
from creditflow.services.joining import join_group
from creditflow.services.limiting_groups import (
    BadGroupLimit,
    WantedLimit,
    confirm_group_limit,
    objection_to_confirming,
    propose_group_limit,
    refuse_group_limit,
)
from creditflow.web.amounts import read_amount
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.group_recall_view import group_recall_view
from creditflow.web.groups_view import group_view, listed
from creditflow.web.headroom_bars import bars
from creditflow.web.typed import Typed, read_day, read_last_day
from creditflow.web.visit import Visit

doors = Doors()
FIELDS = ("state", "amount", "currency", "from", "until", "why")


@doors.get("/groups", who=SIGNED_IN)
def groups(visit: Entered) -> Response:
    """Every group in its place in the tree, with its limit."""
    with visit.app.reading() as work:
        rows = listed(on=visit.app.today(), work=work)
    return visit.page("groups.html", rows=rows)


@doors.get("/groups/{group_id}", who=SIGNED_IN)
def group(group_id: str, visit: Entered) -> Response:
    """One group: its tree, members, sums, limits and history; or how it stood on another day."""
    return _group_page(group_id, visit)


@doors.post("/groups/{group_id}/limit", who=Permission.PROPOSE_GROUP_LIMITS)
def propose(group_id: str, visit: Entered, form: Form) -> Response:
    """Propose a limit; where it is refused, show the form again with what was typed."""
    typed = {name: form.text(name) for name in FIELDS}
    app = visit.app
    try:
        wanted = _wanted(typed, app.today())
        with app.work() as work:
            propose_group_limit(
                GroupId(group_id), wanted, why=typed["why"], by=visit.me, at=app.now(),
                on=app.today(), work=work,
            )  # fmt: skip
    except NotFound:
        raise
    except Problem as problem:
        return _group_page(group_id, visit, problem=problem, typed=typed)
    return visit.go(f"/groups/{group_id}?done=group_limit_proposed")


@doors.post("/groups/{group_id}/limit/{limit_change_id}", who=Permission.PROPOSE_GROUP_LIMITS)
def decide_limit(group_id: str, limit_change_id: str, visit: Entered, form: Form) -> Response:
    """Confirm or refuse what somebody else proposed, or withdraw one's own."""
    app, said, comment = visit.app, form.text("say"), form.text("comment")
    try:
        with app.work() as work:
            if said == "confirm":
                confirm_group_limit(
                    limit_change_id, by=visit.me, at=app.now(), on=app.today(), work=work,
                    comment=comment,
                )  # fmt: skip
            else:
                refuse_group_limit(
                    limit_change_id, comment=comment, by=visit.me, at=app.now(), work=work
                )
    except NotFound:
        raise
    except Problem as problem:
        return _group_page(group_id, visit, problem=problem)
    done = "group_limit_confirmed" if said == "confirm" else "group_limit_refused"
    return visit.go(f"/groups/{group_id}?done={done}")


@doors.post("/groups/{group_id}/members", who=Permission.HAND_IN)
def move(group_id: str, visit: Entered, form: Form) -> Response:
    """Let a customer join the group, or leave it."""
    app, who = visit.app, CustomerId(form.text("customer").strip())
    leaves = form.text("say") == "leave"
    try:
        with app.work() as work:
            to = None if leaves else work.groups.get(GroupId(group_id)).id
            join_group(who, to, by=visit.me, at=app.now(), on=app.today(), work=work)
    except Problem as problem:
        return _group_page(group_id, visit, problem=problem)
    return visit.go(f"/groups/{group_id}?done={'group_left' if leaves else 'group_joined'}")


def _wanted(typed: dict[str, str], today: date) -> WantedLimit:
    """What the form asks for; raises BadGroupLimit with everything that cannot be read."""
    form, amount = Typed(typed), None
    currency = form.text("currency").upper()
    if currency not in CURRENCIES:
        form.problems.append(say("{currency} is no currency.", currency=repr(currency)))
    state = LimitState(typed["state"]) if typed["state"] in set(LimitState) else None
    if state is None:
        form.problems.append(say("Choose what the limit is to be."))
    elif state is LimitState.AMOUNT and not form.problems:
        amount = form.read("amount", lambda text: read_amount(text, currency)) or None
        if not form.text("amount"):
            form.problems.append(say("Say which amount it is about, in {currency}.",
                                     currency=currency))  # fmt: skip
    from_ = form.read("from", read_day) or today
    until = form.read("until", read_last_day)
    if form.problems or state is None:
        raise BadGroupLimit(form.problems[0], details=form.problems)
    return WantedLimit(state, amount, currency, from_, until)


def _group_page(
    group_id: str,
    visit: Visit,
    *,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    app, on = visit.app, visit.app.today()
    with app.reading() as work:
        found = group_view(GroupId(group_id), on=on, work=work)
        past = group_recall_view(found.group.id, visit, work)
        waits = found.waits
        no: Sentence | None = None
        if waits is not None:
            history = work.group_limits.of(found.group.id)
            try:
                no = objection_to_confirming(
                    waits, history[-1] if history else None, visit.me, on=on, work=work
                )
            except Problem as rate:
                no = rate.sentence
        people = {person.id: person.name for person in work.people.all()}
        base = work.policies.current().base_currency
    told = (*((problem.details or (problem.sentence,)) if problem else ()), *past.problems)
    current = found.limits[0].limit if found.limits else None
    return visit.page(
        "group.html",
        status=status_of(problem) if problem else 422 if past.problems else 200,
        found=found,
        past=past,
        bars=bars(found.way),
        current=current,
        objection=no,
        own=waits is not None and waits.proposed_by == visit.me.id,
        names=people,
        currencies=sorted(CURRENCIES),
        problems=told,
        typed=typed or {"currency": current.currency if current else base, "from": ""},
        today=on,
        states=tuple(LimitState),
    )
