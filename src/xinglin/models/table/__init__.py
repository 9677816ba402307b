"""Models of a table: one folder per way to learn a table of people and to draw rows of nobody from it."""
