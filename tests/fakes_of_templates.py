"""The part of the fake store that is about wordings of letters; see tests.fakes."""

from datetime import date
from typing import Any

from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.letter_template import Edition, TemplateDraft, TemplateName
from creditflow.domain.policy_draft import MOVES, DraftState
from creditflow.domain.sentences import say


class FakeTemplates:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.templates

    def edition(self, number: int | None = None) -> Edition:
        published = sorted((x for x in self._kept.values() if x.edition), key=lambda x: x.edition)
        until = [x for x in published if number is None or x.edition <= number]
        edition = Edition()
        for draft in until:
            edition = edition.with_(draft.template, draft.text)
        return Edition(max((x.edition for x in until), default=0), edition.sources)

    def worded_by(self, template: TemplateName) -> int:
        return max((x.edition or 0 for x in self.all(template)), default=0)

    def get(self, draft: str) -> TemplateDraft:
        if draft not in self._kept:
            raise NotFound(say("There is no draft {draft} of a template.", draft=draft))
        return self._kept[draft]

    def open(self, template: TemplateName) -> TemplateDraft | None:
        return next((x for x in self.all(template) if x.is_open), None)

    def all(self, template: TemplateName | None = None) -> list[TemplateDraft]:
        found = (x for x in self._kept.values() if template in (None, x.template))
        return sorted(found, key=lambda x: (x.proposed_at, x.id), reverse=True)

    def due(self, on: date) -> list[TemplateDraft]:
        found = (x for x in self._kept.values() if x.state is DraftState.CONFIRMED)
        return sorted(
            (x for x in found if x.effective_on <= on), key=lambda x: (x.effective_on, x.id)
        )

    def add(self, draft: TemplateDraft) -> None:
        if draft.id in self._kept or (draft.is_open and self.open(draft.template)):
            raise Conflict(say("Another draft is open."))
        self._kept[draft.id] = draft

    def put(self, draft: TemplateDraft) -> None:
        if draft.state not in MOVES[self.get(draft.id).state]:
            raise Conflict(say("Draft {draft} was decided meanwhile.", draft=draft.id))
        self._kept[draft.id] = draft
