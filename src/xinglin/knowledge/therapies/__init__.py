"""Journeys: what can be done about an illness, option beside option, with benefits, harms, burdens and who says so.

`journey("atrial-fibrillation-clots")`, `journeys_for({"atrial-fibrillation"})`. Rows state trials and labels; what fits one person is judged above.
"""

from __future__ import annotations

from xinglin.knowledge.therapies.book import VERSION as VERSION
from xinglin.knowledge.therapies.book import covers as covers
from xinglin.knowledge.therapies.book import journey as journey
from xinglin.knowledge.therapies.book import journeys as journeys
from xinglin.knowledge.therapies.book import journeys_for as journeys_for
from xinglin.knowledge.therapies.book import sources as sources
from xinglin.knowledge.therapies.markers import Marker as Marker
from xinglin.knowledge.therapies.markers import marker as marker
from xinglin.knowledge.therapies.markers import markers as markers
from xinglin.knowledge.therapies.statements import statements as statements
from xinglin.shelf.promises import Topic

TOPIC = Topic(
    name="therapies",
    version=VERSION,
    title={"en": "Therapy options side by side", "zh": "治疗方案并列比较"},
    licence="facts with their sources; own wording",
    rows=lambda: len(statements()),
    unverified=lambda: sum(not one.verified for one in statements()),
)
