"""The one judge of medicines: what speaks against each of them, for this person, with the row of knowledge it rests on."""

from xinglin.models.medication_safety.circumstances import allergen_key as allergen_key
from xinglin.models.medication_safety.circumstances import circumstances_of as circumstances_of
from xinglin.models.medication_safety.circumstances import condition_key as condition_key
from xinglin.models.medication_safety.circumstances import genes_told as genes_told
from xinglin.models.medication_safety.judge import against as against
from xinglin.models.medication_safety.judge import concerns as concerns
from xinglin.models.medication_safety.uses import use_of as use_of
from xinglin.models.medication_safety.uses import uses_of as uses_of
