"""One letter of each kind besides those about a decided limit, in both languages."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from creditflow.domain.customer import Language
from creditflow.domain.letter import Addressed, Proof
from creditflow.domain.letter_notices import (
    Held,
    Instalment,
    LimitEnds,
    PaymentBehaviour,
    PlanBroken,
    PlanOffered,
    ProjectLimit,
    Released,
    StatementsWanted,
    TemporaryLimit,
    TermsChanged,
)
from creditflow.domain.money import Money
from creditflow.domain.proposal import Outcome
from creditflow.services.linking import Links
from tests.post.letters import SENDER, facts, minimal

LINKS = Links("https://letters.hengyuan.example", b"k" * 32, 60)


def cny(amount: str | int) -> Money:
    return Money.of(amount, "CNY")


def proof() -> Proof:
    return LINKS.proof("L-000128", on=date(2026, 11, 23))


def opening(language: Language, **changes: Any) -> dict[str, Any]:
    zh = language == "zh-CN"
    return {
        "number": "L-000128",
        "language": language,
        "customer_name": "宁波海潮五金制品有限公司" if zh else "Nordsee Werkzeughandel GmbH",
        "customer_id": "C100417",
        "on": date(2026, 11, 23),
        "sender_company": SENDER.company if zh else "Hengyuan International Trading Co., Ltd.",
        "sender_name": SENDER.name if zh else "Credit Management",
        "reply_to": SENDER.reply_to,
        "object_by": date(2026, 12, 23),
        "proof": proof(),
        **changes,
    }


def notices(language: Language, **changes: Any) -> Iterator[Addressed]:
    """Each with everything that it can say."""
    begun = opening(language, **changes)
    project = "跨海大桥二期" if language == "zh-CN" else "Harbour Bridge, phase two"
    yield TemporaryLimit(
        **begun, limit=cny(3_500_000), base=cny(2_000_000), from_=date(2026, 12, 1),
        until=date(2027, 3, 1), terms_days=60,
    )  # fmt: skip
    yield ProjectLimit(
        **begun, project=project, limit=cny(5_000_000), base=cny(2_000_000),
        from_=date(2026, 12, 1), until=date(2027, 12, 1), terms_days=90,
    )  # fmt: skip
    yield LimitEnds(
        **begun, limit=cny(2_000_000), until=date(2027, 1, 1), send_by=date(2026, 12, 14)
    )
    yield Held(
        **begun, from_=date(2026, 11, 24), overdue=cny("412380.50"), invoices=7, oldest_days=64
    )
    yield Released(**begun, from_=date(2026, 11, 24), limit=cny(2_000_000))
    yield StatementsWanted(**begun, latest=date(2024, 12, 31), send_by=date(2026, 12, 14))
    yield PaymentBehaviour(
        **begun, late=11, judged=20, average_days=23, overdue=cny("412380.50"), invoices=7,
        oldest_days=64, pay_by=date(2026, 12, 3),
    )  # fmt: skip
    yield PlanOffered(
        **begun, total=cny(300_000), accept_by=date(2026, 12, 1),
        instalments=tuple(Instalment(date(2026, 12 + n, 15) if n < 1 else date(2027, n, 15),
                                     cny(100_000)) for n in range(3)),
    )  # fmt: skip
    yield PlanBroken(
        **begun, missed=Instalment(date(2026, 11, 15), cny(100_000)), received=cny(100_000),
        left=cny(200_000), pay_by=date(2026, 12, 1),
    )  # fmt: skip
    yield TermsChanged(**begun, before_days=60, terms_days=30, from_=date(2027, 1, 1))


def bare_notices(language: Language) -> Iterator[Addressed]:
    """Those that can do without something, without it."""
    begun = opening(language, proof=None)
    yield TemporaryLimit(
        **begun, limit=cny(500_000), base=None, from_=date(2026, 12, 1), until=date(2027, 3, 1),
        terms_days=0,
    )  # fmt: skip
    yield ProjectLimit(
        **begun, project="P", limit=cny(5), base=None, from_=date(2026, 12, 1),
        until=date(2027, 12, 1), terms_days=0,
    )  # fmt: skip
    for kind, name, after in (
        ("temporary", None, cny(7)),
        ("project", "P", cny(7)),
        ("temporary", None, None),
    ):
        yield LimitEnds(
            **begun, limit=cny(5), until=date(2027, 1, 1), send_by=date(2026, 12, 14),
            kind=kind, project=name, after=after,
        )  # fmt: skip
    for shares in ("own_first", "general_first"):
        yield ProjectLimit(
            **begun, project="P", limit=cny(5), base=cny(7), from_=date(2026, 12, 1),
            until=date(2027, 12, 1), terms_days=60, shares=shares,
        )  # fmt: skip
    yield Held(
        **begun, from_=date(2026, 11, 24), overdue=cny(0), invoices=0, oldest_days=0,
        over=cny("88000.00"),
    )  # fmt: skip
    yield Held(
        **begun, from_=date(2026, 11, 24), overdue=cny(5), invoices=1, oldest_days=1, over=cny(3)
    )
    yield Released(**begun, from_=date(2026, 11, 24), limit=None, paid=False)
    yield StatementsWanted(**begun, latest=None, send_by=date(2026, 12, 14))
    yield PaymentBehaviour(
        **begun, late=0, judged=20, average_days=0, overdue=cny(5), invoices=1, oldest_days=1,
        pay_by=date(2026, 12, 3),
    )  # fmt: skip
    yield PaymentBehaviour(
        **begun, late=1, judged=1, average_days=1, overdue=cny(0), invoices=0, oldest_days=None,
        pay_by=date(2026, 12, 3),
    )  # fmt: skip
    yield TermsChanged(**begun, before_days=60, terms_days=0, from_=date(2027, 1, 1))


def every_letter(language: Language, **changes: Any) -> list[Addressed]:
    """All kinds of letters, full."""
    decided = [facts(o, language, proof=proof(), **changes) for o in Outcome]
    return [*decided, *notices(language, **changes)]


def every_bare_letter(language: Language) -> list[Addressed]:
    return [*(minimal(o, language) for o in Outcome), *bare_notices(language)]
