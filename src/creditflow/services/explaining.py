"""Explain an evaluation: in full to colleagues, and to the customer what may be disclosed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from creditflow.domain.choosing import used
from creditflow.domain.customer import Language
from creditflow.domain.disclosing import facts_about
from creditflow.domain.evaluation import Contribution, Evaluation
from creditflow.domain.letter import DisclosedReason
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod, Outcome
from creditflow.domain.scorecard import Characteristic, Disclosure
from creditflow.domain.sentences import Fact
from creditflow.domain.signals import SignalValue
from creditflow.domain.texts import Text, in_language
from creditflow.domain.yardstick import Yardstick

MOST_DISCLOSED = 3

GOOD_NEWS = frozenset({Outcome.APPROVED, Outcome.RAISED, Outcome.UNCHANGED})
"""Outcomes for which a letter gives what speaks for the customer."""


@dataclass(frozen=True, slots=True)
class ReasonText:
    """One characteristic as colleagues read it.

    `value` is None where it is unknown. `unit` is one of catalogue.UNITS:
    shares are fractions of one, amounts are in the customer's currency.
    `weighs` is +1 for a reason in favour, −1 for one against, 0 for the rest.
    """

    characteristic: str
    title: str
    value: SignalValue
    unit: str
    points: Decimal
    best: Decimal
    weighs: int


def reason_texts(
    evaluation: Evaluation, policy: Policy, language: Language
) -> tuple[ReasonText, ...]:
    """The reasons for, then those against, strongest first, with what each gave of its best.

    `policy` must be the version that the evaluation names.
    """
    card = used(evaluation, policy)
    strongest = [(name, 1) for name in evaluation.reasons_for]
    strongest += [(name, -1) for name in evaluation.reasons_against]
    return tuple(
        _text(evaluation.contribution(name), card, language, weighs) for name, weighs in strongest
    )


def all_texts(evaluation: Evaluation, policy: Policy, language: Language) -> tuple[ReasonText, ...]:
    """Every characteristic of the scorecard in its order, for the page that shows them all."""
    card = used(evaluation, policy)
    weighs = dict.fromkeys(evaluation.reasons_for, 1) | dict.fromkeys(
        evaluation.reasons_against, -1
    )
    return tuple(
        _text(c, card, language, weighs.get(c.characteristic, 0)) for c in evaluation.contributions
    )


def knock_out_texts(evaluation: Evaluation, policy: Policy, language: Language) -> tuple[str, ...]:
    """The titles of the knock-out criteria that are met; the code of one that is gone."""
    titles = {k.code: k.title[language] for k in used(evaluation, policy).knock_outs}
    return tuple(titles.get(code, code) for code in evaluation.knock_outs)


def disclosed_reasons(
    evaluation: Evaluation,
    *,
    outcome: Outcome,
    policy: Policy,
    language: str,
    binding: LimitMethod | None = None,
) -> tuple[DisclosedReason, ...]:
    """What a letter may say, at most three reasons whose direction fits the outcome.

    Good news gives what speaks for the customer, bad news what speaks against
    it and then what it could send us. Only characteristics with a disclosure
    are named, each code once, with the customer's own facts. With `binding`,
    bad news begins with that limit method's reason, where the policy has one.
    """
    if outcome in GOOD_NEWS:
        found = _in_favour(evaluation, policy, language)
    else:
        found = _against(evaluation, policy, language, binding)
    return tuple(_first_of_each_code(found))[:MOST_DISCLOSED]


def _in_favour(evaluation: Evaluation, policy: Policy, language: str) -> Iterator[DisclosedReason]:
    card = used(evaluation, policy)
    for characteristic in _ranked(evaluation, card, sign=1):
        disclosure = characteristic.disclosure
        facts = facts_about(characteristic.signal, evaluation.evidence, on=evaluation.on)
        if disclosure is not None and facts is not None:
            text = in_language(disclosure.for_, language)
            yield DisclosedReason(disclosure.code, text, "", facts)


def _against(
    evaluation: Evaluation, policy: Policy, language: str, binding: LimitMethod | None
) -> Iterator[DisclosedReason]:
    card = used(evaluation, policy)
    limit_reason = policy.limit_reasons.get(binding.value) if binding else None
    none = MappingProxyType[str, int]({})
    if limit_reason is not None:
        yield _reason(limit_reason, limit_reason.against, none, language)
    for characteristic in _ranked(evaluation, card, sign=-1):
        disclosure = characteristic.disclosure
        facts = facts_about(characteristic.signal, evaluation.evidence, on=evaluation.on)
        if disclosure is not None and facts is not None:
            yield _reason(disclosure, disclosure.against, facts, language)
    for name in evaluation.missing:
        disclosure = card.characteristic(name).disclosure
        if disclosure is not None and disclosure.missing is not None:
            yield _reason(disclosure, disclosure.missing, none, language)


def _reason(
    disclosure: Disclosure, text: Text, facts: Mapping[str, Fact], language: str
) -> DisclosedReason:
    """What speaks against the customer, and what would help."""
    advice = in_language(disclosure.advice, language)
    return DisclosedReason(disclosure.code, in_language(text, language), advice, facts)


def _ranked(evaluation: Evaluation, card: Yardstick, *, sign: int) -> list[Characteristic]:
    """Known characteristics on that side of neutral, strongest first.

    More than the three strongest, for not all of them may be disclosed.
    """
    sides = (
        (-sign * (c.points - c.best / 2), c.characteristic)
        for c in evaluation.contributions
        if not c.missing and sign * (c.points - c.best / 2) > 0
    )
    return [card.characteristic(name) for _, name in sorted(sides)]


def _first_of_each_code(reasons: Iterable[DisclosedReason]) -> Iterator[DisclosedReason]:
    codes: set[str] = set()
    for reason in reasons:
        if reason.code not in codes:
            codes.add(reason.code)
            yield reason


def _text(
    contribution: Contribution, card: Yardstick, language: Language, weighs: int
) -> ReasonText:
    characteristic = card.characteristic(contribution.characteristic)
    return ReasonText(
        characteristic=characteristic.name,
        title=characteristic.title[language],
        value=contribution.value,
        unit=characteristic.unit,
        points=contribution.points,
        best=contribution.best,
        weighs=weighs,
    )
