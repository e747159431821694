"""A third language of letters by files alone, from master data to the letter and its wording."""

import csv
import io
import re
from importlib.resources import files

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.letter_template import AS_IN_FILES, TemplateName
from tests.sources.hand_ins import CUSTOMER
from tests.web.installation import copied, served, visitor

WORDS = """
locale: de_DE
heading: "{}"
pair: "{}: {}"
subject: "{title} ({number})"
reference: ["Schreiben {number}", "Kundennummer {customer}", "{on}"]
footer: "{company} · Antworten erreichen {reply_to}"
genuine: "Echt? {url}, {code}"
page: "Seite {page} von {pages}"
print: {language: de, region: de, fonts: ["Creditflow Sans", "Noto Sans"]}
"""
WANTED = """Bitte um Ihre Abschlüsse

Sehr geehrte Damen und Herren von {{ customer_name }},

{{ sender_company }} bittet Sie bis {{ send_by|date }} um Ihren letzten Jahresabschluss.

## Fragen

Antworten Sie bis {{ object_by|date }} an {{ reply_to }}.

{% include "letters/_signature.de.md.j2" %}
"""


@pytest.fixture
def app(model, tmp_path):
    """An installation with German words, one letter in German, and the others copied from ours."""
    folder = tmp_path / "templates" / "letters"
    folder.mkdir(parents=True)
    for ours in files("creditflow").joinpath("templates", "letters").iterdir():
        if ours.name.endswith(".en.md.j2"):
            text = ours.read_text(encoding="utf-8").replace(".en.md.j2", ".de.md.j2")
            (folder / ours.name.replace(".en.", ".de.")).write_text(text, encoding="utf-8")
    (folder / "_words.de.yaml").write_text(WORDS, encoding="utf-8")
    (folder / "statements_wanted.de.md.j2").write_text(WANTED, encoding="utf-8")
    with copied(model, tmp_path / "copy", template_dir=tmp_path / "templates") as app:
        yield app


def handed_in(app, **changed):
    out = io.StringIO()
    row = {**CUSTOMER, **changed}
    csv.writer(out).writerows([row, row.values()])
    return app.hand_in(out.getvalue().encode(), "customers.csv", kinds=["customers"], by="test")


def test_master_data_the_page_and_a_letter_know_the_language(app):
    refused = handed_in(app, customer="K1", language="fr")
    assert [str(x.what) for x in refused.problems] == ["Letters are written in de, en, zh-CN only."]
    assert handed_in(app, customer="K2", language="de").problems == ()
    with served(app) as address:
        li = visitor(app, address, "chen.wei")
        shown = li.get("/customers/K2").text
        assert '<option value="de" selected>' in shown
        assert "德语" in shown
        page = "/customers/K2"
        li.post(f"{page}/letters", page, language="zh-CN", letters_by="email")
        li.post(f"{page}/letters", page, language="de", letters_by="email")
        kind = {"kind": "statements_wanted"}
        token = re.search(
            r'name="token" value="([^"]+)"', li.get(f"{page}/write", params=kind).text
        )
        assert li.post(f"{page}/write", token=token[1], **kind).status_code == 303
        li.http.close()
    with app.reading() as work:
        (told,) = work.letters.last_told(CustomerId("K2")).values()
        letter = work.letters.get(told.number)
    assert letter.language == "de"
    assert re.search(r"bittet Sie bis \d+\. [A-Z]\w+ \d{4}", letter.text)
    assert '<html lang="de">' in letter.html


def test_its_wordings_are_proofread_like_ours(app):
    reader = app.proofreader
    wanted = TemplateName("statements_wanted", "de")
    for name in (wanted, TemplateName("reduced", "de")):
        assert list(reader.proofread(name, None, AS_IN_FILES)) == []
    worse = WANTED.replace("{{ object_by|date }}", "bald")
    (problem,) = reader.proofread(wanted, worse, AS_IN_FILES)
    assert "by when to object" in str(problem.what)
