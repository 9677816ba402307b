"""Comma-separated tables in and out, under limits: `reading.read_csv`, `writing.csv_bytes`. See README.md."""
