"""Take the README's pictures of a demo that is running: `python -m tests.docs.pictures [ADDRESS]`."""

import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from creditflow.cli.demo import PASSWORD
from tests.e2e.browser import ARGUMENTS, chromium

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WHO = {"en": "emma.miller", "zh-CN": "li.na"}
WINDOW = {"width": 1280, "height": 860}


def main(address: str) -> None:
    """Sign in once per language; the inbox, its first case, and the scorecard of that."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=ARGUMENTS,
            env={**os.environ, "FONTCONFIG_FILE": str(fonts(Path(folder)))},
        )
        for language, person in WHO.items():
            page = browser.new_context(viewport=WINDOW, locale=language).new_page()
            page.goto(address)
            page.fill("#name", person)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_url(f"{address}/")
            page.screenshot(path=PICTURES / f"inbox.{language}.png")
            case = _a_case(page)
            for name, path in (("case", case), ("scorecard", f"{case}/scorecard")):
                shown = page.goto(address + path)
                if shown is None or not shown.ok:
                    raise SystemExit(f"{page.url} cannot be shown: see the demo's logs/web.log")
                page.screenshot(path=PICTURES / f"{name}.{language}.png")
            for name in ("drift", "backtest"):
                page.goto(f"{address}/monitoring/{name}?basis=looked-back")
                page.screenshot(path=PICTURES / f"monitoring-{name}.{language}.png")
        browser.close()


def _a_case(page: Page) -> str:
    rows = page.locator("a[href^='/cases/CF-']")
    return rows.first.get_attribute("href") or ""


def fonts(folder: Path) -> Path:
    """A fontconfig file with the font wheels, so that a bare machine shows what others see."""
    places = [
        place
        for package in ("fontpkg_noto_sans", "manimgx_fonts_cjk")
        if (spec := find_spec(package)) is not None
        for place in spec.submodule_search_locations or []
    ]
    aliases = "".join(
        f"<alias binding='strong'><family>{name}</family><prefer><family>Noto Sans</family>"
        "<family>Noto Sans CJK SC</family><family>Noto Sans SC</family></prefer></alias>"
        for name in ("system-ui", "sans-serif", "ui-sans-serif")
    )
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        + "".join(f"<dir>{place}</dir>" for place in places)
        + f"<dir>/usr/share/fonts</dir>{aliases}<cachedir>{folder}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return file


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765")
