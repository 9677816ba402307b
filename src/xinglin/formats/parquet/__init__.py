"""Columnar tables of made-up people (Apache Parquet): `write.write_table`."""
