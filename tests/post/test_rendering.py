import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.letter import DisclosedReason, LetterFacts
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.proposal import Outcome, Proposal
from creditflow.post.manuscript import Manuscript, as_text, one_line
from creditflow.post.typecase import written
from tests.post.letters import AT, ID, SENDER, TO, facts, minimal, press

PRESS = press()
EVERY = [(outcome, language) for outcome in Outcome for language in LANGUAGES]


def render(letter: LetterFacts, recipient: str | None = TO) -> Any:
    return PRESS.render(letter, recipient=recipient, message_id=ID, at=AT)


def parsed(message: bytes) -> EmailMessage:
    mail = message_from_bytes(message, policy=default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def parts(message: bytes) -> tuple[str, str]:
    mail = parsed(message)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def visible(html: str) -> str:
    """What a reader sees of a page that has no markup of anybody else in it."""
    import html as entities

    body = html[html.index("<body") :]
    return entities.unescape(re.sub(r"<[^>]*>", "", body))


# ------------------------------------------------------------------ what it says


@pytest.mark.parametrize(("outcome", "language"), EVERY)
def test_every_letter_says_what_why_and_by_when(outcome, language):
    letter = facts(outcome, language)
    rendered = render(letter)
    text, html = parts(rendered.message)
    assert text.replace("\r\n", "\n") == rendered.text
    assert html.replace("\r\n", "\n").strip() == rendered.html.strip()
    for shown in (text, visible(html)):
        assert letter.customer_name in shown
        assert letter.sender_company in shown
        assert letter.reply_to in shown
        assert written(letter.object_by, language) in shown
        assert "CNY 412,380.50" in shown
        assert "64" in shown
        for amount in (letter.limit, letter.before):
            if amount is not None:
                assert str(amount) in shown
        if letter.from_:
            assert written(letter.from_, language) in shown
            # The last day on which it holds, not the first on which it does not.
            assert written(date(2027, 11, 30), language) in shown
            assert "60" in shown
    assert letter.number in rendered.subject
    assert letter.number in visible(html)


@pytest.mark.parametrize(("outcome", "language"), EVERY)
def test_every_letter_can_be_written_from_the_least(outcome, language):
    rendered = render(minimal(outcome, language))
    for shown in (rendered.text, rendered.html):
        assert "None" not in shown
        assert "{" not in visible(shown) if shown is rendered.html else "{" not in shown
        assert "Undefined" not in shown


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("make", [facts, minimal])
def test_no_english_word_stands_in_a_chinese_letter(outcome, make):
    letter = make(outcome, "zh-CN")
    rendered = render(letter)
    allowed = {"CNY", letter.number, letter.customer_id, letter.reply_to}
    for shown in (rendered.subject, rendered.text, visible(rendered.html)):
        rest = re.sub("|".join(map(re.escape, allowed)), " ", shown)
        assert re.findall(r"[A-Za-z]+", rest) == []


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("make", [facts, minimal])
def test_no_chinese_stands_in_an_english_letter(outcome, make):
    rendered = render(make(outcome, "en"))
    assert not re.findall(r"[\u3000-\u9fff]", rendered.subject + rendered.text + rendered.html)


def test_a_limit_that_ends_is_told_as_payment_in_advance():
    ends = replace(facts(Outcome.REDUCED, "zh-CN"), limit=Money.zero("CNY"), terms_days=0)
    assert "款到发货" in render(ends).text
    assert "款到发货" not in render(facts(Outcome.REDUCED, "zh-CN")).text


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        ("CNY 2600000", "CNY 2,600,000.00"),
        ("JPY 2600000", "JPY 2,600,000"),
        ("KWD 1.5", "KWD 1.500"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_amounts_are_written_with_code_and_exact_decimals(money, shown, language):
    currency, amount = money.split()
    assert written(Money.of(amount, currency), language) == shown


def test_dates_are_written_as_each_language_writes_them():
    assert written(date(2026, 11, 23), "zh-CN") == "2026年11月23日"
    assert written(date(2026, 11, 23), "en") == "23 November 2026"


def test_no_column_of_a_table_is_lost_in_the_plain_text():
    source = (
        "T\n\n| No. | Amount | Due |\n|:--|:--|:--|\n| IN-1 | CNY 1 | today |\n| IN-2 | CNY 2 | |\n"
    )
    made = Manuscript(source)
    assert made.text(("{}", "{}: {}")).splitlines() == [
        "No.: Amount · Due",
        "IN-1: CNY 1 · today",
        "IN-2: CNY 2",
    ]
    for cell in ("No.", "Amount", "Due", "IN-1", "CNY 1", "today"):
        assert cell in made.html
    two = Manuscript("T\n\n| | |\n|:--|:--|\n| Limit | **CNY 5** |\n")
    assert two.text(("{}", "{}：{}")) == "Limit：CNY 5\n"


# ------------------------------------------------------------------ what it refuses


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (Outcome.APPROVED, "limit"),
        (Outcome.APPROVED, "terms_days"),
        (Outcome.RAISED, "before"),
        (Outcome.REDUCED, "from_"),
        (Outcome.DECLINED, "customer_name"),
    ],
)
def test_a_missing_fact_stops_the_letter_and_is_named(outcome, name):
    letter = facts(outcome, "en")
    lacking = replace(letter, **{name: "" if name == "customer_name" else None})
    with pytest.raises(Refusal, match=name.rstrip("_")):
        render(lacking)


def test_a_reason_whose_fact_is_unknown_stops_the_letter():
    reason = DisclosedReason("paid_late", "{late} were late.", "", {"late": None})
    with pytest.raises(Refusal, match="late"):
        render(facts(Outcome.REDUCED, "en", reasons=(reason,)))


def test_nothing_internal_can_be_in_the_facts_of_a_letter():
    """Neither by a field's name nor by its type; the negative controls do have them."""
    forbidden = re.compile(r"score|grade|points|pd|approver|insurer|bureau|owner|desk|comment|by$")

    def leaks(kind: type) -> set[str]:
        named = {f.name for f in fields(kind) if forbidden.search(f.name)}
        hints = get_type_hints(kind)
        typed = {n for n, t in hints.items() if t in (Grade, Evaluation, Proposal, Person)}
        return named | typed

    assert leaks(LetterFacts) == {"object_by"}
    assert leaks(DisclosedReason) == set()
    assert "grade" in leaks(Evaluation)
    assert "grade" in leaks(Proposal)


# ------------------------------------------------------------------ names are data

POISON = {
    "template": "{{7*7}} {% for x in y %} {{ limit.__class__ }}",
    "markup": "<script>alert(1)</script> & <b>",
    "header": "Acme\r\nBcc: evil@example.com\r\n\r\nhello",
    "markdown": "**A** _b_ `c` [d](http://e.example) # f | g\n- h\n1. i\n> j ![k](l) ~~m~~ &amp; \\",
    "places": "{late} {0} {reasons} %s",
    "long": "国" * 300,
    "turning": "good\u202eemaN\u2066x",
    "entity": "&lt;i&gt; &#65;",
    "html block": "<!-- x --> <img src=x onerror=alert(1)>",
    "control": "a\x00b\x0bc\u2028d\ud800e",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_poisoned_name_is_printed_as_it_is(poison, language):
    reason = DisclosedReason("r", "{who} +", "{who} -", {"who": poison})
    letter = facts(
        Outcome.REDUCED,
        language,
        customer_name=poison,
        customer_id=poison,
        sender_company=poison,
        reasons=(reason,),
    )
    rendered = render(letter)
    name = one_line(poison)
    mail = parsed(rendered.message)
    text, html = parts(rendered.message)
    assert name in mail["Subject"]
    assert mail["Subject"] == rendered.subject
    assert text.count(name) >= 4
    assert visible(html).count(name) >= 4
    for tag in ("<script", "<img", "<b>", "href="):
        assert tag not in html
    assert mail.get_all("Bcc") is None
    assert sorted(mail.keys()) == sorted(set(mail.keys()))
    assert "49" not in text


def test_what_turns_or_breaks_a_line_is_left_out_of_a_name():
    assert one_line("a\u202eb\u2067\r\n\tc\x00d\u2028e") == "ab c d e"
    assert one_line("中 文　字") == "中 文 字"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(one_line))
def test_any_name_survives_markdown_and_the_subject(name):
    source = f"{as_text(name)}\n\nbefore {as_text(name)} after\n\n| | |\n|:--|:--|\n| x | {as_text(name)} |\n"
    manuscript = Manuscript(source)
    assert manuscript.title == one_line(name)
    assert f"before {one_line(name)} after" in manuscript.text(("{}", "{}: {}"))
    assert f"x: {one_line(name)}" in manuscript.text(("{}", "{}: {}"))
    mail = parsed(render(facts(Outcome.DECLINED, "en", customer_name=name)).message)
    assert one_line(name) in mail["Subject"]


def test_without_the_escape_a_name_would_be_markup():
    """The negative control of the tests above."""
    assert "<strong>" in Manuscript("x\n\n**A**").html
    assert "<strong>" not in Manuscript("x\n\n" + as_text("**A**")).html


# ------------------------------------------------------------------ the message


def test_the_headers_are_those_of_an_automatic_letter():
    mail = parsed(render(facts(Outcome.RAISED, "zh-CN")).message)
    assert mail["From"].addresses[0].addr_spec == SENDER.address
    assert mail["From"].addresses[0].display_name == SENDER.company
    assert mail["To"] == TO
    assert mail["Reply-To"] == SENDER.reply_to
    assert mail["Message-ID"] == ID
    assert mail["Date"].datetime == AT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh-CN"
    assert mail["X-Letter-Ref"] == "L-000128"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(("outcome", "language"), EVERY)
def test_the_message_is_fit_for_every_mail_server(outcome, language):
    message = render(facts(outcome, language)).message
    assert message.isascii()
    assert max(map(len, message.split(b"\r\n"))) <= 998
    assert b"\n" not in message.replace(b"\r\n", b"")


def test_a_letter_to_nobody_yet_has_no_recipient():
    assert parsed(render(facts(Outcome.RAISED, "en"), recipient=None).message)["To"] is None


def test_an_address_beyond_ascii_is_written_in_utf_8():
    message = render(facts(Outcome.RAISED, "en"), recipient="用户@example.com").message
    assert "用户@example.com".encode() in message


def test_a_press_without_a_sender_says_what_to_set():
    from creditflow.post.rendering import Press

    mute = Press(replace(SENDER, address=""))
    with pytest.raises(Refusal, match="CREDITFLOW_SENDER_ADDRESS"):
        mute.render(facts(Outcome.RAISED, "en"), recipient=TO, message_id=ID, at=AT)


def test_the_same_facts_give_the_same_bytes_in_another_process():
    program = (
        "import hashlib, json\n"
        "from tests.post.test_rendering import EVERY, facts, render\n"
        "print(json.dumps([hashlib.sha256(render(facts(*x)).message).hexdigest() for x in EVERY]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Shanghai", "LANG": "de_DE.UTF-8"},
    )
    here = [hashlib.sha256(render(facts(*x)).message).hexdigest() for x in EVERY]
    assert json.loads(ran.stdout) == here
    assert len(set(here)) == len(EVERY)
