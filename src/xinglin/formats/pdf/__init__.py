"""Paper: PDF/A with Chinese and Latin letters, no system font or library needed."""
