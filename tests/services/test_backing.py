"""From a file to a limit: what is handed in backs it, stands on the proposal, and ends it."""

from datetime import timedelta

import pytest

from creditflow.approvals.opening import send_on
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.hand_in import Kind
from creditflow.domain.proposal import LimitMethod, Proposal
from creditflow.services.applying import apply
from creditflow.services.evaluating import evaluate
from creditflow.services.importing import ImportReport
from creditflow.services.proposing import replay_proposal
from tests.fakes import FakeWork
from tests.makers import ACME, NOW, TODAY, a_statement, cny, later
from tests.services.judging import POLICY, a_work, judged, proposed
from tests.services.test_importing import errors, keep, numbers

COVER = {
    "customer": ACME, "insurer": "Example Credit Insurance", "policy_no": "P-1",
    "amount": "200000.00", "currency": "CNY", "insured_percent": "90", "from": "2026-01-01",
    "until": "2026-12-31",
}  # fmt: skip
GUARANTEE = {
    "customer": ACME, "kind": "bank_guarantee", "guarantor": "Example Bank",
    "guarantee_no": "BG-1", "amount": "10000.00", "currency": "CNY", "from": "2026-01-01",
    "until": "2026-09-30",
}  # fmt: skip


def covers(work: FakeWork, *rows: dict[str, str], at=NOW) -> ImportReport:
    return keep(work, "covers", *rows, at=at)


def poor() -> FakeWork:
    """It needs more than its turnover lets it carry."""
    work = a_work()
    work.statements.put_all([a_statement(revenue=cny(100_000))])
    return work


def backed_proposal(work: FakeWork) -> Proposal:
    covers(work, COVER)
    keep(work, "guarantees", GUARANTEE)
    judged(work)
    return proposed(work)


def entries(work: FakeWork, *names: str) -> list[tuple[str, dict[str, str]]]:
    found = [s.entry for s in work.journal.of(ACME)]
    return [(e.what, dict(e.facts)) for e in found if e.what in names]


# ------------------------------------------------------------------ handing in


def test_covers_and_guarantees_are_handed_in_once_and_every_change_is_journaled():
    work = a_work()
    assert numbers(covers(work, COVER)) == (1, 1, 0, 0)
    assert numbers(keep(work, "guarantees", GUARANTEE)) == (1, 1, 0, 0)
    again = covers(work, COVER, {**COVER, "policy_no": "P-2"})
    cut = covers(work, {**COVER, "amount": "50000.00"}, at=later(days=1))
    assert again.counts[Kind.COVERS].known == 1
    assert cut.counts[Kind.COVERS].replaced == 1
    assert [str(c.amount) for c in work.backings.of(ACME).covers] == [
        "CNY 50,000.00", "CNY 200,000.00",
    ]  # fmt: skip
    assert str(work.backings.of(ACME, before=later(days=1)).covers[0].amount) == "CNY 200,000.00"
    told = entries(work, "cover.recorded", "cover.replaced", "guarantee.recorded")
    assert [what for what, _ in told] == [
        "cover.recorded", "guarantee.recorded", "cover.recorded", "cover.replaced",
    ]  # fmt: skip
    assert told[0][1]["percent"] == "90"
    assert told[1][1]["kind"] == "bank_guarantee"
    assert told[3][1]["amount"] == "CNY 200,000.00 → CNY 50,000.00"


def test_every_problem_of_a_file_is_told_at_once():
    work = a_work()
    report = covers(
        work,
        {**COVER, "customer": "C404"},
        {**COVER, "insured_percent": "101"},
        {**COVER, "insured_percent": ""},
        {**COVER, "until": "2025-12-31"},
        {**COVER, "amount": "-1"},
        COVER,
        {**COVER, "amount": "1.00"},
    )
    places = {(line, column) for line, column, _ in errors(report)}
    assert places == {
        (2, "customer"), (3, "insured_percent"), (4, "insured_percent"), (5, "until"),
        (6, "amount"), (8, "amount"),
    }  # fmt: skip
    assert len(work.backings.of(ACME).covers) == 1


def test_chinese_headers_and_words_mean_the_same():
    chinese = dict(
        zip(
            ("客户编号", "担保方式", "担保人", "担保编号", "担保金额", "币种", "生效日", "有效期至"),
            (ACME, "银行保函", "Example Bank", "BG-1", "10000.00", "CNY", "2026-01-01", "2026-09-30"),
            strict=True,
        )
    )  # fmt: skip
    one, other = a_work(), a_work()
    keep(one, "guarantees", chinese)
    keep(other, "guarantees", GUARANTEE)
    assert one.backings.of(ACME) == other.backings.of(ACME)
    assert one.backings.of(ACME)


# ------------------------------------------------------------------ the limit


def test_a_limit_rests_on_what_was_handed_in_and_ends_with_it():
    alone = poor()
    judged(alone)
    before = proposed(alone)
    assert before.binding is LimitMethod.CAPACITY
    work = poor()
    proposal = backed_proposal(work)
    parts = proposal.parts
    assert parts.open == before.proposed
    assert parts.secured == cny(10_000)
    assert parts.insured > cny(0)
    assert parts.open + parts.secured + parts.insured == proposal.proposed > before.proposed
    assert [r.backing.number for r in parts.rests_on] == ["BG-1", "P-1"]
    assert proposal.until == parts.until
    assert str(parts.until) == "2026-09-30"
    assert proposal.binding is LimitMethod.NEED


def test_it_comes_out_again_from_what_the_proposal_kept():
    work = poor()
    proposal = backed_proposal(work)
    covers(work, {**COVER, "amount": "0"})
    again = replay_proposal(proposal, work.evaluations.get(proposal.evaluation_id), POLICY)
    assert (again, again.hash) == (proposal, proposal.hash)


def decided(work: FakeWork) -> str:
    case = send_on("CASE-1", at=NOW, on=TODAY, works=weekdays_only, work=work)
    if case.state is CaseState.AWAITING:
        pytest.fail("small enough for the policy itself")
    return case.id


def test_the_limit_in_force_knows_its_open_part():
    work = poor()
    proposal = backed_proposal(work)
    apply(decided(work), at=NOW, on=TODAY, work=work)
    limit = work.limits.current(ACME)
    assert (limit.amount, limit.open) == (proposal.proposed, proposal.parts.open)
    assert (limit.until, limit.review_on) == (proposal.until, proposal.until)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": "100.00"}, "now comes to CNY 100.00"),
        ({"until": "2026-06-30"}, "now ends on 2026-06-30"),
        ({"from": "2026-03-02", "amount": "0"}, "holds no more"),
    ],
)
def test_a_limit_is_not_put_into_force_on_what_holds_no_more(change, said):
    work = poor()
    backed_proposal(work)
    case = decided(work)
    keep(work, "guarantees", {**GUARANTEE, **change})
    apply(case, at=NOW, on=TODAY + timedelta(days=1), work=work)
    assert work.limits.current(ACME) is None
    ended = work.cases.get(case)
    assert ended.state is CaseState.SUPERSEDED
    told = [s.entry for s in work.journal.of(case) if s.entry.what == "case.superseded_by"]
    assert said in told[0].facts["why"]
    assert evaluate(ended.superseded_by, at=NOW, work=work).state is CaseState.EVALUATED


def test_without_a_change_it_is_put_into_force():
    """The counterpart: nothing but the change keeps it back."""
    work = poor()
    backed_proposal(work)
    covers(work, {**COVER, "policy_no": "P-9"})
    apply(decided(work), at=NOW, on=TODAY + timedelta(days=1), work=work)
    assert work.limits.current(ACME) is not None
