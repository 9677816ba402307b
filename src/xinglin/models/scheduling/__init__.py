"""When to give how much: a schedule that serves a goal within limits, always beside what is done without such a search.

`space` says what may be given, `judging` what a course is worth, `search` finds amounts ahead of time, `plans` and `policies` decide at each
visit by the newest readings, `optimising` does it all and holds every option against the others on people none of them was chosen on.
"""

from xinglin.models.scheduling.optimising import METHODS as METHODS
from xinglin.models.scheduling.optimising import optimise as optimise
