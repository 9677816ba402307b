"""An archive's settings are understood whole or refused with a reason; a secret comes from its file or the environment alone."""

import json
import socket
import sys
from io import StringIO
from pathlib import Path

import pytest

from xinglin.cli.run import main
from xinglin.flow.archive_settings import archive_meant, secrets_of
from xinglin.flow.settings import load
from xinglin.records.errors import InvalidInput, NotFound

SOUND = '[archives.pacs]\nurl = "https://pacs.example/dicom-web"\n'


def settings(home, text):
    home.mkdir(exist_ok=True)
    (home / "xinglin.toml").write_text(text, encoding="utf-8")
    return load(home)


def secrets(home, text):
    found = settings(home, text)
    return secrets_of(found.archives["pacs"], home, from_table=True)


def test_the_archives_of_the_settings_are_read(tmp_path):
    text = (
        SOUND
        + '[archives.old]\nurl = "dimse://THEIRS@10.0.0.5:11112"\nown_title = "OURS"\nlisten = "0.0.0.0:11113"\naccepts_synthetic = true\n'
    )
    found = settings(tmp_path, text).archives
    assert found["pacs"].name == "pacs" and not found["pacs"].accepts_synthetic
    assert (found["old"].own_title, found["old"].listen, found["old"].accepts_synthetic) == ("OURS", "0.0.0.0:11113", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('archives = "pacs"', "XL-SET-010"),
        ('[archives."Our PACS"]\nurl = "https://a"', "XL-SET-011"),
        ("[archives.pacs]\nown_title = 'X'", "XL-SET-012"),
        (SOUND + 'password = "of-no-worth"', "XL-SET-012"),
        (SOUND + 'accepts_synthetic = "yes"', "XL-SET-012"),
        ('[archives.pacs]\nurl = "ftp://a"', "XL-SET-013"),
        ('[archives.pacs]\nurl = "https://user:of-no-worth@a/b"', "XL-SET-013"),
        ('[archives.pacs]\nurl = "https://a:port/b"', "XL-SET-013"),
        ('[archives.pacs]\nurl = "dimse://10.0.0.5:104"', "XL-SET-013"),
        ('[archives.pacs]\nurl = "dimse://T@10.0.0.5:104"\nuser = "x"', "XL-SET-013"),
        ('[archives.pacs]\nurl = "dimse://T@10.0.0.5:104"\nlisten = "everywhere"', "XL-SET-013"),
        (SOUND + 'listen = "0.0.0.0:11112"', "XL-SET-013"),
        (SOUND + 'token_file = "t"\nuser = "u"', "XL-SET-013"),
        (SOUND + 'password_file = "p"', "XL-SET-013"),
        (SOUND + 'own_title = "MUCH TOO LONG A TITLE"', "XL-SET-013"),
        (SOUND + "seconds = 0", "XL-SET-013"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_and_no_secret_is_repeated(tmp_path, text, code):
    with pytest.raises(InvalidInput, match=code) as caught:
        settings(tmp_path, text)
    assert "of-no-worth" not in str(caught.value)


def test_a_secret_comes_from_its_file_or_the_environment(tmp_path, monkeypatch):
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    assert secrets(tmp_path, SOUND) == ("", "")
    assert secrets(tmp_path, SOUND + 'token_file = "token"') == ("from-file", "")
    assert secrets(tmp_path, SOUND + 'user = "u"\npassword_file = "token"') == ("", "from-file")
    monkeypatch.setenv("XINGLIN_ARCHIVE_PACS_TOKEN", "from-environment")
    assert secrets(tmp_path, SOUND + 'token_file = "token"') == ("from-environment", "")
    monkeypatch.setenv("XINGLIN_ARCHIVE_PACS_PASSWORD", "word")
    assert secrets(tmp_path, SOUND + 'user = "u"') == ("", "word")


def test_a_general_token_goes_to_no_archive_of_the_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("XINGLIN_DICOMWEB_TOKEN", "general")
    assert secrets(tmp_path, SOUND) == ("", "")
    typed = archive_meant("https://other.example/web", {})
    assert typed.name == "other.example" and not typed.accepts_synthetic
    assert secrets_of(typed, tmp_path, from_table=False) == ("general", "")


@pytest.mark.parametrize("content", [None, "", "two\nlines", b"\xff\xfe"])
def test_a_secret_that_cannot_be_had_is_said(tmp_path, content):
    if content is not None:
        (tmp_path / "token").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInput, match="XL-SET-015") as caught:
        secrets(tmp_path, SOUND + 'token_file = "token"')
    assert "two" not in str(caught.value)


def test_no_secret_crosses_the_network_in_the_clear_unless_that_is_said(tmp_path):
    (tmp_path / "token").write_text("t", encoding="utf-8")
    clear = '[archives.pacs]\nurl = "http://pacs.example/web"\ntoken_file = "token"\n'
    with pytest.raises(InvalidInput, match="XL-SET-016"):
        secrets(tmp_path, clear)
    assert secrets(tmp_path, clear + "unencrypted = true") == ("t", "")
    assert secrets(tmp_path, clear.replace("pacs.example", "127.0.0.1")) == ("t", "")


def test_an_unknown_archive_is_said_with_the_known_ones(tmp_path, capsys):
    with pytest.raises(NotFound, match=r"XL-SET-014(.|\n)*known: pacs"):
        archive_meant("pax", settings(tmp_path, SOUND).archives)
    with pytest.raises(InvalidInput, match="XL-SET-013"):
        archive_meant("https://me:secret@a/b", {})
    assert main(["archive", "test", "pax", "--home", str(tmp_path), "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "XL-SET-014"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "XL-FLOW-025"),
        (("--archive", "pacs"), "XL-ARCHIVE-008"),
        (("--study", "1.2"), "XL-ARCHIVE-008"),
        (("a.json", "--archive", "pacs", "--study", "1.2"), "XL-ARCHIVE-008"),
        (("--archive", "pacs", "--study", "1.2;3"), "XL-ARCHIVE-004"),
        (("--archive", "pacs", "--study", "1.2", "--series", "x"), "XL-ARCHIVE-004"),
    ],
)
def test_a_take_in_that_cannot_be_meant_asks_no_archive(tmp_path: Path, capsys, words, code):
    settings(tmp_path, SOUND)
    assert main(["take-in", *words, "--home", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_the_doctor_looks_at_archives_without_asking_them(tmp_path, capsys):
    (tmp_path / "token").write_text("t", encoding="utf-8")
    (tmp_path / "token").chmod(0o644)
    settings(tmp_path, SOUND + 'token_file = "token"\n[archives.other]\nurl = "https://other.invalid/web"\ntoken_file = "none"\n')
    main(["doctor", "--home", str(tmp_path), "--json"])
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)["checks"] if row["what"].startswith("archive")}
    assert [(row["state"], row["fix"].split()[0]) for row in rows.values()] == [("warn", "chmod"), ("fail", "name")]
    (tmp_path / "token").chmod(0o600)
    main(["doctor", "--home", str(tmp_path), "--json"])
    assert {"what": "archive pacs: settings understood", "state": "ok", "fix": ""} in json.loads(capsys.readouterr().out)["checks"]


def test_a_person_at_a_terminal_sees_how_far_it_is_and_a_file_does_not(monkeypatch):
    from xinglin.flow import archives

    class Terminal(StringIO):
        def isatty(self):
            return True

    for screen in (Terminal(), StringIO()):
        monkeypatch.setattr(sys, "stderr", screen)
        with archives._progress("from pacs") as arrived:
            arrived(3, 2_000_000)
        assert ("from pacs: 3 files, 2 MB" in screen.getvalue()) is screen.isatty()


def test_an_interrupted_fetch_keeps_nothing(tmp_path, monkeypatch, capsys):
    from xinglin.intake import archives

    class Interrupted:
        def __init__(self, archive, *_):
            self.archive = archive

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def fetch(self, study, series, into, arrived):
            (into / "received-000001.dcm").write_bytes(b"half of a study")
            raise KeyboardInterrupt

    settings(tmp_path, SOUND)
    monkeypatch.setattr(archives, "connect", Interrupted)
    assert main(["take-in", "--archive", "pacs", "--study", "1.2", "--home", str(tmp_path)]) == 130
    assert list((tmp_path / "arriving").iterdir()) == []
    capsys.readouterr()
    assert main(["chart", "--home", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"charts": []}


def test_a_named_archive_is_not_asked_by_any_other_command(tmp_path, monkeypatch):
    def shut(*_, **__):
        raise AssertionError("a socket was opened")

    settings(tmp_path, SOUND + '[archives.old]\nurl = "dimse://T@10.0.0.5"\nlisten = "127.0.0.1:11112"\n')
    for name in ("socket", "create_connection"):
        monkeypatch.setattr(socket, name, shut)
    for words in (["doctor"], ["chart"], ["kinds"]):
        assert main([*words, "--home", str(tmp_path), "--json"]) == 0
