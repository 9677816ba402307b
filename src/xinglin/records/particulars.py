"""The particulars of a document as short rows of (field, value): who it is about, and how it was made.

The same rows stand on the page, on paper and in the text. Rows without a value are left out.
"""

from __future__ import annotations

from xinglin.records.draft import Draft, SignedDocument
from xinglin.records.outline import patient_line
from xinglin.records.page_words import PAGE_WORDS

Rows = tuple[tuple[str, str], ...]


def patient_rows(document: SignedDocument) -> Rows:
    """Name, birth date, sex, numbers and organisation, in the document's language."""
    words, person = PAGE_WORDS[document.draft.language], patient_line(document)
    rows = (
        ("name", person.name or words["not_recorded"]),
        ("born", person.born),
        ("sex", words.get(person.sex, person.sex)),
        ("identifier", ", ".join(person.identifiers)),
        ("house", document.house),
    )
    return tuple((words[key], value) for key, value in rows if value)


def release_rows(document: SignedDocument) -> Rows:
    """How a signed document was made: release, time, and everything `draft_rows` says."""
    words = PAGE_WORDS[document.draft.language]
    return (words["release"], document.release), (words["released_at"], document.released_at), *draft_rows(document.draft)


def draft_rows(draft: Draft) -> Rows:
    """What is needed to make the draft again: kind, version, writer, date of the record, seed, knowledge, digest."""
    words, made = PAGE_WORDS[draft.language], draft.provenance
    rows = (
        ("kind", made.kind),
        ("version", made.version),
        ("writer", made.writer),
        ("as_of", made.as_of),
        ("seed", str(made.seed)),
        ("knowledge", ", ".join(made.knowledge)),
        ("checks", ", ".join(made.checks)),
        ("chart_version", made.chart_version),
        ("notes", "; ".join(made.notes)),
    )
    return tuple((words[key], value) for key, value in rows if value)
