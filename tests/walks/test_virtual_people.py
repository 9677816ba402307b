"""The product reads the people it makes: taken in, worked up, summarised, with no surprise."""

from __future__ import annotations

import pytest

from xinglin.diseases.chronic import DISEASE
from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.flow.virtual_people import make_people_files
from xinglin.records import ContentRequest
from xinglin.records.people import PeopleRequest

KNOWN = {"encounter"}  # where a vaccine was given: the chart has no place for it


@pytest.mark.parametrize(("where", "language"), [("us", "en"), ("cn", "zh")])
def test_a_virtual_person_is_taken_in_and_summarised(where, language, tmp_path):
    make_people_files(DISEASE, PeopleRequest(where, seed=8), 1, tmp_path / "made", home=tmp_path / "house", forms=("bundles",))
    house = House(Settings(home=tmp_path / "house", organisation="Example Hospital"))
    for path in sorted((tmp_path / "made/bundles").glob("*.json")):
        _, (taken,) = house.take_in([path])
        assert {u.path for u in taken.quality.unmapped if u.path} <= KNOWN
        assert {u.resource_type for u in taken.quality.unmapped if not u.path} == {"Provenance"}
        assert taken.quality.doubtful == ()
        assert taken.quality.missing == ()
        assert taken.chart.person.made_up
        assert taken.chart.person.sex in ("male", "female")
        assert len(taken.chart.measurements) >= 400
        assert all(medicine.concept.words for medicine in taken.chart.medicines)
        draft = house.make(ContentRequest(kind="case_summary", chart=taken.chart.id, language=language), keep=False)
        assert len(draft.statements) > 10
        assert {statement.faithful for statement in draft.statements} == {"supported"}
        assert [issue for issue in draft.issues if issue.severity == "stop"] == []


def test_the_label_of_people_in_lines_is_read_back_where_it_stands(tmp_path):
    from xinglin.privacy import labels

    make_people_files(DISEASE, PeopleRequest("us", seed=8), 3, tmp_path / "made", home=tmp_path / "house", forms=("fhir",))
    lines = (tmp_path / "made/fhir/Provenance.ndjson").read_bytes()
    whole = labels.check(lines, "Provenance.ndjson")
    assert whole.verdict == "compliant" and whole.explicit and whole.implicit is not None
    silent = labels.check(lines.replace(b"AI-generated", b"made"), "Provenance.ndjson")
    assert silent.verdict == "noncompliant"
    assert labels.check(lines.replace(b"people-us-8", b"people-us-9", 1), "Provenance.ndjson").verdict == "noncompliant"
    assert labels.check((tmp_path / "made/fhir/Patient.ndjson").read_bytes(), "Patient.ndjson").verdict == "not_found"
    assert labels.check(lines[:-20], "Provenance.ndjson").verdict == "inconclusive"


def test_an_illness_of_men_befalls_men(tmp_path):
    from xinglin.diseases.prostate import DISEASE as PROSTATE
    from xinglin.flow.virtual_people import Beside, people_blocks
    from xinglin.records.people import Term

    beside = Beside(PROSTATE, Term("prostate", "prostate cancer"), PROSTATE.card.regimens[0], (0.0, 84.0), 2000)
    (block,) = people_blocks(DISEASE, PeopleRequest("us", seed=5), 30, beside=beside)
    (usual,) = people_blocks(DISEASE, PeopleRequest("us", seed=5), 30)
    assert set(usual.tables["person"]["female"].tolist()) == {0, 1} and set(block.tables["person"]["female"].tolist()) == {0}
