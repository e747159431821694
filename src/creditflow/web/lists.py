"""The lists of the inbox: what an address asks for, which cases that is, and how they are shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from creditflow.approvals.delegating import acting
from creditflow.approvals.seats import Seat, seats
from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.ports import Work
from creditflow.store.lines import Standing
from creditflow.store.readings import CaseRow, InboxRow, Readings
from creditflow.store.waiting import Move, Order, Wanted
from creditflow.web.amounts import read_whole
from creditflow.web.events import desk_title
from creditflow.web.language import Speech
from creditflow.web.naming import METHODS, word
from creditflow.web.views import Change, change

PER_PAGE = 50
LONGEST_WORDS = 200
"""Characters of a search; nobody types more, and the database looks for each word."""

DECIDED = frozenset(FINISHED | {CaseState.APPROVED, CaseState.REJECTED, CaseState.APPLIED})

LISTS = {
    "mine": word("Waiting for me"),
    "desk": word("At my desk"),
    "asked": word("Asked for my opinion"),
    "others": word("Waiting for others"),
    "all": word("All waiting"),
    "requested": word("Requested by me"),
    "done": word("Done"),
}
EMPTY = {
    "mine": word("Nothing waits for you. Enjoy the quiet."),
    "desk": word("Nothing waits at your desk."),
    "asked": word("Nobody has asked you anything that you have not answered."),
    "others": word("Nothing waits for anybody else."),
    "all": word("No case waits for anybody."),
    "requested": word("You have asked for no limit yet. Open a customer to ask for one."),
    "done": word("No case is done yet."),
}
WAITING = ("mine", "desk", "asked", "others", "all")
"""Lists of cases that wait for a decision; only these can be sorted and filtered by what waits."""

ORDERS = {
    Order.URGENCY: word("Most urgent first"),
    Order.STAKE: word("Most at stake first"),
    Order.AGE: word("Longest waiting first"),
}
MOVES = {
    Move.FIRST: word("First limits"),
    Move.RAISE: word("Raises"),
    Move.CUT: word("Reductions"),
    Move.SAME: word("Unchanged limits"),
}
DUE = {
    "late": word("Overdue"),
    "today": word("Due today or before"),
    "week": word("Due within seven days"),
}
_DAYS = {"late": 0, "today": 1, "week": 8}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; whatever it gets wrong is as if it were absent."""

    chosen: str
    words: str = ""
    desk: str = ""
    kind: str = ""
    grade: str = ""
    move: str = ""
    due: str = ""
    order: Order = Order.URGENCY
    page: int = 1

    @property
    def filters(self) -> bool:
        """Whether anything is left out of the list."""
        return any((self.words, self.desk, self.kind, self.grade, self.move, self.due))

    @property
    def is_plain(self) -> bool:
        """Whether it is one of the lists as it is, which needs no name."""
        return not self.filters and self.order is Order.URGENCY

    @property
    def query(self) -> str:
        """The query of an address that asks for this, without the page."""
        given = {
            "list": self.chosen,
            "q": self.words,
            "desk": self.desk,
            "kind": self.kind,
            "grade": self.grade,
            "move": self.move,
            "due": self.due,
            "sort": "" if self.order is Order.URGENCY else self.order.value,
        }
        return urlencode({name: value for name, value in given.items() if value})

    def link(self, page: int) -> str:
        """The address of another page of the same list."""
        return f"/?{self.query}" + (f"&page={page}" if page > 1 else "")


def asked_of(given: Mapping[str, str], *, usual: str) -> Asked:
    """Read a query; `usual` is the list of who asks for none."""
    order = given.get("sort", "")
    return Asked(
        chosen=_one_of(LISTS, given.get("list")) or usual,
        words=given.get("q", "").strip()[:LONGEST_WORDS],
        desk=given.get("desk", ""),
        kind=_one_of(set(OccasionKind), given.get("kind")),
        grade=_one_of(set(Grade), given.get("grade")),
        move=_one_of(MOVES, given.get("move")),
        due=_one_of(DUE, given.get("due")),
        order=Order(order) if order in set(Order) else Order.URGENCY,
        page=max(1, read_whole(given.get("page", ""), otherwise=1)),
    )


def _one_of(choices: Collection[str], asked: str | None) -> str:
    return asked if asked and asked in choices else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sits in the inbox at a moment: their seats, and how much waits at each desk.

    `mine` is how many cases they may decide, `asked` are those about which
    somebody wants to know what they think.
    """

    me: Person
    seats: Sequence[Seat]
    at: datetime
    on: date
    waiting: Mapping[str, int]
    mine: int
    asked: frozenset[str]
    policy: Policy

    @property
    def own_desks(self) -> frozenset[str]:
        """The desks that the person really sits at, of those that have cases."""
        return self.me.desks & self.waiting.keys()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many cases are in each list of what waits."""
        everything = sum(self.waiting.values())
        return {
            "mine": self.mine,
            "desk": sum(self.waiting[desk] for desk in self.own_desks),
            "asked": len(self.asked),
            "others": everything - self.mine,
            "all": everything,
        }


def place_of(me: Person, at: datetime, on: date, work: Work, readings: Readings) -> Place:
    """Find out where somebody sits at a moment of a business day."""
    waiting, policy = readings.waiting.by_desk(), work.policies.current()
    own = seats(acting(me, on=on, work=work), waiting, policy)
    mine = readings.waiting.count(Wanted(seats=own, at=at))
    return Place(me, own, at, on, waiting, mine, readings.asked_of(me.id), policy)


def next_of(
    me: Person, *, but: str, at: datetime, on: date, work: Work, readings: Readings
) -> InboxRow | None:
    """The most urgent case besides that one that somebody may decide."""
    desks = readings.waiting.by_desk()
    own = seats(acting(me, on=on, work=work), desks, work.policies.current())
    first = readings.waiting.page(Wanted(seats=own, at=at, but=but), most=1) if own else []
    return first[0] if first else None


def filtered(asked: Asked, on: date) -> Wanted:
    """The waiting cases that pass the filters on that day, whatever the list is."""
    return Wanted(
        desks=frozenset({asked.desk}) if asked.desk else None,
        words=asked.words,
        kind=asked.kind,
        grade=asked.grade,
        move=Move(asked.move) if asked.move else None,
        due_before=on + timedelta(days=_DAYS[asked.due]) if asked.due else None,
    )


def wanted(asked: Asked, place: Place) -> Wanted:
    """The waiting cases that a list asks for."""
    found = filtered(asked, place.on)
    if asked.chosen in ("mine", "others"):
        return replace(found, seats=place.seats, at=place.at, others=asked.chosen == "others")
    if asked.chosen == "asked":
        return replace(found, cases=place.asked)
    if asked.chosen == "desk":
        desks = place.own_desks
        return replace(found, desks=desks & found.desks if found.desks else desks)
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """One page of a list. `total` is None where counting them all would take long."""

    rows: Sequence[InboxRow | CaseRow]
    total: int | None
    more: bool


def listed(asked: Asked, place: Place, readings: Readings) -> Counted:
    """The cases of a page."""
    start = (asked.page - 1) * PER_PAGE
    if asked.chosen in WAITING:
        which = wanted(asked, place)
        # What was counted for the badge is not counted again.
        total = readings.waiting.count(which) if asked.filters else place.counts[asked.chosen]
        rows = readings.waiting.page(which, order=asked.order, start=start, most=PER_PAGE)
        return Counted(rows, total, start + PER_PAGE < total)
    own = asked.chosen == "requested"
    found = readings.cases(
        states=None if own else DECIDED,
        requested_by=place.me.id if own else None,
        words=asked.words,
        start=start,
        most=PER_PAGE + 1,
    )
    more = len(found) > PER_PAGE
    return Counted(found[:PER_PAGE], None if more or start else len(found), more)


def decidable(asked: Asked, place: Place, shown: Counted, readings: Readings) -> frozenset[str]:
    """Which cases of a page somebody may decide."""
    cases = frozenset(row.case_id for row in shown.rows)
    if asked.chosen == "mine":
        return cases
    if asked.chosen not in ("desk", "asked", "all") or not place.seats or not cases:
        return frozenset()
    return readings.waiting.among(Wanted(seats=place.seats, at=place.at, cases=cases))


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list. `amount` is what is asked about: as proposed, or as changed since."""

    row: InboxRow | CaseRow
    amount: Money | None
    change: Change
    exposure: Money | None
    utilisation: float | None
    desk: str
    days_left: int | None
    why: str
    held_by: str = ""
    is_answered: bool = True


def shown(
    row: InboxRow | CaseRow,
    place: Place,
    speech: Speech,
    *,
    held: Mapping[str, str],
    unanswered: Collection[str],
    standing: Standing | None = None,
) -> Row:
    """A case as a list shows it; `held` says who has which case, by name."""
    amount = row.proposed if standing is None else standing.amount
    exposure = row.exposure if isinstance(row, InboxRow) else None
    share = exposure.ratio(row.current) if exposure is not None and row.current else None
    return Row(
        row=row,
        amount=amount,
        change=change(row.current, amount) if amount else Change(None, "none"),
        exposure=exposure,
        utilisation=None if share is None else float(share),
        desk=desk_title(row.desk, place.policy, speech) if row.desk else "",
        days_left=None if row.due_on is None else (row.due_on - place.on).days,
        why=speech.gettext(METHODS[row.binding]) if isinstance(row, InboxRow) else "",
        held_by=held.get(row.case_id, ""),
        is_answered=row.case_id not in unanswered,
    )
