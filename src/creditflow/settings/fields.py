"""Fields of settings: each carries its default, its meaning in both languages, and an example."""

from typing import Any, TypeVar

from pydantic import Field

PREFIX = "CREDITFLOW_"
ENV_FILE = ".env"
MAIL_ADDRESS = r"^[^@\s<>\"]+@[^@\s<>\"]+$"

T = TypeVar("T")


def described(default: T, en: str, zh: str, *, example: str, **bounds: Any) -> T:  # noqa: ANN401
    """Describe a setting: its default, what it is for in both languages, and an example."""
    described: T = Field(
        default=default,
        description=en,
        examples=[example],
        json_schema_extra={"zh": zh},
        **bounds,
    )
    return described
