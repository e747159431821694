"""A real Chromium with fonts for Chinese, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Where Chromium is. Skips where there is none, unless a browser is required."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("CREDITFLOW_REQUIRE_BROWSER"):
        pytest.fail("a browser is required here and there is none: apt-get install chromium")
    pytest.skip("no Chromium here: apt-get install chromium")


def font_config(folder: Path) -> Path:
    """A fontconfig file that names the font wheels' folders, so that Chinese is not boxes."""
    folders = []
    for package in ("manimgx_fonts_cjk", "fontpkg_noto_sans"):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folders += list(spec.submodule_search_locations)
    lines = "".join(f"<dir>{place}</dir>" for place in folders)
    file = folder / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"{lines}<dir>/usr/share/fonts</dir><cachedir>{folder}</cachedir></fontconfig>"
    )
    return file


@contextmanager
def open_browser(folder: Path) -> Iterator[Browser]:
    """A headless Chromium until the block is left."""
    path = chromium()
    env = {**os.environ, "FONTCONFIG_FILE": str(font_config(folder))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, env=env)
        try:
            yield browser
        finally:
            browser.close()
