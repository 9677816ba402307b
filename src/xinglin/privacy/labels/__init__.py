"""AI labels: the words and the metadata that everything which leaves must carry, and the reader that checks them."""

from xinglin.privacy.labels.aigc import FIELDS as FIELDS
from xinglin.privacy.labels.aigc import faults_of as faults_of
from xinglin.privacy.labels.aigc import is_provider_code as is_provider_code
from xinglin.privacy.labels.checking import LabelReport as LabelReport
from xinglin.privacy.labels.checking import check as check
from xinglin.privacy.labels.making import house_producer as house_producer
from xinglin.privacy.labels.making import label_for as label_for
from xinglin.privacy.labels.making import software_producer as software_producer
