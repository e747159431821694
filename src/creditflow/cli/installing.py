"""Bring an installation to where it can run: folders, database, policy."""

import logging

from creditflow.bootstrap import App, installed
from creditflow.domain.access import AdmissionKind
from creditflow.domain.errors import NotFound, Refusal, Unavailable
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.post.keys import make_key
from creditflow.services.admitting import admit, nobody_yet
from creditflow.services.sealing import has_sealed, seal_all
from creditflow.settings import Settings
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.web.session import hash_of, new_token

log = logging.getLogger(__name__)


class NotInstalled(Refusal):
    """There is nothing to work on."""


class NoSender(Refusal):
    """Letters would come from nobody."""


def prepare(settings: Settings) -> App:
    """Make the folders, bring the database to the newest schema, publish the shipped policy.

    The shipped policy is only published where no other one is: it is a start,
    not an opinion about an installation that has its own.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    (settings.data_dir / "logs").mkdir(exist_ok=True)
    app = App(settings)
    app.works(app.today())  # a calendar that cannot be read is told now, not at night
    app.database.migrate()
    _seal(app)
    with app.work() as work:
        if not _has_policy(work):
            work.policies.publish(shipped_policy_text(), by=SYSTEM_ACTOR, at=app.now())
    return app


def _seal(app: App) -> None:
    """Make the key of secrets at the first start, and seal what lies in the clear.

    A key that is missing later is not made anew: what was sealed would never be
    opened again. Everything else goes on without it, and the doctor says so.
    """
    keys = app.settings.keys_of_secrets
    with app.reading() as work:
        sealed = has_sealed(work)
    if not keys.exists() and not sealed:
        make_key(keys)
    try:
        with app.work() as work:
            seal_all(seals=app.seals, work=work)
    except Unavailable as trouble:
        log.warning("%s", trouble)


def existing() -> App:
    """The installation that the environment describes; raises NotInstalled where there is none."""
    app = installed()
    if not app.database.schema_is_current():
        raise NotInstalled(
            say(
                "There is no installation in {folder} yet, or it is older than this version."
                " Start it with: creditflow up. Or look at a demo first: creditflow demo.",
                folder=str(app.settings.data_dir),
            )
        )
    return app


def _has_policy(work: Work) -> bool:
    try:
        work.policies.current()
    except NotFound:
        return False
    return True


def ensure_sender(settings: Settings) -> None:
    """Refuse to run for real before it is known in whose name letters are written."""
    if settings.company_name and settings.sender_name and settings.sender_address:
        return
    raise NoSender(
        say(
            "Letters need a sender. Set CREDITFLOW_COMPANY_NAME, CREDITFLOW_SENDER_NAME and"
            " CREDITFLOW_SENDER_ADDRESS (in the environment or in .env), then start again."
            " To look around first: creditflow demo."
        )
    )


def first_link(app: App) -> str | None:
    """A one-time link for the first two administrators; None where there are people already."""
    with app.work() as work:
        if not nobody_yet(work):
            return None
        token = new_token()
        admit(AdmissionKind.FIRST_RUN, hash_of(token), person=None, by=SYSTEM_ACTOR,
              at=app.now(), work=work)  # fmt: skip
    return f"{app.settings.address}/welcome?token={token}"
