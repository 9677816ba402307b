"""Numbers with a unit, and codes with a system: the smallest papers of the house."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class Quantity(Struct, frozen=True, gc=False):
    """A measured amount as it was written.

    `value` is the decimal text of the source ("1.20" keeps its two decimals; never a float, so that
    what is shown is what was read). `unit` is a UCUM code where the source gave or implied one;
    `shown_unit` is the unit as people wrote it. `comparator` is "", "<", "<=", ">=" or ">".
    """

    value: str
    unit: str = ""
    shown_unit: str = ""
    comparator: str = ""

    @property
    def number(self) -> Decimal:
        """The value as an exact decimal."""
        return Decimal(self.value)


class Code(Struct, frozen=True, gc=False):
    """One code of one system (`system` is the FHIR URI). Codes of two systems are never equal."""

    system: str
    code: str
    display: str = ""


LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"


class Concept(Struct, frozen=True):
    """What something is: the words the source used and every code it gave."""

    text: str = ""
    codes: tuple[Code, ...] = ()

    def code(self, system: str) -> str:
        """The first code of `system`, or "" when there is none."""
        for code in self.codes:
            if code.system == system:
                return code.code
        return ""

    @property
    def words(self) -> str:
        """The words to call it by: the source's text, else the first display, else the first code."""
        if self.text:
            return self.text
        for code in self.codes:
            if code.display:
                return code.display
        return self.codes[0].code if self.codes else ""
