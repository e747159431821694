"""The inbox: what waits for me, what waits for others, what I asked for, what is done."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    "asked": word("Asked for my opinion"),
    "others": word("Waiting for others"),
    "all": word("All waiting"),
    "requested": word("Requested by me"),
    "done": word("Done"),
}
EMPTY = {
    "mine": word("Nothing waits for you. Enjoy the quiet."),
    "asked": word("Nobody has asked you anything that you have not answered."),
    "others": word("Nothing waits for anybody else."),
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
    held_by: str = ""
    is_answered: bool = True


@doors.get("/", who=SIGNED_IN)
def inbox(visit: Entered) -> Response:
    """One of the four lists, filtered by desk and words, the most urgent first."""
    asked = visit.request.query_params
    with visit.app.reading() as work:
        policy = work.policies.current()
        ways = acting(visit.me, on=visit.app.today(), work=work)
        names = {person.id: person.name for person in work.people.all()}
    chosen = asked.get("list", "")
    with visit.app.readings() as readings:
        waiting = readings.inbox()
        held = readings.held(visit.app.now())
        mine = waiting_for(ways, waiting, policy, readings.with_a_part_of, held=held)
        lists = {
            "mine": mine,
            "asked": _of(waiting, readings.asked_of(visit.me.id)),
            "others": _of(waiting, {r.case_id for r in waiting} - {r.case_id for r in mine}),
            "all": by_urgency(waiting),
        }
        asked_by_me = readings.asked_by(visit.me.id)
        if chosen not in LISTS:
            chosen = "mine" if visit.may(Role.APPROVER) else "all"
        listed = lists[chosen] if chosen in lists else _list(chosen, visit.me, readings)
    found = _filtered(listed, desk=asked.get("desk", ""), words=asked.get("q", ""))
    number = max(1, read_whole(asked.get("page", ""), otherwise=1))
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    today = visit.app.today()
    return visit.page(
        "inbox.html",
        lists=LISTS,
        chosen=chosen,
        is_waiting=chosen in lists,
        counts={name: len(rows) for name, rows in lists.items()},
        rows=[
            replace(
                _row(row, policy, today, visit.speech),
                held_by=names.get(held.get(row.case_id, ""), ""),
                is_answered=row.case_id not in asked_by_me,
            )
            for row in shown
        ],
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
    *,
    held: Mapping[str, str],
) -> list[InboxRow]:
    """What somebody may decide, as oneself or in place of others, most urgent first.

    `parts_of` names the cases in which a person has a part, `held` who has a
    case for now: what somebody else has does not wait for oneself.
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
        own = {None, way.person.id, way.principal.id if way.principal else None}
        free = (r for r in waiting if held.get(r.case_id) in own)
        found |= {r.case_id: r for r in free if r.desk in desks and r.case_id not in but}
    return by_urgency(found.values())


def by_urgency(rows: Iterable[InboxRow]) -> list[InboxRow]:
    """Due first; of those due on one day the largest amount first."""
    return sorted(rows, key=lambda r: (r.due_on or date.max, -r.base_amount.minor, r.case_id))


def _of(waiting: Sequence[InboxRow], cases: Collection[str]) -> list[InboxRow]:
    return by_urgency(row for row in waiting if row.case_id in cases)


def _list(chosen: str, me: Person, readings: Readings) -> Sequence[CaseRow]:
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
