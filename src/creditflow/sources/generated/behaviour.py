"""Behaviour: the kinds of customer in a generated book, and how each buys, pays and earns."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The hidden truth about a generated customer; no file names it."""

    PROMPT = "prompt"
    SLOW = "slow_but_sure"
    IMPROVING = "improving"
    DETERIORATING = "deteriorating"
    TROUBLE = "in_trouble"
    SEASONAL = "seasonal"
    GROWING = "growing_fast"
    SHRINKING = "shrinking"
    NEW_GOOD = "new_good"
    NEW_THIN = "new_thin"
    LOSS_MAKING = "loss_making"

    @property
    def is_new(self) -> bool:
        """Onboarded in the last half year: little or no ledger, no limit yet."""
        return self in {Kind.NEW_GOOD, Kind.NEW_THIN}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one kind buys, pays and earns.

    `late` is the usual days after the due date at the start and at the end of the
    history; the change happens after `turn` (permille of the history). `level` is
    the sales level at both ends, in permille. `unpaid`, `parted` and `disputed`
    are percent of the invoices (unpaid ones only after the turn).
    Margins, equity share and growth are basis points; `statement` is the percent
    of such customers who give us one. `granted` is the usual limit in percent of what
    usual sales need, as an earlier review left it.
    """

    late: tuple[int, int]
    spread: int
    turn: int = 0
    level: tuple[int, int] = (960, 1040)
    unpaid: int = 0
    parted: int = 4
    disputed: int = 1
    season: int = 100
    ebit: int = 700
    equity: int = 4000
    growth: int = 400
    statement: int = 77
    asks: int = 4
    granted: int = 145


BEHAVIOURS: dict[Kind, Behaviour] = {
    Kind.PROMPT: Behaviour((-2, -2), 3, ebit=950, equity=5200, growth=600),
    Kind.SLOW: Behaviour((21, 23), 7, parted=8, ebit=520, equity=3600, granted=105),
    Kind.IMPROVING: Behaviour((34, 3), 6, level=(880, 1120), ebit=620, equity=3700, growth=900,
                             granted=95),
    Kind.DETERIORATING: Behaviour(
        (2, 52), 9, turn=620, level=(950, 1180), unpaid=6, parted=14, disputed=4,
        ebit=90, equity=2200, growth=-300, granted=80,
    ),
    Kind.TROUBLE: Behaviour(
        (14, 85), 18, turn=520, level=(1150, 480), unpaid=42, parted=22, disputed=16,
        ebit=-420, equity=900, growth=-1400, statement=62, granted=130,
    ),
    Kind.SEASONAL: Behaviour((2, 3), 5, season=260, ebit=640, equity=4100),
    Kind.GROWING: Behaviour(
        (0, 3), 4, level=(560, 1900), ebit=820, equity=3300, growth=3200, asks=48, granted=130,
    ),
    Kind.SHRINKING: Behaviour((5, 9), 6, level=(1550, 420), ebit=230, equity=3700, growth=-2300,
                             granted=90),
    Kind.NEW_GOOD: Behaviour((-2, -2), 3, ebit=980, equity=4900, statement=100, asks=100),
    Kind.NEW_THIN: Behaviour((3, 7), 8, statement=0, asks=100),
    Kind.LOSS_MAKING: Behaviour(
        (9, 24), 8, turn=700, parted=8, unpaid=2, disputed=2, ebit=-560, equity=2500, growth=-700,
        statement=94, granted=60,
    ),
}  # fmt: skip

WEIGHTS = (
    (Kind.PROMPT, 43), (Kind.SLOW, 14), (Kind.IMPROVING, 6), (Kind.DETERIORATING, 4),
    (Kind.TROUBLE, 2), (Kind.SEASONAL, 9), (Kind.GROWING, 6), (Kind.SHRINKING, 3),
    (Kind.NEW_GOOD, 7), (Kind.NEW_THIN, 3), (Kind.LOSS_MAKING, 3),
)  # fmt: skip

# The first customers of every book, so that a small one has all kinds as well.
OPENING = (
    Kind.PROMPT, Kind.TROUBLE, Kind.GROWING, Kind.NEW_GOOD, Kind.DETERIORATING, Kind.SLOW,
    Kind.LOSS_MAKING, Kind.NEW_THIN, Kind.SEASONAL, Kind.IMPROVING, Kind.SHRINKING, Kind.PROMPT,
)  # fmt: skip

PERMILLE = 1000


def progress(start: int, end: int, turn: int, at: int) -> int:
    """The value on the way from `start` to `end`, `at` permille of the history.

    It stays at `start` until `turn` and is linear from there.
    """
    if at <= turn:
        return start
    return start + (end - start) * (at - turn) // (PERMILLE - turn)
