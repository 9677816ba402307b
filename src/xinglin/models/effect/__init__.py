"""The shelf of models of what a treatment does: one folder per model, holding MODEL."""
