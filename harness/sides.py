"""The two sides of a comparison: a contract by its id or its file, now or at a revision of git."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts import Editions, Profile, contract_ids, editions, file_editions
from harness.errors import UsageError
from harness.revisions import find_revision, profile_at, revision_of

_ID = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
_FILE = re.compile(r"\.ya?ml$")


def contract_of(text: str, profile: Profile, against: str = "") -> Editions:
    """Return the contract that ``text`` names, for each of its releases: an id, a file, ``REV:id`` or ``REV:path``.

    An id is the effective contract of the profile, a file what stands in it, an overlay with the contract that it
    extends. ``against``: the revision at which it is to be read. Raises UsageError or ContractError.
    """
    here = Path(text)
    if against:
        return _then(against, text, profile, _from_top(here, against) if _is_path(text, profile) else "")
    if _is_path(text, profile) or ":" not in text:
        return file_editions(here, profile) if _is_path(text, profile) else editions(text, profile)
    revision, _, rest = text.partition(":")
    return _then(revision, rest, profile, "" if _is_id(rest) else rest)


def _is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text)) and not _FILE.search(text)


def _is_path(text: str, profile: Profile) -> bool:
    """An id that is known is no path, whatever lies in the working directory."""
    if text in contract_ids(profile):
        return False
    return Path(text).exists() or (":" not in text and not _is_id(text))


def _from_top(path: Path, revision: str) -> str:
    top = find_revision(revision, Path.cwd()).top
    whole = path.resolve()
    if not whole.is_relative_to(top):
        raise UsageError("it lies outside the repository", where=str(path), todo=f"name a file below {top}")
    return whole.relative_to(top).as_posix()


def _then(name: str, text: str, profile: Profile, path: str) -> Editions:
    """The contract at a revision: by its id, or in the file at ``path`` where that is given."""
    if not path:
        with profile_at(revision_of(name, profile), profile) as then:
            return editions(text, then)
    revision = find_revision(name, Path.cwd())
    with TemporaryDirectory() as folder, profile_at(revision, profile) as then:
        file = Path(folder) / Path(path).name
        file.write_bytes(revision.text(path))
        return file_editions(file, then)
