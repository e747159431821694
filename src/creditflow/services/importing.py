"""Import a hand-in: what is new is kept once, what is known is counted, what clashes is told.

Good rows are kept and bad ones given back. A row stands or falls as a whole. The
same file handed in again changes nothing, and a file that overlaps with an earlier
one adds only what is new.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from creditflow.domain.errors import NotFound
from creditflow.domain.hand_in import HandIn, Kind, RowProblem, Severity
from creditflow.domain.journal import Entry
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import HandInRecord, Work
from creditflow.services.importing_backing import import_backing
from creditflow.services.importing_documents import import_documents
from creditflow.services.importing_groups import import_groups
from creditflow.services.importing_master import (
    import_customers,
    import_limits,
    import_rates,
    import_statements,
)
from creditflow.services.importing_observations import import_observations
from creditflow.services.rejecting import write_rejects
from creditflow.services.sifting import Sifted, Tally

_MOST_ATTEMPTS = 10_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a hand-in.

    `already_imported`: the same file was handed in before and left nothing to do.
    `refused`: the file as a whole could not be used. `counts` are by kind; a row of
    a file that holds several kinds counts once in `rows_…`. `rejects` is a CSV file
    with the rejected rows and their reasons, empty where there are none.
    """

    id: str
    file_name: str
    file_hash: str
    already_imported: bool
    refused: bool
    problems: tuple[RowProblem, ...]
    rows_read: int
    rows_kept: int
    rows_known: int
    rows_rejected: int
    counts: Mapping[Kind, Tally]
    rejects: bytes

    @property
    def errors(self) -> int:
        """How many problems kept a row, or the file, out."""
        return sum(p.severity is Severity.ERROR for p in self.problems)


def import_hand_in(
    hand_in: HandIn,
    *,
    by: str,
    at: datetime,
    work: Work,
    tell: Callable[[Sentence], str] = str,
) -> ImportReport:
    """Keep what is good and new of a hand-in, handed in by `by` at the moment `at`.

    `tell` says the reasons in the rejects file in the reader's language. Handing
    in the same file in the same way again changes nothing, unless rows of it were
    rejected before: these are tried again, as their customers may be known by now.
    """
    if hand_in.refused:
        return _report(hand_in, "", Sifted(hand_in), b"")
    attempt, before = _attempts(hand_in, work)
    if before is not None and before.rows_rejected == 0:
        return _already(hand_in, before)
    sifted = Sifted(hand_in)
    import_groups(sifted, by=by, at=at, work=work)
    import_customers(sifted, by=by, at=at, work=work)
    import_documents(sifted, on=at.date(), work=work)
    import_statements(sifted, by=by, at=at, work=work)
    import_rates(sifted, work=work)
    import_observations(sifted, by=by, at=at, work=work)
    import_backing(sifted, by=by, at=at, work=work)
    # Last, so that a row that is rejected for another reason opens no limit.
    import_limits(sifted, by=by, at=at, work=work)
    rejects = write_rejects(hand_in, sifted.problems, tell=tell)
    report = _report(hand_in, _id(hand_in, attempt), sifted, rejects)
    _record(report, hand_in, by=by, at=at, work=work)
    return report


def _id(hand_in: HandIn, attempt: int) -> str:
    text = f"{hand_in.file_hash} {hand_in.way} {attempt}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _attempts(hand_in: HandIn, work: Work) -> tuple[int, HandInRecord | None]:
    """The number of the next attempt to import this file in this way, and the last one."""
    last = None
    for attempt in range(1, _MOST_ATTEMPTS):
        try:
            last = work.hand_ins.get(_id(hand_in, attempt))
        except NotFound:
            return attempt, last
    return _MOST_ATTEMPTS, last


def _already(hand_in: HandIn, before: HandInRecord) -> ImportReport:
    problem = RowProblem(
        None,
        "",
        "",
        say("This very file was imported on {at} by {by}.", at=before.at, by=before.by),
        say("Nothing is to be done; hand in a newer export to import what has changed."),
        Severity.WARNING,
    )
    return ImportReport(
        id=before.id,
        file_name=hand_in.file_name,
        file_hash=hand_in.file_hash,
        already_imported=True,
        refused=False,
        problems=(problem,),
        rows_read=hand_in.rows_read,
        rows_kept=0,
        rows_known=hand_in.rows_read,
        rows_rejected=0,
        counts=MappingProxyType({}),
        rejects=b"",
    )


def _report(hand_in: HandIn, id_: str, sifted: Sifted, rejects: bytes) -> ImportReport:
    rejected = len(sifted.rejected)
    kept = len(sifted.kept - sifted.rejected)
    return ImportReport(
        id=id_,
        file_name=hand_in.file_name,
        file_hash=hand_in.file_hash,
        already_imported=False,
        refused=hand_in.refused,
        problems=tuple(sorted(sifted.problems, key=_place)),
        rows_read=hand_in.rows_read,
        rows_kept=kept,
        rows_known=hand_in.rows_read - kept - rejected,
        rows_rejected=rejected,
        counts=MappingProxyType({k: t for k, t in sifted.counts.items() if t != Tally()}),
        rejects=rejects,
    )


def _place(problem: RowProblem) -> tuple[int, bool, str]:
    """In the order of the file; about one place, errors before warnings."""
    return problem.line or 0, problem.severity is Severity.WARNING, problem.column


def _record(report: ImportReport, hand_in: HandIn, *, by: str, at: datetime, work: Work) -> None:
    work.hand_ins.put(
        HandInRecord(
            id=report.id,
            file_hash=report.file_hash,
            file_name=report.file_name,
            source=hand_in.source,
            by=by,
            at=at,
            rows_read=report.rows_read,
            rows_kept=report.rows_kept,
            rows_known=report.rows_known,
            rows_rejected=report.rows_rejected,
            rejects=report.rejects,
        )
    )
    facts = {
        "file": report.file_name,
        "hash": report.file_hash,
        "source": hand_in.source,
        "read": str(report.rows_read),
        "kept": str(report.rows_kept),
        "known": str(report.rows_known),
        "rejected": str(report.rows_rejected),
        **{kind.value: str(tally) for kind, tally in report.counts.items()},
    }
    work.journal.record(Entry("hand_in.imported", report.id, by, at, facts))
