"""A twin: what a person's own readings say about the parameters of a disease model, as draws from the posterior, with how far they can be trusted.

The prior is the card's population. `fitted` does it all; `likelihood` says how a reading is compared with a course, `sampling` how
the draws are found.
"""

from xinglin.models.twin.fitting import fitted as fitted
