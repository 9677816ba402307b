"""The files a release is made of: one writer per form, and the reader that finds its label again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xinglin.formats.fhir.write import write_document as write_fhir
from xinglin.formats.text.write import write_document as write_text
from xinglin.privacy import labels
from xinglin.records import SignedDocument
from xinglin.records.errors import Refused
from xinglin.review.release import FileWriter


def writers_for(forms: Sequence[str]) -> tuple[FileWriter, ...]:
    """The writers of a kind's forms ("fhir", "html", "pdf", "text", "dicom", "nifti"), in that order. Raises KeyError for another word."""
    return tuple(_WRITERS[form] for form in forms)


def fonts_ready() -> bool:
    """Whether the fonts for Chinese PDF were fetched when the package was built."""
    from xinglin.formats.pdf.typesetting import fonts_in_place

    return fonts_in_place()


def _page(document: SignedDocument) -> bytes:
    from xinglin.formats.html import write_document

    return write_document(document)


def _pdf(document: SignedDocument) -> bytes:
    from xinglin.formats.pdf.write import write_document

    return write_document(document)


def _label_in(media_type: str) -> Callable[[bytes], str]:
    def found(content: bytes) -> str:
        report = labels.check(content, media_type)
        if report.verdict != "compliant":
            raise Refused("XL-RELEASE-020", "the file's AI label is not as it should be", where=media_type, why="; ".join(report.problems))
        return report.verdict

    return found


def _writer(name: str, media_type: str, write: Callable[[SignedDocument], bytes]) -> FileWriter:
    return FileWriter(name, media_type, write, _label_in(media_type))


def _images(document: SignedDocument) -> Iterator[tuple[str, bytes]]:
    if document.made is not None and not document.made.series_uid:
        from xinglin.review.made_pictures import dicom_files
    else:
        from xinglin.review.images import dicom_files
    return dicom_files(document)


def _volumes(document: SignedDocument) -> Iterator[tuple[str, bytes]]:
    from xinglin.review.nifti import nifti_files

    return nifti_files(document)


_WRITERS = {
    "dicom": FileWriter("images.dcm", "application/dicom", None, _label_in("application/dicom"), _images),
    "fhir": _writer("document.fhir.json", "application/fhir+json", write_fhir),
    "html": _writer("document.html", "text/html", _page),
    "nifti": FileWriter("series.nii.gz", "application/x-nifti", None, _label_in("application/x-nifti"), _volumes),
    "pdf": _writer("document.pdf", "application/pdf", _pdf),
    "text": _writer("document.txt", "text/plain", write_text),
}
