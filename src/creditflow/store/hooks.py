"""Hooks in SQL; the names of those that were let in are unique."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.errors import Conflict
from creditflow.domain.hook import LIVE, Hook, HookEvent, HookKind, HookState
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode_names, encode_names
from creditflow.store.tables import HOOK
from creditflow.store.transaction import Transaction


class SqlHooks:
    """Hooks; what one is never changes, only whether it is told."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, hook: str) -> Hook:
        """One hook; raises NotFound."""
        query = sa.select(HOOK).where(HOOK.c.id == hook)
        return _hook(self._transaction.needed(query, say("There is no hook {hook}.", hook=hook)))

    def all(self) -> list[Hook]:
        """All hooks, the latest first."""
        query = sa.select(HOOK).order_by(HOOK.c.asked_at.desc(), HOOK.c.id.desc())
        return [_hook(row) for row in self._transaction.rows(query)]

    def add(self, hook: Hook) -> None:
        """Keep a new one."""
        row = {
            "id": hook.id,
            "name": hook.name,
            "kind": hook.kind.value,
            "host": hook.host,
            "events": encode_names(event.value for event in hook.events),
            "language": hook.language,
            "why": hook.why,
            "asked_by": hook.asked_by,
            "asked_at": hook.asked_at,
            "replaces": hook.replaces,
            **_changing(hook),
        }
        self._transaction.insert(HOOK, [row])

    def put(self, hook: Hook) -> None:
        """Keep its state, its secrets, its failure; raises Conflict where its name is taken."""
        if hook.state in LIVE and self._is_taken(hook):
            raise Conflict(say("There is a hook {name} already.", name=hook.name))
        self._transaction.change(HOOK, _changing(hook), where={"id": hook.id})

    def _is_taken(self, hook: Hook) -> bool:
        live = sorted(state.value for state in LIVE)
        query = sa.select(HOOK.c.id).where(
            HOOK.c.name == hook.name, HOOK.c.id != hook.id, HOOK.c.state.in_(live)
        )
        return self._transaction.row(query) is not None


def _hook(row: sa.Row[Any]) -> Hook:
    return Hook(
        id=row.id,
        name=row.name,
        kind=HookKind(row.kind),
        host=row.host,
        url=row.url,
        events=frozenset(map(HookEvent, decode_names(row.events))),
        language=row.language,
        secret=row.secret,
        why=row.why,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        replaces=row.replaces,
        state=HookState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        former_secret=row.former_secret,
        former_until=row.former_until,
        failing_since=row.failing_since,
    )


def _changing(hook: Hook) -> dict[str, object]:
    return {
        "url": hook.url,
        "secret": hook.secret,
        "state": hook.state.value,
        "decided_by": hook.decided_by,
        "decided_at": hook.decided_at,
        "former_secret": hook.former_secret,
        "former_until": hook.former_until,
        "failing_since": hook.failing_since,
    }
