"""A group on another day, as its page shows it, and what is wrong with the days asked for."""

from dataclasses import dataclass
from datetime import date

from creditflow.domain.groups import GroupId
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work
from creditflow.services.recalling_groups import RecalledGroup, recall_group
from creditflow.web.recalled_days import on_days_asked
from creditflow.web.visit import Visit


@dataclass(frozen=True, slots=True)
class GroupRecallView:
    """What was recalled, and what could not be understood of the two days."""

    recalled: RecalledGroup
    problems: tuple[Sentence, ...]
    today: date

    @property
    def is_now(self) -> bool:
        """Whether nobody asks about another day."""
        return self.recalled.on == self.recalled.believed == self.today


def group_recall_view(group: GroupId, visit: Visit, work: Work) -> GroupRecallView:
    """The group on the days that the address names; on today's where it names none."""
    today = visit.app.today()

    def recalled(on: date, believed: date) -> RecalledGroup:
        return recall_group(
            group, on=on, believed=believed, today=today, end_of=visit.app.end_of, work=work
        )

    found, problems = on_days_asked(visit, recalled)
    return GroupRecallView(found, problems, today)
