"""One case and its successors in memory, on which Hypothesis plays everybody there is.

Approvers, analysts, stand-ins, askers and asked, the clock, new facts and new policies act in any order;
after each step everything that is promised about a case is looked at. `took` counts what was
tried, `did` what came of it.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from creditflow.approvals.board import APPROVALS, board_of
from creditflow.approvals.deciding import decide
from creditflow.approvals.delegating import delegate, revoke
from creditflow.approvals.entitling import holder
from creditflow.approvals.holding import claim, reassign, release
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection
from creditflow.approvals.opening import reopen, send_on
from creditflow.approvals.referring import refer
from creditflow.approvals.superseding import supersede
from creditflow.approvals.withdrawing import expire, hand_in_again, withdraw
from creditflow.domain.authority import AuthorityRule, Stage
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Problem
from creditflow.domain.grade import Grade
from creditflow.domain.granting import Condition, widens
from creditflow.domain.moving import Ground
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import POLICY_ACTOR, Mandate, Role
from creditflow.domain.sentences import say
from creditflow.domain.tolerance import Tolerance
from creditflow.services.applying import apply
from creditflow.services.discussing import comment
from tests.approvals.desks import escalated, waiting
from tests.approvals.promises import Promises
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_person,
    a_policy,
    a_proposal,
    an_evaluation,
    an_occasion,
    cny,
)

TOLERANCE = Tolerance(Decimal(50), Decimal("0.15"), Decimal("0.20"), Decimal("0.25"))
WHY = {Ground.POINTS: say("They moved.")}

PEOPLE = (
    a_person(
        "manager.li", desks=frozenset({"credit_manager"}), mandate=Mandate(cny(600_000), Grade.D)
    ),
    a_person("director.zhao", mandate=Mandate(cny(750_000), Grade.D)),
    a_person("chair.gao", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
    a_person("member.wu", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
    a_person("analyst.sun", roles=frozenset({Role.ANALYST}), mandate=None, desks=frozenset()),
    a_person("owner.wang", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
)
people = st.sampled_from(PEOPLE)
changes = st.sampled_from(
    [(), (), (30,), (None, TODAY + timedelta(days=200)), (20, None, (Condition(text="Only so."),))]
)
amounts = st.sampled_from([0, 1, 500_000, 700_000, 800_000, 850_000, 2_000_000])
ANALYST = next(person for person in PEOPLE if Role.ANALYST in person.roles)
seldom = st.integers(0, 7).map(lambda n: n == 7)
WAYS = (
    (Stage(),),
    (Stage("credit_manager"), Stage("committee")),
    (Stage("committee", needed=2),),
    (Stage("credit_manager"), Stage("director"), Stage("committee", needed=2)),
)


class Life(Promises, RuleBasedStateMachine):
    """A case, from its proposal to its end, through its rounds and its successors."""

    took: ClassVar[Counter[str]] = Counter()
    did: ClassVar[Counter[str]] = Counter()

    @initialize(way=st.sampled_from(WAYS), cap=st.sampled_from([None, 750_000]))
    def begin(self, way, cap):
        rule_ = AuthorityRule("rule", way, limit_above=cny(1))
        self.scene = waiting(
            case={"state": CaseState.PROPOSED, "stage": 0, "desk": None, "expires_at": None},
            policy={
                "authority": (rule_,),
                "name_cap": None if cap is None else cny(cap),
                "moved_beyond": TOLERANCE,
            },
        )
        self.work, self.id = self.scene.work, "CASE-1"
        for person in PEOPLE:
            self.work.people.put(person)
        customer = self.work.customers.get(self.case.customer)
        self.work.customers.put_all([replace(customer, owner="owner.wang")])
        self.at, self.clicks, self.finals = NOW, 0, {}
        self.limits_seen, self.entries_seen = self.limit_versions(), 0
        self._send_on()

    # ------------------------------------------------------------------ what happens

    @rule(by=people, said=st.sampled_from(Say), amount=amounts, more=changes,
          comment=st.sampled_from(["c", "c", ""]), stale=seldom)  # fmt: skip
    def somebody_decides(self, by, said, amount, comment, stale, *, more=()):
        self.took["decide"] += 1
        if self.case.proposal_id is None:
            return
        case, board, had_by = self.case, self.board(), self.holder()
        self.clicks += 1
        changed = cny(amount) if said is Say.APPROVE_WITH_CHANGE else None
        narrowed = more if said is Say.APPROVE_WITH_CHANGE else ()
        verdict = Verdict(said, "old" if stale else board.seen, comment, changed, *narrowed)
        me, key = self.work.people.get(by.id), f"k{self.clicks}"
        before = self.work.kept.copied()
        try:
            decision = decide(self.id, verdict, by=me, on=self.on(), key=key, at=self.at,
                              work=self.work)  # fmt: skip
        except Problem:
            assert self.work.kept == before, "a refusal left something behind"
            return
        self.did["decide"] += 1
        assert not stale
        assert case.expires_at is None or self.at < case.expires_at, "decided too late"
        spoke = {decision.by, decision.on_behalf_of} - {None}
        assert not spoke & set(involved(case, self.work)), "somebody with a part in it decided"
        assert had_by is None or had_by in spoke, "decided past whoever has it"
        grant = decision.grant(board.proposal)
        if grant is not None:
            kept = {*board.grant.conditions, *verdict.conditions}
            assert kept == set(grant.conditions), "a condition was lost"
        if grant is not None and decision.final and not widens(grant, board.grant):
            assert me.mandate.covers(board.proposal.in_base(decision.limit), board.proposal.grade)
        again = decide(self.id, verdict, by=me, on=self.on(), key=key, at=self.at, work=self.work)
        assert again == decision

    @rule(said=st.sampled_from([*APPROVALS, *APPROVALS, Say.RETURN, Say.REJECT]), amount=amounts,
          which=st.integers(0, 9))  # fmt: skip
    def somebody_of_the_desk_decides(self, said, amount, which):
        """As most people do: who could decide it says something that could be accepted."""
        if able := self.able():
            self.somebody_decides(able[which % len(able)], said, amount, "c", stale=False)

    @rule(which=st.integers(0, 9), times=st.integers(1, 4))
    def people_of_the_desk_agree(self, which, times):
        for one in range(times):
            self.somebody_of_the_desk_decides(Say.APPROVE, 0, which + one)

    @rule(by=people)
    def somebody_takes_it_on(self, by):
        had_by = self.holder()
        self.took["claim"] += 1
        if self._try(lambda: claim(self.id, by=self.now(by), **self.moment())):
            self.did["claim"] += 1
            assert had_by in (None, by.id) or self.stands_in(by, had_by)
            assert self.holder() == by.id

    @rule(by=people)
    def somebody_gives_it_back(self, by):
        had_by = self.holder()
        self.took["release"] += 1
        if self._try(lambda: release(self.id, by=self.now(by), **self.moment())):
            self.did["release"] += 1
            assert had_by == by.id
            assert self.holder() is None

    @rule(by=people, to=people, why=st.sampled_from(["", "Ill."]))
    def somebody_gives_it_away(self, by, to, why):
        self.took["reassign"] += 1
        if self._try(lambda: reassign(self.id, to.id, why=why, by=self.now(by), **self.moment())):
            self.did["reassign"] += 1
            assert why
            assert self.holder() == to.id

    @rule(by=people, to=people)
    def somebody_is_asked(self, by, to):
        before, standing = self.standing(), self.work.decisions.of(self.id)
        self.took["refer"] += 1
        if self._try(lambda: refer(self.id, to.id, question="?", by=self.now(by), **self.moment())):
            self.did["refer"] += 1
        assert (before, standing) == (self.standing(), self.work.decisions.of(self.id))

    @rule(by=people)
    def somebody_writes(self, by):
        before, standing = self.standing(), self.work.decisions.of(self.id)
        self.took["comment"] += 1
        if self._try(lambda: comment(self.id, "Yes.", by=self.now(by), at=self.at, work=self.work)):
            self.did["comment"] += 1
        assert (before, standing) == (self.standing(), self.work.decisions.of(self.id))

    @rule(by=people, to=people, days=st.integers(1, 9), cap=st.sampled_from([None, 100, 10**6]))
    def somebody_stands_in(self, by, to, days, cap):
        self.took["delegate"] += 1
        if len(self.work.delegations.all()) < 4 and self._try(lambda: delegate(
                by, to.id, from_=self.on(), until=self.on() + timedelta(days=days), by=by,
                at=self.at, on=self.on(), ceiling=None if cap is None else cny(cap),
                work=self.work)):  # fmt: skip
            self.did["delegate"] += 1

    @rule(by=people)
    def the_latest_delegation_ends(self, by):
        self.took["revoke"] += 1
        if (made := self.work.delegations.all()) and self._try(
            lambda: revoke(made[0].id, by=by, at=self.at, work=self.work)
        ):
            self.did["revoke"] += 1

    @rule(by=people, leaves=seldom)
    def somebody_leaves_or_comes_back(self, by, leaves):
        self.took["leave"] += 1
        self.work.people.put(replace(by, active=not leaves))
        self.did["leave"] += 1

    @rule(by=people)
    def it_is_withdrawn(self, by):
        self.took["withdraw"] += 1
        if self.clicks % 5 == 0 and self._try(  # or hardly a life would be a long one
            lambda: withdraw(self.id, by=by, at=self.at, work=self.work)
        ):
            self.did["withdraw"] += 1

    @rule(hours=st.sampled_from([1, 8, 24, 60, 800]))
    def time_passes(self, hours):
        self.took["time"] += 1
        self.at += timedelta(hours=hours)
        self.did["time"] += 1
        self.what_is_stuck_moves_on()

    def what_is_stuck_moves_on(self):
        """As the clock does with whatever no person has to look at."""
        match self.case.state:
            case CaseState.PROPOSED:
                self.the_machine_sends_it_on()
            case CaseState.APPROVED:
                self.the_machine_applies_it()
            case CaseState.REAPPROVAL_REQUIRED:
                self.the_machine_asks_again()
            case CaseState.RETURNED:
                self.it_is_handed_in_again(ANALYST)
            case CaseState.APPLIED | CaseState.REJECTED:
                self.the_customer_is_told()
            case state if state in FINISHED:
                self.the_customer_gets_another_case(800_000, None)

    @rule()
    def the_clock_looks_for_what_is_over(self):
        self.took["expire"] += 1
        self._try(lambda: expire(self.id, at=self.at, work=self.work))
        self.did["expire"] += self.case.state is CaseState.EXPIRED

    @rule()
    def the_clock_escalates(self):
        self.took["escalate"] += 1
        self.did["escalate"] += len(escalated(self.work, at=self.at, on=self.on()))

    @rule()
    def the_policy_changes(self):
        self.took["policy"] += 1
        policy = self.work.policies.current()
        self.work.kept.policies[policy.version + 1] = a_policy(
            policy.version + 1,
            authority=policy.authority[::-1],
            name_cap=policy.name_cap,
            moved_beyond=TOLERANCE,
        )
        self.did["policy"] += 1

    @precondition(lambda self: self.case.state is CaseState.AWAITING and self.clicks % 3 > 0)
    @rule(
        amount=st.sampled_from([500_000, 700_000, 800_000, 2_000_000]),
        grade=st.sampled_from([Grade.C, Grade.C, Grade.B, Grade.D]),
        exposure=st.sampled_from([15_000, 15_000, 0, 900_000]),
        points=st.sampled_from([600, 600, 300]),
        signed=st.booleans(),
    )
    def its_grounds_move(self, amount, grade, exposure, points, signed=False):
        if signed:
            self.somebody_of_the_desk_decides(Say.APPROVE, 0, 0)
            if self.case.state is not CaseState.AWAITING:
                return
        self.took["supersede"] += 1
        self.clicks += 1
        before = self.case
        after = supersede(self.id, WHY, at=self.at, on=self.on(), work=self.work)
        self.id = after.id
        self.judge(amount, grade=grade, exposure=exposure, points=points)
        self._send_on()
        assert self.case.requested_by == before.requested_by
        self.did["supersede"] += 1
        self.did["carry"] += len(self.work.decisions.of(self.id))

    @precondition(lambda self: self.case.is_finished)
    @rule(amount=amounts, asked_by=st.sampled_from([None, "analyst.sun", "chair.gao"]))
    def the_customer_gets_another_case(self, amount, asked_by):
        self.took["open"] += 1
        number = self.work.counters.next("case")
        kind = OccasionKind.REQUEST if asked_by else OccasionKind.PERIODIC
        occasion = an_occasion(kind=kind, requested_by=asked_by, reference=str(number))
        case = a_case(f"CF-{number:06d}", occasion=occasion, opened_at=self.at, updated_at=self.at)
        assert self.work.cases.add(case)
        self.id = case.id
        self.judge(amount)
        self._send_on()
        self.did["open"] += 1

    @precondition(lambda self: self.case.state is CaseState.PROPOSED)
    @rule()
    def the_machine_sends_it_on(self):
        self.took["send on"] += 1
        self._send_on()
        self.did["send on"] += 1

    @precondition(lambda self: self.case.state is CaseState.APPROVED)
    @rule()
    def the_machine_applies_it(self):
        self.took["apply"] += 1
        apply(self.id, at=self.at, on=self.on(), work=self.work)
        self.did["apply"] += self.case.state is CaseState.APPLIED

    @precondition(lambda self: self.case.state is CaseState.APPROVED)
    @rule()
    def whoever_decided_leaves_before_it_is_applied(self):
        final = self.finals[self.id, self.case.round]
        if final.by != POLICY_ACTOR:
            self.work.people.put(replace(self.work.people.get(final.by), active=False))
            self.the_machine_applies_it()
            assert self.case.state is CaseState.REAPPROVAL_REQUIRED

    @precondition(lambda self: self.case.state in (CaseState.APPLIED, CaseState.REJECTED))
    @rule()
    def the_customer_is_told(self):
        self.took["tell"] += 1
        self.work.cases.put(self.case.moved(CaseState.CLOSED, at=self.at))
        self.did["tell"] += 1

    @precondition(lambda self: self.case.state is CaseState.REAPPROVAL_REQUIRED)
    @rule()
    def the_machine_asks_again(self):
        self.took["reopen"] += 1
        if self._try(lambda: reopen(self.id, works=weekdays_only, **self.moment())):
            self.did["reopen"] += 1

    @precondition(lambda self: self.case.state is CaseState.RETURNED)
    @rule(by=people)
    def it_is_handed_in_again(self, by):
        def again():
            hand_in_again(self.id, note="n", by=by, **self.moment())
            self.judge(800_000)

        self.took["hand in"] += 1
        if self._try(again):
            self.did["hand in"] += 1

    # ------------------------------------------------------------------ means

    @property
    def case(self):
        return self.work.cases.get(self.id)

    def judge(self, amount, *, grade=Grade.C, exposure=15_000, points=600):
        """Evaluate and propose the draft case with these figures."""
        case, limit = self.case, self.work.limits.current(self.case.customer)
        name = f"{case.id}-{case.round}"
        evaluation = an_evaluation(f"EVAL-{name}", case_id=case.id, grade=grade,
                                   points=Decimal(points))  # fmt: skip
        proposal = a_proposal(
            f"PROP-{name}", case_id=case.id, evaluation_id=evaluation.id, at=self.at, grade=grade,
            proposed=cny(amount), exposure=cny(exposure), current=limit.amount or cny(0),
            current_state=limit.state, current_version=limit.version,
        )  # fmt: skip
        self.work.evaluations.add(evaluation)
        self.work.proposals.add(proposal)
        judged = case.moved(CaseState.EVALUATED, at=self.at, evaluation_id=evaluation.id)
        self.work.cases.put(judged)
        self.work.cases.put(judged.moved(CaseState.PROPOSED, at=self.at, proposal_id=proposal.id,
                                         proposal_hash=proposal.hash))  # fmt: skip

    def able(self):
        """Who could decide what is open now, in their own right."""
        if self.case.state is not CaseState.AWAITING:
            return []
        board, barred = self.board(), involved(self.case, self.work)
        policy, had_by = self.work.policies.current(), self.holder()
        return [
            person
            for person in self.work.people.all()
            if had_by in (None, person.id)
            and objection(person, board, policy, involved=barred) is None
        ]

    def board(self):
        return board_of(self.case, self.work.proposals.get(self.case.proposal_id), self.work)

    def holder(self):
        """Who has the case now, and may still decide it."""
        if self.case.state is not CaseState.AWAITING:
            return None
        policy = self.work.policies.current()
        found = holder(self.board(), policy, at=self.at, on=self.on(), work=self.work)
        return None if found is None else found.id

    def stands_in(self, by, principal):
        made = self.work.delegations.to(by.id)
        return any(d.principal == principal and d.holds(self.on()) for d in made)

    def standing(self):
        case = self.case
        return case.state, case.round, case.stage, case.desk, case.proposal_hash

    def now(self, person):
        return self.work.people.get(person.id)

    def on(self):
        return TODAY + (self.at.date() - NOW.date())

    def moment(self):
        return {"at": self.at, "on": self.on(), "work": self.work}

    def limit_versions(self):
        return len(self.work.limits.history(self.case.customer))

    def _send_on(self):
        send_on(self.id, works=weekdays_only, **self.moment())

    def _try(self, act):
        before = self.work.kept.copied()
        try:
            act()
        except Problem:
            self.work.kept.counters = before.counters
            assert self.work.kept == before, "a refusal left something behind"
            return False
        return True
