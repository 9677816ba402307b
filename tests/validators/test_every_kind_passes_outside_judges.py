"""Each kind of content that there is, in both languages: its FHIR passes three outside judges, its files carry one label."""

from __future__ import annotations

import json

import judges
import pytest
from signed_example import example_document

from xinglin.flow.demo.person import bundle
from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.formats.fhir.write import write_document as write_fhir
from xinglin.formats.html import write_document as write_html
from xinglin.formats.pdf.write import write_document as write_pdf
from xinglin.formats.text import write_document as write_text
from xinglin.privacy.labels import check
from xinglin.records import ContentRequest, SignedDocument
from xinglin.shelf import Shelf
from xinglin.shelf.promises import ContentKind

KINDS = [kind.name for kind in Shelf("xinglin.content", "KIND", ContentKind) if "fhir" in kind.leaves_as]
pytestmark = pytest.mark.skipif(bool(judges.NOT_PRESENT), reason=judges.NOT_PRESENT or "installed")


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> tuple[House, str]:
    folder = tmp_path_factory.mktemp("house")
    record = folder / "person.json"
    record.write_text(json.dumps(bundle(0)), encoding="utf-8")
    house = House(Settings(home=folder / "house", organisation="Example Hospital"))
    _, (taken,) = house.take_in([record])
    return house, taken.chart.id


@pytest.fixture(scope="module", params=[(kind, language) for kind in KINDS for language in ("en", "zh")], ids="-".join)
def document(request, house) -> SignedDocument:
    kind, language = request.param
    draft = house[0].make(ContentRequest(kind=kind, chart=house[1], language=language), keep=False)
    patient = next(body for name, body in house[0].store.resources(house[1]) if name.startswith("Patient/"))
    code = house[0].kinds[kind].document_code
    return example_document(language, draft=draft, sources=house[0].sources(draft), patient=patient, document_code=code)


def test_three_judges_accept_its_fhir(document):
    written = json.loads(write_fhir(document))
    assert judges.judged_by_classes(written) == []
    assert judges.judged_by_schema(written) == []
    verdicts = judges.judged_by_medplum([written, *(entry["resource"] for entry in written["entry"])])
    assert [fault for verdict in verdicts for fault in verdict] == []


def test_every_file_carries_one_label_and_comes_out_the_same_twice(document):
    for write, name in ((write_fhir, "a.json"), (write_html, "a.html"), (write_pdf, "a.pdf"), (write_text, "a.txt")):
        data = write(document)
        assert (check(data, name).verdict, check(data, name).problems) == ("compliant", ())
        assert write(document) == data
