"""Terms: for how many days a customer may pay later; the shortest of what speaks for each binds."""

from collections.abc import Iterator
from decimal import Decimal

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.money import Money, decimals
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import GradeRule, Policy
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.terms_rule import PaymentLaw, TermsBasis, TermsReason, TermsRule


def terms_reasons(
    evaluation: Evaluation, present: int | None, policy: Policy, own: OwnCurrency
) -> tuple[TermsReason, ...]:
    """What each consideration would allow; `present` are the customer's terms so far.

    Raises NoRate where the base currency cannot be converted.
    """
    return tuple(_reasons(evaluation, present, policy.grades[evaluation.grade], policy, own))


def shortest(reasons: tuple[TermsReason, ...]) -> int:
    """The terms that follow: no more than any of the reasons allows."""
    return min(reason.days for reason in reasons if reason.days is not None)


def _reasons(
    evaluation: Evaluation,
    present: int | None,
    grade: GradeRule,
    policy: Policy,
    own: OwnCurrency,
) -> Iterator[TermsReason]:
    yield TermsReason(
        TermsBasis.GRADE,
        grade.terms_days,
        say("Grade {grade} gets at most {days} days.", grade=grade.grade.value,
            days=grade.terms_days),
    )  # fmt: skip
    if present is not None:
        why = say("It has {days} days so far; shorter terms are kept.", days=present)
        yield TermsReason(TermsBasis.PRESENT, present, why)
    rule = policy.terms
    if rule is None:
        return
    sector = _word(evaluation, "sector")
    if sector is not None and sector in rule.sectors:
        days = rule.sectors[sector]
        why = say("{days} days are usual in its sector.", days=days)
        yield TermsReason(TermsBasis.SECTOR, days, why)
    if (affordable := rule.affordable_days) is not None:
        yield TermsReason(TermsBasis.MONEY, affordable, _cost(rule, affordable))
    if (law := _by_law(evaluation, rule.law, sector, own)) is not None:
        yield law


def _cost(rule: TermsRule, days: int) -> Sentence:
    return say(
        "Money costs {rate} a year; the {share} of an invoice that may go into it last"
        " {days} days.",
        rate=_percent(rule.money_cost or Decimal(0)),
        share=_percent(rule.most_cost or Decimal(0)),
        days=days,
    )


def _by_law(
    evaluation: Evaluation, law: PaymentLaw | None, sector: str | None, own: OwnCurrency
) -> TermsReason | None:
    """What the law on payments to small suppliers allows; None where it does not apply."""
    if law is None or _word(evaluation, "country") != law.country or evaluation.on < law.since:
        return None
    if sector in law.public_sectors:
        why = say(
            "A public body has to pay a small or medium-sized supplier within {days} days of"
            " delivery (State Council Order 802).",
            days=law.public_days,
        )
        return TermsReason(TermsBasis.LAW, law.public_days, why)
    revenue = evaluation.evidence.number("annual_revenue", on=evaluation.on)
    if revenue is None:
        why = say(
            "Its size is unknown. A large enterprise would have to pay a small or medium-sized"
            " supplier within {days} days of delivery (State Council Order 802).",
            days=law.large_days,
        )
        return TermsReason(TermsBasis.LAW, None, why)
    large_from = own.money(law.large_from)
    if revenue < large_from.major:
        return None
    why = say(
        "With a turnover of {revenue} it counts as large and has to pay a small or medium-sized"
        " supplier within {days} days of delivery (State Council Order 802).",
        revenue=Money(int(revenue.scaleb(decimals(own.code))), own.code),
        days=law.large_days,
    )
    return TermsReason(TermsBasis.LAW, law.large_days, why)


def _word(evaluation: Evaluation, signal: str) -> str | None:
    found = evaluation.evidence.get(signal)
    usable = found is not None and found.usable(evaluation.on)
    return found.value if usable and found is not None and isinstance(found.value, str) else None


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
