"""Read a request for a limit as people type it; everything that cannot be read is said at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from creditflow.domain.added_limits import AddedKind, Consumption
from creditflow.domain.asking_rule import AskingRule
from creditflow.domain.permissions import Permission
from creditflow.domain.project import GENERAL, project_key
from creditflow.domain.received_file import TAKEN, NotTaken, ReceivedFile
from creditflow.domain.sentences import Sentence, say
from creditflow.services.asking import NothingToAsk, Wish
from creditflow.web.amounts import read_amount
from creditflow.web.naming import CONSUMPTIONS, WISHES
from creditflow.web.typed import Typed, read_day, read_last_day
from creditflow.web.visit import Visit

FIELDS = ("kind", "amount", "from", "until", "project", "consumption", "note")
BASE = "base"
"""The kind of a request that is not for credit on top."""


@dataclass(frozen=True, slots=True)
class AskingForm:
    """The form to ask for a limit, with what was typed before; None of it for who may not ask.

    `rule` says for how long it may be, `projects` which ones are known already.
    """

    typed: Mapping[str, str]
    kinds: Mapping[str, str]
    consumptions: Mapping[str, str]
    rule: AskingRule
    projects: Sequence[str]
    taken: Sequence[str] = TAKEN


def asking_form(
    visit: Visit, typed: Mapping[str, str], rule: AskingRule, projects: Iterable[str]
) -> AskingForm | None:
    """The form for a visitor who may ask; of a project that is written in two ways, the first."""
    if not visit.may(Permission.ASK):
        return None
    known: dict[str, str] = {}
    for name in projects:
        known.setdefault(project_key(name), name)
    known.pop(GENERAL, None)
    return AskingForm(typed, WISHES, CONSUMPTIONS, rule, sorted(known.values()))


def read_wish(typed: Mapping[str, str], currency: str) -> Wish:
    """The wish that the fields say; raises NothingToAsk with all that cannot be read."""
    form = Typed(typed)
    wish = Wish(
        amount=form.read("amount", lambda text: read_amount(text, currency)),
        note=typed.get("note", ""),
        kind=form.read("kind", _kind),
        from_=form.read("from", read_day),
        until=form.read("until", read_last_day),
        project=typed.get("project", ""),
        consumption=form.read("consumption", _consumption),
    )
    if form.problems:
        raise NothingToAsk(form.problems[0], details=form.problems)
    return wish


def read_request(
    typed: Mapping[str, str], currency: str, take_files: Callable[[], list[ReceivedFile]]
) -> tuple[Wish, list[ReceivedFile]]:
    """The wish and its files; raises NothingToAsk with all that cannot be read or taken."""
    problems: list[Sentence] = []
    wish: Wish | None = None
    files: list[ReceivedFile] = []
    try:
        wish = read_wish(typed, currency)
    except NothingToAsk as no:
        problems += no.details
    try:
        files = take_files()
    except NotTaken as no:
        problems += no.details or (no.sentence,)
    if wish is None or problems:
        raise NothingToAsk(problems[0], details=problems)
    return wish, files


def _kind(text: str) -> AddedKind | None:
    if text == BASE:
        return None
    if text not in set(AddedKind):
        raise NothingToAsk(
            say("There is no kind of limit “{kind}”: choose base, temporary or project.", kind=text)
        )
    return AddedKind(text)


def _consumption(text: str) -> Consumption:
    if text not in set(Consumption):
        raise NothingToAsk(
            say(
                "There is no order of consumption “{typed}”: choose among {known}.",
                typed=text,
                known=", ".join(Consumption),
            )
        )
    return Consumption(text)
