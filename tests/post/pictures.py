"""Take the pictures of all letters: `python -m tests.post.pictures docs/letters`.

Each as mail (`KIND.LANGUAGE.png`) and as its first printed page
(`KIND.LANGUAGE.pdf.png`). Needs Chromium (Debian's package). Fonts come from two packages of the
development dependencies, so the pictures look the same on every machine.
Options after the folder: width in pixels (default 720), `dark`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import sync_playwright

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.letter import Addressed, DisclosedReason, LetterFacts
from creditflow.domain.letter_notices import Held
from creditflow.domain.money import Money
from creditflow.domain.proposal import Outcome
from tests.post.letter_notices import every_bare_letter, every_letter, proof
from tests.post.letters import AT, ID, TO, press

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{dirs}<cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>
</fontconfig>"""

GOOD = {
    "zh-CN": (
        DisclosedReason(
            "paid_on_time",
            "过去 12 个月共付款 {n} 笔，平均在到期日后 {days} 天内付清。",
            "保持按时付款，有助于今后进一步提高额度。",
            {"n": 46, "days": 2},
        ),
        DisclosedReason(
            "tenure",
            "贵司与我司合作已满 {years} 年，最近一年的采购额为 {turnover}。",
            "",
            {"years": 6, "turnover": Money.of(18_400_000, "CNY")},
        ),
    ),
    "en": (
        DisclosedReason(
            "paid_on_time",
            "Your {n} payments of the past 12 months came {days} days after the due date on average.",
            "Paying on time will help towards a further increase.",
            {"n": 46, "days": 2},
        ),
        DisclosedReason(
            "tenure",
            "You have bought from us for {years} years, and for {turnover} in the past year.",
            "",
            {"years": 6, "turnover": Money.of(18_400_000, "CNY")},
        ),
    ),
}


def beyond() -> list[tuple[str, Addressed]]:
    """Letters that have a second face: a hold for orders beyond the limit alone."""
    found = [x for language in LANGUAGES for x in every_bare_letter(language)]
    proofs = [x for x in found if isinstance(x, Held) and not x.invoices]
    return [("held_beyond_limit", replace(x, proof=proof())) for x in proofs]


def every() -> list[Addressed]:
    """Good news with what speaks for the customer, the rest with what speaks against it."""
    found = [x for language in LANGUAGES for x in every_letter(language)]
    good = {Outcome.APPROVED, Outcome.RAISED, Outcome.UNCHANGED}
    return [
        replace(x, reasons=GOOD["zh-CN" if x.language == "zh-CN" else "en"])
        if isinstance(x, LetterFacts) and x.outcome in good
        else x
        for x in found
    ]


def take(folder: Path, width: int, scheme: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with tempfile.TemporaryDirectory() as cache:
        packages = ("manimgx_fonts_cjk", "fontpkg_noto_sans")
        dirs = "".join(f"<dir>{files(package)}</dir>" for package in packages)
        config = Path(cache) / "fonts.conf"
        config.write_text(FONTS.format(dirs=dirs, cache=cache))
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium",
                args=["--no-sandbox"],
                env={**os.environ, "FONTCONFIG_FILE": str(config)},
            )
            page = browser.new_page(
                viewport={"width": width, "height": 500},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            for name, facts in [*((x.about.value, x) for x in every()), *beyond()]:
                letter = press().render(facts, recipient=TO, message_id=ID, at=AT)
                page.set_content(letter.html)
                path = folder / f"{name}.{facts.language}.png"
                page.screenshot(path=path, full_page=True)
                taken.append(path)
                printed = folder / f"{name}.{facts.language}.pdf.png"
                printed.write_bytes(press().pictures(facts, at=AT, dpi=80)[0])
                taken.append(printed)
            browser.close()
    return taken


def main() -> None:
    folder, *options = sys.argv[1:]
    width = next((int(x) for x in options if x.isdigit()), 720)
    pictures = take(Path(folder), width, "dark" if "dark" in options else "light")
    if smaller := shutil.which("pngquant"):
        args = [smaller, "--force", "--ext", ".png", "--skip-if-larger", "32"]
        subprocess.run([*args, *map(str, pictures)], check=False)
    print(*pictures, sep="\n")


if __name__ == "__main__":
    main()
