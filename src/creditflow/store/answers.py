"""Customers' answers to letters and the files with them, in SQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from creditflow.domain.letter_answer import Answer, AnswerKind, Upload
from creditflow.domain.sentences import say
from creditflow.store.tables import LETTER_ANSWER, LETTER_UPLOAD
from creditflow.store.transaction import Transaction


class SqlAnswers:
    """Answers of customers."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, answer: str) -> Answer:
        """One answer; raises NotFound."""
        query = sa.select(LETTER_ANSWER).where(LETTER_ANSWER.c.id == answer)
        missing = say("There is no answer {answer}.", answer=answer)
        return _answer(self._transaction.needed(query, missing, locked=True))

    def of(self, letter: str) -> list[Answer]:
        """The answers to the letter of that number, oldest first."""
        return self._all(sa.select(LETTER_ANSWER).where(LETTER_ANSWER.c.letter_id == letter))

    def waiting(self) -> list[Answer]:
        """Those that nobody has seen to, oldest first."""
        return self._all(sa.select(LETTER_ANSWER).where(LETTER_ANSWER.c.done_at.is_(None)))

    def uploads(self, answer: str) -> list[Upload]:
        """The files that came with an answer, in their order."""
        query = sa.select(LETTER_UPLOAD).where(LETTER_UPLOAD.c.answer_id == answer)
        return [
            Upload(row.id, row.file_name, row.media_type, row.content)
            for row in self._transaction.rows(query.order_by(LETTER_UPLOAD.c.id))
        ]

    def add(self, answer: Answer, *, uploads: Sequence[Upload] = ()) -> None:
        """Keep a new one with its files."""
        row = {
            "id": answer.id,
            "letter_id": answer.letter_id,
            "kind": answer.kind.value,
            "note": answer.note,
            "made_at": answer.at,
            "due_on": answer.due_on,
            "case_id": answer.case_id,
            **_done(answer),
        }
        self._transaction.insert(LETTER_ANSWER, [row])
        files = [
            {
                "id": x.id,
                "answer_id": answer.id,
                "file_name": x.file_name,
                "media_type": x.media_type,
                "sha256": x.sha256,
                "content": x.content,
            }
            for x in uploads
        ]
        if files:
            self._transaction.insert(LETTER_UPLOAD, files)

    def put(self, answer: Answer) -> None:
        """Keep that it was seen to; what the customer said never changes."""
        self._transaction.change(LETTER_ANSWER, _done(answer), where={"id": answer.id})

    def _all(self, query: sa.Select[Any]) -> list[Answer]:
        ordered = query.order_by(LETTER_ANSWER.c.made_at, LETTER_ANSWER.c.id)
        return [_answer(row) for row in self._transaction.rows(ordered)]


def _answer(row: sa.Row[Any]) -> Answer:
    return Answer(
        id=row.id,
        letter_id=row.letter_id,
        kind=AnswerKind(row.kind),
        note=row.note,
        at=row.made_at,
        due_on=row.due_on,
        case_id=row.case_id,
        done_at=row.done_at,
        done_by=row.done_by,
        done_note=row.done_note,
    )


def _done(answer: Answer) -> dict[str, object]:
    return {
        "done_at": answer.done_at,
        "done_by": answer.done_by,
        "done_note": answer.done_note,
    }
