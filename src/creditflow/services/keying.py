"""Make and revoke keys for other programs; a key reads and imports, and never decides.

A key is `cf_ID_SECRET`. The id is kept in clear, so that people can tell keys
apart; of the secret only a hash is kept.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from creditflow.domain.access import ApiKey, Scope
from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import say
from creditflow.ports import Work

LONGEST_DAYS = 366
NOTED_EVERY = timedelta(minutes=1)
"""The last use is kept to the minute: a key may be used many times a second."""


class BadKey(Refusal):
    """What was said of the key cannot be kept."""


class NoSuchKey(Refusal):
    """The key is unknown, revoked or too old."""


class OutOfScope(Refusal):
    """The key is good, but not for this."""


def make_key(
    key_id: str,
    secret: str,
    *,
    name: str,
    scopes: Collection[str],
    days: int,
    by: Person,
    at: datetime,
    work: Work,
) -> ApiKey:
    """Keep a new key; what a program sends is `written(key_id, secret)`."""
    _ensure_may(by)
    problems = [
        problem
        for fine, problem in (
            (name.strip(), say("Say which program the key is for.")),
            (scopes and set(scopes) <= set(Scope),
             say("Choose scopes among {scopes}.", scopes=", ".join(Scope))),
            (1 <= days <= LONGEST_DAYS,
             say("A key lasts from 1 to {most} days.", most=LONGEST_DAYS)),
        )
        if not fine
    ]  # fmt: skip
    if problems:
        raise BadKey(
            say("This key cannot be made. {problems}", problems=" ".join(map(str, problems))),
            details=problems,
        )
    key = ApiKey(
        id=key_id,
        name=name.strip(),
        secret_hash=_hash(secret),
        scopes=frozenset(map(Scope, scopes)),
        made_by=by.id,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    work.api_keys.put(key)
    facts = {"name": key.name, "scopes": ", ".join(sorted(key.scopes)),
             "until": key.expires_at.date().isoformat()}  # fmt: skip
    work.journal.record(Entry("key.made", key.actor, by.id, at, facts))
    return key


def revoke_key(key_id: str, *, by: Person, at: datetime, work: Work) -> ApiKey:
    """End a key at once; one that was revoked stays so."""
    _ensure_may(by)
    key = work.api_keys.get(key_id)
    if key.revoked_at is not None:
        return key
    revoked = replace(key, revoked_at=at, revoked_by=by.id)
    work.api_keys.put(revoked)
    work.journal.record(Entry("key.revoked", key.actor, by.id, at, {}))
    return revoked


def written(key_id: str, secret: str) -> str:
    """The key as a program sends it."""
    return f"cf_{key_id}_{secret}"


def key_of(sent: str, *, at: datetime, work: Work) -> ApiKey:
    """The valid key that a program sent; raises NoSuchKey, the same for every reason."""
    kind, _, rest = sent.partition("_")
    key_id, _, secret = rest.partition("_")
    refused = NoSuchKey(say("There is no such key, or it is not valid any more."))
    if kind != "cf":
        raise refused
    try:
        key = work.api_keys.get(key_id)
    except NotFound:
        raise refused from None
    if not hmac.compare_digest(key.secret_hash, _hash(secret)) or not key.is_valid(at):
        raise refused
    return key


def ensure_scope(key: ApiKey, scope: Scope) -> None:
    """Refuse what the key was not made for."""
    if scope not in key.scopes:
        raise OutOfScope(say("This key lacks the scope {scope}.", scope=scope.value))


def is_use_due(key: ApiKey, at: datetime) -> bool:
    """Whether this use has to be noted."""
    return key.last_used_at is None or at - key.last_used_at >= NOTED_EVERY


def note_use(key_id: str, *, at: datetime, work: Work) -> None:
    """Keep when the key was used last."""
    work.api_keys.put(replace(work.api_keys.get(key_id), last_used_at=at))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _ensure_may(by: Person) -> None:
    if not permits(by, Permission.MAKE_KEYS):
        raise BadKey(say("Only administrators make and revoke keys."))
