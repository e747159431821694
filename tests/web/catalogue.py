"""Bring the Chinese catalogue up to date: keep what is translated, drop what is gone, add the new.

    python -m tests.web.catalogue [MORE.po …]

Translations from the other files win. Texts that have none yet are added empty
and listed; a test fails until somebody has filled them in.
"""

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from creditflow.web.language import CATALOGUES
from tests.web.msgids import KEPT_IN_THE_JOURNAL, texts

PO = CATALOGUES / "zh_CN" / "LC_MESSAGES" / "creditflow.po"
_NOISE = re.compile(
    r'"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator'
    r'|Language-Team|Generated-By):.*\\n"\n'
)


def translations(path: Path = PO) -> dict[str, str]:
    """Text to translation, as a file has them."""
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def update(*more: Path) -> list[str]:
    """Write the catalogue anew; the texts that have no translation."""
    known = translations()
    for path in more:
        known |= {text: said for text, said in translations(path).items() if said}
    wanted = [*sorted(texts(), key=lambda text: (texts()[text].rpartition(":")[0], text))]
    catalogue = Catalog(locale="zh_CN", fuzzy=False, header_comment=(
        "# Chinese of everything that people read in creditflow; the English texts are the keys."
    ))  # fmt: skip
    for text in [*wanted, *sorted(KEPT_IN_THE_JOURNAL)]:
        catalogue.add(text, known.get(text, ""))
    written = io.BytesIO()
    write_po(written, catalogue, width=0)
    PO.write_text(_NOISE.sub("", written.getvalue().decode()), encoding="utf-8")
    return [f"{texts()[text]}: {text}" for text in wanted if not known.get(text)]


if __name__ == "__main__":
    for line in update(*map(Path, sys.argv[1:])):
        print(line)
