"""A short text that policy data gives in every language of the product, and in further ones."""

import re
from collections.abc import Mapping
from typing import Final

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say

Text = Mapping[str, str]
"""Language to text; policy validation has made sure that none of the product's is missing.

A further language is one in which letters are written.
"""


TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""How a language is written, such as de or pt-BR (BCP 47)."""


class Unworded(Refusal):
    """The policy does not say in the customer's language what a letter has to say."""


def in_language(text: Text, language: str) -> str:
    """The text in the language of a letter; raises Unworded."""
    if language not in text:
        raise Unworded(
            say(
                "The policy has no words in {language} for “{words}”. Add them beside the others,"
                " publish the policy and review the customer again; or choose another language on"
                " the customer's page.",
                language=language,
                words=text["en"],
            )
        )
    return text[language]
