"""Make the README's pictures from the demo's own pages: python docs/images/make.py (needs Chromium and a finished `make demo`)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"draft.png": "en/case-summary/draft/*.html", "draft.zh.png": "zh/case-summary/draft/*.html"}
SENTENCE = 4  # a value with its trend: the page shows the results it was calculated from


def main() -> int:
    """0 when every picture was made."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.stderr.write("Chromium is not here\n")
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1130})
        for name, pattern in PAGES.items():
            (draft,) = sorted((ROOT / "xinglin-demo").glob(pattern))
            page.goto(draft.as_uri())
            page.locator(f"#s{SENTENCE}").click()
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=ROOT / "docs" / "images" / name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
