"""A sentence keeps its facts apart, until somebody reads it in some language."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.errors import Conflict, NotFound, Problem, Refusal, Unavailable
from creditflow.domain.sentences import Sentence, plain, say
from tests.makers import cny


@pytest.mark.parametrize(
    ("fact", "english"),
    [
        (None, "unknown"),
        (0, "0"),
        (1234567, "1,234,567"),
        (0.25, "0.25"),
        (cny("1234.50"), "CNY 1,234.50"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC), "2026-03-02 09:30+00:00"),
        ("director", "director"),
    ],
)
def test_a_fact_is_written_in_plain_english(fact, english):
    assert plain(fact) == english
    assert str(say("It is {fact}.", fact=fact)) == f"It is {english}."


def test_a_translator_may_put_the_facts_in_another_order():
    sentence = say("{who} decided on {what}.", who="Zhao Min", what="CASE-1")
    chinese = {"{who} decided on {what}.": "审批单 {what} 由 {who} 决定。"}
    assert sentence.said(chinese.__getitem__, plain) == "审批单 CASE-1 由 Zhao Min 决定。"


@given(st.text())
def test_what_a_person_wrote_is_never_read_as_a_place(text):
    assert str(say("Note: {note}", note=text)) == f"Note: {text}"


def test_equal_sentences_are_equal_and_found_again():
    one, other = (say("{a} and {b}", a=cny(1), b=None) for _ in range(2))
    assert one == other
    assert len({one, other, say("{a} and {b}", a=cny(2), b=None)}) == 2


def test_the_facts_cannot_be_changed_afterwards():
    with pytest.raises(TypeError):
        say("{a}", a=1).facts["a"] = 2
    with pytest.raises(AttributeError):
        say("{a}", a=1).text = "b"


def test_a_sentence_without_facts_needs_none():
    assert str(Sentence("As it is.")) == "As it is."


@pytest.mark.parametrize("family", [NotFound, Refusal, Conflict, Unavailable])
def test_a_problem_is_its_sentence(family):
    problem = family(say("{amount} is too much.", amount=cny(5)))
    assert isinstance(problem, Problem)
    assert str(problem) == "CNY 5.00 is too much."
    assert problem.details == ()


def test_a_problem_may_have_a_sentence_for_each_thing_that_is_wrong():
    details = [say("The name is empty."), say("{a} is no mail address.", a="x")]
    assert Refusal(say("Two things."), details=details).details == tuple(details)
