"""Give rejected rows back: as a CSV file that is corrected in a spreadsheet and handed in again."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from creditflow.domain.hand_in import REASON, HandIn, RowProblem, Severity
from creditflow.domain.sentences import Sentence

_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\0")


def write_rejects(
    hand_in: HandIn,
    problems: Collection[RowProblem] | None = None,
    *,
    tell: Callable[[Sentence], str] = str,
) -> bytes:
    """The rows with errors word by word, each with its reasons; empty where there are none.

    `problems` are those of the hand-in if nothing else is said; `tell` says a
    sentence in the reader's language. UTF-8 with a mark, so that Excel opens it
    rightly; a cell that a spreadsheet would calculate begins with an apostrophe.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    for problem in hand_in.problems if problems is None else problems:
        if problem.line is not None and problem.severity is Severity.ERROR:
            reasons[problem.line].append(_reason(problem, tell))
    if not reasons or not hand_in.original.header:
        return b""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    # A rejects file that is handed in again has the column already; it is written anew.
    header = [name for name in hand_in.original.header if name != REASON]
    kept = [at for at, name in enumerate(hand_in.original.header) if name != REASON]
    writer.writerow([*map(_harmless, header), REASON])
    rows = hand_in.original.rows(reasons.keys())
    for line in sorted(reasons):
        cells = _padded(rows.get(line, ()), len(hand_in.original.header))
        chosen = [*(cells[at] for at in kept), *cells[len(hand_in.original.header) :]]
        writer.writerow([*map(_harmless, chosen), " ".join(reasons[line])])
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _reason(problem: RowProblem, tell: Callable[[Sentence], str]) -> str:
    what, remedy = tell(problem.what), tell(problem.remedy)
    return f"[{problem.line}] {problem.column}: {what} {remedy}"


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell
