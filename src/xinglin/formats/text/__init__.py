"""Plain text that leaves the house."""
