"""Facts of letters, full and minimal, for every outcome and language."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from creditflow.domain.customer import Language
from creditflow.domain.letter import DisclosedReason, LetterFacts
from creditflow.domain.money import Money
from creditflow.domain.proposal import Outcome
from creditflow.post.rendering import Press
from creditflow.services.freezing import Sender

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ID = "<l-000128.abc@hengyuan.example>"
TO = "ap@haichao.example"
SENDER = Sender(
    company="恒远国际贸易有限公司",
    name="信用管理部",
    address="credit@hengyuan.example",
    reply_to="answers@hengyuan.example",
    mail_domain="hengyuan.example",
)

REASONS = {
    "zh-CN": (
        DisclosedReason(
            "paid_late",
            "最近 20 张发票中，有 {late} 张的付款晚于到期日 15 天以上，最长的一笔逾期 {worst} 天。",
            "如贵司今后按期付款，我司将在下次复核时予以考虑。",
            {"late": 11, "worst": 64},
        ),
        DisclosedReason(
            "overdue",
            "截至{day}，贵司逾期未付的货款为 {overdue}。",
            "",
            {"day": date(2026, 11, 20), "overdue": Money.of("412380.50", "CNY")},
        ),
    ),
    "en": (
        DisclosedReason(
            "paid_late",
            "{late} of your last 20 invoices were paid more than 15 days late, one by {worst} days.",
            "If invoices are paid by their due date, we will take this into account.",
            {"late": 11, "worst": 64},
        ),
        DisclosedReason(
            "overdue",
            "On {day}, invoices over {overdue} were past due.",
            "",
            {"day": date(2026, 11, 20), "overdue": Money.of("412380.50", "CNY")},
        ),
    ),
}

LIMITS = {
    Outcome.APPROVED: (None, 500_000),
    Outcome.RAISED: (2_000_000, 2_600_000),
    Outcome.REDUCED: (2_000_000, 1_200_000),
    Outcome.UNCHANGED: (2_000_000, 2_000_000),
    Outcome.DECLINED: (None, None),
}


def press() -> Press:
    return Press(SENDER)


def facts(outcome: Outcome, language: Language, **changes: Any) -> LetterFacts:
    """A letter about which everything is known."""
    before, limit = (Money.of(x, "CNY") if x else None for x in LIMITS[outcome])
    declined = outcome is Outcome.DECLINED
    zh = language == "zh-CN"
    made = LetterFacts(
        number="L-000128",
        outcome=outcome,
        language=language,
        customer_name="宁波海潮五金制品有限公司" if zh else "Nordsee Werkzeughandel GmbH",
        customer_id="C100417",
        on=date(2026, 11, 23),
        limit=limit,
        before=before,
        from_=None if declined else date(2026, 12, 1),
        until=None if declined else date(2027, 12, 1),
        terms_days=None if declined else 60,
        reasons=REASONS[language],
        sender_company=SENDER.company if zh else "Hengyuan International Trading Co., Ltd.",
        sender_name=SENDER.name if zh else "Credit Management",
        reply_to=SENDER.reply_to,
        object_by=date(2026, 12, 23),
    )
    return replace(made, **changes)


def minimal(outcome: Outcome, language: Language) -> LetterFacts:
    """The same with nothing that a letter can do without."""
    bare: dict[str, Any] = {"reasons": (), "until": None}
    if outcome is Outcome.UNCHANGED:
        bare |= {"limit": None, "before": None, "from_": None, "terms_days": None}
    if outcome is Outcome.REDUCED:
        bare |= {"before": None, "limit": Money.zero("CNY")}
    return facts(outcome, language, **bare)
