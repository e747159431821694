"""A shadow run as a table to keep: who would move, from where to where."""

import csv
import io
from collections.abc import Mapping

from creditflow.domain.customer import Language
from creditflow.domain.policy import Policy
from creditflow.domain.shadow import STRAIGHT_THROUGH, Shadow
from creditflow.web.language import speech
from creditflow.web.naming import word

COLUMNS = (
    word("Customer"),
    word("Name"),
    word("Grade now"),
    word("Grade by the draft"),
    word("Currency"),
    word("Limit now"),
    word("Limit by the draft"),
    word("Change"),
    word("Desk now"),
    word("Desk by the draft"),
    word("Expected loss now"),
    word("Expected loss by the draft"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def desk_names(policy: Policy, language: Language) -> Mapping[str, str]:
    """The policy's desks by id, and what it is called when none is needed."""
    said = speech(language)
    desks = {desk.id: desk.title[language] for desk in policy.desks}
    return {STRAIGHT_THROUGH: said.gettext(word("Decided by the policy")), **desks}


def shadow_csv(found: Shadow, language: Language) -> bytes:
    """Everybody's move as CSV that spreadsheets in both languages open as it is."""
    said = speech(language)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(said.gettext(column) for column in COLUMNS)
    for move in found.moves:
        before, after = move.before, move.after
        losses = [j.expected_loss(found.loss_given_default).major for j in (before, after)]
        writer.writerow(
            [
                _plain(move.customer),
                _plain(move.name),
                before.grade.value,
                after.grade.value,
                before.limit.currency,
                before.limit.major,
                after.limit.major,
                move.change.major,
                before.desk,
                after.desk,
                *losses,
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
