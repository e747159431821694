"""What open lists are told: which cases have moved, and what that means to whom.

The database is asked once for everybody who listens; what a case means to one of
them is then said in memory, by the seats that the list itself is made of.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from creditflow.approvals.board import board_of
from creditflow.approvals.delegating import acting
from creditflow.approvals.impartiality import involved
from creditflow.approvals.seats import Seat, seats
from creditflow.domain.case import CaseState
from creditflow.domain.people import Person
from creditflow.ports import Work
from creditflow.store.readings import Readings
from creditflow.store.waiting import Order
from creditflow.web.lists import Asked, filtered

if TYPE_CHECKING:
    from creditflow.bootstrap import App

MOST_CASES = 30
"""How many cases are told one by one; of more it is only said that they are many."""

LIVE_LISTS = ("mine", "desk", "others", "all")


@dataclass(frozen=True, slots=True)
class News:
    """A case that has moved, as it stands now.

    `has_come`: it came to a desk by what happened. `desk` is where it waits, None
    where it does not. `barred` have a part in it,
    `held_by` has it for now, `decided_by` is who ended its waiting, if a person did.
    """

    case_id: str
    has_come: bool
    desk: str | None
    barred: frozenset[str] = frozenset()
    held_by: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the journal says up to an entry; `news` is None where too many cases have moved.

    `sessions` are those that still hold, of those that were asked about. `passing` says
    which of the cases pass the filters of each list that was asked about.
    """

    seq: int
    news: Sequence[News] | None
    sessions: frozenset[str]
    passing: Mapping[Asked, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks at which list, where they sit, and what the list leaves out, if anything."""

    person: str
    chosen: str
    desks: frozenset[str]
    seats: Sequence[Seat]
    filters: Asked | None = None

    def hears(self, news: News, *, passes: bool = True) -> str:
        """What it means here: `new` or `changed` in this list, `decided` by others, or `gone`.

        `passes` says whether the case passes the list's filters.
        """
        if passes and news.desk is not None and self._lists(news.desk, news):
            return "new" if news.has_come else "changed"
        is_others = news.decided_by not in (None, self.person)
        return "decided" if is_others else "gone"

    def _lists(self, desk: str, news: News) -> bool:
        match self.chosen:
            case "mine":
                return self._may(desk, news)
            case "others":
                return not self._may(desk, news)
            case "desk":
                return desk in self.desks
        return True

    def _may(self, desk: str, news: News) -> bool:
        """The same as `store.waiting` asks of the database."""
        return any(
            desk in seat.desks
            and not news.barred & seat.people
            and (news.held_by is None or news.held_by in seat.people)
            for seat in self.seats
        )


def audience_of(me: Person, asked: Asked, app: "App") -> Audience:
    """Where somebody sits now, also at desks where nothing waits yet."""
    on = app.today()
    with app.reading() as work:
        policy = work.policies.current()
        own = seats(acting(me, on=on, work=work), [desk.id for desk in policy.desks], policy)
    # Lists of the same filters are asked about together, in whatever order they are looked at.
    filters = replace(asked, chosen="all", order=Order.URGENCY, page=1) if asked.filters else None
    chosen = asked.chosen if asked.chosen in LIVE_LISTS else ""
    return Audience(me.id, chosen, me.desks, own, filters)


def look(
    app: "App",
    after: int | None,
    sessions: Collection[str],
    filters: Collection[Asked] = (),
) -> Look:
    """What has happened behind an entry; nothing, only where the journal ends, for None.

    Whether a case passes a list's filters is asked of the database, once for all lists
    that have the same and only where something has moved.
    """
    at = app.now()
    with app.database.both() as (work, readings):
        until = readings.journal_length()
        moved: Mapping[str, bool] = {}
        if after is not None and after < until:
            moved = readings.moved_cases(after=after, until=until, most=MOST_CASES + 1)
        known = moved.items() if len(moved) <= MOST_CASES else None
        news = None if known is None else [_news(case, came, at, work) for case, came in known]
        held = readings.sessions_that_hold(sessions, at=at) if sessions else frozenset()
        passing = _passing(news or (), filters, app.business_date(at), readings)
    return Look(until, news, held, passing)


def _passing(
    news: Sequence[News], filters: Collection[Asked], on: date, readings: Readings
) -> dict[Asked, frozenset[str]]:
    waiting = frozenset(one.case_id for one in news if one.desk is not None)
    if not waiting:
        return dict.fromkeys(filters, frozenset())
    return {
        asked: readings.waiting.among(replace(filtered(asked, on), cases=waiting))
        for asked in filters
    }


def _news(case_id: str, has_come: bool, at: datetime, work: Work) -> News:
    case = work.cases.get(case_id)
    if case.state is not CaseState.AWAITING or case.proposal_id is None:
        final = [d for d in work.decisions.of(case.id) if d.round == case.round and d.final]
        return News(case.id, has_come, None, decided_by=final[-1].by if final else None)
    board = board_of(case, work.proposals.get(case.proposal_id), work)
    return News(
        case.id,
        has_come,
        case.desk,
        barred=frozenset(involved(case, work)) | board.spoken,
        held_by=board.task.holder(at) if board.task else None,
    )
