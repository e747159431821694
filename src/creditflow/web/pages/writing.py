"""Have a letter written to a customer without a case: look at it first, then let it leave."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import HTMLResponse, Response

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.letter import Letter
from creditflow.domain.notice import Notice
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.notifying import BY_HAND, notify
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.pages.cases import FRAMED
from creditflow.web.visit import Visit

doors = Doors()
KINDS = tuple(kind for kind in Notice if kind in BY_HAND)


class _OnlyShown(Exception):
    """Leaves a transaction so that nothing of it is kept."""


@doors.get("/customers/{customer_id}/write", who=Permission.MEND_LETTERS)
def choose(customer_id: str, visit: Entered) -> Response:
    """The kinds of letters that can be written to the customer, and the chosen one."""
    return _page(customer_id, visit, visit.request.query_params.get("kind", ""))


@doors.get("/customers/{customer_id}/write/page", who=Permission.MEND_LETTERS)
def preview(customer_id: str, visit: Entered) -> Response:
    """The letter as the customer would read it, in a document that can do nothing."""
    kind = _kind(visit.request.query_params.get("kind", Notice.STATEMENTS_WANTED.value))
    with _shown(visit) as work:
        html = _written(customer_id, kind, visit, work).html
    return HTMLResponse(html, headers=FRAMED)


@doors.post("/customers/{customer_id}/write", who=Permission.MEND_LETTERS)
def write(customer_id: str, visit: Entered, form: Form) -> Response:
    """Keep the letter; it leaves like any other."""
    kind = _kind(form.text("kind"))
    try:
        with visit.app.work() as work:
            letter = _written(customer_id, kind, visit, work)
    except NotFound:
        raise
    except Problem as problem:
        return _page(customer_id, visit, kind.value, problem)
    return visit.go(f"/letters/{letter.id}?done=letter_written")


def _page(customer_id: str, visit: Visit, kind: str, problem: Problem | None = None) -> Response:
    with visit.app.reading() as work:
        customer = work.customers.get(CustomerId(customer_id))
    chosen = kind if kind in set(KINDS) else None
    if chosen and problem is None:
        problem = _in_the_way(customer_id, Notice(chosen), visit)
    return visit.page(
        "write_letter.html",
        status=status_of(problem) if problem else 200,
        customer=customer,
        kinds=KINDS,
        chosen=chosen,
        problem=problem.sentence if problem else None,
    )


def _in_the_way(customer_id: str, kind: Notice, visit: Visit) -> Problem | None:
    """Why that letter would say nothing now; None where it can be written."""
    try:
        with _shown(visit) as work:
            _written(customer_id, kind, visit, work)
    except Problem as problem:
        return problem
    return None


@contextmanager
def _shown(visit: Visit) -> Iterator[Work]:
    """A transaction of which nothing is kept."""
    try:
        with visit.app.work() as work:
            yield work
            raise _OnlyShown  # noqa: TRY301 - it is the transaction that has to see it
    except _OnlyShown:
        return


def _written(customer_id: str, kind: Notice, visit: Visit, work: Work) -> Letter:
    app = visit.app
    return notify(
        CustomerId(customer_id), kind,
        by=visit.me.id, at=app.now(), on=app.today(), work=work, press=app.press, sender=app.sender,
    )  # fmt: skip


def _kind(text: str) -> Notice:
    if text not in set(KINDS):
        raise NotFound(say("There is no letter {kind} that is written by hand.", kind=text or "-"))
    return Notice(text)
