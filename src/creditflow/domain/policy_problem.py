"""Policy problems: what is wrong with documents, where, and which places are sound all the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from creditflow.domain.sentences import Sentence


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One thing wrong with a policy document, where it stands, and what would put it right."""

    document: str
    line: int | None
    path: str
    what: Sentence
    remedy: Sentence

    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"{self.document}{line}: {self.path}: {self.what} {self.remedy}"


class Problems(list[PolicyProblem]):
    """Problems in the order in which they were noted, and which places they leave unsound."""

    def __init__(self, noted: Iterable[PolicyProblem] = ()) -> None:
        super().__init__()
        self._unsound: set[tuple[str, str]] = set()
        for problem in noted:
            self.append(problem)

    def append(self, problem: PolicyProblem) -> None:
        """Note one; what it lies in is not sound either."""
        super().append(problem)
        parts = problem.path.split(".")
        around = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
        self._unsound |= {(problem.document, name) for name in {".", *around}}

    def leave_sound(self, document: str, name: str) -> bool:
        """Whether none of them is about that place or anything inside it."""
        return (document, name) not in self._unsound
