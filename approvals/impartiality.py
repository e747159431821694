"""Who has a part in a case and therefore never decides it: asked, edited, imported, owns."""

from collections.abc import Mapping

from creditflow.domain.case import Case
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work


def involved(case: Case, work: Work) -> Mapping[str, Sentence]:
    """Everybody who may not decide the case, by sign-in name, and why."""
    found = dict(parts(case.requested_by, case.edited_by))
    customer = work.customers.get(case.customer)
    if customer.owner is not None:
        found.setdefault(
            customer.owner,
            say("You look after this customer's account, so somebody else has to decide."),
        )
    for by in _importers(case, work):
        found.setdefault(
            by,
            say("You handed in the financial statement that this case rests on, so somebody else"
                " has to decide."),
        )  # fmt: skip
    return found


def parts(requested_by: str | None, edited_by: str | None) -> Mapping[str, Sentence]:
    """Who asked for the limit and who last changed its amount."""
    found: dict[str, Sentence] = {}
    if edited_by is not None:
        found[edited_by] = say(
            "You asked for more than was proposed yourself, so somebody else has to decide it."
        )
    if requested_by is not None:
        found[requested_by] = say("You asked for this limit, so somebody else has to decide it.")
    return found


def _importers(case: Case, work: Work) -> list[str]:
    """Who handed in the latest statements, of any source, that had ended when it was judged."""
    known = [s for s in work.statements.of(case.customer) if s.period_end <= case.occasion.on]
    latest = max((s.period_end for s in known), default=None)
    files = {s.origin.file_hash for s in known if s.period_end == latest and s.origin is not None}
    records = [work.hand_ins.of_file(file) for file in sorted(files)]
    return [record.by for record in records if record is not None]
