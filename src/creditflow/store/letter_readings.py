"""What pages and the command line show of letters and of customers' answers to them."""

import sqlalchemy as sa

from creditflow.domain.letter import LetterState
from creditflow.store.reading_rows import MOST, AnswerRow, LetterRow, answer_row, letter_row
from creditflow.store.tables import CUSTOMER, LETTER, LETTER_ANSWER, LETTER_UPLOAD, PERSON
from creditflow.store.transaction import Transaction


class LetterReadings:
    """Lists of letters and answers; none of them reads a letter's bytes or a customer's file."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def letters_by_state(self) -> dict[LetterState, int]:
        """How many letters there are, by state; states without any are absent."""
        query = sa.select(LETTER.c.state, sa.func.count().label("letters"))
        rows = self._transaction.rows(query.group_by(LETTER.c.state))
        return {LetterState(row.state): row.letters for row in rows}

    def letters(
        self,
        *,
        states: frozenset[LetterState] | None = None,
        customer: str | None = None,
        about: str | None = None,
        containing: str = "",
        most: int = MOST,
    ) -> list[LetterRow]:
        """Letters by state, customer or kind, the latest first.

        `containing` looks at number, subject, recipient, and the customer's id and names.
        """
        query = sa.select(
            *(LETTER.c[name] for name in _LETTER_COLUMNS), CUSTOMER.c.name, CUSTOMER.c.name_en
        ).join(CUSTOMER, CUSTOMER.c.id == LETTER.c.customer_id)
        if states is not None:
            query = query.where(LETTER.c.state.in_(sorted(state.value for state in states)))
        if customer is not None:
            query = query.where(LETTER.c.customer_id == customer)
        if about is not None:
            query = query.where(LETTER.c.outcome == about)
        if containing:
            looked_at = (*(LETTER.c[x] for x in ("id", "subject", "recipient", "customer_id")),
                         CUSTOMER.c.name, CUSTOMER.c.name_en)  # fmt: skip
            query = query.where(
                sa.or_(*(x.icontains(containing, autoescape=True) for x in looked_at))
            )
        query = query.order_by(LETTER.c.created_at.desc(), LETTER.c.id).limit(most)
        return [letter_row(row) for row in self._transaction.rows(query)]

    def letter_ids(self) -> list[str]:
        """The ids of all letters, the earliest first."""
        query = sa.select(LETTER.c.id).order_by(LETTER.c.created_at, LETTER.c.id)
        return [row.id for row in self._transaction.rows(query)]

    def answers_waiting(self, *, most: int = MOST) -> list[AnswerRow]:
        """Answers that nobody has seen to: those that we owe a reply first, by its day."""
        query = (
            sa.select(
                *(LETTER_ANSWER.c[x] for x in ("letter_id", "kind", "made_at", "due_on")),
                LETTER.c.outcome,
                CUSTOMER.c.name,
                CUSTOMER.c.name_en,
            )
            .join(LETTER, LETTER.c.id == LETTER_ANSWER.c.letter_id)
            .join(CUSTOMER, CUSTOMER.c.id == LETTER.c.customer_id)
            .where(LETTER_ANSWER.c.done_at.is_(None))
            .order_by(
                LETTER_ANSWER.c.due_on.is_(None),
                LETTER_ANSWER.c.due_on,
                LETTER_ANSWER.c.made_at,
                LETTER_ANSWER.c.id,
            )
        )
        return [answer_row(row) for row in self._transaction.rows(query.limit(most))]

    def answers_that_wait(self) -> int:
        """How many those are."""
        query = sa.select(sa.func.count().label("answers")).select_from(LETTER_ANSWER)
        row = self._transaction.row(query.where(LETTER_ANSWER.c.done_at.is_(None)))
        return 0 if row is None else int(row.answers)

    def owners_without_copies(self) -> list[str]:
        """Account owners named in master data who are nobody here, or no longer active."""
        known = sa.select(PERSON.c.id).where(PERSON.c.active)
        query = (
            sa.select(CUSTOMER.c.owner)
            .where(CUSTOMER.c.owner.is_not(None), CUSTOMER.c.owner.not_in(known))
            .distinct()
        )
        return [row.owner for row in self._transaction.rows(query.order_by(CUSTOMER.c.owner))]

    def file_names(self, letter: str) -> dict[str, list[str]]:
        """The files that came with the answers to the letter of that number: names by answer."""
        query = (
            sa.select(LETTER_UPLOAD.c.answer_id, LETTER_UPLOAD.c.file_name)
            .join(LETTER_ANSWER, LETTER_ANSWER.c.id == LETTER_UPLOAD.c.answer_id)
            .where(LETTER_ANSWER.c.letter_id == letter)
            .order_by(LETTER_UPLOAD.c.id)
        )
        found: dict[str, list[str]] = {}
        for row in self._transaction.rows(query):
            found.setdefault(row.answer_id, []).append(row.file_name)
        return found


_LETTER_COLUMNS = (
    *("id", "case_id", "customer_id", "outcome", "subject", "recipient"),
    *("state", "attempts", "created_at", "sent_at", "answer"),
)
