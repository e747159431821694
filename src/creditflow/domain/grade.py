"""Grade: what an evaluation comes down to, A (best) to G."""

from enum import StrEnum


class Grade(StrEnum):
    """A credit grade; A is best, and a better grade compares as smaller: A < B."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"

    def is_at_least(self, other: "Grade") -> bool:
        """Whether this grade is as good as the other, or better."""
        return self.value <= other.value

    def worse(self, by: int = 1) -> "Grade":
        """The grade that lies `by` steps below, G at the most."""
        grades = list(Grade)
        return grades[min(grades.index(self) + by, len(grades) - 1)]
