"""How models learn from a hospital's own tables, how they are judged, and how one of them comes into use: by a gate and a named person."""
