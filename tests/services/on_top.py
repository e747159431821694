"""A customer with a base limit for whom sales ask for credit on top, and everybody it passes."""

from datetime import date, timedelta

from creditflow.approvals.deciding import decide
from creditflow.approvals.opening import send_on
from creditflow.domain.added_limits import AddedKind, Consumption
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import Case, CaseState
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.people import Mandate, Role
from creditflow.services.applying import apply
from creditflow.services.asking import Wish, request_review
from creditflow.services.evaluating import evaluate
from creditflow.services.proposing import propose
from tests.fakes import FakeWork
from tests.makers import ACME, NOW, TODAY, a_limit, a_person, cny
from tests.services.judging import a_work

SALES = a_person("sales.wang", roles=frozenset({Role.SALES}), desks=frozenset(), mandate=None)
CHAIR = a_person("chair.gao", name="Gao", desks=frozenset({"credit-committee"}),
                 mandate=Mandate(None, Grade.G))  # fmt: skip
MEMBER = a_person("member.wu", name="Wu", desks=frozenset({"credit-committee"}),
                  mandate=Mandate(None, Grade.G))  # fmt: skip
SEASON = Wish(
    cny(5_000), "For the season.", AddedKind.TEMPORARY, TODAY + timedelta(7), TODAY + timedelta(97)
)
BRIDGE = Wish(
    cny(5_000), "The contract.", AddedKind.PROJECT, TODAY, TODAY + timedelta(300), "Bridge",
    Consumption.OWN_FIRST,
)  # fmt: skip


def a_book(base: Money | None = None) -> FakeWork:
    """ACME with two good years and a base limit since long ago, and the people of both sides."""
    work = a_work()
    work.kept.cases.clear()
    limit = a_limit(base or cny(100_000), from_=TODAY - timedelta(400), until=None)
    work.limits.add(limit, replacing=0)
    for person in (SALES, CHAIR, MEMBER):
        work.people.put(person)
    return work


def asked(work: FakeWork, wish: Wish = SEASON, *, on: date = TODAY) -> Case:
    return request_review(ACME, wish, by=SALES, at=NOW, on=on, work=work)


def laid_before(work: FakeWork, wish: Wish = SEASON) -> Case:
    """The request, evaluated, proposed and sent on."""
    case = asked(work, wish)
    evaluate(case.id, at=NOW, work=work)
    propose(case.id, at=NOW, work=work)
    return send_on(case.id, at=NOW, on=TODAY, works=weekdays_only, work=work)


def decided(
    work: FakeWork, case: Case, said: Say = Say.APPROVE, amount: Money | None = None, by=CHAIR
) -> Decision:
    """A verdict, where a person has to give one."""
    proposal = work.proposals.get(case.proposal_id or "")
    verdict = Verdict(said, proposal.hash, "" if said is Say.APPROVE else "Why.", amount)
    return decide(case.id, verdict, by=by, key=f"{case.id}:{by.id}", at=NOW, on=TODAY, work=work)


def granted(work: FakeWork, wish: Wish = SEASON, **verdict: object) -> Case:
    """The request, decided and applied."""
    case = laid_before(work, wish)
    if case.state is CaseState.AWAITING:
        decided(work, case, **verdict)
    return apply(case.id, at=NOW, on=TODAY, work=work)
