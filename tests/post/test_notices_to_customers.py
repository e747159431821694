"""Every letter in both languages: complete, in one language, without what nobody may know."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import get_type_hints

import pytest

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.letter_notices import VIEWS, Instalment, PlanOffered
from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.people import Person
from creditflow.domain.proposal import Outcome, Proposal
from creditflow.post.rendering import Press
from creditflow.post.typecase import written
from creditflow.post.words import languages
from tests.post.letter_notices import LINKS, cny, every_bare_letter, every_letter, opening
from tests.post.letters import AT, ID, SENDER, TO
from tests.post.test_rendering import POISON, parsed, parts, visible

PRESS = Press(SENDER)


def render(letter, press=PRESS, recipient=TO):
    return press.render(letter, recipient=recipient, message_id=ID, at=AT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_letter_for_every_kind_and_each_says_its_facts(language):
    letters = every_letter(language)
    assert [x.about for x in letters] == [*Outcome, *Notice] == list(VIEWS)
    for letter in letters:
        rendered = render(letter)
        text, html = parts(rendered.message)
        for shown in (text, visible(html)):
            assert letter.customer_name in shown
            assert letter.reply_to in shown
            assert written(letter.object_by, language) in shown
            assert letter.proof.code in shown
            for field in fields(letter):
                value = getattr(letter, field.name)
                if isinstance(value, Money):
                    assert written(value, language) in shown, (letter.about, field.name)
        assert letter.proof.answer_url in text
        assert f'href="{letter.proof.answer_url}"' in html
        assert letter.number in rendered.subject


@pytest.mark.parametrize("make", [every_letter, every_bare_letter])
def test_letters_are_in_one_language(make):
    for letter in make("zh-CN"):
        rendered = render(letter)
        allowed = {"CNY", letter.number, letter.customer_id, letter.reply_to, "P"}
        if letter.proof:
            allowed |= {letter.proof.code, letter.proof.answer_url, letter.proof.verify_url}
        for shown in (rendered.subject, rendered.text, visible(rendered.html)):
            rest = re.sub("|".join(sorted(map(re.escape, allowed), reverse=True)), " ", shown)
            assert re.findall(r"[A-Za-z]+", rest) == [], letter.about
    for letter in make("en"):
        rendered = render(letter)
        seen = rendered.subject + rendered.text + rendered.html
        assert not re.findall(r"[\u3000-\u9fff]", seen), letter.about


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_least_letter_has_no_gap(language):
    for letter in every_bare_letter(language):
        rendered = render(letter)
        for shown in (rendered.text, visible(rendered.html)):
            assert "None" not in shown
            assert not re.search(r"[{}|]|Undefined", shown), letter.about


def test_nothing_internal_can_be_in_any_letter():
    forbidden = re.compile(r"score|grade|points|\bpd\b|approver|insurer|bureau|owner|desk|comment")
    for view in {*VIEWS.values()}:
        assert [f.name for f in fields(view) if forbidden.search(f.name)] == []
        typed = set(get_type_hints(view).values())
        assert not typed & {Grade, Evaluation, Proposal, Person}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_poisoned_name_is_text_in_every_letter(poison, language):
    for letter in every_letter(language, customer_name=poison, sender_company=poison):
        rendered = render(letter)
        mail = parsed(rendered.message)
        assert mail.get_all("Bcc") is None
        assert sorted(mail.keys()) == sorted(set(mail.keys()))
        text, html = parts(rendered.message)
        for tag in ("<script", "<img", "<b>", 'href="http://e.example'):
            assert tag not in html
        assert "49" not in text.replace(str(letter.number), "")


def test_a_payment_plan_adds_up_or_is_none():
    begun = opening("en")
    parts_ = (Instalment(begun["on"], cny(1)), Instalment(begun["on"], cny(2)))
    assert PlanOffered(**begun, total=cny(3), instalments=parts_, accept_by=begun["on"])
    for total in (cny(4), Money.of(3, "EUR")):
        with pytest.raises(ValueError, match="add up"):
            PlanOffered(**begun, total=total, instalments=parts_, accept_by=begun["on"])


def test_every_letter_has_its_pictures_as_mail_and_in_print():
    folder = Path(__file__).parents[2] / "docs" / "letters"
    kinds = [*(x.value for x in VIEWS), "held_beyond_limit"]
    wanted = {f"{kind}.{language}{form}.png" for kind in kinds for language in LANGUAGES
              for form in ("", ".pdf")}  # fmt: skip
    assert {path.name for path in folder.glob("*.png")} == wanted


# ------------------------------------------------------------------ a language by files alone

WORDS = """
locale: de_DE
heading: "{}"
pair: "{}: {}"
subject: "{title} [{number}]"
reference: ["Schreiben {number}", "Kunde {customer}", "{on}"]
footer: "{company}, Antworten an {reply_to}"
genuine: "Echt? {url}, {code}"
page: "Seite {page} von {pages}"
print: {language: de, region: de, fonts: ["Noto Sans"]}
"""
RELEASED = """Freigabe für {{ customer_name }}

Wir liefern ab {{ from_|date }} wieder; Ihr Limit: **{{ limit|money }}**.

[Antworten]({{ proof.answer_url }})
"""


def test_a_language_is_added_by_files_alone(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "_words.de.yaml").write_text(WORDS)
    (folder / "released.de.md.j2").write_text(RELEASED)
    press = Press(SENDER, folder=tmp_path)
    assert languages(tmp_path) == ("de", "en", "zh-CN")
    letter = next(x for x in every_letter("en") if x.about is Notice.RELEASED)
    rendered = render(replace(letter, language="de", customer_name="Müller **GmbH**"), press)
    assert rendered.subject == "Freigabe für Müller **GmbH** [L-000128]"
    assert "ab 24. November 2026 wieder; Ihr Limit: CNY 2.000.000,00." in rendered.text
    assert "Seite" not in rendered.text
    assert LINKS.code("L-000128") in rendered.html
    assert '<html lang="de">' in rendered.html
    with pytest.raises(Refusal, match=r"held\.de"):
        render(replace(next(x for x in every_letter("en") if x.about is Notice.HELD),
                       language="de"), press)  # fmt: skip


def test_an_installation_may_word_a_letter_its_own_way(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "released.en.md.j2").write_text("Hello {{ customer_name }}\n\nWe go on.\n")
    letter = next(x for x in every_letter("en") if x.about is Notice.RELEASED)
    assert "We go on." in render(letter, Press(SENDER, folder=tmp_path)).text
    assert "We go on." not in render(letter).text


def test_words_that_lack_something_say_what(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "_words.xx.yaml").write_text("locale: de_DE\nprint: {language: de}\n")
    letter = every_letter("en")[0]
    with pytest.raises(Refusal, match=r"footer.*print\.region"):
        render(replace(letter, language="xx"), Press(SENDER, folder=tmp_path))
