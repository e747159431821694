"""What stands behind a customer's limits, as its page shows it: each with its days and state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from creditflow.domain.backing import COVER, OPEN_METHODS
from creditflow.domain.covers import Cover, Guarantee, GuaranteeKind, Held, last_day
from creditflow.domain.money import Money
from creditflow.domain.proposal import Proposal
from creditflow.web.naming import word

BACKING_KINDS: Mapping[str, str] = {
    COVER: word("Cover"),
    GuaranteeKind.DEPOSIT: word("Deposit"),
    GuaranteeKind.BANK_GUARANTEE: word("Bank guarantee"),
    GuaranteeKind.LETTER_OF_CREDIT: word("Standby letter of credit"),
    GuaranteeKind.PARENT_GUARANTEE: word("Guarantee of the parent company"),
    GuaranteeKind.PERSONAL_GUARANTEE: word("Personal guarantee"),
    GuaranteeKind.PLEDGE: word("Pledge"),
    GuaranteeKind.MORTGAGE: word("Mortgage"),
}
_OPEN_BINDS = word("That bounds the open part; all that is secured and insured comes on top of it.")
_NOT_ALL = word("No more of what is secured and insured is used than there is room for.")


@dataclass(frozen=True)
class BackingRow:
    """One cover or guarantee as it was handed in; `until` is its last day, later words counted."""

    kind: str
    by: str
    number: str
    amount: Money
    percent: Decimal | None
    from_: date
    until: date | None
    is_ahead: bool
    is_over: bool

    @property
    def holds(self) -> bool:
        """Whether it holds on the day that is looked at."""
        return not self.is_ahead and not self.is_over


def backing_rows(held: Held, on: date) -> list[BackingRow]:
    """All of them: what holds first, then what is to come, then what is over, latest first."""
    rows = [*_rows(held.guarantees, on), *_rows(held.covers, on)]
    rows.sort(key=lambda row: row.from_, reverse=True)
    return sorted(rows, key=lambda row: (row.is_over, row.is_ahead))


def on_binding(proposal: Proposal) -> str:
    """What the binding method means for a limit that something backs; empty for any other one."""
    if not proposal.parts.rests_on:
        return ""
    return _OPEN_BINDS if proposal.binding in OPEN_METHODS else _NOT_ALL


def _rows(records: Sequence[Cover] | Sequence[Guarantee], on: date) -> list[BackingRow]:
    found = []
    for one in records:
        until = last_day(one, records)  # type: ignore[type-var]  # all of one kind
        found.append(
            BackingRow(
                kind=COVER if isinstance(one, Cover) else one.kind,
                by=one.insurer if isinstance(one, Cover) else one.guarantor,
                number=one.number,
                amount=one.amount,
                percent=one.insured_percent if isinstance(one, Cover) else None,
                from_=one.from_,
                until=until,
                is_ahead=on < one.from_,
                is_over=until is not None and until < on,
            )
        )
    return found
