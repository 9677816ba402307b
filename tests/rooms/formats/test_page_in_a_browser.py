"""The page as people use it, in a real browser: by mouse, by keyboard, on a phone, without script, and on paper."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from signed_example import LABEL, SOURCES, example_document, example_draft

from xinglin.formats.html import write_document, write_index, write_preview

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="chromium not present")]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    for language in ("en", "zh"):
        (out / f"{language}.html").write_bytes(write_document(example_document(language)))
        (out / f"{language}-draft.html").write_bytes(write_preview(example_draft(language, unsigned=True), SOURCES, LABEL))
    (out / "index.html").write_bytes(write_index([{"title": "One", "language": "en", "path": "en.html", "state": "release"}]))
    return out


@pytest.fixture
def show(browser, folder):
    opened = []

    def open_page(name: str, width: int = 1280, script: bool = True):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        opened.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("request", lambda request: page.complaints.append(request.url) if not request.url.startswith("file:") else None)
        page.goto((folder / name).as_uri() if "#" not in name else (folder / name.split("#")[0]).as_uri() + "#" + name.split("#")[1])
        return page

    yield open_page
    for context in opened:
        context.close()


NAMES = ["en.html", "zh.html", "en-draft.html", "zh-draft.html", "index.html"]


@pytest.mark.parametrize("name", NAMES)
def test_it_asks_for_nothing_breaks_no_policy_and_fits_a_phone(show, name):
    page = show(name, width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.complaints == []


def test_a_click_shows_the_evidence_with_the_value_marked(show):
    page = show("en.html")
    page.click("#s3")
    assert page.locator(".evidence:visible").count() == 1
    assert page.locator(".evidence:visible mark").inner_text() == "5.9"
    assert page.locator(".evidence:visible mark").is_visible()


def test_j_k_enter_and_escape_walk_through_the_sentences(show):
    page = show("zh.html")
    for key, chosen in (("j", "s1"), ("j", "s2"), ("k", "s1")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == chosen
        assert page.locator(f"#e-{chosen}").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "e-s1"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "s1"
    assert page.locator(".evidence:visible").count() == 0


def test_a_link_to_a_sentence_opens_its_evidence(show):
    page = show("en.html#e-s2")
    assert page.locator("#e-s2").is_visible()


def test_without_script_the_links_still_open_the_evidence(show):
    page = show("en.html", script=False)
    page.click("#s3")
    assert page.locator("#e-s3").is_visible()
    assert page.locator(".evidence:visible").count() == 1


def test_text_stands_out_from_its_background(show):
    """WCAG 2.2 AA: at least 4.5 to 1, for every visible text of the signed page."""
    page = show("en-draft.html")
    page.click("#s3")
    worst = page.evaluate(
        """() => {
          const parse = (text) => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = (node) => {
            for (; node; node = node.parentElement) {
              const colour = parse(getComputedStyle(node).backgroundColor);
              if (colour.length < 4 || colour[3] > 0.99) return colour;
            }
            return [255, 255, 255];
          };
          let worst = [99, ''];
          for (const node of document.querySelectorAll('body *')) {
            const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
            if (!own || !node.offsetParent || node.closest('.watermark, .skip, script, style')) continue;
            const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < worst[0]) worst = [ratio, node.className + ' ' + node.textContent.slice(0, 40)];
          }
          return worst;
        }"""
    )
    assert worst[0] >= 4.5, worst


def test_on_paper_the_document_and_its_label_remain_and_the_panel_goes(show):
    page = show("en.html")
    page.emulate_media(media="print")
    assert page.locator(".label").first.is_visible()
    assert not page.locator("aside").is_visible()
