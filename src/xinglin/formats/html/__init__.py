"""The page people read: signed reports, watermarked previews, and the start page of the demo."""

from xinglin.formats.html.start import write_index as write_index
from xinglin.formats.html.write import write_document as write_document
from xinglin.formats.html.write import write_preview as write_preview
