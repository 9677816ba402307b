"""Law 6: the whole road runs with every socket shut."""

import json
import socket

from xinglin.cli.run import main
from xinglin.flow.demo.person import bundle


def test_a_record_becomes_a_draft_without_a_socket(tmp_path, monkeypatch, capsys):
    def shut(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", shut)
    monkeypatch.setattr(socket, "create_connection", shut)
    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path / "house"))
    (tmp_path / "record.json").write_text(json.dumps(bundle(1)), encoding="utf-8")
    assert main(["make", "lab-report", str(tmp_path / "record.json"), "-o", str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"]
