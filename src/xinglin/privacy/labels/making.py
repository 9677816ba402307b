"""Makes the label of one document: the words people see and the AIGC object machines read.

A provider code is never invented. Without one (and without a law that asks for it) the producer is named by
the fingerprint of the house's own key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xinglin.privacy.labels.aigc import faults_of, is_provider_code
from xinglin.privacy.law import law_pack
from xinglin.records import Label
from xinglin.records.draft import Language
from xinglin.records.errors import Refused

_PRODUCER = re.compile(r"house:[0-9a-f]{16,64}|software:[0-9A-Za-z.-]{1,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def label_for(
    language: Language,
    produce_id: str,
    provider_code: str,
    provider_name: str = "",
    law_packs: Sequence[str] = (),
    signed_by: Iterable[str] = (),
    signed_digest: str = "",
    *,
    about_nobody: bool = False,
) -> Label:
    """The label of a release (`signed_by` names people) or of a draft (it names nobody).

    `provider_code` is a 27-character code, or `house_producer(key)` where no pack asks for a code;
    `produce_id` the release's or draft's id; `signed_digest` the SHA-256 (hex) that the signatures cover: it goes
    into ReservedCode1 as "sha256:<hex>" and binds the label to the signed words, not to the file's bytes.
    `about_nobody`: it was made of a simulation, and from no patient's record.
    Words are given in both languages, the document's own first. Raises Refused XL-LABEL-001 when a pack needs a
    provider code and there is no valid one, XL-LABEL-002 when the producer is neither a code nor a fingerprint,
    XL-LABEL-003 when the object would not be a valid label.
    """
    _refuse_without_code(provider_code, law_packs)
    aigc = {
        "Label": "1",
        "ContentProducer": provider_code,
        "ProduceID": produce_id,
        "ReservedCode1": f"sha256:{signed_digest}" if signed_digest else "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    faults = faults_of(aigc) + (("the digest is not a SHA-256",) if signed_digest and not _DIGEST.fullmatch(signed_digest) else ())
    if faults:
        raise Refused(
            "XL-LABEL-003", "the AI label would not be valid", why="; ".join(faults), fix="use plain letters and digits for the id"
        )
    signers = tuple(signed_by)
    order = ("zh", "en") if language == "zh" else ("en", "zh")
    return Label({name: _WORDS[name](signers, provider_name, about_nobody) for name in order}, aigc)


def house_producer(public_key: str) -> str:
    """The producer's name of a house without a provider code: "house:" and the start of its public key (hex)."""
    return f"house:{public_key[:32].lower()}"


def software_producer(version: str) -> str:
    """The producer's name on an unsigned draft, which is not yet anybody's: "software:xinglin-0.1.0"."""
    return f"software:xinglin-{version}"


def _refuse_without_code(provider_code: str, law_packs: Sequence[str]) -> None:
    asking = [pack.name for pack in map(law_pack, law_packs) if pack.needs_provider_code]
    if asking and not is_provider_code(provider_code):
        raise Refused(
            "XL-LABEL-001",
            "no valid provider code for AI labels",
            where=f"law pack {', '.join(asking)}",
            why="GB 45438-2025 labels name their provider by a 27-character code, and a code is never invented",
            fix="set the provider code your organisation was given, or take the law pack away if it does not apply",
        )
    if not (is_provider_code(provider_code) or _PRODUCER.fullmatch(provider_code)):
        raise Refused(
            "XL-LABEL-002",
            "the label's producer is neither a provider code nor a key fingerprint",
            why="a label that names nobody labels nothing",
            fix="pass a 27-character provider code or house_producer(public key)",
        )


def _english(signers: tuple[str, ...], provider: str, about_nobody: bool) -> str:
    house = f" by {provider}" if provider else ""
    source = "a simulation, about nobody" if about_nobody else "the patient's record"
    if not signers:
        return f"AI-generated content{house}. Drafted by AI from {source}. Not yet checked and signed by a person."
    people = _listed(signers, ", ", " and ")
    return f"AI-generated content{house}. Drafted by AI from {source}, then checked and signed by {people}."


def _chinese(signers: tuple[str, ...], provider: str, about_nobody: bool) -> str:
    house = f"（{provider}）" if provider else ""
    source = "模拟结果起草，不涉及任何真人" if about_nobody else "患者病历起草"
    if not signers:
        return f"人工智能生成内容{house}。由人工智能根据{source}，尚未经人员核查和签发。"
    return f"人工智能生成内容{house}。由人工智能根据{source}，经{_listed(signers, '、', '和')}核查并签发。"


def _listed(names: tuple[str, ...], comma: str, last: str) -> str:
    return last.join(part for part in (comma.join(names[:-1]), names[-1]) if part)


_WORDS = {"en": _english, "zh": _chinese}
