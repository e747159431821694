"""A field that somebody adds to a domain value is not forgotten by the store.

Values kept whole, as JSON, carry a new field by themselves. Those kept in columns
do not: the makers below set every field apart from its default, and each is
read back and compared.
"""

from dataclasses import MISSING, fields, replace

import pytest

from creditflow.domain.added_limits import AddedKind, Consumption, OnTop
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.change import ChangeState
from creditflow.domain.customer import CustomerId, LetterWay, Origin
from creditflow.domain.decision import Say
from creditflow.domain.granting import Condition
from creditflow.domain.groups import GroupId
from creditflow.domain.ledger import InvoiceType, OrderStatus
from creditflow.domain.letter import LetterState, Proof
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.payment_plan import PlanState
from creditflow.domain.proposal import Outcome
from creditflow.domain.sentences import say
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_comment,
    a_customer,
    a_decision,
    a_group,
    a_group_limit,
    a_hand_in,
    a_letter,
    a_limit,
    a_limit_change,
    a_membership,
    a_payment,
    a_person,
    a_plan,
    a_promise,
    a_referral,
    a_statement,
    a_task,
    an_added_limit,
    an_answer,
    an_attachment,
    an_invoice,
    an_occasion,
    an_order,
    cny,
    later,
)
from tests.post.letters import facts

ORIGIN = Origin("ab" * 32, "file.csv", 3)
FIGURES = ("cost_of_sales", "interest_expense", "cash", "inventory", "receivables",
           "retained_earnings", "operating_cash_flow")  # fmt: skip

CUSTOMER = a_customer(
    group="G1",
    group_name="集团",
    registration_no="91",
    requested_limit=cny(7),
    origin=ORIGIN,
    letters_by=LetterWay.POST,
    legal_entity="CN01",
)
INVOICE = an_invoice(
    type=InvoiceType.CREDIT_NOTE,
    project="P",
    disputed=True,
    disputed_on=TODAY,
    dispute_settled_on=TODAY,
    source="other",
    origin=ORIGIN,
)
PAYMENT = a_payment(source="other", origin=ORIGIN)
ORDER = an_order(
    status=OrderStatus.DELIVERED,
    project="P",
    expected_on=TODAY,
    closed_on=TODAY,
    source="other",
    origin=ORIGIN,
)
STATEMENT = replace(
    a_statement(source="other", origin=ORIGIN),
    **{name: cny(n + 1) for n, name in enumerate(FIGURES)},
)
ON_TOP = OnTop(AddedKind.PROJECT, TODAY, later(days=9).date(), "P", Consumption.OWN_FIRST)
CASE = a_case(
    occasion=an_occasion(
        kind=OccasionKind.REQUEST,
        requested_by="sales.wang",
        requested_limit=cny(9),
        note="n",
        reference="r",
        on_top=ON_TOP,
    ),
    state=CaseState.INCIDENT,
    round=2,
    stage=3,
    desk="director",
    due_on=TODAY,
    expires_at=later(days=1),
    evaluation_id="e",
    proposal_id="p",
    proposal_hash="h",
    base_limit_version=4,
    letter_id="l",
    run_id="run",
    run_epoch=5,
    incident=say("It broke."),
    before_incident=CaseState.DRAFT,
    edited_by="approver.zhao",
    supersedes="CASE-0",
    superseded_by="CASE-2",
)
TASK = a_task(
    state=TaskState.DONE, done_by="approver.zhao", done_at=later(hours=1), needed=2, rule="large",
    held_by="approver.zhao", held_until=later(hours=4),
)  # fmt: skip
DECISION = a_decision(
    say=Say.APPROVE_WITH_CHANGE,
    comment="c",
    final=False,
    round=2,
    idempotency_key="k",
    on_behalf_of="chair",
    seen="s",
    carried_from="CASE-0",
    terms_days=30,
    until=TODAY,
    conditions=(Condition("guarantee"), Condition(text="Only so.")),
)
LIMIT = a_limit(case_id="CASE-1", review_on=TODAY, open=cny(3))
ADDED = an_added_limit(
    project="P", consumption=Consumption.OWN_FIRST, terms_days=30, case_id="CASE-1"
)
GROUP = a_group(parent=GroupId("G1"))
GROUP_LIMIT = a_group_limit(until=TODAY, change_id="GL-000001")
CHANGE = a_limit_change(until=TODAY).decided(
    ChangeState.REFUSED, by="approver.zhao", at=NOW, comment="c"
)
PERSON = a_person(active=False)
LETTER = a_letter(
    state=LetterState.CLAIMED,
    attempts=2,
    due_at=later(hours=1),
    lease_until=later(hours=2),
    lease_owner="o",
    sent_at=later(hours=3),
    answer="250",
    copy=2,
    facts=facts(Outcome.RAISED, "en", proof=Proof("C", "v", "a", TODAY)),
    pdf_sha256="ab",
    edition=3,
)
PLAN = a_plan(
    state=PlanState.BROKEN, accepted_on=TODAY, accepted_by="li", ended_on=TODAY, ended_by="system",
    why="w", missed=a_plan().instalments[0], letter_id="L-000001", case_id="CASE-1",
)  # fmt: skip
COMMENT = a_comment(answers="RF-000001")
ANSWER = an_answer(case_id="CASE-1", done_at=later(hours=1), done_by="x", done_note="n")
PROMISE = a_promise(attempts=3, detail={"a": "b"})
ALL = (CUSTOMER, INVOICE, PAYMENT, ORDER, STATEMENT, CASE, CASE.occasion, ON_TOP, TASK, DECISION,
       LIMIT, PERSON, LETTER, ANSWER, PROMISE, a_hand_in(), an_attachment(),
       a_referral(), COMMENT, ADDED, GROUP, a_membership(), GROUP_LIMIT, CHANGE, PLAN)  # fmt: skip


def default(field):
    return field.default if field.default_factory is MISSING else field.default_factory()


@pytest.mark.parametrize("value", ALL, ids=lambda value: type(value).__name__)
def test_the_value_sets_every_field(value):
    unset = [f.name for f in fields(value) if getattr(value, f.name) == default(f)]
    assert unset == [], "set them above, so that the test below reads them back"


def test_every_field_comes_back(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([CUSTOMER])
        work.ledger.add(invoices=[INVOICE], payments=[PAYMENT], orders=[ORDER])
        work.statements.put_all([STATEMENT])
        work.cases.add(CASE)
        work.tasks.add(TASK)
        work.decisions.add(DECISION)
        work.limits.add(LIMIT, replacing=0)
        work.added_limits.add(ADDED, replacing=0)
        work.groups.put_all([GROUP])
        work.memberships.add_all([a_membership()])
        work.group_limits.add(GROUP_LIMIT, replacing=0)
        work.group_limits.add_change(CHANGE)
        work.plans.add(PLAN)
        work.people.put(PERSON)
        work.letters.add(LETTER)
        work.answers.add(replace(ANSWER, done_at=None, done_by=None, done_note=""))
        work.answers.put(ANSWER)
        work.outbox.add(replace(PROMISE, attempts=PROMISE.attempts - 1))
        work.hand_ins.put(a_hand_in())
        work.attachments.add(an_attachment(), b"%PDF-1.7 a")
        work.discussions.add_referral(a_referral())
        work.discussions.add_comment(COMMENT)
    with sql_database.work() as work:
        ledger = work.ledger.of(ACME)
        read = (
            work.customers.get(ACME),
            ledger.invoices[0],
            ledger.payments[0],
            ledger.orders[0],
            work.statements.of(CustomerId(ACME))[0],
            work.cases.get("CASE-1"),
            work.cases.get("CASE-1").occasion,
            work.cases.get("CASE-1").occasion.on_top,
            work.tasks.of("CASE-1")[0],
            work.decisions.of("CASE-1")[0],
            work.limits.current(ACME),
            work.people.get(PERSON.id),
            work.letters.get("LETTER-1"),
            work.answers.get(ANSWER.id),
            work.outbox.claim(owner="o", at=NOW, until=later(minutes=1)),
            work.hand_ins.get("H-1"),
            work.attachments.get("F-000001"),
            work.discussions.referrals("CASE-1")[0],
            work.discussions.comments("CASE-1")[0],
            work.added_limits.get(ADDED.id),
            work.groups.get(GROUP.id),
            work.memberships.of(ACME)[0],
            work.group_limits.of(GROUP.id)[0],
            work.group_limits.change(CHANGE.id),
            work.plans.get(PLAN.id),
        )
    for kept, back in zip(ALL, read, strict=True):
        assert [getattr(back, f.name) for f in fields(kept)] == [
            getattr(kept, f.name) for f in fields(kept)
        ]
