"""Deciding from a list, one case or many at once, and views that people keep of their lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.responses import Response

from creditflow.approvals.at_once import MOST_AT_ONCE, decide_from_list
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import Sentence, say
from creditflow.services.saving_views import forget_view, save_view
from creditflow.store.readings import InboxRow
from creditflow.store.work import SqlWork
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.lists import asked_of
from creditflow.web.visit import Visit

doors = Doors()


@dataclass(frozen=True, slots=True)
class Item:
    """A case as the list showed it: its number and the hash of what stood there."""

    case_id: str
    seen: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case: its line in the list, and why it was refused, where it was."""

    case_id: str
    row: InboxRow | None
    no: Sentence | None


@doors.post("/decisions", who=Permission.DECIDE)
def decide_listed(visit: Entered, form: Form) -> Response:
    """Decide what was chosen; what is refused is listed with its reason, the rest is done."""
    wanted, comment = form.text("say"), form.text("comment")
    items = [Item(*part.split(":", 1)) for part in form.all("item") if ":" in part]
    _ensure_complete(wanted, comment, form.text("key"), items)
    noes = {
        item.case_id: _no_to(item, Say(wanted), comment, form.text("key"), visit) for item in items
    }
    back = asked_of(dict(parse_qsl(form.text("back"))), usual="mine").query
    if not any(noes.values()):
        return visit.go(f"/?{back}&done=listed_{wanted}")
    with visit.app.readings() as readings:
        found = [Outcome(case, readings.inbox_row(case), no) for case, no in noes.items()]
    refused = [one for one in found if one.no is not None]
    return visit.page(
        "decisions.html",
        verdict=Say(wanted),
        refused=refused,
        taken=[one for one in found if one.no is None],
        comment=comment,
        back=f"/?{back}",
    )


def _ensure_complete(wanted: str, comment: str, key: str, items: Sequence[Item]) -> None:
    """Refuse at once what would be refused for every case."""
    if not items or not key:
        raise Refusal(say("Choose at least one case in the list, then decide."))
    if len(items) > MOST_AT_ONCE:
        raise Refusal(say("At most {most} cases are decided at once.", most=MOST_AT_ONCE))
    if wanted not in set(Say):
        raise Refusal(say("Choose what to do with the cases."))
    if wanted != Say.APPROVE and not comment:
        raise Refusal(say("A return and a rejection need a comment. Say why, in a sentence."))


def _no_to(item: Item, said: Say, comment: str, key: str, visit: Visit) -> Sentence | None:
    """Decide one case in a transaction of its own; why not, where it was refused."""

    def decided(work: SqlWork) -> Decision:
        me, at = work.people.get(visit.me.id), visit.app.now()
        return decide_from_list(
            item.case_id,
            Verdict(said, item.seen, comment=comment),
            by=me,
            key=f"{me.id}:{key}:{item.case_id}",
            at=at,
            on=visit.app.business_date(at),
            work=work,
        )

    try:
        visit.app.database.run(decided)
    except Problem as problem:
        return problem.sentence
    return None


@doors.post("/views", who=SIGNED_IN)
def keep_view(visit: Entered, form: Form) -> Response:
    """Keep the list that is shown under a name."""
    query = asked_of(dict(parse_qsl(form.text("query"))), usual="all").query
    with visit.app.work() as work:
        save_view(form.text("name"), query, by=visit.me, at=visit.app.now(), work=work)
    return visit.go(f"/?{query}&done=view_saved")


@doors.post("/views/forget", who=SIGNED_IN)
def drop_view(visit: Entered, form: Form) -> Response:
    """Forget a view."""
    with visit.app.work() as work:
        forget_view(form.text("name"), by=visit.me, work=work)
    return visit.go("/?done=view_forgotten")
