"""Medicines: their classes, what they do to each other, and the limits of their use; every row says where it was read.

`interactions("warfarin", "ibuprofen")`, `dose_limits("acetaminophen", "oral")`: rows with words in English and Chinese, worst first.
"""

from __future__ import annotations

from xinglin.knowledge.drugs.book import age_rules as age_rules
from xinglin.knowledge.drugs.book import ancestors as ancestors
from xinglin.knowledge.drugs.book import bleeding as bleeding
from xinglin.knowledge.drugs.book import classes_of as classes_of
from xinglin.knowledge.drugs.book import contraindications as contraindications
from xinglin.knowledge.drugs.book import cross_reactions as cross_reactions
from xinglin.knowledge.drugs.book import dose_limits as dose_limits
from xinglin.knowledge.drugs.book import drug_class as drug_class
from xinglin.knowledge.drugs.book import duplicates as duplicates
from xinglin.knowledge.drugs.book import hepatic as hepatic
from xinglin.knowledge.drugs.book import interactions as interactions
from xinglin.knowledge.drugs.book import medicine as medicine
from xinglin.knowledge.drugs.book import medicines as medicines
from xinglin.knowledge.drugs.book import members as members
from xinglin.knowledge.drugs.book import monitoring as monitoring
from xinglin.knowledge.drugs.book import names as names
from xinglin.knowledge.drugs.book import never_events as never_events
from xinglin.knowledge.drugs.book import pregnancy as pregnancy
from xinglin.knowledge.drugs.book import qt_risk as qt_risk
from xinglin.knowledge.drugs.book import renal as renal
from xinglin.knowledge.drugs.rows import SEVERITIES as SEVERITIES
from xinglin.knowledge.drugs.tables import VERSION as VERSION
from xinglin.knowledge.drugs.tables import every_row as _every_row
from xinglin.knowledge.drugs.tables import sources as sources
from xinglin.shelf.promises import Topic

TOPIC = Topic(
    name="drugs",
    version=VERSION,
    title={"en": "Medicines and their limits", "zh": "药物及其使用限制"},
    licence="facts with their sources; own wording",
    rows=lambda: len(_every_row()),
    unverified=lambda: sum(not row.verified for row in _every_row()),
)
