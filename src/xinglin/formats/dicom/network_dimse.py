"""A hospital's archive over the older DICOM network: C-ECHO, C-FIND, C-STORE, C-MOVE and C-GET as a client (PS3.7, PS3.4).

Asked only at the host and port the user gives. For C-MOVE the archive calls back: a receiver listens on the given
address just as long as the move lasts, and takes images from that archive alone. Nothing of what is sent is logged.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct

from xinglin.formats.dicom.marks import IMPLEMENTATION_UID
from xinglin.formats.dicom.original_slices import quietly, read_original
from xinglin.records.errors import InvalidInput, OutOfResources, RemoteFailed, XinglinError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom import AE
    from pynetdicom.association import Association
    from pynetdicom.events import Event

Level = Literal["STUDY", "SERIES", "IMAGE"]

_SUCCESS, _NO_ROOM = 0x0000, 0xA700
_PENDING: Final = (0xFF00, 0xFF01)
_MOST_CONTEXTS: Final = 126
_UNIQUE: Final = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "IMAGE": "SOPInstanceUID"}
# What C-GET offers to receive: images, segmentations and reports. The archive may send no other kind.
_GET_KINDS: Final = (
    "CTImageStorage", "EnhancedCTImageStorage", "LegacyConvertedEnhancedCTImageStorage", "MRImageStorage", "EnhancedMRImageStorage",
    "PositronEmissionTomographyImageStorage", "SecondaryCaptureImageStorage", "SegmentationStorage", "Comprehensive3DSRStorage",
    "ComprehensiveSRStorage", "EnhancedSRStorage", "BasicTextSRStorage", "RTStructureSetStorage", "ComputedRadiographyImageStorage",
    "DigitalXRayImageStorageForPresentation", "DigitalMammographyXRayImageStorageForPresentation", "UltrasoundImageStorage",
)  # fmt: skip


class Peer(Struct, frozen=True):
    """An archive, and who we say we are. title: its application entity title; own_title: ours, 1 to 16 characters.

    seconds: patience for every answer. instances, total_bytes: the most that is received in one move or get.
    """

    host: str
    port: int
    title: str
    own_title: str = "XINGLIN"
    seconds: float = 30.0
    instances: int = 20_000
    total_bytes: int = 16 << 30


def echo(peer: Peer) -> None:
    """Returns when the archive answers that it understands us. Raises RemoteFailed XL-DICOM-702 to 705."""
    with _association(peer, [("Verification", ())]) as link:
        _good(link.send_c_echo(), peer)


def find(peer: Peer, level: Level, match: Mapping[str, str], *, fields: Sequence[str] = (), limit: int = 1000) -> list[dict[str, str]]:
    """What the archive has (Study Root): one row per answer, DICOM keyword -> value, several joined by a backslash.

    match: keyword -> value, wildcards * and ? where the standard allows. fields: further keywords wanted.
    Raises RemoteFailed XL-DICOM-702 to 705; stops asking after `limit` rows.
    """
    from pydicom.dataset import Dataset

    question = Dataset()
    question.QueryRetrieveLevel = level
    for keyword in (*fields, _UNIQUE[level]):
        setattr(question, keyword, "")
    for keyword, value in match.items():
        setattr(question, keyword, value)
    rows: list[dict[str, str]] = []
    with _association(peer, [("StudyRootQueryRetrieveInformationModelFind", ())]) as link:
        for status, found in link.send_c_find(question, _model("Find")):
            if _good(status, peer) in _PENDING and found is not None:
                rows.append(_row(found))
            if len(rows) >= limit:
                link.abort()
                break
    return rows


def store(peer: Peer, files: Sequence[bytes | Path], *, kept: Callable[[str], object] | None = None) -> int:
    """Sends DICOM files in their own transfer syntaxes; how many the archive kept (all, or an error).

    `kept` is told the UID of each instance the archive has confirmed, as it goes. Raises RemoteFailed XL-DICOM-702 to 705; what was sent before the fault stays at the archive.
    """
    kinds: dict[tuple[str, str], None] = {}
    for n, file in enumerate(files):
        meta = read_original(file, only=("SOPClassUID",), where=f"file {n + 1}").file_meta
        kinds[(str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID))] = None
    if len(kinds) > _MOST_CONTEXTS:
        raise InvalidInput("XL-DICOM-701", "too many kinds of objects at once", why=f"{len(kinds)} kinds", fix="send fewer at a time")
    with _association(peer, [(kind, (syntax,)) for kind, syntax in kinds]) as link:
        for n, file in enumerate(files):
            dataset = read_original(file, pixels=True, where=f"file {n + 1}")
            try:
                with quietly():
                    status = link.send_c_store(dataset)
            except ValueError as error:
                raise _said_no(peer, f"it takes no object of the kind of file {n + 1}") from error
            _good(status, peer)
            if kept is not None:
                kept(str(dataset.SOPInstanceUID))
    return len(files)


def move(
    peer: Peer, study: str, *, into: Path, listen: tuple[str, int], series: str = "", instance: str = "",
    arrived: Callable[[int, int], object] | None = None,
) -> tuple[Path, ...]:  # fmt: skip
    """Has the archive send a study, series or instance to us; the received files, in order of arrival.

    into: an existing folder. listen: address and port the archive knows for `own_title`. arrived: told files and bytes
    as they come.
    Raises RemoteFailed XL-DICOM-702 to 705, OutOfResources XL-DICOM-706 and 707 (the port is taken); on any fault the
    files already received are removed.
    """
    from pynetdicom import AllStoragePresentationContexts, evt
    from pynetdicom._globals import ALL_TRANSFER_SYNTAXES

    inbox = _Inbox(into, peer, arrived)
    receiver = _entity(peer)
    receiver.require_called_aet = True
    receiver.require_calling_aet = [peer.title]
    for context in AllStoragePresentationContexts:
        if context.abstract_syntax is not None:
            receiver.add_supported_context(context.abstract_syntax, ALL_TRANSFER_SYNTAXES)
    try:
        receiver.start_server(listen, block=False, evt_handlers=[(evt.EVT_C_STORE, inbox.take)])
    except OSError as error:
        raise OutOfResources(
            "XL-DICOM-707", "the receiving port cannot be opened", why=type(error).__name__, fix="give a free port"
        ) from error
    try:
        with inbox.kept(), _association(peer, [("StudyRootQueryRetrieveInformationModelMove", ())]) as link:
            _followed(link.send_c_move(_wanted(study, series, instance), peer.own_title, _model("Move")), inbox, peer)
    finally:
        receiver.shutdown()
    return tuple(inbox.files)


def get(
    peer: Peer, study: str, *, into: Path, series: str = "", instance: str = "", arrived: Callable[[int, int], object] | None = None
) -> tuple[Path, ...]:
    """The same over one connection (C-GET): no port of ours is needed. Only common kinds of objects are taken."""
    import pydicom.uid
    from pynetdicom import build_role, evt

    inbox = _Inbox(into, peer, arrived)
    kinds = [str(getattr(pydicom.uid, name)) for name in _GET_KINDS]
    contexts = [("StudyRootQueryRetrieveInformationModelGet", ()), *((kind, ()) for kind in kinds)]
    roles = [build_role(pydicom.uid.UID(kind), scp_role=True) for kind in kinds]
    with inbox.kept(), _association(peer, contexts, roles=roles, handlers=[(evt.EVT_C_STORE, inbox.take)]) as link:
        _followed(link.send_c_get(_wanted(study, series, instance), _model("Get")), inbox, peer)
    return tuple(inbox.files)


class _Inbox:
    """Files as they arrive, until the limit."""

    def __init__(self, folder: Path, peer: Peer, arrived: Callable[[int, int], object] | None = None) -> None:
        self.folder, self.peer, self.files, self.arrived = folder, peer, [], arrived
        self.bytes = 0
        self.fault: XinglinError | None = None

    def take(self, event: Event) -> int:
        """Writes one instance as it was sent; the DIMSE status to answer with."""
        data = event.encoded_dataset()
        self.bytes += len(data)
        if len(self.files) >= self.peer.instances or self.bytes > self.peer.total_bytes:
            self.fault = OutOfResources(
                "XL-DICOM-706",
                "the archive sends more than is taken",
                why=f"{self.peer.instances} instances",
                fix="ask for less, or raise the limit",
            )
            return _NO_ROOM
        path = self.folder / f"received-{len(self.files) + 1:06d}.dcm"
        try:
            with path.open("xb") as file:
                self.files.append(path)
                file.write(data)
        except OSError as error:
            self.fault = OutOfResources(
                "XL-DICOM-706", "a received file cannot be kept", why=type(error).__name__, fix="check folder and disk"
            )
            return _NO_ROOM
        if self.arrived is not None:
            self.arrived(len(self.files), self.bytes)
        return _SUCCESS

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keeps the files when all went well; else none of them stays."""
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                for path in self.files:
                    path.unlink(missing_ok=True)


def _followed(answers: Iterator[tuple[Dataset, Dataset | None]], inbox: _Inbox, peer: Peer) -> None:
    """Waits for the end of a move or get; every part of it must have gone well."""
    for status, _ in answers:
        if inbox.fault is not None:
            raise inbox.fault
        code = _good(status, peer)
        if int(status.get("NumberOfFailedSuboperations") or 0) and code not in _PENDING:
            raise _said_no(peer, "not everything could be sent")
    if inbox.fault is not None:
        raise inbox.fault


@contextmanager
def _association(
    peer: Peer, contexts: Sequence[tuple[str, tuple[str, ...]]], *, roles: Sequence[Any] = (), handlers: Sequence[Any] = ()
) -> Iterator[Association]:
    """A connection to the archive, released at the end. contexts: (SOP class or its keyword, transfer syntaxes)."""
    import pynetdicom.sop_class
    from pynetdicom._globals import DEFAULT_TRANSFER_SYNTAXES

    entity = _entity(peer)
    _knock(peer)
    for kind, syntaxes in contexts:
        uid = kind if kind[0].isdigit() else getattr(pynetdicom.sop_class, kind)
        entity.add_requested_context(uid, list(syntaxes or DEFAULT_TRANSFER_SYNTAXES))
    link = entity.associate(peer.host, peer.port, ae_title=peer.title, ext_neg=list(roles) or None, evt_handlers=list(handlers) or None)
    if not link.is_established:
        raise _no_link(peer, link.is_rejected)
    try:
        yield link
    except BaseException:
        link.abort()  # a release would wait for an archive that is still sending
        raise
    finally:
        if link.is_established:
            link.release()


def _no_link(peer: Peer, rejected: bool) -> RemoteFailed:
    if rejected:
        return RemoteFailed(
            "XL-DICOM-703",
            "the archive does not accept us",
            where=_shown(peer),
            why="association rejected",
            fix="have both titles entered there",
        )
    return RemoteFailed(
        "XL-DICOM-702",
        "the archive could not be reached",
        where=_shown(peer),
        why="no association",
        fix="check host, port and what it accepts",
    )


def _knock(peer: Peer) -> None:
    """Opens and closes the port once: pynetdicom 3 leaves a socket open when nobody is there, so it is not asked then."""
    try:
        socket.create_connection((peer.host, peer.port), timeout=peer.seconds).close()
    except OSError as error:
        raise _no_link(peer, False) from error


def _entity(peer: Peer) -> AE:
    import pynetdicom._config
    from pydicom.uid import UID
    from pynetdicom import AE

    pynetdicom._config.LOG_HANDLER_LEVEL = "none"
    pynetdicom._config.LOG_REQUEST_IDENTIFIERS = pynetdicom._config.LOG_RESPONSE_IDENTIFIERS = False
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    for title in (peer.title, peer.own_title):
        if not title.strip() or len(title) > 16 or not title.isascii() or "\\" in title:
            raise InvalidInput(
                "XL-DICOM-701",
                "an application entity title cannot be used",
                where="title",
                why="1 to 16 ASCII characters",
                fix="shorten it",
            )
    entity = AE(ae_title=peer.own_title)
    entity.implementation_class_uid = UID(IMPLEMENTATION_UID)
    entity.implementation_version_name = "XINGLIN"
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = entity.connection_timeout = peer.seconds
    return entity


def _wanted(study: str, series: str, instance: str) -> Dataset:
    from pydicom.dataset import Dataset

    if instance and not series:
        raise InvalidInput("XL-DICOM-701", "an instance is asked for by study, series and instance", where="series", fix="name the series")
    wanted = Dataset()
    wanted.QueryRetrieveLevel = "IMAGE" if instance else "SERIES" if series else "STUDY"
    wanted.StudyInstanceUID = study
    if series:
        wanted.SeriesInstanceUID = series
    if instance:
        wanted.SOPInstanceUID = instance
    return wanted


def _model(operation: Literal["Find", "Move", "Get"]) -> str:
    import pynetdicom.sop_class

    return getattr(pynetdicom.sop_class, f"StudyRootQueryRetrieveInformationModel{operation}")


def _good(status: Dataset, peer: Peer) -> int:
    """The status code of an answer: success, pending or a warning that the object was kept; else an error."""
    if "Status" not in status:
        raise RemoteFailed(
            "XL-DICOM-705",
            "the archive stopped answering",
            where=_shown(peer),
            why="time limit or a broken connection",
            fix="try again later",
        )
    code = int(status.Status)
    if code in (_SUCCESS, *_PENDING) or code >> 12 == 0xB:
        return code
    raise _said_no(peer, f"status {code:04X}")


def _said_no(peer: Peer, why: str) -> RemoteFailed:
    return RemoteFailed("XL-DICOM-704", "the archive said no", where=_shown(peer), why=why, fix="ask its operator")


def _row(found: Dataset) -> dict[str, str]:
    row = {}
    with quietly():
        for element in found:
            if element.keyword and element.VR != "SQ" and not element.tag.is_private:
                values = element.value if element.VM > 1 else [element.value]
                row[element.keyword] = "\\".join("" if value is None else str(value) for value in values)
    return row


def _shown(peer: Peer) -> str:
    return f"{peer.host}:{peer.port}"
