"""Writing down that a run was woken without a decision, once per wake."""

from prefect.runtime import flow_run

from creditflow.bootstrap import installed
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR


def note_unfounded_wake(case_id: str, wake: str) -> None:
    """Journal that somebody resumed the run although nothing was decided.

    Anybody who reaches Prefect's API can do that; it changes nothing, but the
    auditor shall see it. A resumed run starts again from the top, so the same
    wake is met again and must be written once.
    """
    app = installed()
    run = str(flow_run.get_id())
    with app.work() as work:
        facts = {"run": run, "wake": wake}
        entry = Entry("security.unfounded_wake", case_id, SYSTEM_ACTOR, app.now(), facts)
        work.journal.record_once(f"wake:{run}:{wake}", entry)
