"""Everything that the page of a case shows, gathered in one transaction and put in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from creditflow.approvals.board import Board, board_of
from creditflow.approvals.delegating import acting
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection, objection_to
from creditflow.domain.attachment import Attachment
from creditflow.domain.case import Case, CaseState, ReviewTask
from creditflow.domain.choosing import used
from creditflow.domain.customer import Customer
from creditflow.domain.decision import Decision
from creditflow.domain.evaluation import Contribution, Evaluation
from creditflow.domain.groups import Group, GroupId
from creditflow.domain.letter import Letter
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.people import Person, Role
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Candidate, Proposal
from creditflow.domain.scorecard import Characteristic
from creditflow.domain.sentences import Sentence
from creditflow.domain.signals import Signal
from creditflow.ports import Work
from creditflow.services.explaining import knock_out_texts
from creditflow.web.charts import bar
from creditflow.web.events import ACTORS, Event, Teller, desk_title
from creditflow.web.evidence_views import EvidenceGroup, evidence_groups
from creditflow.web.language import Speech
from creditflow.web.signal_names import written_value
from creditflow.web.trends import Month, last_months


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One way to arrive at a limit, with the length of its bar."""

    candidate: Candidate
    is_binding: bool
    length: float


@dataclass(frozen=True, slots=True)
class Point:
    """One characteristic as a reader sees it: what was seen, from where, and what it gave."""

    title: str
    value: str
    contribution: Contribution
    signal: Signal | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Change:
    """From one limit to another; `share` is None where there was nothing to compare with."""

    share: Fraction | None
    direction: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed between the proposal that was seen and the present one."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class CaseView:
    """A case with all that belongs to it; what it does not have yet is None."""

    case: Case
    customer: Customer
    proposal: Proposal | None
    evaluation: Evaluation | None
    change: Change
    candidates: Sequence[CandidateRow]
    points: Sequence[Point]
    reasons_for: Sequence[Point]
    reasons_against: Sequence[Point]
    missing: Sequence[Point]
    evidence: Sequence[EvidenceGroup]
    task: ReviewTask | None
    desk: str
    deciders: Sequence[str]
    no: Sentence | None
    may_withdraw: bool
    decisions: Sequence[Decision]
    names: Mapping[str, str]
    limits: Sequence[Limit]
    letter: Letter | None
    months: Sequence[Month]
    timeline: Sequence[Event]
    knock_outs: Sequence[str]
    board: Board | None = None
    stands_in_for: str | None = None
    desk_names: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Attachment] = ()
    group: Group | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for a decision."""
        return self.case.state is CaseState.AWAITING

    @property
    def decided(self) -> Decision | None:
        """The final decision of the present round."""
        final = [d for d in self.decisions if d.final and d.round == self.case.round]
        return final[-1] if final else None


def view_case(case_id: str, me: Person, on: date, speech: Speech, work: Work) -> CaseView:
    """Gather a case for a person; raises NotFound."""
    case = work.cases.get(case_id)
    customer = work.customers.get(case.customer)
    proposal = work.proposals.get(case.proposal_id) if case.proposal_id else None
    evaluation = work.evaluations.get(case.evaluation_id) if case.evaluation_id else None
    now = work.policies.current()
    policy = work.policies.version(evaluation.policy_version) if evaluation else now
    people = {person.id: person for person in work.people.all()}
    teller = Teller(people, now, speech)
    limits = work.limits.history(customer.id)
    tasks = work.tasks.of(case.id)
    points = _points(evaluation, policy, customer.currency, speech)
    by_name = {point.contribution.characteristic: point for point in points}
    board = None if proposal is None else board_of(case, proposal, work)
    barred = involved(case, work)
    no, stands_in = (None, None) if board is None else _may(me, board, on, speech, work)
    return CaseView(
        case=case,
        customer=customer,
        proposal=proposal,
        evaluation=evaluation,
        change=change(proposal.current, proposal.proposed) if proposal else Change(None, "none"),
        candidates=_candidates(proposal),
        points=points,
        reasons_for=[by_name[n] for n in (evaluation.reasons_for if evaluation else ())],
        reasons_against=[by_name[n] for n in (evaluation.reasons_against if evaluation else ())],
        missing=[point for point in points if point.contribution.missing],
        evidence=evidence_groups(evaluation, customer.currency, speech),
        task=next(
            (t for t in reversed(tasks) if t.round == case.round and t.stage == case.stage), None
        ),
        desk=desk_title(case.desk, now, speech) if case.desk else "",
        deciders=_deciders(board, people, now, barred) if board else (),
        board=board,
        stands_in_for=stands_in.name if stands_in else None,
        desk_names={d.id: d.title[speech.language] for d in (*policy.desks, *now.desks)},
        no=no,
        may_withdraw=me.id == case.requested_by or me.may(Role.ANALYST),
        decisions=work.decisions.of(case.id),
        names={name: teller.actor(name) for name in (*people, *ACTORS)},
        limits=limits,
        letter=work.letters.of_case(case.id),
        months=last_months(customer, work.ledger.of(customer.id), limits, work.rates.all(), on),
        timeline=teller.events(work.journal.of(case.id))[::-1],
        knock_outs=knock_out_texts(evaluation, policy, speech.language) if evaluation else (),
        files=work.attachments.of(case.id),
        group=work.groups.get(GroupId(customer.group)) if customer.group else None,
    )


def _may(
    me: Person, board: Board, on: date, speech: Speech, work: Work
) -> tuple[Sentence | None, Person | None]:
    """What stands against a decision by this person, and in whose place it would be made."""
    policy, desk = work.policies.current(), board.case.desk
    barred, ways = involved(board.case, work), acting(me, on=on, work=work)
    noes = [objection_to(way, board, policy, involved=barred) for way in ways]
    if None in noes:
        return None, ways[noes.index(None)].principal
    no = noes[0]
    if no is not None and desk is not None and "desk" in no.facts:
        no = Sentence(no.text, {**no.facts, "desk": desk_title(desk, policy, speech)})
    return no, None


def change(before: Money | None, after: Money) -> Change:
    """How one limit differs from another."""
    if not before:
        return Change(None, "new" if after else "none")
    if after == before:
        return Change(Fraction(0), "same")
    share = Fraction(after.minor - before.minor, before.minor)
    return Change(share, "up" if share > 0 else "down")


def differences(seen: Proposal, now: Proposal, speech: Speech) -> list[Difference]:
    """What the approver saw against what is there now."""
    _ = speech.gettext
    rows = [
        Difference(_("Proposed limit"), speech.money(seen.proposed), speech.money(now.proposed)),
        Difference(_("Current limit"), speech.money(seen.current), speech.money(now.current)),
        Difference(_("Grade"), seen.grade.value, now.grade.value),
        Difference(_("Exposure"), speech.money(seen.exposure), speech.money(now.exposure)),
        Difference(_("Terms in days"), str(seen.terms_days), str(now.terms_days)),
        Difference(_("Valid until"), speech.last_day(seen.until), speech.last_day(now.until)),
    ]
    return [row for row in rows if row.before != row.after]


def _candidates(proposal: Proposal | None) -> list[CandidateRow]:
    if proposal is None:
        return []
    known = [c.amount for c in proposal.candidates if c.amount is not None]
    highest = max([*known, proposal.proposed, *([proposal.current] if proposal.current else [])])
    return [
        CandidateRow(c, c.method is proposal.binding, bar(c.amount, highest))
        for c in sorted(
            proposal.candidates,
            key=lambda c: (c.amount is None, c.amount.minor if c.amount else 0),
        )
    ]


def _points(
    evaluation: Evaluation | None, policy: Policy, currency: str, speech: Speech
) -> list[Point]:
    if evaluation is None:
        return []
    by = used(evaluation, policy)
    asked = {question.name: by.characteristic(question.name) for question in by.questions}
    return [
        _point(contribution, asked.get(contribution.characteristic), evaluation, currency, speech)
        for contribution in evaluation.contributions
    ]


def _point(
    contribution: Contribution,
    characteristic: Characteristic | None,
    evaluation: Evaluation,
    currency: str,
    speech: Speech,
) -> Point:
    name = characteristic.signal if characteristic else contribution.characteristic
    signal = evaluation.evidence.get(name)
    return Point(
        title=characteristic.title[speech.language] if characteristic else name,
        value=written_value(name, contribution.value, currency, speech),
        contribution=contribution,
        signal=signal,
        is_stale=signal is not None
        and signal.value is not None
        and not signal.usable(evaluation.on),
    )


def _deciders(
    board: Board, people: Mapping[str, Person], policy: Policy, barred: Mapping[str, Sentence]
) -> list[str]:
    """Who may decide it by role, desk and separation of duties."""
    return [
        person.name
        for person in people.values()
        if board.case.desk is not None and objection(person, board, policy, involved=barred) is None
    ]
