"""Make the pictures of README and docs from the demo's own pages; its people are made up and its scans are phantoms.

python docs/images/make.py [DEMO]   needs Chromium and a finished `make demo` (default folder xinglin-demo)
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"draft.png": "en/case-summary/draft/*.html", "draft.zh.png": "zh/case-summary/draft/*.html"}
IMAGE_PAGES = {"imaging-report.png": "en/imaging-report/release/document.html"}
NODULE = "en/virtual-nodule/release/document.html"
SENTENCE = 4  # a value with its trend: the page shows the results it was calculated from


def main() -> int:
    """0 when every picture was made."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.stderr.write("Chromium is not here\n")
        return 1
    demo = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "xinglin-demo"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1130})
        for name, pattern in PAGES.items():
            (draft,) = sorted(demo.glob(pattern))
            page.goto(draft.as_uri())
            page.locator(f"#s{SENTENCE}").click()
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=ROOT / "docs" / "images" / name)
        for name, released in IMAGE_PAGES.items():
            page.goto((demo / released).as_uri())
            page.screenshot(path=ROOT / "docs" / "images" / name)
        page.goto((demo / NODULE).as_uri())
        page.locator("img").first.screenshot(path=ROOT / "docs" / "images" / "virtual-nodule.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
