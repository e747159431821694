"""The printer: a letter as PDF/A with its fonts inside, the same bytes for the same letter.

A character that no font has stops the letter with a Refusal; nothing is ever
printed with a gap in it. Typst and the fonts come with an extra, so they are
loaded when the first letter is printed.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say

FONT_PACKAGES: Final = ("manimgx_fonts_cjk", "fontpkg_noto_sans")
STANDARDS: Final = ("a-2a", "ua-1")
"""PDF/A-2a with PDF/UA-1: kept for good, and readable aloud; Typst refuses what is neither."""

OWN_FONTS: Final = Path(__file__).parent / "fonts"
"""Fixed weights of the packages' variable fonts, with the usual characters: cheaper to embed."""

LONGEST_TROUBLE: Final = 300


def can_print() -> bool:
    """Whether the extra that printing needs is installed."""
    return all(find_spec(name) is not None for name in ("typst", *FONT_PACKAGES))


@dataclass
class Printer:
    """Prints letters from one template; may be used by several threads.

    `fonts` are further folders with fonts, for names that ours cannot write.
    """

    fonts: Sequence[Path] = ()
    _compiler: Any = None
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def pdf(self, letter: Mapping[str, object], *, at: datetime) -> bytes:
        """The letter as PDF; raises Refusal where it cannot be printed whole."""
        return self._print(letter, at=at, format="pdf", pdf_standards=list(STANDARDS))[0]

    def pictures(self, letter: Mapping[str, object], *, at: datetime, dpi: int) -> list[bytes]:
        """The letter's pages as PNG."""
        return self._print(letter, at=at, format="png", ppi=float(dpi))

    def _print(self, letter: Mapping[str, object], *, at: datetime, **how: Any) -> list[bytes]:  # noqa: ANN401 - typst's own options
        text = json.dumps(letter, ensure_ascii=False, sort_keys=True)
        with self._one_at_a_time:
            compiler = self._compiler = self._compiler or self._ready()
            import typst  # noqa: PLC0415 - an extra, loaded by _ready

            try:
                made = compiler.compile(
                    sys_inputs={"letter": text}, timestamp=int(at.timestamp()), **how
                )
            except typst.TypstError as trouble:
                raise Refusal(
                    say(
                        "Letter {letter} cannot be printed: {problem}. If a character is"
                        " missing, correct the name or set CREDITFLOW_FONT_DIR to a folder with"
                        " a font that has it.",
                        letter=str(letter.get("number")),
                        problem=_one_line(trouble.message),
                    )
                ) from trouble
        pages = made if isinstance(made, list) else [made]
        return [bytes(page) for page in pages]

    def _ready(self) -> Any:  # noqa: ANN401 - typst may be absent, and its types with it
        if not can_print():
            raise Refusal(
                say("Letters as PDF need an extra. Install it: pip install 'creditflow[pdf]'.")
            )
        import typst  # noqa: PLC0415 - an extra

        folders = [
            str(OWN_FONTS),
            *(str(files(name)) for name in FONT_PACKAGES),
            *(str(x) for x in self.fonts),
        ]
        template = Path(str(files("creditflow"))) / "templates" / "letters" / "_letter.typ"
        return typst.Compiler(
            str(template),
            root=str(template.parent),
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
            ),
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TROUBLE]
