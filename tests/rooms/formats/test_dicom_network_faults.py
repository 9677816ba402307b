"""An archive that is busy, slow, broken or hostile costs a few tries and gives a typed error without what was asked."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from xinglin.formats.dicom.multipart import boundary_of, parts_of
from xinglin.formats.dicom.network_dimse import Peer, echo, store
from xinglin.formats.dicom.network_web import DicomWeb, WebLimits
from xinglin.records.errors import InvalidInput, OutOfResources, RemoteFailed, UsageError

STUDY = "1.2.826.0.1.3680043.8.498.77"
LIMITS = WebLimits(seconds=2.0, wait_seconds=0.001, longest_wait_seconds=0.01, search_bytes=10_000)
MULTIPART = {"Content-Type": 'multipart/related; type="application/dicom"; boundary="b1"'}


@contextmanager
def archive(*answers):
    """Answers requests with (status, headers, body) one after another, the last one for ever."""
    asked = []

    class Scripted(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, dict(self.headers), body))
            status, headers, body = answers[min(len(asked), len(answers)) - 1]
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name http.server looks for

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with DicomWeb(f"http://127.0.0.1:{server.server_address[1]}/web", limits=LIMITS, token="t0ken") as web:
            yield web, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def told(error):
    assert STUDY not in str(error.value) and "Secret" not in str(error.value) and "t0ken" not in str(error.value)
    return error.value.code


def failing(*answers, match=None):
    with archive(*answers) as (web, asked), pytest.raises((RemoteFailed, OutOfResources)) as caught:
        web.search("series", match or {"PatientName": "Secret"}, study=STUDY)
    return told(caught), len(asked)


@pytest.mark.parametrize("busy", [429, 500, 503])
def test_a_busy_archive_is_asked_again_and_then_answers(busy):
    with archive((busy, {"Retry-After": "3"}, b""), (busy, {}, b""), (200, {}, b"[]")) as (web, asked):
        assert web.search("studies") == [] and len(asked) == 3


def test_an_archive_that_stays_busy_is_left_alone_after_three_tries():
    assert failing((503, {}, b"")) == ("XL-DICOM-604", 3)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, {}, b"Secret"), "XL-DICOM-604"),
        ((302, {"Location": "http://elsewhere.invalid/Secret"}, b""), "XL-DICOM-605"),
        ((200, {}, b"<html>Secret"), "XL-DICOM-606"),
        ((200, {}, b"[1, 2]"), "XL-DICOM-606"),
        ((200, {}, b"[" + b" " * 20_000 + b"]"), "XL-DICOM-607"),
        ((200, {"Content-Length": "90"}, b"[]"), "XL-DICOM-602"),
    ],
)
def test_a_wrong_answer_is_a_typed_error(answer, code):
    assert failing(answer) == (code, 1)


def test_the_token_is_sent_and_the_question_is_what_was_asked():
    rows = b'[{"00080060": {"vr": "CS", "Value": ["CT"]}, "00100010": {"vr": "PN", "Value": [{"Alphabetic": "A^B"}]}, "00080061": {"vr": "CS"}}]'
    with archive((200, {}, rows)) as (web, asked):
        assert web.search("series", {"Modality": "CT"}, study=STUDY, fields=("SeriesDescription",), limit=5) == [
            {"Modality": "CT", "PatientName": "A^B", "ModalitiesInStudy": ""}
        ]
    method, path, headers, _ = asked[0]
    assert method == "GET" and path == f"/web/studies/{STUDY}/series?Modality=CT&includefield=SeriesDescription&limit=5"
    assert headers["Authorization"] == "Bearer t0ken"


def test_a_fetched_file_is_what_was_sent():
    parts = b"--b1\r\nContent-Type: application/dicom\r\n\r\nfirst\r\n--b1\r\n\r\nsec\r\n\r\nond\r\n--b1--\r\n"
    with archive((200, MULTIPART, parts)) as (web, asked):
        assert list(web.fetch(STUDY)) == [b"first", b"sec\r\n\r\nond"]
    assert asked[0][1] == f"/web/studies/{STUDY}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, MULTIPART, b"--b1\r\n\r\nfirst\r\n--b1\r\n\r\nsec"), "XL-DICOM-606"),
        ((200, MULTIPART, b"nothing"), "XL-DICOM-606"),
        ((200, {"Content-Type": "application/dicom"}, b"DICM"), "XL-DICOM-606"),
        ((404, {}, b""), "XL-DICOM-604"),
    ],
)
def test_a_fetch_that_goes_wrong_is_a_typed_error(answer, code):
    with archive(answer) as (web, _), pytest.raises(RemoteFailed) as caught:
        list(web.fetch(STUDY))
    assert told(caught) == code


def test_what_was_not_kept_is_said():
    refused = (
        b'{"00081198": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2"]}, "00081197": {"vr": "US", "Value": [43264]}}]}}'
    )
    with archive((409, {}, refused)) as (web, _), pytest.raises(RemoteFailed, match="43264") as caught:
        web.store([b"a"])
    assert told(caught) == "XL-DICOM-608"
    for silent in (b"{}", b'{"00081199": {"vr": "SQ", "Value": []}}'):
        with archive((200, {}, silent)) as (web, _), pytest.raises(RemoteFailed, match="XL-DICOM-606"):
            web.store([b"a"])


def test_a_stored_body_holds_the_files_as_they_are():
    kept = (
        b'{"00081199": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2"]}}, {"00081155": {"vr": "UI", "Value": ["1.3"]}}]}}'
    )
    with archive((200, {}, kept)) as (web, asked):
        assert web.store([b"one\r\n--", b"two"]) == ("1.2", "1.3")
    _, path, headers, body = asked[0]
    boundary = boundary_of(headers["Content-Type"])
    assert path == "/web/studies" and list(parts_of(iter([body]), boundary, 100)) == [b"one\r\n--", b"two"]


def test_nobody_at_the_address_is_said():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with DicomWeb(f"http://127.0.0.1:{port}", limits=LIMITS) as web, pytest.raises(RemoteFailed, match="XL-DICOM-602"):
            web.search("studies")
        with pytest.raises(RemoteFailed, match="XL-DICOM-702"):
            echo(Peer("127.0.0.1", port, "NOBODY", seconds=2.0))


def test_an_archive_that_never_answers_is_waited_for_only_so_long():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        quick = WebLimits(seconds=0.2, tries=2, wait_seconds=0.01)
        with DicomWeb(f"http://127.0.0.1:{port}", limits=quick) as web, pytest.raises(RemoteFailed, match="XL-DICOM-603"):
            web.search("studies")
        with pytest.raises(RemoteFailed, match=r"XL-DICOM-70[25]"):
            echo(Peer("127.0.0.1", port, "SILENT", seconds=0.5))


@pytest.mark.parametrize("url", ["ftp://a/b", "pacs.example", "http://", "http://u:p@host/x", "http://h/x?y=1"])
def test_what_is_no_service_address_is_refused(url):
    with pytest.raises(UsageError, match="XL-DICOM-601"):
        DicomWeb(url)


def test_arguments_that_cannot_be_meant_are_refused():
    with DicomWeb("http://127.0.0.1:9/web") as web:
        for uids in (("1.2;3",), ("1." * 40,), ("",), ("1.2", "", "1.3")):
            with pytest.raises(InvalidInput, match="XL-DICOM-609"):
                list(web.fetch(*uids))
    with pytest.raises(InvalidInput, match="XL-DICOM-701"):
        echo(Peer("127.0.0.1", 9, "A TITLE FAR TOO LONG"))
    with pytest.raises(InvalidInput, match="XL-DICOM-501"):
        store(Peer("127.0.0.1", 9, "ARCHIVE"), [b"no file"])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_parts_are_found_however_the_answer_is_cut_into_pieces(size):
    bodies = [b"", b"\r\n", b"--b\r\n--", b"\r\n--bb", bytes(range(256))]
    whole = b"preamble\r\n" + b"".join(b"--b9\r\nA: b\r\n\r\n" + body + b"\r\n" for body in bodies) + b"--b9--epilogue"
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert list(parts_of(iter(pieces), b"b9", 256)) == bodies
    with pytest.raises(OverflowError):
        list(parts_of(iter(pieces), b"b9", 255))
    cut = whole[: whole.index(b"--b9--")]
    with pytest.raises(ValueError, match="cut"):
        list(parts_of(iter([cut[at : at + size] for at in range(0, len(cut), size)]), b"b9", 256))
