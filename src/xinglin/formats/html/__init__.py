"""The page people read: signed reports, watermarked previews, and the start page of the demo."""
