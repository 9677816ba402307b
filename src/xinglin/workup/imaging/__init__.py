"""Marked lesions in scans: outlined from a seed, measured, compared with the earlier scan, and put into categories.

`segmenting.segment_from_seed` and `measuring.measure` work on voxels (numpy); everything else works on records alone.
"""
