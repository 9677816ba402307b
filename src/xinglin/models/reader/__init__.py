"""Clinical text, English or Chinese, into sentences and the claims they make, linked to one patient's facts."""

from __future__ import annotations

from xinglin.models.reader.reading import Reader as Reader
from xinglin.models.reader.reading import read_statements as read_statements
from xinglin.models.reader.reading import read_text as read_text
from xinglin.models.reader.text_forms import guess_language as guess_language
