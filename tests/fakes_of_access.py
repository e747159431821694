"""The part of the fake store that is about signing in; see tests.fakes."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from creditflow.domain.access import (
    Admission,
    AdmissionKind,
    ApiKey,
    PersonChange,
    SecondFactor,
    SignIn,
    Tries,
)
from creditflow.domain.change import ChangeState
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.sentences import say


class FakeSessions:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.sessions

    def open_session(
        self,
        token_hash: str,
        *,
        person: str,
        at: datetime,
        expires: datetime,
        address: str = "",
        browser: str = "",
        method: str = "",
    ) -> None:
        self._kept[token_hash] = SignIn(token_hash, person, at, expires, address, browser, method)

    def session(self, token_hash: str) -> SignIn | None:
        return self._kept.get(token_hash)

    def of(self, person: str) -> list[SignIn]:
        own = sorted(
            (s for s in self._kept.values() if s.person == person), key=lambda s: s.token_hash
        )
        return sorted(own, key=lambda s: s.opened_at, reverse=True)

    def close_session(self, token_hash: str) -> None:
        self._kept.pop(token_hash, None)

    def close_all(self, person: str) -> None:
        for token_hash in [h for h, s in self._kept.items() if s.person == person]:
            del self._kept[token_hash]


class FakeAdmissions:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.admissions

    def add(self, admission: Admission) -> None:
        for key, other in list(self._kept.items()):
            same = (other.kind, other.person) == (admission.kind, admission.person)
            if same and other.used_at is None and other.kind is not AdmissionKind.SECOND_STEP:
                self._kept[key] = replace(other, used_at=admission.made_at)
        self._kept[admission.token_hash] = admission

    def get(self, token_hash: str) -> Admission | None:
        return self._kept.get(token_hash)

    def use(self, token_hash: str, *, at: datetime) -> bool:
        found = self._kept.get(token_hash)
        if found is None or not found.is_open(at):
            return False
        self._kept[token_hash] = replace(found, used_at=at)
        return True


class FakeFactors:
    def __init__(self, kept: Any) -> None:
        self._kept, self._codes = kept.factors, kept.recovery_codes

    def of(self, person: str) -> SecondFactor | None:
        return self._kept.get(person)

    def all(self) -> list[SecondFactor]:
        return [self._kept[person] for person in sorted(self._kept)]

    def put(self, factor: SecondFactor) -> None:
        self._kept[factor.person] = factor

    def take_step(self, person: str, step: int) -> bool:
        found = self._kept.get(person)
        if found is None or (found.last_step is not None and found.last_step >= step):
            return False
        self._kept[person] = replace(found, last_step=step)
        return True

    def drop(self, person: str) -> None:
        self._kept.pop(person, None)
        self._codes.pop(person, None)

    def set_recovery(self, person: str, code_hashes: frozenset[str]) -> None:
        self._codes[person] = code_hashes

    def take_recovery(self, person: str, code_hash: str) -> bool:
        left = self._codes.get(person, frozenset())
        self._codes[person] = left - {code_hash}
        return code_hash in left

    def recovery_left(self, person: str) -> int:
        return len(self._codes.get(person, ()))


class FakeFailedTries:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.failed_tries

    def of(self, subject: str) -> Tries | None:
        return self._kept.get(subject)

    def count(self, subject: str, *, at: datetime, forgotten: datetime) -> None:
        known = self._kept.get(subject)
        before = 0 if known is None or known.last_at < forgotten else known.failures
        self._kept[subject] = Tries(before + 1, at)

    def uncount(self, subject: str) -> None:
        if subject in self._kept:
            known = self._kept[subject]
            self._kept[subject] = Tries(max(0, known.failures - 1), known.last_at)

    def forget(self, subject: str) -> None:
        self._kept.pop(subject, None)


class FakeIdentities:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.identities

    def person_of(self, issuer: str, subject: str) -> str | None:
        return self._kept.get((issuer, subject))

    def of(self, person: str) -> list[tuple[str, str]]:
        return sorted(key for key, known in self._kept.items() if known == person)

    def connect(self, issuer: str, subject: str, *, person: str, at: datetime) -> None:
        if self._kept.setdefault((issuer, subject), person) != person:
            raise Conflict(say("This company sign-in belongs to somebody else already."))

    def disconnect(self, person: str) -> int:
        own = self.of(person)
        for key in own:
            del self._kept[key]
        return len(own)


class FakePersonChanges:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.person_changes

    def get(self, change: str) -> PersonChange:
        if change not in self._kept:
            raise NotFound(say("There is no change {change}.", change=change))
        return self._kept[change]

    def add(self, change: PersonChange) -> None:
        self._kept[change.id] = change

    def put(self, change: PersonChange) -> None:
        if self._kept[change.id].state is not ChangeState.OPEN:
            raise Conflict(say("Change {change} was decided meanwhile.", change=change.id))
        self._kept[change.id] = change

    def open(self) -> list[PersonChange]:
        waiting = [c for c in self._kept.values() if c.state is ChangeState.OPEN]
        return sorted(waiting, key=lambda c: (c.asked_at, c.id))

    def of(self, person: str) -> list[PersonChange]:
        own = [c for c in self._kept.values() if c.person == person]
        return sorted(own, key=lambda c: (c.asked_at, c.id), reverse=True)


class FakeApiKeys:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.api_keys

    def get(self, key: str) -> ApiKey:
        if key not in self._kept:
            raise NotFound(say("There is no key {key}.", key=key))
        return self._kept[key]

    def all(self) -> list[ApiKey]:
        keys = sorted(self._kept.values(), key=lambda k: k.id)
        return sorted(keys, key=lambda k: k.made_at, reverse=True)

    def put(self, key: ApiKey) -> None:
        self._kept[key.id] = key
