"""The printed letter: PDF/A with its fonts inside, complete, the same bytes every time."""

import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pypdf
import pytest

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money
from creditflow.domain.proposal import Outcome
from creditflow.post.manuscript import one_line
from creditflow.post.printing import OWN_FONTS, Printer
from creditflow.post.rendering import Press
from tests.post.letter_notices import every_bare_letter, every_letter, proof
from tests.post.letters import AT, ID, SENDER, TO, facts
from tests.post.test_rendering import POISON

FONTS = {
    "CreditflowSans-Bold.ttf": "8aee35ace36da2ed",
    "CreditflowSans-Regular.ttf": "84ea243248ba54a0",
    "CreditflowSansSC-Bold.ttf": "71caecc169a2213c",
    "CreditflowSansSC-Regular.ttf": "2ba7bc329369eb39",
}

PRESS = Press(SENDER, printer=Printer())


def render(letter):
    return PRESS.render(letter, recipient=TO, message_id=ID, at=AT)


def pages(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages


def words(pdf):
    """Everything on its pages without spaces, for lines break anywhere."""
    return "".join("".join(page.extract_text().split()) for page in pages(pdf))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_printed_whole(language):
    for letter in every_letter(language):
        rendered = render(letter)
        printed = words(rendered.pdf)
        for said in (letter.customer_name, letter.sender_company, letter.number, letter.reply_to,
                     letter.proof.code, letter.proof.answer_url):  # fmt: skip
            assert "".join(said.split()) in printed, (letter.about, said)
        for name in letter.__dataclass_fields__:
            value = getattr(letter, name)
            if isinstance(value, Money):
                assert str(value).replace(" ", "") in printed, (letter.about, name)
        assert len(pages(rendered.pdf)) <= 2, letter.about


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_least_letter_is_printed_too(language):
    for letter in every_bare_letter(language):
        assert "None" not in words(render(letter).pdf)


def test_it_is_an_archive_copy_with_its_fonts_inside():
    pdf = render(facts(Outcome.REDUCED, "zh-CN")).pdf
    for mark in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"/FontFile"):
        assert mark in pdf
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert reader.metadata.author == SENDER.company
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            held = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(held), inner["/BaseFont"]


def test_the_mail_carries_the_very_pdf():
    rendered = render(facts(Outcome.RAISED, "en"))
    mail = message_from_bytes(rendered.message, policy=default)
    assert mail.get_content_type() == "multipart/mixed"
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == rendered.pdf
    assert attached.get_filename() == "L-000128.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert (
        mail.get_body(("html",)).get_content().replace("\r\n", "\n").strip()
        == rendered.html.strip()
    )
    assert max(map(len, rendered.message.split(b"\r\n"))) <= 998


def digests(language="zh-CN"):
    return [hashlib.sha256(render(x).message).hexdigest() for x in every_letter(language)[:3]]


def test_the_same_letter_gives_the_same_bytes_in_another_process():
    program = (
        "import json\nfrom tests.post.test_printing import digests\nprint(json.dumps(digests()))"
    )
    elsewhere = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Shanghai", "LANG": "de_DE.UTF-8"}
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, env=elsewhere
    )
    assert json.loads(ran.stdout) == digests()
    assert len(set(digests())) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_poisoned_name_is_printed_as_text(poison, language):
    for code in ('#panic("x")', '#read("/etc/passwd")', "$x$ @y <z> *b* _i_", poison):
        letter = facts(Outcome.REDUCED, language, customer_name=code, proof=proof())
        assert "".join(one_line(code).split()) in words(render(letter).pdf)


def test_a_character_that_no_font_has_stops_the_letter():
    """It fails closed: no box, no gap."""
    for name in ("Ácme 🙂 Ltd", "شركة"):
        with pytest.raises(Refusal, match=r"L-000128 cannot be printed: .*(?i:glyph|font|text)"):
            render(facts(Outcome.RAISED, "en", customer_name=name))
    assert render(facts(Outcome.RAISED, "en", customer_name="Ácme Œuvre 喆堃珺 株式会社 한국")).pdf


def test_a_long_letter_goes_on_on_a_second_page():
    letter = facts(Outcome.REDUCED, "zh-CN", customer_name="国" * 300)
    assert len(pages(render(letter).pdf)) > 1
    assert "共2页" in words(render(letter).pdf) or "共3页" in words(render(letter).pdf)


def test_pictures_of_the_pages_are_png():
    (page,) = PRESS.pictures(facts(Outcome.DECLINED, "en"), at=AT, dpi=40)
    assert page.startswith(b"\x89PNG")


def test_without_a_printer_letters_go_without_pdf():
    letter = facts(Outcome.RAISED, "en")
    bare = Press(SENDER).render(letter, recipient=TO, message_id=ID, at=AT)
    assert bare.pdf is None
    assert b"application/pdf" not in bare.message
    assert replace(bare, message=b"") == replace(render(letter), message=b"", pdf=None)


def test_usual_characters_are_in_our_fonts_and_rare_ones_come_from_the_large_ones():
    """Fonts of one weight are cheaper to embed; the variable ones are there for the rest."""
    for name, fonts in (("宁波海潮五金", {"Sans-SC"}), ("宁波喆堃五金", {"Sans-SC", "CJK"})):
        letter = replace(every_letter("zh-CN")[0], customer_name=name)
        pdf = render(letter).pdf
        assert name in words(pdf)
        used = {
            font.get_object()["/BaseFont"]
            for page in pages(pdf)
            for font in page["/Resources"]["/Font"].values()
        }
        assert {"CJK" for x in used if "CJK" in x} == fonts - {"Sans-SC"}, used
        assert any("Creditflow" in x for x in used)


def test_the_fonts_are_those_that_were_made():
    kept = {
        x.name: hashlib.sha256(x.read_bytes()).hexdigest()[:16] for x in OWN_FONTS.glob("*.ttf")
    }
    assert kept == FONTS
