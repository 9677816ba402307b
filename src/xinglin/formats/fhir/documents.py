"""Reports, notes and attachments: DiagnosticReport, DocumentReference, Composition, Media and Binary text.

Text attachments are decoded (text/plain, text/html, FHIR XHTML); other media are noted by type and stay in the
source. What an attachment points at by URL is not fetched.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from xinglin.formats.fhir import genomes, scans
from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.html_words import text_of_html
from xinglin.formats.fhir.reading import Json, Reading, concept, concepts, first_code, words_of
from xinglin.formats.fhir.shape import shape
from xinglin.formats.fhir.unchecked import list_in, object_in, text_in
from xinglin.records.chart import Document, ImagingStudy, Report
from xinglin.records.quantity import Concept

REPORT = shape(
    "status category:CC* code:CC subject:Ref encounter:Ref effectiveDateTime effectivePeriod:Period issued result:Ref* conclusion "
    "conclusionCode:CC* presentedForm:Attachment*"
)
DOCUMENT_REFERENCE = shape(
    "status type:CC category:CC* subject:Ref date description content*{attachment:Attachment} context{encounter:Ref* period:Period}"
)
COMPOSITION = shape(
    "identifier:Identifier status type:CC category:CC* subject:Ref encounter:Ref date title section*{title code:CC text{status div} "
    "section? entry? emptyReason:CC}"
)
IMAGING_STUDY = shape(
    "status modality:Coding* subject:Ref encounter:Ref started description numberOfSeries# numberOfInstances# "
    "series*{uid number# modality:Coding description numberOfInstances# bodySite:Coding laterality:Coding started instance?}"
)

_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1", "latin-1": "latin-1",
             "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "big5": "big5"}  # fmt: skip


def _decoded(data: str, media_type: str, at: Reading, path: str) -> str:
    """The plain text of a base64 attachment of a text type; "" and a finding when it cannot be read."""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        at.report("XL-FHIR-112", "doubtful", path, "the attachment is not base64; its text is not used", "send the attachment again")
        return ""
    kind, _, options = media_type.partition(";")
    charset = options.partition("charset=")[2].strip().strip('"').lower() or "utf-8"
    codec = _CHARSETS.get(charset)
    try:
        text = raw.decode(codec) if codec else ""
    except UnicodeDecodeError:
        codec, text = None, ""
    if codec is None:
        at.report("XL-FHIR-113", "doubtful", path, "the text is not in the character set it names; it is not used", "send it as UTF-8")
        return ""
    return text_of_html(text) if kind.strip().lower() in ("text/html", "application/xhtml+xml") else text


_TEXTS = ("text/plain", "text/html", "application/xhtml+xml", "text/markdown")


def attachment(item: Json, at: Reading, path: str) -> tuple[str, str]:
    """Media type and plain text of an Attachment. A url to a Binary among the person's resources is followed."""
    media_type, data = item.get("contentType", ""), item.get("data", "")
    url = item.get("url", "")
    if not data and url:
        found = at.look_up({"reference": url})
        if found is not None and found.get("resourceType") == "Binary":
            data = text_in(found, "data")
            media_type = media_type or text_in(found, "contentType")
        elif not url.startswith("#"):
            at.report(
                "XL-FHIR-114",
                "missing",
                path + ".url",
                "the attachment is elsewhere and is not fetched",
                "take in the document itself",
                "note",
            )
    if not data:
        return media_type, ""
    if media_type.partition(";")[0].strip().lower() not in _TEXTS:
        at.report(
            "XL-FHIR-115",
            "missing",
            path,
            "the attachment is not text; only its media type is noted",
            "send a text version as well",
            "note",
        )
        return media_type, ""
    return media_type, _decoded(data, media_type, at, path)


def report(r: Json, at: Reading, out: Entries) -> None:
    """A DiagnosticReport and, for each presented form, a Document."""
    start, end = at.period(r.get("effectivePeriod"), "effectivePeriod")
    when = at.time(r, "effectiveDateTime") or start or end
    code, forms, documents = concept(r.get("code")), r.get("presentedForm") or (), []
    encounter = at.reference(r.get("encounter"))
    for number, form in enumerate(forms):
        path = f"presentedForm[{number}]"
        media_type, text = attachment(form, at, path)
        documents.append(f"{at.source}#{path}")
        out.documents.append(
            Document(
                at.source,
                path,
                code,
                r.get("status", ""),
                at.time(form, "creation", path + ".") or when,
                form.get("title", ""),
                media_type,
                text,
                encounter,
            )
        )
    out.reports.append(
        Report(
            source=at.source,
            concept=code,
            status=r.get("status", ""),
            category=first_code(r.get("category")),
            when=when,
            issued=at.time(r, "issued"),
            conclusion=r.get("conclusion", ""),
            conclusions=concepts(r.get("conclusionCode")),
            results=at.references(r.get("result")),
            documents=tuple(documents),
            encounter=encounter,
        )
    )


def document_reference(r: Json, at: Reading, out: Entries) -> None:
    """One Document per attachment; a file of genes kept in this house is no document to be read."""
    if genomes.is_genome(r):
        genomes.genome(r, at.source, out)
        return
    context = r.get("context") or {}
    encounters = at.references(context.get("encounter"))
    code = concept(r.get("type"))
    kind = code if code != Concept() or not r.get("category") else concept(r["category"][0])
    when = at.time(r, "date") or at.period(context.get("period"), "context.period")[0]
    for number, content in enumerate(r.get("content") or [{}]):
        item, path = content.get("attachment") or {}, f"content[{number}].attachment"
        media_type, text = attachment(item, at, path)
        out.documents.append(
            Document(
                source=at.source,
                path=path,
                concept=kind,
                status=r.get("status", ""),
                when=at.time(item, "creation", path + ".") or when,
                title=item.get("title") or r.get("description", ""),
                media_type=media_type,
                text=text,
                encounter=encounters[0] if encounters else "",
            )
        )


def composition(r: Json, at: Reading, out: Entries) -> None:
    """One Document per section of a clinical document, sections within sections as well."""
    when, encounter, code = at.time(r, "date"), at.reference(r.get("encounter")), concept(r.get("type"))
    before = len(out.documents)

    def add(parent: Json, prefix: str) -> None:
        for number, section in enumerate(list_in(parent, "section")):
            path = f"{prefix}section[{number}]"
            text, name = text_of_html(text_in(object_in(section, "text"), "div")), text_in(section, "title")
            kind = concept(section["code"]) if not prefix and section.get("code") else code
            if text or name:
                out.documents.append(Document(at.source, path, kind, r.get("status", ""), when, name, "text/html", text, encounter))
            add(section, path + ".")

    add(r, "")
    if len(out.documents) == before:
        out.documents.append(Document(at.source, "", code, r.get("status", ""), when, r.get("title", ""), "", "", encounter))


_SIDES = {"7771000": "left", "24028007": "right", "51440002": "bilateral"}


def imaging_study(r: Json, at: Reading, out: Entries) -> None:
    """An imaging study with its series."""
    scans.scans(r, at.source, out)
    series = r.get("series") or ()
    sides = {_SIDES.get((one.get("laterality") or {}).get("code", ""), "") for one in series} - {""}
    modalities = [m.get("code", "") for m in r.get("modality") or ()] + [(one.get("modality") or {}).get("code", "") for one in series]
    sites = [words_of({"coding": [one["bodySite"]]}) for one in series if one.get("bodySite")]
    out.imaging.append(
        ImagingStudy(
            source=at.source,
            when=at.time(r, "started") or next((at.time(one, "started", f"series[{n}].") for n, one in enumerate(series)), ""),
            modalities=tuple(dict.fromkeys(code for code in modalities if code)),
            description=r.get("description", "") or _described(series),
            uid=_study_uid(r),
            series=tuple((one.get("uid", ""), (one.get("modality") or {}).get("code", ""), _instances(one)) for one in series),
            site=", ".join(dict.fromkeys(site for site in sites if site)),
            side=("bilateral" if len(sides) > 1 else next(iter(sides))) if sides else None,  # type: ignore[arg-type]
            encounter=at.reference(r.get("encounter")),
        )
    )


def _described(series: Sequence[Json]) -> str:
    return "; ".join(dict.fromkeys(one["description"] for one in series if one.get("description")))


def _study_uid(r: Json) -> str:
    """The DICOM Study Instance UID, which R4 keeps as an identifier of the system urn:dicom:uid."""
    for item in r.get("identifier") or ():
        if item.get("system") == "urn:dicom:uid" and item.get("value"):
            return item["value"].removeprefix("urn:oid:")
    return ""


def _instances(series: Json) -> int:
    said = series.get("numberOfInstances")
    return int(said) if said is not None else len(list_in(series, "instance"))
