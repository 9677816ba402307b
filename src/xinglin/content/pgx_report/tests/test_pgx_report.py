"""What a report on genes and medicines holds: the medicines taken first, every call, what was not read, and nothing unasked for."""

from importlib.resources import files

import pytest
from msgspec.structs import replace

from xinglin import intake
from xinglin.content.pgx_report import KIND
from xinglin.content.pgx_report.groups import groups
from xinglin.knowledge import pgx
from xinglin.models.text.grammar import WRITER
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import UsageError
from xinglin.records.genomics import Genome, OutsideCall, SiteCall
from xinglin.shelf.promises import Bench
from xinglin.workup import work_up

AS_OF = "2024-03-07"


@pytest.fixture(scope="module")
def chart() -> Chart:
    (person,) = intake.read([str(files("xinglin.content.pgx_report") / "examples" / "record.json")], shipped=True).people
    return intake.chart_of(person.resources)


def sections(chart, language="en", **options):
    facts = work_up(chart, AS_OF)
    request = ContentRequest("pgx_report", "c", language, AS_OF, options=options)
    facts = (*facts, *KIND.prepare(request, chart, Bench(None, None, None, facts)).facts)
    plan = KIND.plan(request, chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, KIND.words[language], language, 0)
    found = {}
    for point, text in zip(plan.points, texts, strict=True):
        found.setdefault(point.section, []).append(text)
    return found


def genome(*sites: SiteCall) -> Genome:
    return Genome("vcf/abcdef123456", "sample-1", "GRCh38", "germline", "abcdef123456" + "0" * 52, "2024-02-01", sites)


def site(rsid, gene, alleles, state="called"):
    place = next(one for one in pgx.positions(gene) if one.id == rsid)
    return SiteCall(rsid, gene, place.chromosome, place.grch38, place.reference38, alleles, state)


def test_every_medicine_of_the_guidelines_stands_in_one_group():
    named = [medicine for group in groups() for medicine in group.medicines]
    assert len(named) == len(set(named)) and set(named) >= set(pgx.medicines())


def test_the_medicines_taken_come_with_what_guidelines_advise_and_what_nobody_tested(chart):
    taken = sections(chart)["taken"]
    assert any(text.startswith("Clopidogrel with CYP2C19 *2/*2, poor metabolizer. Another medicine is advised") for text in taken)
    assert "Allopurinol: guidelines ask for ABCG2, HLA-B*58:01; no certain result is known." in taken
    assert "No gene guideline here speaks of ramipril." in taken


def test_medicines_of_which_the_usual_use_is_advised_are_told_only_when_asked_for(chart):
    usual, everything = sections(chart), sections(chart, all="yes")
    assert not any("phenytoin" in text.casefold() for text in usual.get("advice:nerves", []))
    assert any("phenytoin" in text and "CYP2C9" in text for text in everything["advice:nerves"])


def test_medicines_with_the_same_genes_and_the_same_advice_share_a_row(chart):
    rows = [text for text in sections(chart)["advice:mind"] if "Amitriptyline" in text]
    assert len(rows) == 1 and rows[0].startswith("Amitriptyline, clomipramine, doxepin, imipramine, trimipramine (CYP2C19 *2/*2")


def test_a_result_of_one_allele_says_nothing_of_another(chart):
    assert not any("carbamazepine" in text.casefold() for texts in sections(chart, all="yes").values() for text in texts)
    assert any(text.startswith("Abacavir (HLA-B: *57:01 negative)") for text in sections(chart, all="yes")["advice:infection"])


def test_what_a_file_does_not_mention_is_not_read_and_what_else_it_could_be_is_told(chart):
    sites = [site("rs4244285", "CYP2C19", ("G", "A")), site("rs3758581", "CYP2C19", ("G", "G"))]
    others = [
        SiteCall(one.id, "CYP2C19", one.chromosome, one.grch38, one.reference38, (), "absent")
        for one in pgx.positions("CYP2C19")
        if one.id not in {"rs4244285", "rs3758581"}
    ]
    read = sections(replace(chart, variants=(), genomes=(genome(*sites, *others),)), length="full")["genes"]
    assert "CYP2C19 *1/*2." in read
    assert any(text.startswith("Read in a file (GRCh38): 2 places, 1 differs from the usual allele") for text in read)
    assert any("defined places were not read" in text for text in read)
    assert any(text.startswith("Could also be") and "poor metabolizer" in text for text in read)
    assert "rs4244285 G/A." in read


def test_a_record_without_gene_results_says_so_and_nothing_else():
    assert sections(Chart(person=Chart().person)) == {
        "limits": ["No pharmacogene result is in the record: neither a file nor a laboratory's report."]
    }


def test_chinese_knows_the_phenotypes_that_laboratories_write_in_english(chart):
    assert "CYP2C19 *2/*2，慢代谢型。" in sections(chart, "zh")["card"]
    assert "HLA-B：*57:01 阴性。" in sections(chart, "zh")["genes"]


@pytest.mark.parametrize(("option", "code"), [({"length": "endless"}, "XL-PGXREP-001"), ({"all": "perhaps"}, "XL-PGXREP-002")])
def test_an_unreadable_option_is_a_usage_error(chart, option, code):
    with pytest.raises(UsageError, match=code):
        sections(chart, **option)


def test_a_laboratory_that_reports_no_result_is_not_read_as_a_phenotype(chart):
    called = sections(replace(chart, variants=(), outside_calls=(OutsideCall("G6PD", "Observation/g6pd", phenotype="Not available"),)))
    assert called["genes"][0] == "G6PD not called." and "card" not in called


def test_advice_that_nobody_opened_is_marked_counted_and_never_on_the_card(chart, monkeypatch):
    known = pgx.advice
    assert "clopidogrel" in " ".join(sections(chart)["card"])
    monkeypatch.setattr(pgx, "advice", lambda medicine, *rest: tuple(_unopened(row, medicine) for row in known(medicine, *rest)))
    told = sections(chart)
    assert "clopidogrel" not in " ".join(told["card"])
    taken = [text for text in told["taken"] if text.startswith("Clopidogrel with")]
    assert taken and all(text.endswith("(source not opened).") for text in taken)
    assert any("rows whose source nobody here has opened" in text and "not on the pocket card" in text for text in told["limits"])
    assert any("来源未核对" in text for text in sections(chart, "zh")["limits"])


def _unopened(row, medicine):
    return replace(row, verified=row.verified and medicine != "clopidogrel")
