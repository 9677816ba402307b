"""A hospital's image archive as the settings name it: where it is, who we say we are, and what it may be sent.

No secret lies here: a token or password is read from its file, or from the environment, when the archive is asked.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

OWN_TITLE: Final = "XINGLIN"


class Archive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """url: a DICOMweb root ("https://pacs.example/dicom-web"), or "dimse://TITLE@host:port" for the older network.

    own_title: our application entity title, 1 to 16 characters. token_file, user and password_file: for DICOMweb;
    files relative to the house. listen: "address:port" the archive sends to (C-MOVE); "" fetches by C-GET.
    accepts_synthetic: whether artificial images may be sent there; a clinical archive never should.
    unencrypted: whether a token or password may cross the network in the clear. seconds: patience for every answer.
    """

    url: str
    name: str = ""
    own_title: str = OWN_TITLE
    token_file: str = ""
    user: str = ""
    password_file: str = ""
    listen: str = ""
    accepts_synthetic: bool = False
    unencrypted: bool = False
    seconds: float = 30.0


class ArchiveSeries(Struct, frozen=True):
    """A series an archive says it has. `instances` is None where the archive does not count."""

    uid: str
    modality: str
    description: str
    instances: int | None = None


class ArchiveStudy(Struct, frozen=True):
    """A study an archive says it has: a person's data, for that person's staff alone. Dates are YYYY-MM-DD, or as given."""

    uid: str
    date: str
    modalities: tuple[str, ...]
    description: str
    patient_id: str
    patient_name: str
    series_count: int | None = None
    instances: int | None = None
    series: tuple[ArchiveSeries, ...] = ()


class Sent(Struct, frozen=True):
    """What became of a release sent to an archive, in files. `fault` is why something is missing there, "" when nothing is."""

    release: str
    archive: str
    there_before: int
    sent: int
    missing: int
    fault: str = ""
