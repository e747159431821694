"""Letters by post: a person takes them to print, and says when they were posted; each once.

    to_print ─ take ─▶ printed ─ post ─▶ sent
        ▲                 │
        └──── put back ───┘

Who takes letters has them alone, so that nobody else prints the same ones; until
they are posted they can be put back, by whoever sees that they lie about.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Letter, LetterState
from creditflow.domain.sentences import say
from creditflow.ports import Work

LONGEST_HOW = 200


class NotInTheTray(Conflict):
    """The letter is not where this step expects it."""


class NothingChosen(Refusal):
    """No letter was named."""


def take_to_print(letters: Collection[str], *, by: str, at: datetime, work: Work) -> list[Letter]:
    """Take these letters to print them; raises NotInTheTray where one was taken meanwhile."""

    def taken(letter: Letter) -> Letter:
        return replace(letter, state=LetterState.PRINTED, lease_owner=by)

    return _each(
        letters, LetterState.TO_PRINT, taken, what="letter.printed", by=by, at=at, work=work
    )


def put_back(letters: Collection[str], *, by: str, at: datetime, work: Work) -> list[Letter]:
    """Put letters back that were not printed or not posted after all."""

    def back(letter: Letter) -> Letter:
        return replace(letter, state=LetterState.TO_PRINT, lease_owner=None)

    return _each(
        letters, LetterState.PRINTED, back, what="letter.put_back", by=by, at=at, work=work
    )


def posted(
    letters: Collection[str], *, by: str, at: datetime, work: Work, how: str = ""
) -> list[Letter]:
    """Say that these printed letters are in the post; `how` may name a consignment."""
    how = " ".join(how.split())[:LONGEST_HOW]

    def sent(letter: Letter) -> Letter:
        answer = f"posted: {how}" if how else "posted"
        return replace(letter, state=LetterState.SENT, sent_at=at, answer=answer, lease_owner=None)

    return _each(
        letters, LetterState.PRINTED, sent, what="letter.posted", by=by, at=at, work=work, how=how
    )


def _each(
    letters: Collection[str],
    where: LetterState,
    move: Callable[[Letter], Letter],
    *,
    what: str,
    by: str,
    at: datetime,
    work: Work,
    **facts: str,
) -> list[Letter]:
    """All of them or none: one that is elsewhere was seen to by somebody else meanwhile."""
    if not letters:
        raise NothingChosen(say("Choose at least one letter."))
    moved = []
    for name in sorted(letters):
        letter = work.letters.get(name)
        if letter.state is not where:
            raise NotInTheTray(
                say(
                    "Letter {letter} is {state} meanwhile. Reload the page; nothing was changed.",
                    letter=letter.id,
                    state=letter.state.value,
                )
            )
        after = move(letter)
        work.letters.put(after)
        told = {"letter": letter.id, **facts}
        work.journal.record(Entry(what, letter.subject_of_record, by, at, told))
        moved.append(after)
    return moved
