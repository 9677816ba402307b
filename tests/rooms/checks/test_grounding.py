"""What the grounding checks catch and leave alone, for pasted text and for our own drafts."""

from __future__ import annotations

import pytest

from xinglin.models.reader import read_statements, read_text
from xinglin.models.reader.sample_facts import AS_OF, EVERYTHING, HYPERTENSION, METFORMIN, NEW, OLD
from xinglin.records import Chart, CheckCase, Identity
from xinglin.shelf import Shelf
from xinglin.shelf.promises import Check

GROUNDING = tuple(check for check in Shelf("xinglin.checks", "CHECK", Check) if "xl101" <= check.name[:5] <= "xl117")
EACH_SENTENCE = tuple(check for check in GROUNDING if check.name != "xl115_omission")


def codes(text: str, *, cited: tuple[str, ...] | None = None, chart: Chart | None = None) -> set[str]:
    """Codes of the checks that find something in a text about the sample person."""
    if cited is None:
        case = CheckCase("en", read_text(text, None, EVERYTHING, as_of=AS_OF), EVERYTHING, chart=chart, as_of=AS_OF)
    else:
        case = CheckCase(
            "en", read_statements([("s1", text)], "en", EVERYTHING, as_of=AS_OF), EVERYTHING, {"s1": cited}, chart, as_of=AS_OF
        )
    return {issue.check[:5] for check in EACH_SENTENCE for issue in check.run(case)}


@pytest.mark.parametrize(
    "text",
    [
        "Cr 121, worse than in November.",
        "Creatinine 1.37 mg/dL (121 µmol/L).",
        "Her creatinine rose from 98 to 121 umol/L, by 23 %.",
        "Creatinine was 121 umol/L six days ago.",
        "HTN since 2012; pneumonia in January 2018, resolved.",
        "67-year-old woman on metformin 0.5 g bid.",
        "Mother had breast cancer.",
        "肌酐一百二十一，较去年11月升高。",
        "患者女，67岁，高血压14年，口服二甲双胍500mg每日两次。",
        "血肌酐约1.4 mg/dL，偏高。",
        "左膝骨关节炎。",
        "Creatinine is between 120 and 125 umol/L.",
    ],
)
def test_true_sentences_in_other_words_are_left_alone(text: str) -> None:
    assert codes(text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Cr 131.", "xl103"),
        ("Creatinine 1.73 mg/dL.", "xl103"),
        ("Creatinine 121 mmol/L.", "xl104"),
        ("Creatinine was 121 umol/L three weeks ago.", "xl105"),
        ("Currently the creatinine is 98.", "xl106"),
        ("No hypertension.", "xl107"),
        ("Possible hypertension.", "xl107"),
        ("Right knee osteoarthritis.", "xl108"),
        ("On metoprolol.", "xl109"),
        ("Metformin 500 mg three times a day.", "xl110"),
        ("Metformin 500 mg subcutaneously.", "xl110"),
        ("Creatinine is improving.", "xl111"),
        ("Creatinine 121 is low.", "xl112"),
        ("Metformin has been discontinued.", "xl113"),
        ("The patient has breast cancer.", "xl116"),
        ("Creatinine rose by 50 %.", "xl117"),
        ("Hypertension for 30 years.", "xl117"),
        ("She underwent a splenectomy.", "xl101"),
        ("She has frobnicitis.", "xl101"),
        ("He is 45 years old.", "xl102"),
        ("肌酐一百一十二。", "xl103"),
        ("否认高血压。", "xl107"),
        ("父亲患乳腺癌。", "xl116"),
        ("既往行脾切除术。", "xl101"),
    ],
)
def test_wrong_sentences_are_caught_by_their_check(text: str, code: str) -> None:
    assert code in codes(text)


def test_a_statement_that_names_no_fact_is_unsupported() -> None:
    assert codes("Creatinine was 121 umol/L on 2026-03-04.", cited=()) == {"xl101"}


def test_a_statement_may_say_only_what_the_facts_it_names_say() -> None:
    right = "Creatinine was 121 umol/L on 2026-03-04."
    assert codes(right, cited=(NEW.id,)) == set()
    assert codes(right, cited=(OLD.id,)) & {"xl103", "xl105"}
    assert "xl101" in codes(f"{right} The patient has hypertension.", cited=(NEW.id,))
    assert "xl109" in codes("Takes metformin.", cited=(HYPERTENSION.id,))


def test_a_number_or_date_that_belongs_to_nothing_must_be_in_the_facts() -> None:
    assert "xl103" in codes("Hypertension, 7.", cited=(HYPERTENSION.id,))
    assert "xl105" in codes("Takes metformin; seen 2021-02-03.", cited=(METFORMIN.id,))


def test_the_name_and_number_of_somebody_else_are_noticed() -> None:
    chart = Chart(identity=Identity(names=("Rowan Vale", "王建国"), identifiers=(("x", "DEMO-00001"),)))
    assert codes("Mrs Vale has hypertension.", chart=chart) == set()
    assert "xl102" in codes("Mrs Stone has hypertension.", chart=chart)
    assert "xl102" in codes("MRN: 778812. Hypertension.", chart=chart)
    assert "xl102" in codes("李女士有高血压。", chart=chart)


def test_issues_point_at_the_words() -> None:
    text = "The patient has HTN. Creatinine was 131 umol/L."
    case = CheckCase("en", read_text(text, "en", EVERYTHING, as_of=AS_OF), EVERYTHING, as_of=AS_OF)
    (issue,) = next(check for check in GROUNDING if check.name == "xl103_value").run(case)
    assert issue.statement == "s2"
    assert case.sentences[1].text[issue.start : issue.end] == "131 umol/L"
    assert issue.verdict == "contradicted" and issue.known.startswith("121")
