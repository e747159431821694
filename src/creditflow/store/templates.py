"""Wordings of letters in SQL; what was proposed is a record, what became of it moves on."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from creditflow.domain.errors import Conflict
from creditflow.domain.letter_template import (
    AS_IN_FILES,
    Edition,
    TemplateDraft,
    TemplateName,
)
from creditflow.domain.policy_draft import MOVES, OPEN, DraftState
from creditflow.domain.sentences import say
from creditflow.store.tables import LETTER_TEMPLATE
from creditflow.store.transaction import Transaction

T = LETTER_TEMPLATE.c


class SqlTemplates:
    """Wordings that people made."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def edition(self, number: int | None = None) -> Edition:
        """Every wording as that edition left it; the one in force where none is named."""
        published = sa.select(sa.func.max(T.edition)).where(T.edition.is_not(None))
        if number is not None:
            published = published.where(T.edition <= number)
        latest = published.group_by(T.about, T.language)
        query = sa.select(T.edition, T.about, T.language, T.text).where(T.edition.in_(latest))
        rows = self._transaction.rows(query)
        if not rows:
            return AS_IN_FILES
        sources = {
            TemplateName(x.about, x.language).file: x.text for x in rows if x.text is not None
        }
        return Edition(max(x.edition for x in rows), tuple(sorted(sources.items())))

    def worded_by(self, template: TemplateName) -> int:
        """The edition that last worded the template; 0 where nobody ever did."""
        latest = sa.func.coalesce(sa.func.max(T.edition), 0).label("latest")
        row = self._transaction.row(sa.select(latest).where(*_of(template)))
        return 0 if row is None else int(row.latest)

    def get(self, draft: str) -> TemplateDraft:
        """One draft; raises NotFound."""
        query = sa.select(LETTER_TEMPLATE).where(T.id == draft)
        missing = say("There is no draft {draft} of a template.", draft=draft)
        return _draft(self._transaction.needed(query, missing))

    def open(self, template: TemplateName) -> TemplateDraft | None:
        """The template's one draft that is waiting or confirmed."""
        states = sorted(state.value for state in OPEN)
        query = sa.select(LETTER_TEMPLATE).where(*_of(template), T.state.in_(states))
        row = self._transaction.row(query)
        return None if row is None else _draft(row)

    def all(self, template: TemplateName | None = None) -> list[TemplateDraft]:
        """Every draft, or those of one template, the latest first."""
        query = sa.select(LETTER_TEMPLATE).order_by(T.proposed_at.desc(), T.id.desc())
        if template is not None:
            query = query.where(*_of(template))
        return [_draft(row) for row in self._transaction.rows(query)]

    def due(self, on: date) -> list[TemplateDraft]:
        """Confirmed ones whose day has come, the earliest day first."""
        query = sa.select(LETTER_TEMPLATE).where(
            T.state == DraftState.CONFIRMED.value, T.effective_on <= on
        )
        rows = self._transaction.rows(query.order_by(T.effective_on, T.id))
        return [_draft(row) for row in rows]

    def add(self, draft: TemplateDraft) -> None:
        """Keep a new one; raises Conflict while another one of its template is open."""
        row = {
            "id": draft.id,
            "about": draft.template.about,
            "language": draft.template.language,
            "text": draft.text,
            "based_on": draft.based_on,
            "effective_on": draft.effective_on,
            "why": draft.why,
            "proposed_by": draft.proposed_by,
            "proposed_at": draft.proposed_at,
            **_outcome(draft),
        }
        if not self._transaction.insert_new(LETTER_TEMPLATE, [row]):
            raise Conflict(say("Another draft is open. Reload the page to see it."))

    def put(self, draft: TemplateDraft) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        before = sorted(state.value for state, onward in MOVES.items() if draft.state in onward)
        moved = self._transaction.write(
            sa.update(LETTER_TEMPLATE)
            .where(T.id == draft.id, T.state.in_(before))
            .values(_outcome(draft))
        )
        if not moved.rowcount:
            raise Conflict(say("Draft {draft} was decided meanwhile.", draft=draft.id))


def _of(template: TemplateName) -> tuple[sa.ColumnElement[bool], ...]:
    return T.about == template.about, T.language == template.language


def _outcome(draft: TemplateDraft) -> dict[str, object]:
    return {
        "state": draft.state.value,
        "decided_by": draft.decided_by,
        "decided_at": draft.decided_at,
        "comment": draft.comment,
        "edition": draft.edition,
    }


def _draft(row: sa.Row[Any]) -> TemplateDraft:
    return TemplateDraft(
        id=row.id,
        template=TemplateName(row.about, row.language),
        text=row.text,
        based_on=row.based_on,
        effective_on=row.effective_on,
        why=row.why,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        state=DraftState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        comment=row.comment,
        edition=row.edition,
    )
