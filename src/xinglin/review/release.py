"""The only door out: a signed draft becomes labelled files, kept whole, then written to a folder.

Everything is verified again, rendered, looked at for its label and kept before the first byte leaves. The
same command again writes the same bytes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from xinglin.records.chart import Identity
from xinglin.records.draft import Draft, Label, Release, ReleasedFile, Signature, SignedDocument
from xinglin.records.errors import Refused, XinglinError
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import Images, Picture
from xinglin.review.desk import Desk
from xinglin.review.export import holds_exactly, put_folder, see_that_it_fits, see_that_it_is_free
from xinglin.review.standing import is_rejected

if TYPE_CHECKING:
    from xinglin.store import Store


class Setting(Struct, frozen=True):
    """What a release says besides the draft: whose it is, who makes it, what sort of document it is.

    `patient` is the reference of the person's own Patient resource; `identity` is read for the header; `house` is the
    organisation's name; `document_code` the LOINC code and display of the kind.
    """

    patient: str = ""
    identity: Identity = Identity()
    house: str = ""
    document_code: tuple[str, str] = ("", "")
    images: Images | None = None
    pictures: tuple[Picture, ...] = ()
    proposes_medicines: bool = False  # see `SignedDocument`
    made: MadePictures | None = None


class FileWriter(Struct, frozen=True):
    """One form of a release. `write` renders its file; `check` gives the AI label it finds in the bytes, or raises.

    `many` is for forms of several files: it gives (file name, bytes) one after the other; `write` is None then.
    """

    file_name: str
    media_type: str
    write: Callable[[SignedDocument], bytes] | None
    check: Callable[[bytes], str]
    many: Callable[[SignedDocument], Iterator[tuple[str, bytes]]] | None = None


def release(
    desk: Desk,
    draft_id: str,
    out: Path,
    *,
    kind_signers: int,
    writers: Sequence[FileWriter],
    label_for: Callable[[Draft, str], Label],
    setting: Setting | None = None,
) -> Release:
    """The release of the newest revision, written to the folder `out`.

    `kind_signers` is how many different signers the kind asks for (at least 1). `label_for(draft, release_id)`
    makes the label, or refuses. Raises
    Refused (not signed, blocked, a file without its label), UsageError (`out`), NotFound.
    """
    store = desk.store
    folder = see_that_it_fits(out, store.home)
    draft = store.draft(draft_id)
    desk.see_that_nobody_meddled(draft_id)
    kept = store.release_of(draft_id, draft.revision)
    if kept is None:
        signatures = _verified(desk, draft, kind_signers)
        see_that_it_is_free(folder)
        release_id, at = store.reserve_release(draft_id, draft.revision)
        document = _document(store, draft, signatures, label_for(draft, release_id), release_id, at, setting or Setting())
        contents, files = _rendered(document, writers)
        signers = tuple(signature.signer for signature in signatures)
        with store.together():
            if store.draft(draft_id) != draft or _verified(desk, draft, kind_signers) != signatures:
                raise Refused("XL-STORE-022", f"{draft_id} was changed meanwhile", fix="run the command again")
            kept = store.keep_release(Release(release_id, draft_id, files, signers, at), draft.revision, contents)
    _write_out(store, kept.release, folder)
    return kept.release


def export_again(store: Store, release_id: str, out: Path) -> Release:
    """A release made earlier, written once more: the same bytes. Raises NotFound, Refused, UsageError."""
    folder = see_that_it_fits(out, store.home)
    kept = store.release(release_id)
    _write_out(store, kept.release, folder)
    return kept.release


def _verified(desk: Desk, draft: Draft, kind_signers: int) -> tuple[Signature, ...]:
    """The signatures that hold. Raises Refused when they are too few, or something blocks."""
    if is_rejected(desk.store.decisions(draft.id)):
        raise Refused("XL-REVIEW-011", f"{draft.id} was rejected", fix="make a new draft")
    signatures = desk.verify_signatures(draft)
    open_issues = desk.blocking(draft)
    needed = max(1, kind_signers)
    if len(signatures) < needed or open_issues:
        raise Refused(
            "XL-RELEASE-006", f"{draft.id} may not leave", why=f"{len(signatures)} of {needed} signatures, {len(open_issues)} open matters",
            fix=f"sign it: xinglin sign {draft.id} --as USER", issues=open_issues,
        )  # fmt: skip
    return signatures


def _document(
    store: Store, draft: Draft, signatures: tuple[Signature, ...], label: Label, release_id: str, at: str, setting: Setting
) -> SignedDocument:
    resources = _resources(store, draft)
    patients = (content for reference, content in resources.items() if reference.startswith("Patient/"))
    patient = resources.get(setting.patient) or next(patients, b"")
    cited = {name for statement in draft.statements for name in statement.facts}
    places = [evidence.pointer.partition("#")[0] for fact in draft.facts if fact.id in cited for evidence in fact.evidence]
    sources = {place: resources[place] for place in places if place in resources}
    return SignedDocument(
        draft, store.decisions(draft.id), signatures, setting.identity, patient, sources, label, release_id, at, setting.house,
        setting.document_code, setting.images, setting.pictures, setting.proposes_medicines, setting.made,
    )  # fmt: skip


def _resources(store: Store, draft: Draft) -> Mapping[str, bytes]:
    """What was known of the person when the draft was made; now, when the draft does not say."""
    if not draft.chart:
        return {}
    versions = {taken.version for taken in store.history(draft.chart)}
    wanted = draft.provenance.chart_version
    return dict(store.resources(draft.chart, wanted if wanted in versions else ""))


def _rendered(document: SignedDocument, writers: Sequence[FileWriter]) -> tuple[list[bytes], tuple[ReleasedFile, ...]]:
    """(contents, files), every one looked at for its label. Raises Refused."""
    made = [(writer, *row) for writer in writers for row in _made(writer, document)]
    names = [name for _, name, _ in made]
    if not names or len(set(names)) != len(names) or any(name != Path(name).name or name.startswith(".") for name in names):
        raise ValueError("a release needs files with plain, different names")
    files = tuple(
        ReleasedFile(name, writer.media_type, hashlib.sha256(content).hexdigest(), _label_in(writer, name, content))
        for writer, name, content in made
    )
    return [content for _, _, content in made], files


def _made(writer: FileWriter, document: SignedDocument) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of one form."""
    if writer.many is not None:
        yield from writer.many(document)
    elif writer.write is not None:
        yield writer.file_name, writer.write(document)


def _label_in(writer: FileWriter, name: str, content: bytes) -> str:
    try:
        label, why = writer.check(content), "no label was found in it"
    except (XinglinError, ValueError, LookupError) as error:
        label, why = "", error.code if isinstance(error, XinglinError) else type(error).__name__
    if not label.strip():
        raise Refused(
            "XL-RELEASE-007",
            "a file would leave without its AI label",
            where=name,
            why=why,
            fix="report this writer: it is broken",
        )
    return label


def _write_out(store: Store, release: Release, folder: Path) -> None:
    contents = store.release_contents(release.id)
    for file, content in zip(release.files, contents, strict=True):
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise Refused(
                "XL-RELEASE-008", "a kept file is not the one that was released", where=file.path, fix="restore the house from a backup"
            )
    files = [(file.path, content) for file, content in zip(release.files, contents, strict=True)]
    if not holds_exactly(folder, files):
        put_folder(folder, files)
        store.note("house", "written out", release.id)
