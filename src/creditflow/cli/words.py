"""Speak to the person at the terminal in the person's language."""

import os
from functools import cache
from typing import TYPE_CHECKING

from creditflow.domain.customer import Language
from creditflow.domain.sentences import Sentence

if TYPE_CHECKING:
    from creditflow.web.language import Speech


def language() -> Language:
    """The terminal's language: Chinese where its locale says so, else English."""
    for name in ("CREDITFLOW_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh-CN" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def _speech() -> "Speech":
    from creditflow.web.language import speech

    return speech(language())


def _(text: str) -> str:
    """A text of the command line in the terminal's language; English costs nothing."""
    return text if language() == "en" else _speech().gettext(text)


def told(sentence: Sentence) -> str:
    """A sentence in the terminal's language."""
    return str(sentence) if language() == "en" else _speech().tell(sentence)
