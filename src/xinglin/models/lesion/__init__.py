"""Lesions that are not there, put into a scan by formula: no training, exact geometry."""
