"""What every walk needs: a fresh house and a made-up person's record."""

import json
import sys
from pathlib import Path

import pytest

from xinglin.cli.run import main
from xinglin.flow.demo.person import bundle

sys.path.insert(0, str(Path(__file__).parent))

PASSPHRASE = "correct horse battery"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A fresh house that all commands of the test use."""
    folder = tmp_path / "house"
    monkeypatch.setenv("XINGLIN_HOME", str(folder))
    return folder


@pytest.fixture
def record(tmp_path):
    """The FHIR bundle of a made-up person."""
    path = tmp_path / "record.json"
    path.write_text(json.dumps(bundle(3)), encoding="utf-8")
    return path


@pytest.fixture
def passphrase(tmp_path):
    """A file holding a passphrase."""
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return path


@pytest.fixture
def xinglin(home, capsys):
    """Runs a command; gives (exit code, JSON answer)."""

    def run(*words):
        code = main([*map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run
