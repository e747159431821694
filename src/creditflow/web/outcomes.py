"""What came of each case that was decided from a list: done, or why not and what changed since."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from creditflow.approvals.at_once import Line, MovedOn
from creditflow.approvals.deciding import SeenOtherwise
from creditflow.domain.errors import NotFound, Problem, Refusal, Unavailable
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.store.readings import InboxRow, Readings
from creditflow.web.events import Event, Teller
from creditflow.web.views import Change, Difference, change, differences
from creditflow.web.visit import Visit

REPEATABLE = (SeenOtherwise, MovedOn, Unavailable)
"""Refusals after which the same verdict may be meant all the same."""


def item_of(line: Line) -> str:
    """A line as a form carries it."""
    return ":".join((line.case_id, str(line.version), line.proposal, line.seen, str(line.after)))


def line_of(item: str) -> Line:
    """The line that a form carries; raises Refusal for what no form of ours has."""
    parts = item.split(":")
    if len(parts) != len(Line.__dataclass_fields__) or not all(
        parts[place].isascii() and parts[place].isdigit() for place in (1, 4)
    ):
        raise Refusal(say("The form is incomplete. Load the page again and repeat it."))
    case_id, version, proposal, seen, after = parts
    return Line(case_id, int(version), proposal, seen, int(after))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case; `no` is None where the verdict was taken.

    `events` is what has happened to it since the list was shown, `changed` what
    is proposed otherwise, `repeat` the line as it is now, for saying the same
    again, and `key` that click. `amount` is what is asked about.
    """

    case_id: str
    row: InboxRow | None
    amount: Money | None
    change: Change | None
    no: Problem | None
    events: Sequence[Event]
    changed: Sequence[Difference]
    repeat: str
    key: str


def outcome(
    line: Line, no: Problem | None, visit: Visit, work: Work, readings: Readings
) -> Outcome:
    """Tell what came of a line, as the case stands now."""
    row = readings.inbox_row(line.case_id)
    standing = readings.waiting.standings([line.case_id]).get(line.case_id)
    amount = standing.amount if standing else row.proposed if row else None
    people = {person.id: person for person in work.people.all()}
    teller = Teller(people, work.policies.current(), visit.speech)
    since = [one for one in work.journal.of(line.case_id) if one.seq > line.after]
    may_repeat = isinstance(no, REPEATABLE) and standing is not None
    return Outcome(
        case_id=line.case_id,
        row=row,
        amount=amount,
        change=change(row.current, amount) if row and amount is not None else None,
        no=no,
        events=teller.events(since),
        changed=_changed(line, visit, work) if no is not None else (),
        repeat=item_of(standing.line) if may_repeat and standing else "",
        key=secrets.token_hex(16),
    )


def _changed(line: Line, visit: Visit, work: Work) -> Sequence[Difference]:
    """What was proposed when the list was shown, against what is proposed now."""
    try:
        case = work.cases.get(line.case_id)
        seen = work.proposals.get(line.proposal)
    except NotFound:
        return ()
    if case.proposal_id in (None, seen.id) or seen.case_id != case.id:
        return ()
    return differences(seen, work.proposals.get(case.proposal_id), visit.speech)
