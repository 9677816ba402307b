"""Xinglin 杏林: drafts of medical content, each sentence traced, checked, labelled and signed."""

__version__ = "0.1.0"
