"""Discussion: what people write on a case, and whom somebody asked for an opinion.

Neither decides anything: a comment is read by whoever decides, and who is asked
for an opinion gets no authority by it.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Referral:
    """That somebody who could decide asked another person's opinion in a round of a case."""

    id: str
    case_id: str
    round: int
    asked: str
    asked_by: str
    asked_at: datetime
    question: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote on a case. Files are put to it under its id.

    `answers` is the referral that it answers, None where nobody had asked.
    """

    id: str
    case_id: str
    by: str
    at: datetime
    text: str
    answers: str | None = None
