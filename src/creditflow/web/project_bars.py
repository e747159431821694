"""Lay out what each project owes: of its own limit, of the general credit, and beyond both."""

from dataclasses import dataclass

from creditflow.domain.in_force import Consumed, ProjectUse
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence
from creditflow.services.recalling import headroom

WIDTH, HEIGHT = 320, 14


@dataclass(frozen=True, slots=True)
class ProjectBar:
    """One project's bar, from zero to WIDTH: its own limit, and behind it what is beyond that.

    `room` says what a further order of it may come to.
    """

    use: ProjectUse
    room: Sentence
    limit: float
    own: float
    general: float
    over: float
    width: int = WIDTH
    height: int = HEIGHT


def project_bars(consumed: Consumed) -> list[ProjectBar]:
    """A bar for each project with a limit of its own, each by its own measure."""
    _, *rooms = headroom(consumed)
    return [_bar(use, room) for use, room in zip(consumed.projects, rooms, strict=True)]


def _bar(use: ProjectUse, room: Sentence) -> ProjectBar:
    most = (use.limit + use.general + use.over).minor

    def place(amount: Money) -> float:
        return round(amount.minor / most * WIDTH, 1)

    return ProjectBar(
        use, room, place(use.limit), place(use.own), place(use.general), place(use.over)
    )
