"""Letters and their delivery in SQL; a claim is one guarded UPDATE."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.letter import Addressed, LastTold, Letter, LetterState, Told, told
from creditflow.domain.letter_notices import VIEWS
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode, encode
from creditflow.store.tables import LETTER, MAIL_DOMAIN
from creditflow.store.transaction import Transaction

HAS_LEFT = (LetterState.SENT, LetterState.BOUNCED)
MOST_COPIES = 64
"""Letters of one number: to several recipients, and sent anew when one did not arrive."""

NOT_LEFT = (
    LetterState.PENDING,
    LetterState.CLAIMED,
    LetterState.IN_DATA,
    LetterState.TO_PRINT,
    LetterState.PRINTED,
)


class SqlLetters:
    """Letters and their delivery; claims are leases."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, letter: str) -> Letter:
        """One letter; raises NotFound."""
        query = sa.select(LETTER).where(LETTER.c.id == letter)
        missing = say("There is no letter {letter}.", letter=letter)
        return _letter(self._transaction.needed(query, missing, locked=True))

    def of_case(self, case: str) -> Letter | None:
        """The case's letter to its first recipient."""
        row = self._transaction.row(
            sa.select(LETTER).where(LETTER.c.case_id == case, LETTER.c.copy_no == 0)
        )
        return None if row is None else _letter(row)

    def numbered(self, number: str) -> list[Letter]:
        """All letters of that number, the first recipient's first; empty where there is none."""
        # Names instead of LIKE: both databases find them in the primary key.
        names = [number, *(f"{number}.{copy}" for copy in range(1, MOST_COPIES))]
        query = sa.select(LETTER).where(LETTER.c.id.in_(names))
        return [_letter(row) for row in self._transaction.rows(query.order_by(LETTER.c.copy_no))]

    def last_told(self, customer: CustomerId) -> dict[Told, LastTold]:
        """When the customer was last written to, by what the letter was about."""
        query = (
            sa.select(LETTER.c.id, LETTER.c.outcome, LETTER.c.created_at)
            .where(LETTER.c.customer_id == customer, LETTER.c.copy_no == 0)
            .order_by(LETTER.c.created_at, LETTER.c.id)
        )
        rows = self._transaction.rows(query)
        return {told(row.outcome): LastTold(row.id, row.created_at) for row in rows}

    def by_message_id(self, message_id: str) -> Letter | None:
        """The letter that left under this Message-ID."""
        row = self._transaction.row(sa.select(LETTER).where(LETTER.c.message_id == message_id))
        return None if row is None else _letter(row)

    def slot(self, domain: str, *, at: datetime, gap: timedelta) -> datetime:
        """The first moment from `at` on at which a letter may leave for that domain, and take it.

        Moments of one domain lie at least a gap apart, whoever takes them.
        """
        self._transaction.insert_new(MAIL_DOMAIN, [{"name": domain, "free_at": at}])
        query = sa.select(MAIL_DOMAIN).where(MAIL_DOMAIN.c.name == domain)
        row = self._transaction.locked(query)
        slot = at if row is None else max(at, row.free_at)
        self._transaction.change(MAIL_DOMAIN, {"free_at": slot + gap}, where={"name": domain})
        return slot

    def add(self, letter: Letter) -> None:
        """Keep a new one; raises Conflict where the case has that copy already."""
        row = {
            "id": letter.id,
            "case_id": letter.case_id,
            "customer_id": letter.customer,
            "outcome": letter.outcome.value,
            "language": letter.language,
            "recipient": letter.recipient,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "message": letter.message,
            "message_id": letter.message_id,
            "sha256": letter.sha256,
            "created_at": letter.created_at,
            "copy_no": letter.copy,
            "facts": None if letter.facts is None else encode(letter.facts),
            "pdf_sha256": letter.pdf_sha256,
            "edition": letter.edition,
            **_delivery(letter),
        }
        if not self._transaction.insert_new(LETTER, [row]):
            raise Conflict(say("Case {case} has a letter already.", case=letter.subject_of_record))

    def put(self, letter: Letter) -> None:
        """Keep its delivery state; the bytes never change.

        Raises Conflict where it becomes `in_data` and is not claimed any more by
        the same owner in the same attempt, and where a sent one would go back.
        """
        values: dict[str, object] = {"of": letter.id, **_delivery(letter)}
        if letter.state is LetterState.IN_DATA:
            values |= {"by": letter.lease_owner, "as_attempt": letter.attempts}
        if self._transaction.write(_moving(letter.state), [values]).rowcount == 1:
            return
        where = sa.select(LETTER.c.state).where(LETTER.c.id == letter.id)
        missing = say("There is no letter {letter}.", letter=letter.id)
        kept = self._transaction.needed(where, missing)
        raise Conflict(
            say(
                "Letter {letter} is {state} meanwhile, so it cannot become {to}.",
                letter=letter.id,
                state=kept.state,
                to=letter.state.value,
            )
        )

    def claim(
        self, *, owner: str, at: datetime, until: datetime, letter: str | None = None
    ) -> Letter | None:
        """Take one that is pending and due (or that very one) under a lease; None if none is.

        It comes back claimed, with this attempt counted in `attempts`.
        """
        first = sa.select(LETTER.c.id).where(
            LETTER.c.state == LetterState.PENDING.value, LETTER.c.due_at <= at
        )
        if letter is not None:
            first = first.where(LETTER.c.id == letter)
        first = first.order_by(LETTER.c.due_at, LETTER.c.created_at, LETTER.c.id).limit(1)
        taken = self._transaction.written(
            sa.update(LETTER)
            .where(LETTER.c.id == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(
                state=LetterState.CLAIMED.value,
                lease_owner=owner,
                lease_until=until,
                attempts=LETTER.c.attempts + 1,
            )
            .returning(*LETTER.c)
        )
        return None if taken is None else _letter(taken)

    def lapsed(self, at: datetime) -> list[Letter]:
        """Claimed or in_data ones whose lease has run out."""
        under_way = [LetterState.CLAIMED.value, LetterState.IN_DATA.value]
        query = sa.select(LETTER).where(
            LETTER.c.state.in_(under_way),
            sa.or_(LETTER.c.lease_until.is_(None), LETTER.c.lease_until <= at),
        )
        return self._all(query)

    def in_state(self, state: LetterState) -> list[Letter]:
        """All letters in a state, oldest first."""
        return self._all(sa.select(LETTER).where(LETTER.c.state == state.value))

    def _all(self, query: sa.Select[Any]) -> list[Letter]:
        rows = self._transaction.rows(query.order_by(LETTER.c.created_at, LETTER.c.id))
        return [_letter(row) for row in rows]


@cache
def _moving(to: LetterState) -> sa.Update:
    """Give the letter `of` another state, if what it is now allows that."""
    change = sa.update(LETTER).where(LETTER.c.id == sa.bindparam("of"))
    if to is LetterState.IN_DATA:
        change = change.where(
            LETTER.c.state == LetterState.CLAIMED.value,
            LETTER.c.lease_owner == sa.bindparam("by"),
            LETTER.c.attempts == sa.bindparam("as_attempt"),
        )
    if to in NOT_LEFT:
        change = change.where(LETTER.c.state.not_in([x.value for x in HAS_LEFT]))
    return change


def _letter(row: sa.Row[Any]) -> Letter:
    return Letter(
        id=row.id,
        case_id=row.case_id,
        customer=CustomerId(row.customer_id),
        outcome=told(row.outcome),
        language=row.language,
        recipient=row.recipient,
        subject=row.subject,
        text=row.text,
        html=row.html,
        message=row.message,
        message_id=row.message_id,
        sha256=row.sha256,
        created_at=row.created_at,
        state=LetterState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        lease_until=row.lease_until,
        lease_owner=row.lease_owner,
        sent_at=row.sent_at,
        answer=row.answer,
        copy=row.copy_no,
        facts=_facts(row),
        pdf_sha256=row.pdf_sha256,
        edition=row.edition,
    )


def _facts(row: sa.Row[Any]) -> Addressed | None:
    return None if row.facts is None else decode(row.facts, VIEWS[told(row.outcome)])


def _delivery(letter: Letter) -> dict[str, object]:
    return {
        "state": letter.state.value,
        "attempts": letter.attempts,
        "due_at": letter.due_at,
        "lease_until": letter.lease_until,
        "lease_owner": letter.lease_owner,
        "sent_at": letter.sent_at,
        "answer": letter.answer,
    }
