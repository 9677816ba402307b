"""Where trained models are kept: a folder each, named by the hash of its files, and aliases that say which one is in use.

`champion` is used, `challenger` waits. A challenger comes into use when it is not worse on rows that neither has learnt from and a named person
says so; every step stands in the ledger. Nothing kept is a row of anybody. What is kept is files by name, whatever model they are (`training/kinds`).
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from xinglin.models.kept import Kept, card_of, digest_of
from xinglin.records.errors import InvalidInput, NotFound, Refused, UsageError
from xinglin.records.prediction import ModelCard
from xinglin.training.comparing import Comparison
from xinglin.training.kinds import read

if TYPE_CHECKING:
    from xinglin.store import Store

CHAMPION, CHALLENGER = "champion", "challenger"
T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_FILE = re.compile(r"(?:[a-z0-9][a-z0-9._-]{0,63}/)?[a-z0-9][a-z0-9._-]{0,63}")  # at most one folder deep


class Promotion(Struct, frozen=True):
    """One time that a model came into use: which, when, by whom, against what it was held."""

    digest: str
    at: str
    by: str
    why: str = ""


class Named(Struct, frozen=True):
    """What is known under one name: the models in order of arrival (digest, when), and who came into use when."""

    name: str
    made: tuple[tuple[str, str], ...] = ()
    challenger: str = ""
    promotions: tuple[Promotion, ...] = ()  # the last is in use
    keeps: str = "outcome"  # what kind of model all of them are

    @property
    def champion(self) -> str:
        """The digest of the model in use; "" for none."""
        return self.promotions[-1].digest if self.promotions else ""

    def aliases(self, digest: str) -> tuple[str, ...]:
        """What a model is called at present."""
        return tuple(word for word, one in ((CHAMPION, self.champion), (CHALLENGER, self.challenger)) if one == digest)


class Registry:
    """The models of one house. `store`: whose ledger tells what was done."""

    def __init__(self, store: Store) -> None:
        self._store, self._folder = store, store.home / "models"

    def keep(self, trained: Kept, by: str) -> ModelCard:
        """Keep a model and call it the challenger of its name; the same model again changes nothing but the alias.

        Raises UsageError XL-MODEL-001 for a name that is none, 014 for a name under which another kind of model is kept.
        """
        name, files = trained.card.name, trained.files()
        self.see_name(name)
        if wrong := [file for file in files if not _FILE.fullmatch(file)]:
            raise ValueError(f"no file of a kept model is called {wrong[0]}")
        digest = digest_of(files)
        with self._alone():
            known = self._named(name)
            if known.made and known.keeps != trained.card.keeps:
                raise UsageError(
                    "XL-MODEL-014", "another kind of model is kept under this name", where=name, why=f"{known.keeps}, not {trained.card.keeps}",
                    fix="choose another --name",
                )  # fmt: skip
            self._write_folder(digest, files)
            made = known.made if any(one == digest for one, _ in known.made) else (*known.made, (digest, self._store.now()))
            self._write_named(replace(known, keeps=trained.card.keeps, made=made, challenger="" if known.champion == digest else digest))
            self._store.ledger.add(by, "model kept", f"model {name}", digest)
        return self._card(known.name, digest)

    def see_name(self, name: str) -> None:
        """Raises UsageError XL-MODEL-001 for a name under which no model can be kept."""
        if not _NAME.fullmatch(name):
            raise UsageError(
                "XL-MODEL-001", "this is no name for a model", where="--name", fix="small letters, digits, dot, dash: warfarin-dose"
            )

    def names(self) -> tuple[Named, ...]:
        """Everything that is kept, by name."""
        folder = self._folder / "names"
        return tuple(self._named(path.stem) for path in sorted(folder.glob("*.json"))) if folder.is_dir() else ()

    def named(self, name: str) -> Named:
        """What is known under a name. Raises NotFound XL-MODEL-002."""
        found = self._named(name) if _NAME.fullmatch(name) else Named(name)
        if not found.made:
            known = ", ".join(one.name for one in self.names())
            raise NotFound(
                "XL-MODEL-002", "no model is kept under this name", where=name, fix=f"one of: {known}" if known else "train one first"
            )
        return found

    def digest(self, reference: str) -> tuple[Named, str]:
        """The model meant by `name`, `name:challenger` or `name@digest` (its beginning). Raises NotFound XL-MODEL-002, 003."""
        name, mark, rest = reference.partition("@") if "@" in reference else reference.partition(":")
        named = self.named(name)
        if mark == "@":
            found = [digest for digest, _ in named.made if digest.startswith(rest) and len(rest) >= 6]
        else:
            found = [one for one in ({"": named.champion, CHAMPION: named.champion, CHALLENGER: named.challenger}.get(rest, ""),) if one]
        if len(found) != 1:
            raise NotFound(
                "XL-MODEL-003", "no such model is kept, or none is in use yet", where=reference,
                fix=f"xinglin models promote {name} --by NAME; or name it: {name}:challenger, {name}@DIGEST",
            )  # fmt: skip
        return named, found[0]

    def card(self, reference: str) -> ModelCard:
        """The card, with when it was made and who brought it into use."""
        named, digest = self.digest(reference)
        return self._card(named.name, digest)

    def load(self, reference: str) -> Kept:
        """The model itself, with that card.

        Raises NotFound XL-MODEL-002, 003, InvalidInput XL-MODEL-004 where its files are not those that were kept, 013 for an unknown kind.
        """
        named, digest = self.digest(reference)
        return read(self._files(digest), self._card(named.name, digest))

    def load_as(self, reference: str, kind: type[T]) -> T:
        """The model itself, where it is of that class. Raises UsageError XL-MODEL-015 where it is not, and what `load` raises."""
        found = self.load(reference)
        if not isinstance(found, kind):
            raise UsageError("XL-MODEL-015", "this model does not do that", where=reference, why=f"it is kept as: {found.card.keeps}")
        return found

    def promote(self, name: str, by: str, comparison: Comparison, why: str = "") -> Named:
        """Bring the challenger into use. Raises Refused XL-MODEL-005 without a person, 006 where there is no challenger, 007 where it is worse."""
        if not by.strip():
            raise Refused("XL-MODEL-005", "nobody stands for bringing this model into use", fix="say --by NAME")
        with self._alone():
            named = self.named(name)
            if not named.challenger:
                raise Refused("XL-MODEL-006", "there is no challenger to bring into use", where=name, fix="train one first")
            if (comparison.challenger, comparison.champion) != (named.challenger, named.champion):
                raise Refused("XL-MODEL-006", "other models were compared than those that stand now", where=name, fix="compare again")
            if comparison.worse:
                raise Refused(
                    "XL-MODEL-007", "the challenger is worse", where=name, why=comparison.told(), fix="keep the champion, or train another"
                )
            self._files(named.challenger)
            told = "; ".join(part for part in (why, comparison.told()) if part)
            now = Promotion(named.challenger, self._store.now(), by, told)
            changed = replace(named, challenger="", promotions=(*named.promotions, now))
            self._write_named(changed)
            self._store.ledger.add(by, "model promoted", f"model {name}", now.digest)
        return changed

    def roll_back(self, name: str, by: str, why: str) -> Named:
        """The model that was in use before is in use again; the one that is now becomes the challenger.

        Raises Refused XL-MODEL-005 without a person or a reason, 008 where none was in use before.
        """
        if not by.strip() or not why.strip():
            raise Refused("XL-MODEL-005", "nobody stands for this, or no reason was given", fix="say --by NAME --reason WHY")
        with self._alone():
            named = self.named(name)
            before = [one.digest for one in named.promotions if one.digest != named.champion]
            if not before:
                raise Refused("XL-MODEL-008", "no other model was in use before", where=name)
            self._files(before[-1])
            again = Promotion(before[-1], self._store.now(), by, f"rolled back: {why}")
            changed = replace(named, challenger=named.champion, promotions=(*named.promotions, again))
            self._write_named(changed)
            self._store.ledger.add(by, "model rolled back", f"model {name}", again.digest)
        return changed

    # ---- files

    def _card(self, name: str, digest: str) -> ModelCard:
        named = self._named(name)
        card = card_of(self._files(digest))
        when = next((at for one, at in named.made if one == digest), "")
        who = next((one.by for one in reversed(named.promotions) if one.digest == digest), "")
        return replace(card, made_at=when, promoted_by=who)

    def _files(self, digest: str) -> dict[str, bytes]:
        folder = self._folder / digest
        try:
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if not path.is_dir()}
        except OSError:
            files = {}
        if not files or digest_of(files) != digest:
            raise InvalidInput(
                "XL-MODEL-004",
                "the files of a kept model are missing or changed",
                where=digest[:12],
                fix="restore the house from a backup, or train again",
            )
        return files

    def _write_folder(self, digest: str, files: dict[str, bytes]) -> None:
        """All files or none: they are written aside and moved into place."""
        folder, aside = self._folder / digest, self._folder / f".{digest}"
        if folder.exists():
            self._files(digest)
            return
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        for name, content in files.items():
            (aside / name).parent.mkdir(mode=0o700, exist_ok=True)
            _write(aside / name, content)
        os.replace(aside, folder)

    def _named(self, name: str) -> Named:
        path = self._folder / "names" / f"{name}.json"
        if not path.is_file():
            return Named(name)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Named)
        except (msgspec.DecodeError, OSError) as error:
            raise InvalidInput(
                "XL-MODEL-004", "the list of a model's versions is damaged", where=name, why=type(error).__name__, fix="restore it"
            ) from None

    def _write_named(self, named: Named) -> None:
        path = self._folder / "names" / f"{named.name}.json"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_suffix(".tmp")
        _write(aside, msgspec.json.format(msgspec.json.encode(named), indent=1))
        os.replace(aside, path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time, over all processes of this machine."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
