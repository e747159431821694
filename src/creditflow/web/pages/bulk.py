"""Deciding from a list, one case or many at once: each by itself, and told one by one."""

import logging
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.responses import Response

from creditflow.approvals.at_once import MOST_AT_ONCE, Line, decide_from_list
from creditflow.approvals.granting import MOST_COMMENT
from creditflow.domain.decision import Say
from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.store.work import SqlWork
from creditflow.web.doors import MOST_FIELDS, Doors, Entered, Form, Posted
from creditflow.web.errors import status_of
from creditflow.web.lists import asked_of
from creditflow.web.outcomes import line_of, outcome
from creditflow.web.pages.deciding import done_of
from creditflow.web.visit import Visit

log = logging.getLogger(__name__)
doors = Doors()


@doors.post("/decisions", who=Permission.DECIDE, most_fields=MOST_FIELDS + MOST_AT_ONCE)
def decide_listed(visit: Entered, form: Form) -> Response:
    """Decide what was chosen, each in a transaction of its own; then say what came of each."""
    said, lines = _read(form)
    asked = asked_of(dict(parse_qsl(form.text("back"))), usual="mine")
    back = asked.link(asked.page)
    comment, key = form.text("comment"), form.text("key")
    came: dict[str, str | Problem] = {
        line.case_id: _decided(line, said, comment, key, visit) for line in lines
    }
    match list(came.values()):
        case [str(done)]:
            return visit.go(f"{back}&done={done}")
    return _told(lines, came, visit, said=said, comment=comment, back=back)


def _read(form: Posted) -> tuple[Say, Sequence[Line]]:
    """What the form says; refuses at once what would be refused for every case."""
    wanted, key, comment = form.text("say"), form.text("key"), form.text("comment")
    lines = {line.case_id: line for line in map(line_of, form.all("item"))}
    problems = []
    if not key:
        problems.append(say("The form is incomplete. Load the page again and repeat it."))
    if not lines:
        problems.append(say("Choose at least one case in the list, then decide."))
    if len(lines) > MOST_AT_ONCE:
        problems.append(say("At most {most} cases are decided at once.", most=MOST_AT_ONCE))
    if wanted not in (Say.APPROVE, Say.RETURN, Say.REJECT):
        problems.append(say("Choose what to do with the cases: approve, return or reject them."))
    elif wanted != Say.APPROVE and not comment:
        problems.append(say("A return and a rejection need a comment. Say why, in a sentence."))
    if len(comment) > MOST_COMMENT:
        problems.append(
            say(
                "The comment has {length} characters; {most} are kept. Shorten it.",
                length=len(comment),
                most=MOST_COMMENT,
            )
        )
    if problems:
        raise Refusal(problems[0], details=problems if len(problems) > 1 else ())
    return Say(wanted), list(lines.values())


def _decided(line: Line, said: Say, comment: str, key: str, visit: Visit) -> str | Problem:
    """Decide one case: what a page then says, or why it was refused."""

    def decided(work: SqlWork) -> str:
        me, at = work.people.get(visit.me.id), visit.app.now()
        decision = decide_from_list(
            line,
            said,
            comment=comment,
            by=me,
            key=f"{me.id}:{key}:{line.case_id}",
            at=at,
            on=visit.app.business_date(at),
            work=work,
        )
        return done_of(decision, work)

    try:
        return visit.app.database.run(decided)
    except Problem as problem:
        return problem
    except Exception:
        # The others must be decided all the same, and what was decided before must be told.
        log.exception("deciding case %s from a list failed", line.case_id)
        return Problem(say("Something went wrong here. Nothing was decided; the log says why."))


def _told(
    lines: Sequence[Line],
    came: Mapping[str, str | Problem],
    visit: Visit,
    *,
    said: Say,
    comment: str,
    back: str,
) -> Response:
    """The page that says what came of each; its status is a refusal's where nothing was taken."""
    noes = {case: no for case, no in came.items() if isinstance(no, Problem)}
    with visit.app.database.both() as (work, readings):
        found = [outcome(line, noes.get(line.case_id), visit, work, readings) for line in lines]
    return visit.page(
        "decisions.html",
        status=status_of(next(iter(noes.values()))) if len(noes) == len(found) else 200,
        said=said,
        refused=[one for one in found if one.no is not None],
        taken=[one for one in found if one.no is None],
        comment=comment,
        back=back,
    )
