"""Policy draft: a policy that somebody proposes and somebody else has to confirm."""

from collections.abc import Mapping
from dataclasses import dataclass

from creditflow.domain.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft(Draft):
    """A proposed policy, based on the version that was in force.

    `text` is the canonical JSON that will be published, `sources` the YAML that
    people wrote, by document. `version` is what its publication made.
    """

    text: str
    sources: Mapping[str, str]
    version: int | None = None
