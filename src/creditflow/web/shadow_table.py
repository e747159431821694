"""A shadow run as a table to keep: who would move, from where to where."""

from collections.abc import Mapping

from creditflow.domain.customer import Language
from creditflow.domain.policy import Policy
from creditflow.domain.shadow import STRAIGHT_THROUGH, Move, Shadow
from creditflow.web.language import speech
from creditflow.web.naming import word
from creditflow.web.sheets import Cell, Sheet, as_csv

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
    word("Expected profit now"),
    word("Expected profit by the draft"),
)


def desk_names(policy: Policy, language: Language) -> Mapping[str, str]:
    """The policy's desks by id, and what it is called when none is needed."""
    said = speech(language)
    desks = {desk.id: desk.title[language] for desk in policy.desks}
    return {STRAIGHT_THROUGH: said.gettext(word("Decided by the policy")), **desks}


def shadow_csv(found: Shadow, language: Language) -> bytes:
    """Everybody's move as CSV that spreadsheets in both languages open as it is."""
    said = speech(language)
    head = [said.gettext(column) for column in COLUMNS]
    return as_csv([Sheet("", head, [_row(move, found) for move in found.moves])])


def _row(move: Move, found: Shadow) -> list[Cell]:
    before, after = move.before, move.after
    return [
        *(move.customer, move.name, before.grade.value, after.grade.value),
        *(before.limit.currency, before.limit.major, after.limit.major, move.change.major),
        *(before.desk, after.desk),
        *(j.expected_loss(found.loss_given_default).major for j in (before, after)),
        *(j.profit.major if j.profit is not None else None for j in (before, after)),
    ]
