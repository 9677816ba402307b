"""The papers that pass between rooms: plain, frozen data. No room logic here."""

from xinglin.records.chart import Chart as Chart
from xinglin.records.chart import Identity as Identity
from xinglin.records.draft import (
    ContentRequest as ContentRequest,
)
from xinglin.records.draft import (
    Decision as Decision,
)
from xinglin.records.draft import (
    Draft as Draft,
)
from xinglin.records.draft import (
    Issue as Issue,
)
from xinglin.records.draft import (
    Label as Label,
)
from xinglin.records.draft import (
    Omission as Omission,
)
from xinglin.records.draft import (
    Point as Point,
)
from xinglin.records.draft import (
    Provenance as Provenance,
)
from xinglin.records.draft import (
    Release as Release,
)
from xinglin.records.draft import (
    ReleasedFile as ReleasedFile,
)
from xinglin.records.draft import (
    Signature as Signature,
)
from xinglin.records.draft import (
    SignedDocument as SignedDocument,
)
from xinglin.records.draft import (
    Statement as Statement,
)
from xinglin.records.fact import Evidence as Evidence
from xinglin.records.fact import Fact as Fact
from xinglin.records.quantity import Code as Code
from xinglin.records.quantity import Concept as Concept
from xinglin.records.quantity import Quantity as Quantity
from xinglin.records.reading import CheckCase as CheckCase
from xinglin.records.reading import Claim as Claim
from xinglin.records.reading import Sentence as Sentence
