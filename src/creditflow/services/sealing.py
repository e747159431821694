"""Seal anew what lies in the clear, or under an older key; run at every start."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from creditflow.domain.access import SecondFactor, is_sealed
from creditflow.ports import Seals, Work
from creditflow.services.admitting import factor_of
from creditflow.services.hooking import address_of, secret_of


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is kept, what it is sealed as, and how it is kept anew."""

    kept: str
    of: str
    keep: Callable[[str], None]


def seal_all(*, seals: Seals, work: Work) -> int:
    """Seal every secret with the newest key; how many were not.

    Raises Unavailable where one was sealed with a key that is not there.
    """
    stale = [secret for secret in _secrets(work) if not seals.is_fresh(secret.kept)]
    for secret in stale:
        secret.keep(seals.seal(_opened(secret, seals), of=secret.of))
    return len(stale)


def unsealed(*, seals: Seals, work: Work) -> int:
    """How many secrets lie in the clear; raises Unavailable where one cannot be opened."""
    known = _secrets(work)
    for secret in known:
        _opened(secret, seals)
    return sum(not is_sealed(secret.kept) for secret in known)


def has_sealed(work: Work) -> bool:
    """Whether anything is sealed, so that its key must be there."""
    return any(is_sealed(secret.kept) for secret in _secrets(work))


def _opened(secret: Secret, seals: Seals) -> str:
    return seals.open(secret.kept, of=secret.of) if is_sealed(secret.kept) else secret.kept


def _secrets(work: Work) -> list[Secret]:
    factors = [
        Secret(f.secret, factor_of(f.person), partial(_keep_factor, f, work))
        for f in work.factors.all()
    ]
    hooks = [
        Secret(getattr(hook, name), of(hook.id), partial(_keep_hook, hook.id, name, work))
        for hook in work.hooks.all()
        for name, of in _OF_HOOKS.items()
        if getattr(hook, name)
    ]
    return [*factors, *hooks]


_OF_HOOKS = {"url": address_of, "secret": secret_of, "former_secret": secret_of}


def _keep_hook(hook: str, name: str, work: Work, sealed: str) -> None:
    work.hooks.put(replace(work.hooks.get(hook), **{name: sealed}))  # type: ignore[arg-type]


def _keep_factor(factor: SecondFactor, work: Work, sealed: str) -> None:
    work.factors.put(replace(factor, secret=sealed))
