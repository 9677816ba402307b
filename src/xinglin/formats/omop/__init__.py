"""Made-up people as tables: the OMOP Common Data Model 5.4, and the plain tables they are made from."""
