"""Contracts of another time: the folders of a git revision written into a temporary one, to be loaded from there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from contracts import FOLDERS, Profile, library_folder
from harness.errors import UsageError

_LIBRARY = frozenset({*FOLDERS, "layouts", "codes"})
_PROFILE = frozenset({"contracts", "lists"})
_MISLEADING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Variables that a hook of git sets; the repository is told by the folder alone."""


@dataclass(frozen=True)
class Revision:
    """A commit of the repository in which a folder lies."""

    name: str  # as it was found: main, or origin/main
    commit: str
    top: Path  # of the working tree

    def text(self, path: str) -> bytes:
        """Return a file of the revision; ``path`` counts from the top. Raises UsageError if it is not there."""
        try:
            return _git(self.top, "cat-file", "blob", f"{self.commit}:{path}")
        except _GitError as error:
            todo = "name a file by its path from the top of the repository"
            raise UsageError(f"no file {path} in revision {self.name}", where=str(self.top), todo=todo) from error

    def write(self, folder: Path, into: Path, wanted: Callable[[PurePosixPath], bool]) -> bool:
        """Write the wanted files of a folder of the working tree as the revision has them; False if there are none."""
        blobs = {path: blob for path, blob in self._files(folder) if wanted(path)}
        for path, data in zip(blobs, self._blobs(list(blobs.values())), strict=True):
            (into / path).parent.mkdir(parents=True, exist_ok=True)
            (into / path).write_bytes(data)
        return bool(blobs)

    def has(self, folder: Path) -> bool:
        """Whether the revision has anything of a folder of the working tree."""
        return folder.is_relative_to(self.top) and next(self._files(folder), None) is not None

    def _files(self, folder: Path) -> Iterator[tuple[PurePosixPath, str]]:
        """Files below a folder, as seen from it, each with the name of its blob; no links, no submodules."""
        prefix = folder.relative_to(self.top).as_posix()
        below = [] if prefix == "." else ["--", f"{prefix}/"]
        listed = _git(self.top, "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", self.commit, *below)
        for entry in filter(None, os.fsdecode(listed).split("\0")):
            facts, _, name = entry.partition("\t")
            mode, _, blob = facts.split(" ")
            path = PurePosixPath(name).relative_to(prefix)
            if mode.startswith("100") and ".." not in path.parts:
                yield path, blob

    def _blobs(self, names: list[str]) -> Iterator[bytes]:
        """The content of blobs, by one process for all of them."""
        told = _git(self.top, "cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode())
        at = 0
        for _ in names:
            head, _, _ = told[at : at + 200].partition(b"\n")
            begin = at + len(head) + 1
            size = int(head.rpartition(b" ")[2])
            yield told[begin : begin + size]
            at = begin + size + 1


def find_revision(name: str, folder: Path) -> Revision:
    """Return a revision of the repository in which ``folder`` lies; a branch that is there as origin/<name> only, too.

    Raises UsageError without git, outside a repository, and for a revision that is not there.
    """
    where = next((one for one in (folder, *folder.parents) if one.is_dir()), Path())
    try:
        top = Path(os.fsdecode(_git(where, "rev-parse", "--show-toplevel")).rstrip("\n")).resolve()
    except _GitError as error:
        raise UsageError(f"no git repository: {error}", where=str(folder), todo="run it on contracts in git") from error
    for known in (name, f"origin/{name}") if name and not name.startswith("-") else ():
        try:
            commit = _git(top, "rev-parse", "--verify", "--quiet", f"{known}^{{commit}}")
        except _GitError:
            continue
        return Revision(known, commit.decode().strip(), top)
    raise UsageError(f"no revision {name}", where=str(top), todo="name a branch, tag or commit; in CI fetch it first")


def revision_of(name: str, profile: Profile) -> Revision:
    """Return a revision of the repository that keeps a profile's contracts; of the bare library that keeps the library.

    Raises UsageError as ``find_revision`` does, and for a bare library that the revision does not have.
    """
    folder = (profile.path or library_folder(profile)).resolve()
    revision = find_revision(name, folder)
    if profile.path is None and not revision.has(folder):
        todo = "name a revision that has them, or a profile that is kept in git: --profile"
        raise UsageError(f"no contracts in revision {revision.name}", where=str(folder), todo=todo)
    return revision


@contextmanager
def profile_at(revision: Revision, profile: Profile) -> Iterator[Profile]:
    """Give the profile with the contracts and lists that it had at a revision, on the library of then.

    What lies in another repository, or is not kept in this one, is taken as it is now; so are the profile's settings.
    """
    with TemporaryDirectory() as temporary:
        library, own = Path(temporary) / "library", Path(temporary) / "profiles" / profile.name
        found = library_folder(profile).resolve()
        kept = revision.has(found) and revision.write(found, library, lambda path: path.parts[0] in _LIBRARY)
        then = replace(profile, library=library if kept else profile.library)
        if profile.path and profile.path.resolve().is_relative_to(revision.top):
            own.mkdir(parents=True)
            revision.write(profile.path.resolve(), own, lambda path: path.parts[0] in _PROFILE)
            then = replace(then, path=own)
        yield then


class _GitError(Exception):
    """Git said no; the text is the last line of its own."""


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    git = shutil.which("git")
    if git is None:
        raise UsageError(
            "git is not installed", where="PATH", todo="install git; contracts are compared over revisions"
        )
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    done = subprocess.run(  # noqa: S603 - a fixed list of arguments, no shell; names of revisions are verified first
        [git, "-C", str(folder), *arguments], input=given, capture_output=True, check=False, env=environment
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise _GitError(lines[-1] if lines else f"git {arguments[0]} ended with {done.returncode}")
    return done.stdout
