"""The four ways in which creditflow says no, and nothing more.

    Problem
    ├── NotFound      what was asked for does not exist
    ├── Refusal       a rule forbids it; the sentence says which, and what would help
    ├── Conflict      somebody was quicker, or what was seen is no longer so
    └── Unavailable   an outside thing does not answer; the only one that is retried

Concrete ones live in the module that raises them. Anything else is a defect.
"""

from collections.abc import Sequence

from creditflow.domain.sentences import Sentence


class Problem(Exception):
    """A no, as a sentence that a person can act on.

    `sentence` says all of it. Where several things are wrong at once, `details` has
    a sentence for each, to be shown instead by whoever speaks the reader's language.
    """

    def __init__(self, sentence: Sentence, *, details: Sequence[Sentence] = ()) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.details = tuple(details)


class NotFound(Problem):
    """What was asked for does not exist."""


class Refusal(Problem):
    """A rule forbids it."""


class Conflict(Problem):
    """Somebody was quicker, or what was seen is no longer so."""


class Unavailable(Problem):
    """An outside thing does not answer now; trying again may help."""
