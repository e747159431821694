"""Read the settings: every problem at once with its remedy, every name that sets nothing."""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import Sentence, say
from creditflow.settings.fields import ENV_FILE, PREFIX
from creditflow.settings.installation import Settings


class BadSettings(Refusal):
    """The environment describes no installation that could work."""


def read_settings(**given: object) -> Settings:
    """Read the settings; raises BadSettings with every problem and its remedy."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks what is given
    except ValidationError as problems:
        lines = "\n".join(_line(error) for error in problems.errors())
        raise BadSettings(say("These settings cannot work:\n{problems}", problems=lines)) from None


def _line(error: Mapping[str, Any]) -> str:
    """One problem: the variable, what is wrong with it, an example. Never the value of a secret."""
    wrong = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return f"  {wrong}."
    name = str(error["loc"][0])
    example = (Settings.model_fields[name].examples or [""])[0]
    return f"  {PREFIX}{name.upper()}: {wrong}. For example: {PREFIX}{name.upper()}={example}"


def unknown_settings(
    environment: Mapping[str, str] | None = None, env_file: Path = Path(ENV_FILE)
) -> list[Sentence]:
    """Tell of every CREDITFLOW_ variable that sets nothing, with the name it may have meant."""
    known = [name.upper() for name in Settings.model_fields]
    given = {*(os.environ if environment is None else environment), *_names_in(env_file)}
    return [
        _unknown(name, known)
        for name in sorted(given)
        if name.upper().startswith(PREFIX) and name.upper().removeprefix(PREFIX) not in known
    ]


def _unknown(name: str, known: Iterable[str]) -> Sentence:
    near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), list(known), n=1)
    if near:
        return say("{name} sets nothing. Did you mean {near}?", name=name, near=PREFIX + near[0])
    return say("{name} sets nothing. Remove it.", name=name)


def _names_in(env_file: Path) -> set[str]:
    if not env_file.is_file():
        return set()
    text = env_file.read_text(encoding="utf-8", errors="replace")
    return set(re.findall(r"^\s*(?:export\s+)?(\w+)\s*=", text, flags=re.MULTILINE))
