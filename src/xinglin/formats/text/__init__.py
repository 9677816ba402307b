"""Plain text that leaves the house."""

from xinglin.formats.text.write import write_document as write_document
