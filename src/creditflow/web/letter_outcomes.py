"""What became of a letter in the reader's language: what creditflow noted itself is translated.

What a mail server answered stays as it was said.
"""

import re
from typing import Final

from creditflow.domain.sentences import Sentence, say
from creditflow.web.language import Speech

_NOTED: Final = (
    say("posted"),
    say("posted: {how}"),
    say("handed over in print: {how}"),
    say("sent anew as {letter}"),
    say("came back: {why}"),
    say("not an e-mail address: {address}"),
    say("test mode, to {address}: {answer}"),
)
"""What the services write, as sentences."""

_PATTERNS: Final = tuple(
    (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(x.text))), x.text) for x in _NOTED
)


def outcome_said(answer: str, speech: Speech) -> str:
    """The answer that is kept with a letter, as far as it is ours in words of the reader's."""
    for pattern, text in _PATTERNS:
        if (found := pattern.fullmatch(answer)) is not None:
            # The facts are as somebody typed or sent them, and no words of ours.
            return Sentence(text, found.groupdict()).said(speech.gettext, speech.write)
    return answer
