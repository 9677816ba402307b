"""The demo, as a newcomer runs it: every draft holds, every release is labelled, and the start page leads to all of it."""

import re

from xinglin.flow.demo import walk
from xinglin.privacy import labels


def test_the_demo_walks_the_whole_road(tmp_path):
    said = []
    found = walk.walk(tmp_path / "demo", 0, said.append)
    page = (tmp_path / "demo" / "index.html").read_text(encoding="utf-8")
    links = [link for link in re.findall(r'href="([^"#]+)"', page) if "://" not in link and not link.startswith("data:")]
    assert len(links) >= 14 and all((tmp_path / "demo" / link).exists() for link in links)
    assert sum("signed and released" in line for line in said) == 18
    assert not any("not signed" in line or "NOT noticed" in line for line in said)
    released = [p for p in (tmp_path / "demo").glob("*/*/release/*")]
    images = [p for p in released if p.suffix == ".dcm"]
    assert len(released) - len(images) == 68 and len(images) == 2 * (4 + 3 + 120 + 9)
    assert all(labels.check(p.read_bytes(), p.name).verdict == "compliant" for p in released)
    assert found["index"].endswith("index.html")


def test_the_same_seed_gives_the_same_drafts_and_another_run_replaces_the_first(tmp_path):
    texts = []
    for _ in range(2):
        walk.walk(tmp_path / "demo", 3, lambda _: None)
        texts.append([p.read_bytes() for p in sorted((tmp_path / "demo").glob("*/*/draft/*"))])
    assert texts[0] == texts[1] and len(texts[0]) == 36
