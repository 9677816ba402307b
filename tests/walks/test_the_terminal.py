"""What reaches a terminal and a script: no control characters, the right error, one JSON value whatever went wrong."""

import errno
import json
from pathlib import Path

import pytest

from xinglin.cli.run import main
from xinglin.cli.terminal import printable
from xinglin.flow import commands
from xinglin.flow.asked import Outcome

ESC, BELL = "\x1b", "\a"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"a{ESC}[31mb{BELL}", "a\\x1b[31mb\\x07"),
        ("one\ntwo\rthree\t", "one\\ntwo\\rthree\\t"),
        ("half \udc80", "half \\udc80"),
        ("turned \u202egpj.exe", "turned \\u202egpj.exe"),
        ("\x9b31m", "\\x9b31m"),
        ("plain, 杏林, é, 12 mm³, a b", "plain, 杏林, é, 12 mm³, a b"),
    ],
)
def test_control_characters_are_shown_and_do_not_act(line, shown):
    assert printable(line) == shown


def test_a_file_name_cannot_draw_on_the_terminal(tmp_path, home, capsys):
    bad = tmp_path / f"x{ESC}]0;owned{BELL}\n  fix   run this.json"
    bad.write_text("{", encoding="utf-8")
    assert main(["take-in", str(bad)]) != 0
    told = capsys.readouterr()
    for text in (told.out, told.err):
        assert ESC not in text and BELL not in text and "\n  fix   run this" not in text
    assert "\\x1b" in told.err


def test_lines_of_an_answer_are_escaped_and_its_json_is_not(home, capsys, monkeypatch):
    monkeypatch.setattr(commands, "kinds", lambda asked, given: Outcome({"name": f"a{ESC}b"}, (f"a{ESC}b",)))
    main(["kinds"])
    assert capsys.readouterr().out == "a\\x1bb\n"
    main(["kinds", "--json"])
    assert json.loads(capsys.readouterr().out) == {"name": f"a{ESC}b"}


@pytest.mark.parametrize("words", [["take-inn", "x"], ["make"], ["sign", "draft-1", "--as"], ["kinds", f"--bad{ESC}"]])
def test_a_slip_is_a_json_error_for_scripts_and_words_for_people(words, capsys):
    assert main([*words, "--json"]) == 2
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["code"] == "XL-CLI-001"
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith("error XL-CLI-001: ") and ESC not in told.err and "\n  fix   " in told.err


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "XL-CLI-003"), (errno.EDQUOT, "XL-CLI-003"), (errno.EACCES, "XL-CLI-004")])
def test_a_full_disk_at_work_is_not_an_answer_that_could_not_be_written(number, code, home, capsys, monkeypatch):
    def full(asked, given):
        raise OSError(number, "no", "/somewhere")

    monkeypatch.setattr(commands, "kinds", full)
    assert main(["kinds", "--json"]) == 7
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code and error["where"] == "/somewhere"


def test_an_answer_that_cannot_be_written_is_still_told_so(home, capfd):
    import os

    kept = os.dup(1)
    try:
        assert main(["kinds", "-o", str(Path("/nowhere") / "answer.json")]) == 7
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert "XL-CLI-002" in capfd.readouterr().err
