"""Outlines of lung nodules by readers, as the LIDC-IDRI collection gives them (XML): `reading.read_readers`."""
