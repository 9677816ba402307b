"""NIfTI volumes in and out: `reading.read_nifti`, `writing.write_nifti`."""
