"""Wordings of letters in SQL: the drafts, and the editions that their publication made."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from creditflow.domain.draft import DraftState
from creditflow.domain.letter_template import AS_IN_FILES, Edition, TemplateDraft, TemplateName
from creditflow.domain.sentences import say
from creditflow.store.drafts import DraftTable, drafted
from creditflow.store.tables import LETTER_TEMPLATE
from creditflow.store.transaction import Transaction

T = LETTER_TEMPLATE.c


class SqlTemplates:
    """Wordings that people made."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._drafts = DraftTable(LETTER_TEMPLATE, transaction)

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
        query = sa.select(LETTER_TEMPLATE).where(*_of(template), self._drafts.is_open)
        row = self._transaction.row(query)
        return None if row is None else _draft(row)

    def all(self, template: TemplateName | None = None) -> list[TemplateDraft]:
        """Every draft, or those of one template, the latest first."""
        query = self._drafts.latest_first
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
        name = draft.template
        self._drafts.add(
            draft, about=name.about, language=name.language, text=draft.text, edition=draft.edition
        )

    def put(self, draft: TemplateDraft) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        self._drafts.put(draft, edition=draft.edition)


def _of(template: TemplateName) -> tuple[sa.ColumnElement[bool], ...]:
    return T.about == template.about, T.language == template.language


def _draft(row: sa.Row[Any]) -> TemplateDraft:
    name = TemplateName(row.about, row.language)
    return TemplateDraft(**drafted(row), template=name, text=row.text, edition=row.edition)
