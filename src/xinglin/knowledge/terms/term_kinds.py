"""What a term can be. The order decides which idea a name means when two kinds share it."""

from typing import Literal

Kind = Literal[
    "problem",
    "symptom",
    "finding",
    "medicine",
    "drug_class",
    "allergen",
    "procedure",
    "imaging",
    "anatomy",
    "vaccine",
    "organism",
    "device",
    "social",
    "relative",
]
