"""Wordings that people write: what is refused, each time with a control that would do the harm."""

import re
import time
from dataclasses import replace

import pytest
from jinja2 import DictLoader, Environment
from jinja2.sandbox import ImmutableSandboxedEnvironment

from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.letter import told
from creditflow.domain.letter_notices import VIEWS
from creditflow.domain.letter_template import (
    AS_IN_FILES,
    LONGEST_SOURCE,
    Edition,
    TemplateName,
    template_named,
)
from creditflow.post.printing import Printer
from creditflow.post.proofreading import Proofreader
from creditflow.post.rendering import Press
from creditflow.post.shelf import Shelf
from creditflow.post.specimens import POISON, required, specimens
from creditflow.post.typecase import LONGEST_LETTER
from creditflow.post.vocabulary import NOT_TO_BE_TOLD, vocabulary
from tests.post.letters import AT, ID, SENDER, TO

PRESS = Press(SENDER, printer=Printer())
READER = Proofreader(PRESS)
UNPRINTED = Proofreader(Press(SENDER))
SHELF = Shelf()
RELEASED = TemplateName("released", "en")
CLOSING = TemplateName("_closing", "en")


def wording(template=RELEASED):
    return SHELF.needed(template, AS_IN_FILES)


def problems(text, template=RELEASED, edition=AS_IN_FILES):
    return READER.proofread(template, text, edition)


def worded(template, text):
    return AS_IN_FILES.with_(template, text)


def set_(edition, template=RELEASED):
    facts = specimens(told(template.about), template.language)[0]
    return PRESS.render(facts, recipient=TO, message_id=ID, at=AT, edition=edition)


# ------------------------------------------------------------------ ours, and sound ones


def test_every_wording_that_we_ship_is_sound():
    names = SHELF.names(AS_IN_FILES)
    assert len(names) > 40
    for template in names:
        # What is said of printing is said of two letters below; it is the slow part.
        assert UNPRINTED.proofread(template, None, AS_IN_FILES) == [], template
    assert problems(None) == problems(None, TemplateName("reduced", "zh-CN")) == []


def test_a_sound_change_is_set_from_its_edition_and_the_file_otherwise():
    text = wording().replace("Thank you for settling", "Many thanks for settling")
    assert problems(text) == []
    edition = Edition(3, worded(RELEASED, text).sources)
    assert "Many thanks" in set_(edition).text
    assert "Many thanks" not in set_(AS_IN_FILES).text
    assert set_(edition).message == set_(edition).message != set_(AS_IN_FILES).message


def test_a_part_is_read_in_every_letter_that_it_is_a_part_of():
    worse = wording(CLOSING).replace("by {{ object_by|date }}", "soon")
    found = problems(worse, CLOSING)
    assert "by when to object" in str(found[0].what)
    assert problems(wording(CLOSING), CLOSING) == []


# ------------------------------------------------------------------ everything at once, by line


def test_all_mistakes_are_told_at_once_each_on_its_line():
    text = """Deliveries to {{ customer_nme }} go on

{{ grade }} and {{ limit.minor }} are no matter.
{% for x in limit %}{% endfor %}
Your insurer knows, 你好.
{{ limit|upper }} {{ limit is even }}
{% include "letters/_nothing.en.md.j2" %}
{{ reasons }}
"""
    found = {(x.line, str(x.what)) for x in problems(text)}
    for line, words in (
        (1, "customer_nme"), (3, "grade is never told"), (3, "limit.minor"), (4, "limit is no list"),
        (5, "insurer"), (5, "你好"), (6, "no filter upper"), (6, "no test even"),
        (7, "_nothing"), (8, "reasons"),
    ):  # fmt: skip
        assert any(at == line and words in what for at, what in found), (line, words, found)
    assert len(found) == 10
    near = next(x for x in problems(text) if "customer_nme" in str(x.what))
    assert "customer_name" in str(near.remedy)


@pytest.mark.parametrize(
    ("text", "line"),
    [("Title\n\n{% if limit %}\nx\n", 4), ("Title\n\n{{ limit|money\n", 3), ("T\n{{ 1 + }}\n", 2)],
)
def test_what_cannot_be_read_is_told_with_its_line(text, line):
    (problem,) = problems(text)
    assert "cannot be read" in str(problem.what)
    assert problem.line == line


@pytest.mark.parametrize(
    ("template", "gone", "instead", "words"),
    [
        ("released.en", "{{ from_|date }}", "now", "from when it holds"),
        ("reduced.zh-CN", "**{{ limit|money }}**", "-", "how much the limit is"),
        ("approved.en", '{% include "letters/_reasons.en.md.j2" %}', "No.", "why"),
        ("declined.en", '{% include "letters/_closing.en.md.j2" %}', "Bye.", "by when to object"),
        ("declined.en", '{% include "letters/_closing.en.md.j2" %}', "Bye.", "whom to ask"),
        ("plan_offered.en", "{{ part.amount|money }}", "-", "which instalments"),
        ("held.en", "| Past due | **{{ overdue|money }}** |\n", "", "how much is past due"),
        ("payment_behaviour.en", "{{ judged }}", "-", "of how many"),
    ],
)
def test_what_a_customer_needs_cannot_be_left_out(template, gone, instead, words):
    template = template_named(template)
    whole = wording(template)
    assert gone in whole
    assert problems(whole, template) == []
    assert words in " ".join(str(x.what) for x in problems(whole.replace(gone, instead), template))


def test_a_fact_that_may_be_unknown_has_to_be_asked_for():
    text = wording().replace("{% if limit %}", "{% if from_ %}")
    (problem, *_) = problems(text)
    assert "missing" in str(problem.what)
    assert problem.line == text[: text.index("{{ limit|money")].count("\n") + 1


def test_english_in_chinese_letters_is_told_and_names_of_addresses_are_not():
    template = TemplateName("released", "zh-CN")
    whole = wording(template)
    assert problems(whole + "\n详见 https://www.hengyuan.example/credit ，或致函 a@b.example 。\n",
                    template) == []  # fmt: skip
    (problem,) = problems(whole + "\n请 contact 我司。\n", template)
    assert "contact" in str(problem.what)
    assert problem.line == whole.count("\n") + 2


def test_a_character_without_a_font_is_told_with_its_line():
    whole = wording()
    (problem,) = problems(whole + "\nFine, and \U00012000 too.\n")
    assert "\U00012000" in str(problem.what)
    assert problem.line == whole.count("\n") + 2
    assert problems(whole + "\nÄöü ß é.\n") == []


def test_what_paper_cannot_show_is_told():
    (problem, *_) = problems(wording() + "\n![x](https://e.example/x.png)\n")
    assert "letters have no image" in str(problem.what)


def test_templates_that_there_are_not_are_told():
    assert "no letter" in str(problems("x\n", TemplateName("raise", "en"))[0].what)
    assert "not written in" in str(problems("x\n", TemplateName("raised", "de"))[0].what)
    assert problems(None, TemplateName("_mine", "en"))[0].line is None
    for bad in ("../x.en", "reduced", "_letter.html", "Reduced.en", ""):
        with pytest.raises(NotFound):
            template_named(bad)


# ------------------------------------------------------------------ harm, each with its control

HUGE = 10**9
HARM = {
    "a loop over a range": ("{% for x in range(LIMIT) %}{{ x }}{% endfor %}", 10**5),
    "loops within loops": (
        "{% for a in range(LIMIT) %}{% for b in range(LIMIT) %}.{% endfor %}{% endfor %}", 500),
    "a text times a number": ("{{ 'a' * LIMIT }}", 10**6),
    "a number to a power": ("{{ 9 ** LIMIT }}", 1000),
    "texts put together": ("{{ 'a' ~ 'b' }}", 1),
    "a macro that calls itself": (
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1),
    "padding": ("{{ 'a'.ljust(LIMIT) }}", 10**6),
    "a filter that pads": ("{{ '%LIMITd'|format(1) }}", 10**6),
    "lipsum": ("{{ lipsum(LIMIT) }}", 50),
    "a set that grows": ("{% set ns = namespace(a='x') %}{{ ns.a }}", 1),
    "a list of its own": ("{% for x in [1, 2, 3] %}{{ x }}{% endfor %}", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HARM)
def test_what_would_fill_time_or_memory_is_refused_before_it_runs(name):
    harm, mild = HARM[name]
    control = ImmutableSandboxedEnvironment().from_string(harm.replace("LIMIT", str(mild)))
    try:
        done = control.render()
    except RecursionError:
        done = "x" * (mild + 1)
    assert len(done) >= min(mild, 900)  # the sandbox alone lets it happen

    begun = time.process_time()
    text = wording() + "\n" + harm.replace("LIMIT", str(HUGE)) + "\n"
    found = problems(text)
    assert found
    assert all(x.line == text.count("\n") for x in found)
    with pytest.raises(Refusal, match="may be set"):
        set_(worded(RELEASED, text))  # nor is it set, whoever put it where wordings are kept
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "chain",
    ["customer_name.__class__.__mro__", "proof.verify_url.format", "limit.currency", "on.today",
     "reasons.count", "customer_name.upper", "self._TemplateReference__context", "loop"],
)  # fmt: skip
def test_chains_of_attributes_reach_nothing(chain):
    (problem,) = problems(wording() + "\n{{ " + chain + " }}\n")
    assert problem.line == wording().count("\n") + 2


def test_plain_jinja_does_reach_it():
    """The control of the above."""
    shown = Environment().from_string("{{ a.__class__.__mro__ }}").render(a="x")
    assert "object" in shown


def test_a_part_that_includes_itself_is_refused():
    include = '{% include "letters/_closing.en.md.j2" %}\n'
    (problem,) = problems(wording(CLOSING) + include, CLOSING)
    assert "includes itself" in str(problem.what)
    loop = Environment(loader=DictLoader({"a": '{% include "a" %}'}))
    with pytest.raises(RecursionError):
        loop.get_template("a").render()


def test_long_and_deep_sources_are_refused():
    (problem,) = problems("x" * (LONGEST_SOURCE + 1))
    assert "characters" in str(problem.what)
    assert problems("T\n\n" + "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}")
    assert problems("T\n\n" + "{% if limit %}" * 60 + "x" + "{% endif %}" * 60)
    begun = time.process_time()
    for sign in "[*!<":
        UNPRINTED.proofread(RELEASED, wording() + "\n" + sign * 7_000, AS_IN_FILES)
    assert time.process_time() - begun < 10


def test_what_becomes_too_long_is_stopped():
    text = wording() + "\n" + "{{ customer_name }}" * 450 + "\n"
    facts = specimens(told("released"), "en")[0]
    with pytest.raises(Refusal, match="longer than"):
        PRESS.render(
            replace(facts, customer_name="x" * 500), recipient=TO, message_id=ID, at=AT,
            edition=worded(RELEASED, text),
        )  # fmt: skip
    assert 450 * 500 > LONGEST_LETTER > 100 * 300


# ------------------------------------------------------------------ facts


def test_poisoned_facts_are_text_in_every_letter_as_it_is_worded():
    bare = Press(SENDER)
    for template in SHELF.names(AS_IN_FILES):
        if template.is_part:
            continue
        for facts in specimens(told(template.about), template.language, poisoned=True):
            mail = bare.render(facts, recipient=TO, message_id=ID, at=AT)
            assert "{{7*7}}" in mail.text
            assert "<script" not in mail.html
            assert b"\r\nBcc" not in mail.message
    assert "\r\nBcc" in POISON


def test_no_vocabulary_has_what_nobody_may_know():
    for about, view in VIEWS.items():
        known = vocabulary(view)
        assert not set(known) & NOT_TO_BE_TOLD
        facts = specimens(about, "en")[0]
        assert {name for name, _ in required(facts)} <= set(known)
        assert not any(re.match("_", name) for name in known)
