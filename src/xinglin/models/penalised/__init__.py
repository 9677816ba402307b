"""Weighted sums held back: ridge and elastic-net regression of a number, of a yes-or-no and of survival, the strength chosen by cross-validation."""
