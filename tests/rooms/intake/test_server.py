"""Reading a patient from a FHIR server, against a real one on this machine."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from xinglin.intake import Limits, patient_url, read
from xinglin.records.errors import OutOfResources, RemoteFailed, UsageError

PATIENT = {"resourceType": "Patient", "id": "7", "identifier": [{"system": "urn:mrn", "value": "A1"}]}


def page(*resources: dict, next_url: str = "") -> dict:
    links = [{"relation": "next", "url": next_url}] if next_url else []
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": r} for r in resources]}


def result(name: str) -> dict:
    return {"resourceType": "Observation", "id": name, "code": {"text": "x"}, "subject": {"reference": "Patient/7"}, "valueString": "v"}


class Server:
    """Answers by path: a JSON value, bytes, a status or a function of the request."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.asked: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers.get("Authorization", "")))
                answer = outer.answers.get(self.path, 404)
                status = answer if isinstance(answer, int) else 200
                if callable(answer):
                    answer(self)
                    return
                body = b"" if isinstance(answer, int) else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_address[1]}/fhir"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def server():
    running = Server()
    yield running
    running.http.shutdown()
    running.http.server_close()
    running.thread.join()


EVERYTHING = "/fhir/Patient/7/$everything"


def test_every_page_of_everything_is_read(server):
    server.answers[EVERYTHING] = page(PATIENT, result("a"), next_url=f"{server.base}/next?page=2")
    server.answers["/fhir/next?page=2"] = page(result("b"), next_url="next3")
    server.answers["/fhir/next3"] = page(result("c"))
    found = read([patient_url(server.base + "/", "7")])
    assert [r for r, _ in found.people[0].resources] == ["Observation/a", "Observation/b", "Observation/c", "Patient/7"]
    assert found.findings == ()


def test_a_token_from_the_environment_is_sent(server, monkeypatch):
    monkeypatch.setenv("XINGLIN_FHIR_TOKEN", "abc")
    server.answers[EVERYTHING] = page(PATIENT)
    read([f"{server.base}/Patient/7"])
    assert server.asked == [(EVERYTHING, "Bearer abc")]


def test_a_server_without_everything_is_asked_type_by_type(server):
    server.answers["/fhir/Patient/7"] = PATIENT
    server.answers["/fhir/Observation?patient=7&_count=200"] = page(result("a"))
    server.answers["/fhir/Condition?patient=7&_count=200"] = page()
    found = read([f"{server.base}/Patient/7"])
    assert [r for r, _ in found.people[0].resources] == ["Observation/a", "Patient/7"]
    kinds = {f.code for f in found.findings}
    assert kinds == {"XL-FHIR-047", "XL-FHIR-043"}
    assert "Goal" in {f.place for f in found.findings}


def _fault(server, answer) -> RemoteFailed:
    server.answers[EVERYTHING] = answer
    with pytest.raises(RemoteFailed) as caught:
        read([f"{server.base}/Patient/7"])
    assert "/7" not in caught.value.where
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize("status,code", [(401, "XL-FHIR-043"), (403, "XL-FHIR-043"), (500, "XL-FHIR-043"), (302, "XL-FHIR-045")])
def test_a_refusal_is_a_typed_error(server, status, code):
    assert _fault(server, status).code == code


def test_the_next_page_on_another_server_is_not_asked_for(server):
    other = Server()
    try:
        fault = _fault(server, page(PATIENT, next_url=f"{other.base}/steal"))
        assert fault.code == "XL-FHIR-046"
        assert other.asked == []
    finally:
        other.http.shutdown()
        other.http.server_close()


def test_pages_without_end_are_stopped(server):
    assert _fault(server, page(PATIENT, next_url=server.base + "/Patient/7/$everything")).code == "XL-FHIR-044"
    server.answers[EVERYTHING] = page(PATIENT, next_url="a")
    server.answers["/fhir/Patient/7/a"] = page(next_url="b")
    server.answers["/fhir/Patient/7/b"] = page(next_url="c")
    with pytest.raises(RemoteFailed) as caught:
        read([f"{server.base}/Patient/7"], limits=Limits(pages=2))
    assert caught.value.code == "XL-FHIR-044"


@pytest.mark.parametrize(
    "body,code", [(b"<html>", "XL-FHIR-001"), (b"{", "XL-FHIR-009"), (b"[]", "XL-FHIR-012"), (b'{"a":1,"a":1}', "XL-FHIR-002")]
)
def test_an_answer_that_is_no_fhir_is_the_servers_fault(server, body, code):
    assert _fault(server, body).code == code


def test_an_answer_over_the_limit_is_cut_off(server):
    server.answers[EVERYTHING] = b" " * 100_000
    with pytest.raises(OutOfResources) as caught:
        read([f"{server.base}/Patient/7"], limits=Limits(file_bytes=10_000))
    assert caught.value.code == "XL-FHIR-020"


def test_a_broken_connection_and_a_silent_server_are_typed_errors(server):
    def cut(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"{")
        handler.close_connection = True

    assert _fault(server, cut).code == "XL-FHIR-041"
    server.answers[EVERYTHING] = lambda handler: time.sleep(1)
    with pytest.raises(RemoteFailed) as caught:
        read([f"{server.base}/Patient/7"], limits=Limits(seconds_per_answer=0.2))
    assert caught.value.code == "XL-FHIR-042"


def test_nobody_at_the_address_is_a_typed_error():
    with pytest.raises(RemoteFailed) as caught:
        read(["http://127.0.0.1:9/fhir/Patient/7"])
    assert caught.value.code == "XL-FHIR-041"


@pytest.mark.parametrize("url", ["https://ehr.example/fhir", "https://ehr.example/fhir/Observation/1", "http://Patient/1"])
def test_a_url_without_a_patient_is_a_usage_error(url):
    with pytest.raises(UsageError) as caught:
        read([url])
    assert caught.value.code == "XL-FHIR-040"
