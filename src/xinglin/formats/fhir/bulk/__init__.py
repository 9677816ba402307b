"""Made-up people as FHIR R4, from columns: bulk NDJSON and Bundles."""
