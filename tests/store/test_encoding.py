"""Every domain value that is kept as JSON comes back as exactly the same value."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.evaluation import Blend, Contribution, Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState
from creditflow.domain.money import CURRENCIES, MAX_MINOR, Money
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Candidate, LimitMethod, Proposal
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.signals import Dimension, Evidence, Signal
from creditflow.store.encoding import decode, decode_words, encode, encode_words
from tests.makers import a_person, a_policy, a_proposal, an_analyst, an_evaluation, cny

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
decimals = st.decimals(allow_nan=False, allow_infinity=False)
days = st.dates()
moments = st.datetimes(timezones=st.just(UTC))
amounts = st.builds(Money, st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(sorted(CURRENCIES)))
positive = st.builds(Money, st.integers(0, MAX_MINOR), st.sampled_from(sorted(CURRENCIES)))
facts = st.one_of(
    st.none(), words, st.integers(), st.floats(allow_nan=False), days, moments, amounts
)
sentences = st.builds(Sentence, words, st.dictionaries(words, facts, max_size=4))
values = st.one_of(st.none(), decimals, words)
signals = st.builds(Signal, words, values, days, words, st.none() | days)
dimensions = st.sampled_from(Dimension)
contributions = st.builds(
    Contribution, words, dimensions, values, st.booleans(), decimals, decimals
)
names = st.lists(words, max_size=3).map(tuple)
evaluations = st.builds(
    Evaluation,
    id=words,
    case_id=words,
    customer=words,
    on=days,
    at=moments,
    segment=st.sampled_from(Segment),
    scorecard=words,
    policy_version=st.integers(),
    evidence=st.lists(signals, max_size=4).map(Evidence),
    contributions=st.lists(contributions, max_size=3).map(tuple),
    dimension_points=st.dictionaries(dimensions, decimals),
    points=decimals,
    grade=st.sampled_from(Grade),
    pd=decimals,
    confidence=decimals,
    reasons_for=names,
    reasons_against=names,
    missing=names,
    knock_outs=names,
    blend=st.none() | st.builds(Blend, words, words, decimals),
)
candidates = st.builds(Candidate, st.sampled_from(LimitMethod), st.none() | positive, sentences)
proposals = st.builds(
    Proposal,
    id=words,
    case_id=words,
    customer=words,
    evaluation_id=words,
    at=moments,
    current=st.none() | positive,
    current_state=st.sampled_from(LimitState),
    current_version=st.integers(0),
    proposed=positive,
    base_currency=st.sampled_from(sorted(CURRENCIES)),
    base_factor=st.fractions(0),
    binding=st.sampled_from(LimitMethod),
    candidates=st.lists(candidates, max_size=3).map(tuple),
    terms_days=st.integers(),
    from_=days,
    until=days,
    grade=st.sampled_from(Grade),
    exposure=positive,
    policy_version=st.integers(),
    requested=st.none() | positive,
)


def same(one, other):
    """Equal, and alike down to the type and the digits: 1.0 is not 1.00 and not 1."""
    return one == other and alike(one) == alike(other)


def alike(value):  # noqa: PLR0911 - one line per kind of value
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Decimal | Fraction | float):
        return (type(value), str(value))
    if isinstance(value, Sentence):
        return (value.text, alike(value.facts))
    if hasattr(value, "items"):
        return {key: alike(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [alike(item) for item in value]
    if hasattr(value, "__slots__") and not isinstance(value, str):
        return [alike(getattr(value, name)) for name in value.__slots__]
    return (type(value), value)


@settings(max_examples=150)
@given(evaluations)
def test_an_evaluation_round_trips(evaluation):
    assert same(decode(encode(evaluation), Evaluation), evaluation)


@settings(max_examples=150)
@given(proposals)
def test_a_proposal_round_trips_with_its_hash(proposal):
    back = decode(encode(proposal), Proposal)
    assert same(back, proposal)
    assert back.hash == proposal.hash


@given(sentences)
def test_a_sentence_round_trips_with_typed_facts(sentence):
    assert same(decode(encode(sentence), Sentence), sentence)


@given(st.dictionaries(words, words))
def test_words_round_trip(mapping):
    assert decode_words(encode_words(mapping)) == mapping


def test_people_and_policies_round_trip():
    for person in (a_person(), an_analyst(), a_person(desks=frozenset({"b", "a"}))):
        assert decode(encode(person), Person) == person
    assert decode(encode(a_policy()), Policy) == a_policy()


def test_types_that_python_takes_for_one_another_stay_apart():
    facts = {"day": date(2026, 3, 2), "moment": datetime(2026, 3, 2, tzinfo=UTC), "share": 1.0,
             "count": 1, "text": "1", "amount": cny(1), "none": None, "nan": float("inf")}  # fmt: skip
    back = decode(encode(Sentence("x", facts)), Sentence).facts
    assert {name: type(fact) for name, fact in back.items()} == {
        name: type(fact) for name, fact in facts.items()
    }


def test_a_fact_named_like_an_argument_is_kept():
    sentence = Sentence("{text}", {"text": "a", "self": "b"})
    assert decode(encode(sentence), Sentence) == sentence


def test_the_text_is_canonical():
    one = an_evaluation()
    other = replace(one, dimension_points=dict(reversed(one.dimension_points.items())))
    assert encode(one) == encode(other)
    assert encode(one) == json.dumps(
        json.loads(encode(one)), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def test_decimals_are_never_json_numbers():
    assert '"confidence":"0.9"' in encode(an_evaluation())
    assert '"proposed":[80000000,"CNY"]' in encode(a_proposal())


def test_a_code_in_a_sentence_is_kept_as_its_text():
    back = decode(encode(say("{state}", state=Code.ONE)), Sentence)
    assert back.facts["state"] == "one"


def test_a_value_of_unknown_type_is_refused():
    with pytest.raises(TypeError):
        encode(Odd(object()))
    with pytest.raises(TypeError):
        encode(say("{x}", x=Decimal(1)))


class Code(StrEnum):
    """A code that somebody puts into a sentence."""

    ONE = "one"


@dataclass(frozen=True)
class Odd:
    """Something with a field that nothing can keep."""

    thing: object
