"""One thing has one name: a signal on every page, and each code of the journal."""

import re
from pathlib import Path

import pytest
import yaml

from creditflow.domain.decision import Say
from creditflow.domain.letter_answer import AnswerKind
from creditflow.sources.policy_files import shipped_policy_documents
from creditflow.web.events import SENTENCES
from creditflow.web.language import speech
from creditflow.web.signal_names import NAMES

ROOT = Path(__file__).parents[2]


def recorded() -> set[str]:
    """The codes under which use cases write to the journal."""
    codes = {f"answer.{kind.value}" for kind in AnswerKind} | {f"case.{say.value}" for say in Say}
    for folder in (ROOT / "src/creditflow/services", ROOT / "approvals"):
        for file in folder.glob("*.py"):
            text = file.read_text(encoding="utf-8")
            codes |= set(re.findall(r'(?:Entry|_journal)\(\s*"([a-z_]+\.[a-z_]+)"', text))
    return codes


def test_whatever_is_written_to_the_journal_is_told_in_a_sentence():
    codes = recorded()

    assert {"case.started", "letter.bounced", "answer.objection"} <= codes
    assert sorted(codes - set(SENTENCES)) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_shipped_characteristic_is_called_like_its_signal(language):
    told = speech(language)
    documents = shipped_policy_documents()
    asked = [
        characteristic
        for name in ("scorecard_new.yaml", "scorecard_existing.yaml")
        for characteristic in yaml.safe_load(documents[name])["characteristics"]
    ]

    assert {
        x["name"]: x["title"][language]
        for x in asked
        if x["title"][language] != told.gettext(NAMES[x.get("signal", x["name"])])
    } == {}
