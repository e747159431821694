"""Write the pages that are made from the product itself: settings, commands, signals, states.

python -m tests.docs.generate            writes them
python -m tests.docs.generate --check    says which of them are out of date
"""

import difflib
import os
import sys
from pathlib import Path

# Before the command line is imported: pages are made in English wherever they are made.
os.environ["CREDITFLOW_LANGUAGE"] = "en"

from tests.docs import (
    case_states,
    commands,
    permissions_pages,
    settings_pages,
    signals_pages,
)

ROOT = Path(__file__).parents[2]


def pages() -> dict[str, str]:
    """Every generated file and what belongs in it."""
    return {
        ".env.example": settings_pages.env_example(),
        "docs/reference/settings.md": settings_pages.page("en"),
        "docs/reference/settings.zh-CN.md": settings_pages.page("zh"),
        "docs/reference/commands.md": commands.page(),
        "docs/reference/signals.md": signals_pages.page("en"),
        "docs/reference/signals.zh-CN.md": signals_pages.page("zh"),
        "docs/reference/permissions.md": permissions_pages.page("en"),
        "docs/reference/permissions.zh-CN.md": permissions_pages.page("zh-CN"),
        "docs/reference/case-states.md": case_states.page("en"),
        "docs/reference/case-states.zh-CN.md": case_states.page("zh"),
    }


def main(words: list[str]) -> int:
    """Write or check; 1 where a page is out of date."""
    outdated = 0
    for name, wanted in pages().items():
        file = ROOT / name
        there = file.read_text(encoding="utf-8") if file.exists() else ""
        if there == wanted:
            continue
        if "--check" in words:
            outdated += 1
            lines = difflib.unified_diff(
                there.splitlines(), wanted.splitlines(), name, "as it should be", lineterm="", n=1
            )
            print("\n".join(lines))
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted, encoding="utf-8")
            print(f"wrote {name}")
    if outdated:
        print("Write them anew: make docs")
    return int(outdated > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
