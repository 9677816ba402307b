"""Make the README's pictures from the demo's own pages: python docs/images/make.py (needs Chromium and a finished `make demo`)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"draft.png": ("en/case-summary/draft/*.html", "e-s5"), "draft.zh.png": ("zh/case-summary/draft/*.html", "e-s5")}


def main() -> int:
    """0 when every picture was made."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.stderr.write("Chromium is not here\n")
        return 1
    for name, (pattern, anchor) in PAGES.items():
        (page,) = sorted((ROOT / "xinglin-demo").glob(pattern))
        with tempfile.TemporaryDirectory() as profile:
            options = [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--hide-scrollbars",
            ]
            picture = f"--screenshot={ROOT / 'docs' / 'images' / name}"
            subprocess.run(
                [chromium, *options, f"--user-data-dir={profile}", "--window-size=1400,900", picture, f"{page.as_uri()}#{anchor}"],
                check=True, capture_output=True,
            )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
