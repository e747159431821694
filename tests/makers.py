"""Make one valid thing of each kind; whatever a test cares about it says by keyword.

No randomness and no clock: two calls with the same words give equal things.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from creditflow.domain.added_limits import AddedKind, AddedLimit, Consumption
from creditflow.domain.attachment import Attachment
from creditflow.domain.case import Case, CaseState, ReviewTask
from creditflow.domain.covers import Cover, Guarantee, GuaranteeKind
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.decision import Decision, Say
from creditflow.domain.delegation import Delegation
from creditflow.domain.discussion import Comment, Referral
from creditflow.domain.evaluation import Contribution, Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import Group, GroupId, Membership
from creditflow.domain.hook import Hook, HookEvent, HookKind
from creditflow.domain.journal import Entry
from creditflow.domain.learned import (
    BadOutcome,
    Calibration,
    GradeReach,
    LearnedModel,
    Origins,
    PointsColumn,
    PointsForm,
)
from creditflow.domain.learned_writing import model_hash, model_to_json
from creditflow.domain.ledger import Invoice, Order, OrderStatus, Payment, Statement
from creditflow.domain.letter import Letter
from creditflow.domain.letter_answer import Answer, AnswerKind, Upload
from creditflow.domain.letter_notices import Instalment
from creditflow.domain.letter_template import TemplateDraft, TemplateName
from creditflow.domain.limits import Limit, LimitState, limit_state
from creditflow.domain.model_registry import RegisteredModel
from creditflow.domain.money import Money
from creditflow.domain.observation import About, Observation
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.payment_plan import Covered, PaymentPlan
from creditflow.domain.people import Mandate, Person, Role
from creditflow.domain.policy import Desk, GradeRule, Policy, StraightThrough
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.proposal import Candidate, LimitMethod, Outcome, Proposal
from creditflow.domain.rates import Rate
from creditflow.domain.scorecard import (
    Bin,
    Characteristic,
    Disclosure,
    GradeBand,
    Scorecard,
    Segment,
)
from creditflow.domain.sentences import say
from creditflow.domain.signals import Dimension, Evidence, Signal
from creditflow.ports import HandInRecord, Promise, PromiseKind

TODAY = date(2026, 3, 2)
"""A Monday."""

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""The moment at which things happen unless a test says otherwise."""

ACME = CustomerId("C001")


def cny(amount: str | int) -> Money:
    """An amount in yuan."""
    return Money.of(amount, "CNY")


def later(**passed: float) -> datetime:
    """NOW plus what `timedelta` understands."""
    return NOW + timedelta(**passed)


# ------------------------------------------------------------------ master data and ledger


def a_customer(id: str = ACME, **changes: Any) -> Customer:  # noqa: A002
    made = Customer(
        id=CustomerId(id),
        name="宁波海潮五金有限公司",
        name_en="Ningbo Haichao Hardware Co., Ltd.",
        currency="CNY",
        country="CN",
        language="zh-CN",
        email="finance@haichao.example",
        sector="hardware",
        region="Zhejiang",
        onboarded_on=date(2022, 5, 9),
        terms_days=60,
        owner="sales.wang",
    )
    return replace(made, **changes)


def a_group(id: str = "G1", **changes: Any) -> Group:  # noqa: A002
    return replace(Group(GroupId(id), "海潮集团", "Haichao Group"), **changes)


def a_membership(customer: str = ACME, **changes: Any) -> Membership:
    made = Membership(CustomerId(customer), 1, GroupId("G1"), TODAY, NOW, "steward.sun")
    return replace(made, **changes)


def a_group_limit(group: str = "G1", **changes: Any) -> GroupLimit:
    made = GroupLimit(
        group=GroupId(group),
        version=1,
        state=LimitState.AMOUNT,
        amount=cny(1_000_000),
        currency="CNY",
        from_=TODAY,
        until=None,
        recorded_at=NOW,
        recorded_by="steward.sun",
    )
    return replace(made, **changes)


def a_limit_change(id: str = "GL-000001", **changes: Any) -> LimitChange:  # noqa: A002
    made = LimitChange(
        id=id,
        group=GroupId("G1"),
        limit=LimitState.AMOUNT,
        amount=cny(2_000_000),
        currency="CNY",
        from_=TODAY,
        until=None,
        based_on=1,
        why="The group has taken over two suppliers.",
        proposed_by="analyst.li",
        proposed_at=NOW,
    )
    return replace(made, **changes)


def an_invoice(document: str = "R-1", **changes: Any) -> Invoice:
    made = Invoice(
        customer=ACME,
        document=document,
        issued_on=date(2026, 1, 5),
        due_on=date(2026, 3, 6),
        amount=cny("12000.50"),
    )
    return replace(made, **changes)


def a_payment(document: str = "P-1", **changes: Any) -> Payment:
    made = Payment(
        customer=ACME,
        document=document,
        paid_on=date(2026, 2, 20),
        amount=cny("2000.50"),
        invoice="R-1",
    )
    return replace(made, **changes)


def an_order(document: str = "O-1", **changes: Any) -> Order:
    made = Order(
        customer=ACME,
        document=document,
        ordered_on=date(2026, 2, 25),
        amount=cny(5000),
        status=OrderStatus.OPEN,
    )
    return replace(made, **changes)


def a_statement(**changes: Any) -> Statement:
    made = Statement(
        customer=ACME,
        period_end=date(2025, 12, 31),
        months=12,
        currency="CNY",
        audited=True,
        revenue=cny(24_000_000),
        ebit=cny(1_900_000),
        net_profit=cny(1_200_000),
        total_assets=cny(15_000_000),
        current_assets=cny(9_000_000),
        total_liabilities=cny(8_000_000),
        current_liabilities=cny(6_000_000),
        equity=cny(7_000_000),
    )
    return replace(made, **changes)


def an_observation(what: str = "bureau_standing", **changes: Any) -> Observation:
    made = Observation(
        about=About.CUSTOMER,
        subject=ACME,
        what=what,
        on=date(2026, 2, 10),
        value="AA",
        provider="Example Bureau",
        scale="letters",
    )
    return replace(made, **changes)


def a_cover(number: str = "P-1", **changes: Any) -> Cover:
    made = Cover(
        customer=CustomerId(ACME),
        insurer="Example Credit Insurance",
        number=number,
        amount=cny(200_000),
        insured_percent=Decimal(90),
        from_=date(2026, 1, 1),
        until=date(2026, 12, 31),
    )
    return replace(made, **changes)


def a_guarantee(number: str = "BG-1", **changes: Any) -> Guarantee:
    made = Guarantee(
        customer=CustomerId(ACME),
        kind=GuaranteeKind.BANK_GUARANTEE,
        guarantor="Example Bank",
        number=number,
        amount=cny(100_000),
        from_=date(2026, 1, 1),
        until=date(2026, 12, 31),
    )
    return replace(made, **changes)


def a_rate(currency: str = "CNY", per_pivot: str = "7.85", **changes: Any) -> Rate:
    return replace(Rate(currency, TODAY, Decimal(per_pivot), "ecb"), **changes)


def a_hand_in(id: str = "H-1", **changes: Any) -> HandInRecord:  # noqa: A002
    made = HandInRecord(
        id=id,
        file_hash="ab" * 32,
        file_name="invoices.csv",
        source="own",
        by="analyst.li",
        at=NOW,
        rows_read=10,
        rows_kept=8,
        rows_known=1,
        rows_rejected=1,
        rejects=b"row,problem\r\n7,due date missing\r\n",
    )
    return replace(made, **changes)


# ------------------------------------------------------------------ people and policy


def a_hook(id: str = "HK-0001", **changes: Any) -> Hook:  # noqa: A002
    made = Hook(id, "erp", HookKind.WEBHOOK, "erp.example", "sealed:u",
                frozenset({HookEvent.CASE_OPENED}), "en", "sealed:s", "why", "one", NOW)  # fmt: skip
    return replace(made, **changes)


def a_person(id: str = "approver.zhao", **changes: Any) -> Person:  # noqa: A002
    made = Person(
        id=id,
        name="Zhao Min",
        email=f"{id}@company.example",
        language="zh-CN",
        roles=frozenset({Role.VIEWER, Role.APPROVER}),
        desks=frozenset({"director"}),
        mandate=Mandate(cny(5_000_000), Grade.F),
    )
    return replace(made, **changes)


def an_analyst(id: str = "analyst.li", **changes: Any) -> Person:  # noqa: A002
    return a_person(
        id,
        name="Li Na",
        roles=frozenset({Role.VIEWER, Role.ANALYST, Role.DATA_STEWARD}),
        desks=frozenset(),
        mandate=None,
        **changes,
    )


def texts(en: str, zh: str) -> Mapping[str, str]:
    """A policy text in both languages."""
    return {"en": en, "zh-CN": zh}


_BANDS = tuple(
    GradeBand(grade, at_least, Decimal(pd))
    for grade, at_least, pd in [
        (Grade.A, 850, "0.002"),
        (Grade.B, 720, "0.006"),
        (Grade.C, 600, "0.015"),
        (Grade.D, 480, "0.035"),
        (Grade.E, 360, "0.08"),
        (Grade.F, 220, "0.18"),
        (Grade.G, 0, "0.4"),
    ]
)


def a_characteristic(name: str = "days_late", **changes: Any) -> Characteristic:
    made = Characteristic(
        name=name,
        signal="average_days_late",
        dimension=Dimension.CREDIT_HISTORY,
        weight=Decimal(1),
        title=texts("Average days late", "平均逾期天数"),
        unit="days",
        bins=(Bin(100, below=Decimal(5)), Bin(60, below=Decimal(30)), Bin(0)),
        missing_points=40,
        disclosure=Disclosure(
            code="R01",
            against=texts("Payments came {value} days late.", "付款平均逾期 {value} 天。"),
            for_=texts("You pay on time.", "贵司按时付款。"),
            advice=texts("Paying on time helps.", "按时付款有助于提高额度。"),
        ),
    )
    return replace(made, **changes)


_LIQUIDITY = a_characteristic(
    "current_ratio",
    signal="current_ratio",
    dimension=Dimension.FINANCIAL_CONDITION,
    title=texts("Current ratio", "流动比率"),
    unit="ratio",
    bins=(Bin(10, below=Decimal("0.8")), Bin(60, below=Decimal("1.5")), Bin(100)),
    missing_points=30,
    disclosure=None,
)
_TENURE = a_characteristic(
    "years_in_business",
    signal="years_in_business",
    dimension=Dimension.OPERATIONS,
    title=texts("Years in business", "经营年限"),
    unit="years",
    bins=(Bin(30, below=Decimal(2)), Bin(70, below=Decimal(8)), Bin(100)),
    missing_points=30,
    disclosure=None,
)
_OUTLOOK = a_characteristic(
    "sector_outlook",
    signal="sector_outlook",
    dimension=Dimension.PROSPECTS,
    title=texts("Outlook of the sector", "行业前景"),
    unit="share",
    bins=(Bin(20, below=Decimal("0.4")), Bin(60, below=Decimal("0.7")), Bin(100)),
    missing_points=50,
    disclosure=None,
)


def a_scorecard(segment: Segment = Segment.EXISTING, **changes: Any) -> Scorecard:
    """A tiny one: one characteristic per dimension."""
    shares = {
        Segment.EXISTING: ("0.5", "0.3", "0.1", "0.1"),
        Segment.NEW: ("0.1", "0.5", "0.2", "0.2"),
    }[segment]
    made = Scorecard(
        id=f"tiny-{segment.value}",
        segment=segment,
        title=texts("Tiny scorecard", "小型评分卡"),
        weights=dict(zip(Dimension, map(Decimal, shares), strict=True)),
        characteristics=(a_characteristic(), _LIQUIDITY, _TENURE, _OUTLOOK),
        bands=_BANDS,
    )
    return replace(made, **changes)


def a_policy(version: int = 1, **changes: Any) -> Policy:
    """A small complete policy in CNY with three desks."""
    caps = dict(
        zip(Grade, (8_000_000, 5_000_000, 3_000_000, 1_000_000, 300_000, 0, 0), strict=True)
    )
    made = Policy(
        version=version,
        base_currency="CNY",
        new_until_days=365,
        grades={
            grade: GradeRule(
                grade=grade,
                need_share=Decimal("1.2") if grade.is_at_least(Grade.B) else Decimal("0.8"),
                worth_share=Decimal("0.2"),
                turnover_share=Decimal("0.1"),
                cap=cny(cap),
                terms_days=60 if grade.is_at_least(Grade.C) else 30,
                validity_months=12 if grade.is_at_least(Grade.C) else 6,
                cadence_months=12 if grade.is_at_least(Grade.C) else 3,
            )
            for grade, cap in caps.items()
        },
        straight_through=StraightThrough(
            ceiling=cny(200_000),
            worst_grade=Grade.C,
            least_confidence=Decimal("0.6"),
            largest_raise=Decimal("0.25"),
            largest_cut=Decimal("0.2"),
        ),
        desks=(
            Desk("credit_manager", texts("Credit manager", "信用经理"), cny(500_000), Grade.D, 2),
            Desk("director", texts("Sales director", "销售总监"), cny(3_000_000), Grade.E, 3),
            Desk("committee", texts("Credit committee", "信用委员会"), None, Grade.G, 5),
        ),
        rounding_steps={
            "CNY": cny(10_000),
            "USD": Money.of(1000, "USD"),
            "EUR": Money.of(1000, "EUR"),
        },
        usual_delay_cap_days=30,
        least_change=Decimal("0.05"),
        expiry_days=30,
        tell_unchanged=True,
        scorecards={segment: a_scorecard(segment) for segment in Segment},
        sector_outlook={"hardware": Decimal("0.5")},
        country_outlook={"CN": Decimal("0.6")},
    )
    return replace(made, **changes)


# ------------------------------------------------------------------ one case


A_REPORT = json.dumps(
    {
        "validated_from": "2026-01-31",
        "validated_until": "2026-03-31",
        "measures": {
            "gini": 0.5, "auc": 0.75, "ks": 0.4, "brier": 0.1, "mean_pd": 0.05, "rate": 0.06,
            "captured": 0.4, "rows": 100,
        },
        "stability": 0.02,
        "grades": [{"name": "A", "rows": 9, "events": 1, "mean_pd": 0.1, "rate": 0.11, "low": 0.02, "high": 0.3}],
        "roc": [[0, 0], [0.2, 0.8], [1, 1]],
        "scores": [[500, 0.4, 0.6], [600, 0.6, 0.4]],
        "columns": [{"name": "days_beyond_terms_12m", "edges": [15.0], "words": [], "rows": [5, 5, 0],
                     "bad": [0, 2, 0], "points": [10, -40, -5], "stability": 0.01}],
    }
)  # fmt: skip


def a_model(id: str = "MD-0001", **changes: Any) -> RegisteredModel:  # noqa: A002
    """A registered points model; another `late` gives another text."""
    text = model_to_json(a_learned_model(changes.pop("late", -40)))
    made = RegisteredModel(id, text, model_hash(text), A_REPORT, "analyst.li", NOW)
    return replace(made, **changes)


def a_learned_model(late: int = -40) -> LearnedModel:
    """Asks for days beyond terms only."""
    most = (0.01, 0.03, 0.08, 0.15, 0.3, 0.6, 1.0)
    return LearnedModel(
        PointsForm(600, (PointsColumn("days_beyond_terms_12m", (10, late), -5, 0.0, (15.0,)),)),
        BadOutcome(30, 90),
        Calibration(0.0, 1.0),
        tuple(GradeReach(g, m) for g, m in zip(Grade, most, strict=True)),
        Origins(TODAY - timedelta(days=400), TODAY, 1000, 80, 100, 0.08),
    )


def a_policy_draft(id: str = "PD-0001", **changes: Any) -> PolicyDraft:  # noqa: A002
    made = PolicyDraft(
        id=id,
        text='{"a":2}',
        sources={"policy": "a: 2"},
        based_on=1,
        effective_on=TODAY,
        why="Caps were too low.",
        proposed_by="policy.sun",
        proposed_at=NOW,
    )
    return replace(made, **changes)


def a_template_draft(id: str = "TD-0001", **changes: Any) -> TemplateDraft:  # noqa: A002
    made = TemplateDraft(
        id=id,
        template=TemplateName("released", "en"),
        text="Deliveries go on\n\nAs before.\n",
        based_on=0,
        effective_on=TODAY,
        why="Said more kindly.",
        proposed_by="policy.sun",
        proposed_at=NOW,
    )
    return replace(made, **changes)


def an_occasion(**changes: Any) -> Occasion:
    return replace(Occasion(OccasionKind.PERIODIC, ACME, TODAY), **changes)


def a_case(id: str = "CASE-1", **changes: Any) -> Case:  # noqa: A002
    """A fresh case; `customer` alone moves its occasion along with it."""
    customer = changes.get("customer", ACME)
    made = Case(
        id=id,
        customer=customer,
        occasion=an_occasion(customer=customer),
        state=CaseState.DRAFT,
        version=1,
        opened_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **changes)


def a_task(case_id: str = "CASE-1", **changes: Any) -> ReviewTask:
    made = ReviewTask(
        case_id=case_id,
        round=1,
        stage=1,
        desk="director",
        why=say(
            "The limit of {amount} exceeds {ceiling}.", amount=cny(800_000), ceiling=cny(200_000)
        ),
        opened_at=NOW,
        due_on=date(2026, 3, 5),
    )
    return replace(made, **changes)


def a_signal(
    name: str = "average_days_late", value: Any = Decimal("7.5"), **changes: Any
) -> Signal:
    return replace(Signal(name, value, TODAY, "ledger", date(2026, 6, 30)), **changes)


def an_evidence() -> Evidence:
    return Evidence(
        [
            a_signal(),
            a_signal("current_ratio", Decimal("1.50"), source="statement"),
            a_signal("years_in_business", None, stale_after=None),
            a_signal("sector_outlook", Decimal("0.5"), source="policy"),
        ]
    )


def an_evaluation(id: str = "EVAL-1", **changes: Any) -> Evaluation:  # noqa: A002
    made = Evaluation(
        id=id,
        case_id="CASE-1",
        customer=ACME,
        on=TODAY,
        at=NOW,
        segment=Segment.EXISTING,
        scorecard="tiny-existing",
        policy_version=1,
        evidence=an_evidence(),
        contributions=(
            Contribution(
                "days_late",
                Dimension.CREDIT_HISTORY,
                Decimal("7.5"),
                False,
                Decimal(300),
                Decimal(500),
            ),
            Contribution(
                "current_ratio",
                Dimension.FINANCIAL_CONDITION,
                Decimal("1.50"),
                False,
                Decimal(300),
                Decimal(300),
            ),
            Contribution(
                "years_in_business", Dimension.OPERATIONS, None, True, Decimal(30), Decimal(100)
            ),
            Contribution(
                "sector_outlook",
                Dimension.PROSPECTS,
                Decimal("0.5"),
                False,
                Decimal(60),
                Decimal(100),
            ),
        ),
        dimension_points={
            Dimension.CREDIT_HISTORY: Decimal(300),
            Dimension.FINANCIAL_CONDITION: Decimal(300),
            Dimension.OPERATIONS: Decimal(30),
            Dimension.PROSPECTS: Decimal(60),
        },
        points=Decimal(690),
        grade=Grade.C,
        pd=Decimal("0.015"),
        confidence=Decimal("0.9"),
        reasons_for=("current_ratio",),
        reasons_against=("days_late", "years_in_business"),
        missing=("years_in_business",),
    )
    return replace(made, **changes)


def a_proposal(id: str = "PROP-1", **changes: Any) -> Proposal:  # noqa: A002
    made = Proposal(
        id=id,
        case_id="CASE-1",
        customer=ACME,
        evaluation_id="EVAL-1",
        at=NOW,
        current=cny(600_000),
        current_state=limit_state(cny(600_000)),
        current_version=1,
        proposed=cny(800_000),
        base_currency="CNY",
        base_factor=Fraction(1),
        binding=LimitMethod.NEED,
        candidates=(
            Candidate(
                LimitMethod.NEED, cny(800_000), say("Need: {sales} a year.", sales=cny(4_800_000))
            ),
            Candidate(LimitMethod.CAPACITY, cny(1_400_000), say("A fifth of its net worth.")),
            Candidate(LimitMethod.APPETITE, None, say("No turnover is known.")),
            Candidate(LimitMethod.CAP, cny(3_000_000), say("The cap of grade {grade}.", grade="C")),
        ),
        terms_days=60,
        from_=date(2026, 3, 9),
        until=date(2027, 3, 9),
        grade=Grade.C,
        exposure=cny("15000.00"),
        policy_version=1,
    )
    return replace(made, **changes)


def a_decision(case_id: str = "CASE-1", **changes: Any) -> Decision:
    made = Decision(
        case_id=case_id,
        stage=1,
        say=Say.APPROVE,
        by="approver.zhao",
        at=NOW,
        proposal_hash=a_proposal(case_id=case_id).hash,
        rule="mandate:approver.zhao:director",
        policy_version=1,
        limit=cny(800_000),
        round=1,
    )
    return replace(made, **changes)


def a_delegation(id: str = "DG-0001", **changes: Any) -> Delegation:  # noqa: A002
    made = Delegation(
        id=id,
        principal="approver.zhao",
        delegate="deputy.sun",
        from_=TODAY,
        until=TODAY + timedelta(days=7),
        made_by="approver.zhao",
        made_at=NOW,
    )
    return replace(made, **changes)


def a_limit(amount: Money | None = None, *, version: int = 1, **changes: Any) -> Limit:
    amount = cny(600_000) if amount is None else amount
    made = Limit(
        customer=ACME,
        version=version,
        state=limit_state(amount),
        amount=amount,
        from_=date(2026, 3, 9),
        until=date(2027, 3, 9),
        terms_days=60,
        recorded_at=NOW,
    )
    return replace(made, **changes)


def an_added_limit(
    number: str = "AL-000001", *, amount: Money | None = None, **changes: Any
) -> AddedLimit:
    """A temporary limit; with a project, that project's own."""
    is_project = bool(changes.get("project"))
    made = AddedLimit(
        id=number,
        version=1,
        customer=ACME,
        kind=AddedKind.PROJECT if is_project else AddedKind.TEMPORARY,
        amount=cny(200_000) if amount is None else amount,
        from_=date(2026, 3, 9),
        until=date(2026, 6, 9),
        reason="The spring orders.",
        recorded_at=NOW,
        recorded_by="approver.zhao",
        project=changes.get("project", ""),
        consumption=Consumption.OWN_ONLY if is_project else None,
    )
    return replace(made, **changes)


# ------------------------------------------------------------------ telling


def a_letter(id: str = "LETTER-1", **changes: Any) -> Letter:  # noqa: A002
    """A pending letter whose `sha256` and `message_id` follow from its id and message."""
    message = changes.get("message", f"Message-ID: <{id}@company.example>\r\n\r\n您好".encode())
    made = Letter(
        id=id,
        case_id="CASE-1",
        customer=ACME,
        outcome=Outcome.RAISED,
        language="zh-CN",
        recipient="finance@haichao.example",
        subject="信用额度通知",
        text="贵司的信用额度已提高。",
        html="<p>贵司的信用额度已提高。</p>",
        message=message,
        message_id=f"<{id}@company.example>",
        sha256=sha256(message).hexdigest(),
        created_at=NOW,
        due_at=NOW,
    )
    return replace(made, **changes)


def an_answer(id: str = "A-000001", **changes: Any) -> Answer:  # noqa: A002
    made = Answer(id, "LETTER-1", AnswerKind.REASONS, "Why?", NOW, date(2026, 4, 1))
    return replace(made, **changes)


def an_attachment(
    number: str = "F-000001", *, content: bytes = b"%PDF-1.7 a", **changes: Any
) -> Attachment:
    made = Attachment(
        id=number,
        subject="CASE-1",
        file_name="contract.pdf",
        media_type="application/pdf",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        by="sales.wang",
        at=NOW,
    )
    return replace(made, **changes)


def a_comment(id: str = "CM-000001", **changes: Any) -> Comment:  # noqa: A002
    return replace(Comment(id, "CASE-1", "analyst.li", NOW, "Called them."), **changes)


def a_referral(id: str = "RF-000001", **changes: Any) -> Referral:  # noqa: A002
    made = Referral(id, "CASE-1", 1, "sales.wang", "approver.zhao", NOW, "Is the order real?")
    return replace(made, **changes)


def an_upload(id: str = "A-000001.1", **changes: Any) -> Upload:  # noqa: A002
    return replace(Upload(id, "report.pdf", "application/pdf", b"%PDF-1.7"), **changes)


def a_promise(key: str = "nudge:CASE-1:1", **changes: Any) -> Promise:
    return replace(Promise(key, PromiseKind.NUDGE, "CASE-1", {}, due_at=NOW), **changes)


def an_entry(what: str = "case.opened", **changes: Any) -> Entry:
    return replace(Entry(what, "CASE-1", "system", NOW, {"desk": "director"}), **changes)


def a_plan(id: str = "PP-000001", **changes: Any) -> PaymentPlan:  # noqa: A002
    covered = Covered("own", "R-1", TODAY - timedelta(days=30), cny(30_000))
    made = PaymentPlan(
        id=id,
        version=1,
        customer=ACME,
        covers=(covered,),
        on_account=cny(0),
        instalments=tuple(
            Instalment(TODAY + timedelta(days=30 * n), cny(10_000)) for n in range(1, 4)
        ),
        tolerance_days=5,
        offered_on=TODAY,
        accept_by=TODAY + timedelta(days=10),
        offered_by="analyst.li",
        offered_at=NOW,
    )
    return replace(made, **changes)
