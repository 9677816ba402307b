"""The tables of OMOP CDM 5.4 that we write: their columns in the order of the specification, with type and whether they must be filled.

Read in OHDSI/CommonDataModel inst/csv/OMOP_CDMv5.4_Field_Level.csv at f853f6e39c61 (Apache-2.0). "!" marks a column that must be filled.
"""

from __future__ import annotations

from typing import Final

TABLES: Final[dict[str, str]] = {
    "person": (
        "person_id:integer! gender_concept_id:integer! year_of_birth:integer! month_of_birth:integer day_of_birth:integer "
        "birth_datetime:datetime race_concept_id:integer! ethnicity_concept_id:integer! location_id:integer provider_id:integer "
        "care_site_id:integer person_source_value:text gender_source_value:text gender_source_concept_id:integer "
        "race_source_value:text race_source_concept_id:integer ethnicity_source_value:text ethnicity_source_concept_id:integer"
    ),
    "observation_period": (
        "observation_period_id:integer! person_id:integer! observation_period_start_date:date! "
        "observation_period_end_date:date! period_type_concept_id:integer!"
    ),
    "visit_occurrence": (
        "visit_occurrence_id:integer! person_id:integer! visit_concept_id:integer! visit_start_date:date! "
        "visit_start_datetime:datetime visit_end_date:date! visit_end_datetime:datetime visit_type_concept_id:integer! "
        "provider_id:integer care_site_id:integer visit_source_value:text visit_source_concept_id:integer "
        "admitted_from_concept_id:integer admitted_from_source_value:text discharged_to_concept_id:integer "
        "discharged_to_source_value:text preceding_visit_occurrence_id:integer"
    ),
    "condition_occurrence": (
        "condition_occurrence_id:integer! person_id:integer! condition_concept_id:integer! condition_start_date:date! "
        "condition_start_datetime:datetime condition_end_date:date condition_end_datetime:datetime "
        "condition_type_concept_id:integer! condition_status_concept_id:integer stop_reason:text provider_id:integer "
        "visit_occurrence_id:integer visit_detail_id:integer condition_source_value:text condition_source_concept_id:integer "
        "condition_status_source_value:text"
    ),
    "drug_exposure": (
        "drug_exposure_id:integer! person_id:integer! drug_concept_id:integer! drug_exposure_start_date:date! "
        "drug_exposure_start_datetime:datetime drug_exposure_end_date:date! drug_exposure_end_datetime:datetime "
        "verbatim_end_date:date drug_type_concept_id:integer! stop_reason:text refills:integer quantity:float "
        "days_supply:integer sig:text route_concept_id:integer lot_number:text provider_id:integer visit_occurrence_id:integer "
        "visit_detail_id:integer drug_source_value:text drug_source_concept_id:integer route_source_value:text "
        "dose_unit_source_value:text"
    ),
    "procedure_occurrence": (
        "procedure_occurrence_id:integer! person_id:integer! procedure_concept_id:integer! procedure_date:date! "
        "procedure_datetime:datetime procedure_end_date:date procedure_end_datetime:datetime procedure_type_concept_id:integer! "
        "modifier_concept_id:integer quantity:integer provider_id:integer visit_occurrence_id:integer visit_detail_id:integer "
        "procedure_source_value:text procedure_source_concept_id:integer modifier_source_value:text"
    ),
    "measurement": (
        "measurement_id:integer! person_id:integer! measurement_concept_id:integer! measurement_date:date! "
        "measurement_datetime:datetime measurement_time:text measurement_type_concept_id:integer! operator_concept_id:integer "
        "value_as_number:float value_as_concept_id:integer unit_concept_id:integer range_low:float range_high:float "
        "provider_id:integer visit_occurrence_id:integer visit_detail_id:integer measurement_source_value:text "
        "measurement_source_concept_id:integer unit_source_value:text unit_source_concept_id:integer value_source_value:text "
        "measurement_event_id:integer meas_event_field_concept_id:integer"
    ),
    "observation": (
        "observation_id:integer! person_id:integer! observation_concept_id:integer! observation_date:date! "
        "observation_datetime:datetime observation_type_concept_id:integer! value_as_number:float value_as_string:text "
        "value_as_concept_id:integer qualifier_concept_id:integer unit_concept_id:integer provider_id:integer "
        "visit_occurrence_id:integer visit_detail_id:integer observation_source_value:text "
        "observation_source_concept_id:integer unit_source_value:text qualifier_source_value:text value_source_value:text "
        "observation_event_id:integer obs_event_field_concept_id:integer"
    ),
    "note": (
        "note_id:integer! person_id:integer! note_date:date! note_datetime:datetime note_type_concept_id:integer! "
        "note_class_concept_id:integer! note_title:text note_text:text! encoding_concept_id:integer! "
        "language_concept_id:integer! provider_id:integer visit_occurrence_id:integer visit_detail_id:integer "
        "note_source_value:text note_event_id:integer note_event_field_concept_id:integer"
    ),
    "death": (
        "person_id:integer! death_date:date! death_datetime:datetime death_type_concept_id:integer cause_concept_id:integer "
        "cause_source_value:text cause_source_concept_id:integer"
    ),
    "cdm_source": (
        "cdm_source_name:text! cdm_source_abbreviation:text! cdm_holder:text! source_description:text "
        "source_documentation_reference:text cdm_etl_reference:text source_release_date:date! cdm_release_date:date! "
        "cdm_version:text cdm_version_concept_id:integer! vocabulary_version:text!"
    ),
}
