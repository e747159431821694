"""Let other programs be told of events: one person proposes a hook, another one lets it in.

Switching a hook off takes one person, because nothing leaves any more; what was let
in before is switched on again by one as well. Address, kind and events never
change: who wants others proposes a hook that takes the place of the first.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit

from creditflow.domain.customer import LANGUAGES, Language
from creditflow.domain.errors import Conflict, NotFound, Refusal
from creditflow.domain.hook import (
    EVENTS,
    FORMER_LASTS,
    LIVE,
    SIGNED,
    STOPPED_AFTER,
    Hook,
    HookEvent,
    HookKind,
    HookState,
    OpenHook,
)
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Seals, Work

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
MOST_WHY = 1_000
LONGEST_ADDRESS = 2_000


class BadHook(Refusal):
    """What was said of the hook cannot be kept."""


class HookTakesAnother(Refusal):
    """Somebody else has to confirm it, or somebody with another role."""


@dataclass(frozen=True, slots=True)
class HookForm:
    """A hook as somebody wrote it down; `secret` is the messenger's own, or empty."""

    name: str
    kind: str
    url: str
    events: tuple[str, ...]
    language: str
    why: str
    secret: str = ""


Allowed = Callable[[str], Sentence | None]
"""Says why an address may not be told anything; None where nothing is against it."""


def propose_hook(
    form: HookForm,
    *,
    fresh: str,
    allowed: Allowed,
    by: Person,
    at: datetime,
    seals: Seals,
    work: Work,
) -> Hook:
    """Keep a hook that waits for a second person; raises BadHook with all that is wrong.

    `fresh` becomes the secret of a program of one's own, which is given none.
    A name that a hook has already means that this one shall take its place.
    """
    _ensure_may(by)
    if problems := [*_problems(form, allowed)]:
        raise BadHook(
            say("This hook cannot be kept. {problems}", problems=" ".join(map(str, problems))),
            details=problems,
        )
    former = named(form.name, work)
    if any(h.name == form.name and h.state is HookState.PROPOSED for h in work.hooks.all()):
        raise Conflict(
            say("A hook {name} waits already. Have it confirmed or refused first.", name=form.name)
        )
    kind, number = HookKind(form.kind), work.counters.next("hook")
    hook_id = f"HK-{number:04d}"
    secret = fresh if kind is HookKind.WEBHOOK else form.secret.strip()
    hook = Hook(
        id=hook_id,
        name=form.name,
        kind=kind,
        host=urlsplit(form.url).hostname or "",
        url=seals.seal(form.url.strip(), of=address_of(hook_id)),
        events=frozenset(map(HookEvent, form.events)),
        language=cast("Language", form.language),
        secret=seals.seal(secret, of=secret_of(hook_id)) if secret else "",
        why=form.why.strip(),
        asked_by=by.id,
        asked_at=at,
        replaces=former.id if former else None,
    )
    work.hooks.add(hook)
    facts = {"name": hook.name, "kind": kind.value, "host": hook.host, "why": hook.why,
             "events": ", ".join(sorted(hook.events))}  # fmt: skip
    work.journal.record(Entry("hook.proposed", hook.id, by.id, at, facts))
    return hook


def confirm_hook(hook_id: str, *, by: Person, at: datetime, work: Work) -> Hook:
    """Let a hook in; the one whose place it takes ends. Nobody confirms their own."""
    hook = _proposed(hook_id, by, work)
    if by.id == hook.asked_by:
        raise HookTakesAnother(
            say("You proposed this hook yourself; another administrator confirms it.")
        )
    former = named(hook.name, work)
    if (former.id if former else None) != hook.replaces:
        raise Conflict(
            say("The hook {name} has changed since this was proposed. Refuse it, and propose it"
                " again.", name=hook.name)
        )  # fmt: skip
    if former is not None:
        _move(former, HookState.ENDED, by=by.id, at=at, work=work)
    return _move(hook, HookState.ON, by=by.id, at=at, work=work, decided=True)


def refuse_hook(hook_id: str, *, by: Person, at: datetime, work: Work) -> Hook:
    """Refuse a hook that waits, or withdraw one's own."""
    hook = _proposed(hook_id, by, work)
    return _move(hook, HookState.ENDED, by=by.id, at=at, work=work, decided=True)


def switch_hook(hook_id: str, to: str, *, by: Person, at: datetime, work: Work) -> Hook:
    """Switch a hook that was let in on or off, or end it for good."""
    _ensure_may(by)
    hook = work.hooks.get(hook_id)
    states = (HookState.ON, HookState.OFF, HookState.ENDED)
    if hook.state not in LIVE or to not in states or to == hook.state:
        raise Conflict(
            say("Hook {name} is {state}, so it cannot become {to}.", name=hook.name,
                state=hook.state.value, to=to)
        )  # fmt: skip
    return _move(replace(hook, failing_since=None), HookState(to), by=by.id, at=at, work=work)


def renew_secret(
    hook_id: str, fresh: str, *, by: Person, at: datetime, seals: Seals, work: Work
) -> Hook:
    """Give a program's hook a new secret; messages carry both signatures for a day."""
    _ensure_may(by)
    hook = work.hooks.get(hook_id)
    if hook.kind is not HookKind.WEBHOOK or hook.state not in LIVE:
        raise Refusal(
            say("Only the secret of a program of your own is made here. Get a messenger's from the"
                " messenger, and propose the hook again with it.")
        )  # fmt: skip
    renewed = replace(
        hook,
        secret=seals.seal(fresh, of=secret_of(hook.id)),
        former_secret=hook.secret,
        former_until=at + FORMER_LASTS,
    )
    work.hooks.put(renewed)
    facts = {"name": hook.name}
    work.journal.record(Entry("hook.secret_renewed", hook.id, by.id, at, facts))
    return renewed


def note_outcome(hook: Hook, well: bool, *, at: datetime, work: Work) -> Hook:
    """Note that a hook took what it was told, or did not; after a day of failure it is stopped."""
    if hook.state is not HookState.ON:
        return hook
    if well:
        after = replace(hook, failing_since=None)
    else:
        after = replace(hook, failing_since=hook.failing_since or at)
    if after.failing_since is not None and at - after.failing_since >= STOPPED_AFTER:
        return _move(after, HookState.STOPPED, by=SYSTEM_ACTOR, at=at, work=work)
    if after != hook:
        work.hooks.put(after)
    return after


def opened(hook: Hook, *, at: datetime, seals: Seals) -> OpenHook:
    """The hook with address and secrets in the clear; raises Unavailable where the key is lost."""
    secrets = [seals.open(hook.secret, of=secret_of(hook.id))] if hook.secret else []
    if hook.former_secret and hook.former_until is not None and at < hook.former_until:
        secrets.append(seals.open(hook.former_secret, of=secret_of(hook.id)))
    url = seals.open(hook.url, of=address_of(hook.id))
    return OpenHook(hook.kind, url, tuple(secrets), hook.language)


def named(name: str, work: Work) -> Hook | None:
    """The hook that was let in under that name; None where there is none (any more)."""
    return next((h for h in work.hooks.all() if h.name == name and h.state in LIVE), None)


def by_name(name: str, work: Work) -> Hook:
    """The same; raises NotFound with the names that there are."""
    if (found := named(name, work)) is not None:
        return found
    names = ", ".join(sorted(h.name for h in work.hooks.all() if h.state in LIVE)) or "–"
    raise NotFound(say("There is no hook {name}. There are: {names}.", name=name, names=names))


def address_of(hook_id: str) -> str:
    """What a hook's address is sealed as."""
    return f"address of {hook_id}"


def secret_of(hook_id: str) -> str:
    """What a hook's secrets are sealed as."""
    return f"secret of {hook_id}"


def _move(
    hook: Hook, to: HookState, *, by: str, at: datetime, work: Work, decided: bool = False
) -> Hook:
    moved = replace(hook, state=to)
    if decided:
        moved = replace(moved, decided_by=by, decided_at=at)
    work.hooks.put(moved)
    facts = {"name": hook.name, "host": hook.host, "asked": hook.asked_by}
    work.journal.record(Entry(f"hook.{to}", hook.id, by, at, facts))
    return moved


def _proposed(hook_id: str, by: Person, work: Work) -> Hook:
    _ensure_may(by)
    hook = work.hooks.get(hook_id)
    if hook.state is not HookState.PROPOSED:
        raise Conflict(say("Hook {name} was decided meanwhile.", name=hook.name))
    return hook


def _ensure_may(by: Person) -> None:
    if not permits(by, Permission.CONNECT):
        raise HookTakesAnother(say("Only administrators connect other programs."))


def _problems(form: HookForm, allowed: Allowed) -> Collection[Sentence]:
    signs = form.kind in SIGNED and form.kind != HookKind.WEBHOOK
    checks = (
        (NAME.fullmatch(form.name),
         say("The name has other characters than a to z, digits and '-', or is too long.")),
        (form.kind in set(HookKind),
         say("Choose a kind among {kinds}.", kinds=", ".join(HookKind))),
        (form.events and set(form.events) <= set(EVENTS),
         say("Choose events among {events}.", events=", ".join(EVENTS))),
        (form.language in LANGUAGES,
         say("The language is zh-CN or en, not {language}.", language=repr(form.language))),
        (not form.secret.strip() or signs,
         say("Only DingTalk and Feishu have a secret of their own; leave it empty.")),
        (0 < len(form.why.strip()) <= MOST_WHY,
         say("Say why, in a sentence of at most {most} characters.", most=MOST_WHY)),
        (len(form.url) <= LONGEST_ADDRESS,
         say("The address has more than {most} characters.", most=LONGEST_ADDRESS)),
    )  # fmt: skip
    found = [problem for fine, problem in checks if not fine]
    if (against := allowed(form.url.strip())) is not None:
        found.append(against)
    return found
