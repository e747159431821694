"""The inbox: what waits for me, what waits for others, what I asked for, what is done."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from creditflow.approvals.delegating import Acting, acting
from creditflow.approvals.mandates import answers_for
from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.money import Money
from creditflow.domain.people import Person, Role
from creditflow.domain.policy import Policy
from creditflow.store.readings import CaseRow, InboxRow, Readings
from creditflow.web.amounts import read_whole
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.events import desk_title
from creditflow.web.language import Speech
from creditflow.web.naming import METHODS, word
from creditflow.web.views import Change, change

doors = Doors()
PER_PAGE = 50
DECIDED = FINISHED | {CaseState.APPROVED, CaseState.REJECTED, CaseState.APPLIED}

LISTS = {
    "mine": word("Waiting for me"),
    "all": word("All waiting"),
    "requested": word("Requested by me"),
    "done": word("Done"),
}
EMPTY = {
    "mine": word("Nothing waits for you. Enjoy the quiet."),
    "all": word("No case waits for anybody."),
    "requested": word("You have asked for no limit yet. Open a customer to ask for one."),
    "done": word("No case is done yet."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list."""

    row: InboxRow | CaseRow
    change: Change
    exposure: Money | None
    utilisation: float | None
    desk: str
    days_left: int | None
    why: str


@doors.get("/", who=SIGNED_IN)
def inbox(visit: Entered) -> Response:
    """One of the four lists, filtered by desk and words, the most urgent first."""
    asked = visit.request.query_params
    with visit.app.reading() as work:
        policy = work.policies.current()
        ways = acting(visit.me, on=visit.app.today(), work=work)
    chosen = asked.get("list", "")
    with visit.app.readings() as readings:
        waiting = readings.inbox()
        mine = waiting_for(ways, waiting, policy, readings.with_a_part_of)
        if chosen not in LISTS:
            chosen = "mine" if visit.may(Role.APPROVER) else "all"
        found = _list(chosen, visit.me, waiting, mine, readings)
    found = _filtered(found, desk=asked.get("desk", ""), words=asked.get("q", ""))
    number = max(1, read_whole(asked.get("page", ""), otherwise=1))
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    today = visit.app.today()
    return visit.page(
        "inbox.html",
        lists=LISTS,
        chosen=chosen,
        counts={"mine": len(mine), "all": len(waiting)},
        rows=[_row(row, policy, today, visit.speech) for row in shown],
        total=len(found),
        empty=EMPTY[chosen],
        desks=[(desk.id, desk.title[visit.speech.language]) for desk in policy.desks],
        desk=asked.get("desk", ""),
        words=asked.get("q", ""),
        earlier=_page_link(asked, number - 1) if number > 1 else None,
        later=_page_link(asked, number + 1) if number * PER_PAGE < len(found) else None,
    )


def waiting_for(
    ways: Iterable[Acting],
    waiting: Sequence[InboxRow],
    policy: Policy,
    parts_of: Callable[[str], Collection[str]],
) -> list[InboxRow]:
    """What somebody may decide, as oneself or in place of others, most urgent first.

    `parts_of` names the cases in which a person has a part.
    """
    found: dict[str, InboxRow] = {}
    taken = {row.desk for row in waiting if row.desk is not None}
    for way in ways:
        if not way.person.may(Role.APPROVER) or way.person.mandate is None:
            continue
        desks = {desk for desk in taken if answers_for(way.person, desk, policy)}
        but = set(parts_of(way.person.id))
        if way.principal is not None:
            but |= set(parts_of(way.principal.id))
        found |= {r.case_id: r for r in waiting if r.desk in desks and r.case_id not in but}
    return by_urgency(found.values())


def by_urgency(rows: Iterable[InboxRow]) -> list[InboxRow]:
    """Due first; of those due on one day the largest amount first."""
    return sorted(rows, key=lambda r: (r.due_on or date.max, -r.base_amount.minor, r.case_id))


def _list(
    chosen: str,
    me: Person,
    waiting: Sequence[InboxRow],
    mine: Sequence[InboxRow],
    readings: Readings,
) -> Sequence[InboxRow | CaseRow]:
    if chosen == "mine":
        return mine
    if chosen == "all":
        return by_urgency(waiting)
    if chosen == "requested":
        return readings.cases(requested_by=me.id)
    return readings.cases(states=frozenset(DECIDED))


def _filtered(
    rows: Sequence[InboxRow | CaseRow], *, desk: str, words: str
) -> list[InboxRow | CaseRow]:
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if (not desk or row.desk == desk) and all(word in _searched(row) for word in wanted)
    ]


def _searched(row: InboxRow | CaseRow) -> str:
    parts = (row.case_id, row.customer_id, row.customer_name, row.customer_name_en or "")
    return " ".join(parts).casefold()


def _row(row: InboxRow | CaseRow, policy: Policy, today: date, speech: Speech) -> Row:
    exposure = row.exposure if isinstance(row, InboxRow) else None
    share = exposure.ratio(row.current) if exposure is not None and row.current else None
    return Row(
        row=row,
        change=change(row.current, row.proposed) if row.proposed else Change(None, "none"),
        exposure=exposure,
        utilisation=None if share is None else float(share),
        desk=desk_title(row.desk, policy, speech) if row.desk else "",
        days_left=None if row.due_on is None else (row.due_on - today).days,
        why=speech.gettext(METHODS[row.binding]) if isinstance(row, InboxRow) else "",
    )


def _page_link(asked: object, number: int) -> str:
    kept = dict(asked) if isinstance(asked, dict) else dict(getattr(asked, "items", dict)())
    return "/?" + urlencode({**kept, "page": number})
