"""Whatever people and the clock do to a case, in any order, what is promised about it holds.

Hypothesis plays approvers, analysts, stand-ins, the clock and policy changes on one case in
memory, for some 20,000 steps, and looks at everything after each of them.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from creditflow.approvals.board import APPROVALS, board_of
from creditflow.approvals.deciding import decide
from creditflow.approvals.delegating import delegate, revoke
from creditflow.approvals.impartiality import involved
from creditflow.approvals.opening import reopen, send_on
from creditflow.approvals.withdrawing import expire, hand_in_again, withdraw
from creditflow.domain.authority import AuthorityRule, Stage
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Problem
from creditflow.domain.grade import Grade
from creditflow.domain.journal import first_broken
from creditflow.domain.people import POLICY_ACTOR, Mandate, Role
from creditflow.services.applying import apply
from tests.approvals.desks import escalated, waiting
from tests.makers import NOW, TODAY, a_person, a_policy, a_proposal, cny

STEPS, EXAMPLES = 40, 500
"""Steps of one life, and lives: 20,000 steps."""

PEOPLE = (
    a_person(
        "manager.li", desks=frozenset({"credit_manager"}), mandate=Mandate(cny(600_000), Grade.D)
    ),
    a_person("director.zhao", mandate=Mandate(cny(900_000), Grade.D)),
    a_person("chair.gao", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
    a_person("member.wu", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
    a_person("analyst.sun", roles=frozenset({Role.ANALYST}), mandate=None, desks=frozenset()),
    a_person("owner.wang", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G)),
)
people = st.sampled_from(PEOPLE)
amounts = st.sampled_from([0, 1, 500_000, 700_000, 800_000, 850_000, 2_000_000])
WAYS = (
    (Stage(),),
    (Stage("credit_manager"), Stage("committee")),
    (Stage("committee", needed=2),),
    (Stage("credit_manager"), Stage("director"), Stage("committee", needed=2)),
)


class Life(RuleBasedStateMachine):
    """One case, from its proposal to its end and through its rounds."""

    @initialize(way=st.sampled_from(WAYS), cap=st.sampled_from([None, 750_000]))
    def begin(self, way, cap):
        rule_ = AuthorityRule("rule", way, limit_above=cny(1))
        self.scene = waiting(
            case={"state": CaseState.PROPOSED, "stage": 0, "desk": None, "expires_at": None},
            policy={"authority": (rule_,), "name_cap": None if cap is None else cny(cap)},
        )
        self.work = self.scene.work
        for person in PEOPLE:
            self.work.people.put(person)
        customer = self.work.customers.get(self.scene.case.customer)
        self.work.customers.put_all([replace(customer, owner="owner.wang")])
        self.at, self.clicks, self.finals = NOW, 0, {}
        self.limits_seen, self.entries_seen = self.limit_versions(), 0
        self._send_on()

    # ------------------------------------------------------------------ what happens

    @rule(by=people, said=st.sampled_from(Say), amount=amounts, comment=st.sampled_from(["", "c"]),
          stale=st.booleans())  # fmt: skip
    def somebody_decides(self, by, said, amount, comment, stale):
        case = self.scene.case
        if case.proposal_id is None:
            return
        board = board_of(case, self.work.proposals.get(case.proposal_id), self.work)
        self.clicks += 1
        changed = cny(amount) if said is Say.APPROVE_WITH_CHANGE else None
        verdict = Verdict(said, "old" if stale else board.seen, comment, changed)
        before = self.work.kept.copied()
        try:
            decision = decide("CASE-1", verdict, by=self.work.people.get(by.id), on=self.on(),
                              key=f"k{self.clicks}", at=self.at, work=self.work)  # fmt: skip
        except Problem:
            assert self.work.kept == before, "a refusal left something behind"
            return
        assert not stale
        assert decision.by not in involved(case, self.work)
        again = decide("CASE-1", verdict, by=self.work.people.get(by.id), on=self.on(),
                       key=f"k{self.clicks}", at=self.at, work=self.work)  # fmt: skip
        assert again == decision

    @rule(by=people, to=people, days=st.integers(1, 9), cap=st.sampled_from([None, 100, 10**6]))
    def somebody_stands_in(self, by, to, days, cap):
        if len(self.work.delegations.all()) < 4:
            self._try(lambda: delegate(
                by, to.id, from_=self.on(), until=self.on() + timedelta(days=days), by=by,
                at=self.at, on=self.on(), ceiling=None if cap is None else cny(cap),
                work=self.work))  # fmt: skip

    @rule(by=people)
    def the_latest_delegation_ends(self, by):
        if made := self.work.delegations.all():
            self._try(lambda: revoke(made[0].id, by=by, at=self.at, work=self.work))

    @rule(by=people, active=st.booleans())
    def somebody_leaves_or_comes_back(self, by, active):
        self.work.people.put(replace(by, active=active))

    @rule(by=people)
    def it_is_withdrawn(self, by):
        if self.clicks % 5 == 0:  # or hardly a life would be a long one
            self._try(lambda: withdraw("CASE-1", by=by, at=self.at, work=self.work))

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours):
        self.at += timedelta(hours=hours)
        self._try(lambda: expire("CASE-1", at=self.at, work=self.work))

    @rule()
    def the_clock_escalates(self):
        escalated(self.work, at=self.at, on=self.on())

    @rule()
    def the_policy_changes(self):
        policy = self.work.policies.current()
        self.work.kept.policies[policy.version + 1] = a_policy(
            policy.version + 1, authority=policy.authority[::-1], name_cap=policy.name_cap
        )

    @precondition(lambda self: self.scene.case.state is CaseState.PROPOSED)
    @rule()
    def the_machine_sends_it_on(self):
        self._send_on()

    @precondition(lambda self: self.scene.case.state is CaseState.APPROVED)
    @rule()
    def the_machine_applies_it(self):
        apply("CASE-1", at=self.at, on=self.on(), work=self.work)

    @precondition(lambda self: self.scene.case.state is CaseState.REAPPROVAL_REQUIRED)
    @rule()
    def the_machine_asks_again(self):
        self._try(lambda: reopen("CASE-1", at=self.at, on=self.on(), works=weekdays_only,
                                 work=self.work))  # fmt: skip

    @precondition(lambda self: self.scene.case.state is CaseState.RETURNED)
    @rule(by=people)
    def it_is_handed_in_again(self, by):
        def again():
            hand_in_again("CASE-1", note="n", by=by, at=self.at, on=self.on(), work=self.work)
            case = self.scene.case
            proposal = a_proposal(f"PROP-{case.round}-{case.version}", at=self.at)
            self.work.proposals.add(proposal)
            evaluated = case.moved(CaseState.EVALUATED, at=self.at, evaluation_id="EVAL-1")
            self.work.cases.put(evaluated)
            self.work.cases.put(evaluated.moved(CaseState.PROPOSED, at=self.at,
                                                proposal_id=proposal.id,
                                                proposal_hash=proposal.hash))  # fmt: skip

        self._try(again)

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def a_round_has_one_final_decision_which_never_changes(self):
        finals = {}
        for decision in self.work.decisions.of("CASE-1"):
            if decision.final:
                assert decision.round not in finals
                finals[decision.round] = decision
        for round_, decision in self.finals.items():
            assert finals[round_] == decision
        self.finals = finals

    @invariant()
    def nobody_counts_twice_in_a_round(self):
        for round_ in range(1, self.scene.case.round + 1):
            counted = [
                person
                for d in self.work.decisions.of("CASE-1")
                if d.round == round_
                for person in (d.by, d.on_behalf_of)
                if person is not None
            ]
            assert len(counted) == len(set(counted))

    @invariant()
    def an_approved_case_has_every_signature_that_it_needs(self):
        case = self.scene.case
        if case.state not in (CaseState.APPROVED, CaseState.APPLIED):
            return
        final = self.finals[case.round]
        if final.by == POLICY_ACTOR:
            return
        decisions = [d for d in self.work.decisions.of("CASE-1") if d.round == case.round]
        for task in (t for t in self.work.tasks.of("CASE-1") if t.round == case.round):
            assert task.state is TaskState.DONE
            given = [d for d in decisions if d.stage == task.stage and d.say in APPROVALS]
            same = {d.by for d in given if d.limit == given[-1].limit}
            assert len(same) >= task.needed

    @invariant()
    def what_waits_has_one_open_task_and_what_is_decided_has_none(self):
        case = self.scene.case
        now = [t for t in self.work.tasks.of("CASE-1") if t.state is TaskState.OPEN]
        if case.state is CaseState.AWAITING:
            (task,) = now
            assert (task.round, task.stage, task.desk) == (case.round, case.stage, case.desk)
        else:
            assert now == []

    @invariant()
    def a_limit_changes_only_when_it_is_applied_and_within_the_cap(self):
        versions = self.limit_versions()
        if versions != self.limits_seen:
            assert self.scene.case.state is CaseState.APPLIED
            final = self.finals[self.scene.case.round]
            limit = self.work.limits.current(self.scene.case.customer)
            assert (limit.amount or cny(0)) == final.limit
        self.limits_seen = versions

    @invariant()
    def the_journal_is_whole(self):
        entries = self.work.journal.entries()
        assert len(entries) >= self.entries_seen
        if len(entries) > self.entries_seen:
            assert first_broken(entries) is None
        self.entries_seen = len(entries)

    # ------------------------------------------------------------------ means

    def on(self):
        return TODAY + (self.at.date() - NOW.date())

    def limit_versions(self):
        return len(self.work.limits.history(self.scene.case.customer))

    def _send_on(self):
        send_on("CASE-1", at=self.at, on=self.on(), works=weekdays_only, work=self.work)

    def _try(self, act):
        before = self.work.kept.copied()
        try:
            act()
        except Problem:
            self.work.kept.counters = before.counters
            assert self.work.kept == before, "a refusal left something behind"


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_a_promise_that_is_broken_would_be_noticed(monkeypatch):
    """Let one person sign twice: what always holds does not hold any more."""
    monkeypatch.setattr("creditflow.approvals.mandates._spoken", lambda _person, _board: None)
    life, chair = Life(), next(person for person in PEOPLE if person.id == "chair.gao")
    life.begin(way=(Stage("credit_manager"), Stage("committee")), cap=None)
    for _ in range(2):
        life.somebody_decides(chair, Say.APPROVE, amount=0, comment="", stale=False)

    with pytest.raises(AssertionError):
        life.nobody_counts_twice_in_a_round()
