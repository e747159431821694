"""A customer's limits as its page shows them: on a day, as believed on a day, and over time."""

from dataclasses import dataclass
from datetime import date

from creditflow.domain.added_limits import AddedLimit, latest
from creditflow.domain.customer import CustomerId
from creditflow.domain.exposure import Exposure
from creditflow.domain.in_force import consume
from creditflow.domain.limit_timeline import Period
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work
from creditflow.services.recalling import Recalled, headroom, recall
from creditflow.web.limit_charts import Steps, limit_steps
from creditflow.web.project_bars import ProjectBar, project_bars
from creditflow.web.recalled_days import on_days_asked
from creditflow.web.visit import Visit


@dataclass(frozen=True, slots=True)
class LimitsView:
    """What was recalled, how it is drawn, and what could not be understood of the two days."""

    recalled: Recalled
    periods: list[Period]
    steps: Steps | None
    problems: tuple[Sentence, ...]
    today: date

    @property
    def is_now(self) -> bool:
        """Whether nobody asks about another day."""
        return self.recalled.on == self.recalled.believed == self.today

    @property
    def general(self) -> Money | None:
        """Base and temporary limits of today together, as is known now."""
        return self.recalled.everything.on(self.today).general

    def on_general(self, owed: Exposure) -> Money:
        """What of today's exposure falls on the general credit, as is known now."""
        return consume(self.recalled.everything.on(self.today), owed.owed).on_general

    @property
    def to_come(self) -> list[AddedLimit]:
        """What was granted on top and begins after the day that is asked about."""
        granted = latest(self.recalled.timeline.added)
        return [x for x in granted if self.recalled.on < x.from_ < x.until]

    @property
    def headroom(self) -> Sentence | None:
        """What a further order of no project may come to; None where nobody asks about now."""
        consumed = self.recalled.consumed
        return None if consumed is None else headroom(consumed)[0]

    @property
    def projects(self) -> list[ProjectBar]:
        """How each project with a limit of its own uses it; none where nobody asks about now."""
        consumed = self.recalled.consumed
        return [] if consumed is None else project_bars(consumed)


def limits_view(customer: CustomerId, visit: Visit, work: Work) -> LimitsView:
    """The customer's limits on the days that the address names; on today's where it names none."""
    today = visit.app.today()

    def recalled(on: date, believed: date) -> Recalled:
        return recall(
            customer, on=on, believed=believed, today=today, end_of=visit.app.end_of, work=work
        )

    found, problems = on_days_asked(visit, recalled)
    periods = found.timeline.periods()
    steps = limit_steps(periods, today=today, marked=found.on)
    return LimitsView(found, periods, steps, problems, today)
