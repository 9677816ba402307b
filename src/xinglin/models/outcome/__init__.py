"""The shelf of outcome models: one folder per model, holding MODEL."""
