"""The part of the fake store that is about drafts of policies and letters; see tests.fakes."""

from datetime import date
from typing import Any, Generic, TypeVar

from creditflow.domain.draft import MOVES, Draft, DraftState
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.letter_template import Edition, TemplateDraft, TemplateName
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.sentences import say

D = TypeVar("D", bound=Draft)


class FakeDrafts(Generic[D]):
    def __init__(self, kept: dict[str, D], missing: str) -> None:
        self._kept, self._missing = kept, missing

    def get(self, draft: str) -> D:
        if draft not in self._kept:
            raise NotFound(say(self._missing, draft=draft))
        return self._kept[draft]

    def put(self, draft: D) -> None:
        if draft.state not in MOVES[self.get(draft.id).state]:
            raise Conflict(say("Draft {draft} was decided meanwhile.", draft=draft.id))
        self._kept[draft.id] = draft

    def _add(self, draft: D, other: D | None) -> None:
        if draft.id in self._kept or (draft.is_open and other):
            raise Conflict(say("Another draft is open. Reload the page to see it."))
        self._kept[draft.id] = draft

    def _latest_first(self) -> list[D]:
        return sorted(self._kept.values(), key=lambda d: (d.proposed_at, d.id), reverse=True)


class FakePolicyDrafts(FakeDrafts[PolicyDraft]):
    def __init__(self, kept: Any) -> None:
        super().__init__(kept.policy_drafts, "There is no policy draft {draft}.")

    def open(self) -> PolicyDraft | None:
        return next((d for d in self._kept.values() if d.is_open), None)

    def all(self) -> list[PolicyDraft]:
        return self._latest_first()

    def add(self, draft: PolicyDraft) -> None:
        self._add(draft, self.open())


class FakeTemplates(FakeDrafts[TemplateDraft]):
    def __init__(self, kept: Any) -> None:
        super().__init__(kept.templates, "There is no draft {draft} of a template.")

    def edition(self, number: int | None = None) -> Edition:
        published = sorted((x for x in self._kept.values() if x.edition), key=lambda x: x.edition)
        until = [x for x in published if number is None or x.edition <= number]
        edition = Edition()
        for draft in until:
            edition = edition.with_(draft.template, draft.text)
        return Edition(max((x.edition for x in until), default=0), edition.sources)

    def worded_by(self, template: TemplateName) -> int:
        return max((x.edition or 0 for x in self.all(template)), default=0)

    def open(self, template: TemplateName) -> TemplateDraft | None:
        return next((x for x in self.all(template) if x.is_open), None)

    def all(self, template: TemplateName | None = None) -> list[TemplateDraft]:
        return [x for x in self._latest_first() if template in (None, x.template)]

    def due(self, on: date) -> list[TemplateDraft]:
        found = (x for x in self._kept.values() if x.state is DraftState.CONFIRMED)
        return sorted(
            (x for x in found if x.effective_on <= on), key=lambda x: (x.effective_on, x.id)
        )

    def add(self, draft: TemplateDraft) -> None:
        self._add(draft, self.open(draft.template))
