"""Records in: FHIR files, folders and servers become people with their source resources, and charts."""

from xinglin.formats.fhir.chart import chart_of as chart_of
from xinglin.formats.fhir.findings import Finding as Finding
from xinglin.formats.fhir.server import patient_url as patient_url
from xinglin.formats.fhir.strict import Limits as Limits
from xinglin.formats.fhir.versions import not_replacing as not_replacing
from xinglin.intake.gathering import read as read
from xinglin.intake.linking import Comparison as Comparison
from xinglin.intake.linking import Likeness as Likeness
from xinglin.intake.linking import Link as Link
from xinglin.intake.linking import PersonKey as PersonKey
from xinglin.intake.linking import compare as compare
from xinglin.intake.linking import link as link
from xinglin.intake.linking import tokens as tokens
from xinglin.intake.notes import note as note
from xinglin.intake.person import Intake as Intake
from xinglin.intake.person import PersonRecord as PersonRecord
from xinglin.intake.person import QualityReport as QualityReport
