"""The commands of both READMEs and of the lessons, as they stand, one after another."""

import getpass
import re
import shlex
from pathlib import Path

import pytest

from xinglin.cli.run import main

PARTIAL = 8  # a folder held more than series, and that was said
ROOT = Path(__file__).parents[2]


def commands(page: str) -> list[list[str]]:
    """Words of every `.venv/bin/xinglin` line of a page, comments cut off."""
    lines = re.findall(r"^\.venv/bin/xinglin (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "README.zh.md",
        "docs/learn/first-report.md",
        "docs/learn/a-ct-with-a-virtual-nodule.md",
        "docs/learn/virtual-patients.md",
    ],
)
def test_every_command_of_the_page_works(page, home, record, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(getpass, "getpass", lambda _: "correct horse battery")
    (tmp_path / "bundle.json").write_bytes(record.read_bytes())
    example = "src/xinglin/content/treatment_plan/examples/record.json"
    (tmp_path / example).parent.mkdir(parents=True)
    (tmp_path / example).write_bytes((ROOT / example).read_bytes())
    (tmp_path / "xinglin-demo").mkdir()
    (tmp_path / "xinglin-demo" / "made-up-patient.json").write_bytes(record.read_bytes())
    found = commands(page)
    assert len(found) >= 5
    for words in found:
        assert main(words) in ((0, PARTIAL) if words[0] == "take-in" else (0,)), (words, capsys.readouterr().err)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_first_screen_keeps_its_two_commands_and_its_picture(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "make demo" in text and "make test" in text
    picture = re.search(r"!\[[^]]+]\(([^)]+)\)", text)
    assert picture and (ROOT / picture.group(1)).exists()
