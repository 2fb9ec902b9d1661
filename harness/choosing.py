"""Which contract a payload is made for: told by the names of the files inside."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from contracts import Profile, members, statuses
from harness.errors import UsageError


def choose(path: Path, profile: Profile, *, among: Sequence[str] = ()) -> str:
    """Return the id of the contract whose files the payload holds; ``among`` these, if any are named.

    Raises UsageError if no contract of the profile fits (it names those that come nearest, and why they do not
    match) or if several fit equally.
    """
    inside = names_inside(path)
    if not inside:
        raise UsageError(
            "no file name inside tells the contract", where=str(path), todo="say --contract ID, or send a readable zip"
        )
    known = {one: names for one, names in members(profile).items() if not among or one in among}
    hits = {identity: _matches(names, inside) for identity, names in known.items()}
    best = max(hits.values(), default=0)
    fitting = [identity for identity, count in hits.items() if count == best and best]
    if len(fitting) > 1:  # a draft yields to contracts that are in force, one without an interface to one that has some
        held = statuses(profile)
        fitting = [one for one in fitting if held[one] != "draft"] or fitting
        fitting = [one for one in fitting if profile.serving(one)] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        todo = f"say --contract, one of: {', '.join(fitting)}"
        raise UsageError("several contracts have files of these names", where=str(path), todo=todo)
    raise UsageError(
        _nearest(inside, known), where=str(path), todo="say --contract ID, or name the files as Oracle does"
    )


def names_inside(path: Path) -> list[str]:
    """Names of the files in a zip, without folders; of a plain file its own name; nothing of a damaged zip."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [info.filename for info in archive.infolist() if not info.filename.endswith("/")]
            return [PurePosixPath(name.replace("\\", "/")).name for name in names]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    return [] if path.suffix.lower() == ".zip" else [path.name]


def _matches(names: tuple[str, ...], inside: list[str]) -> int:
    """How many names of the payload one of a contract's files has, case aside."""
    wanted = [name.lower() for name in names]
    return sum(any(fnmatch(name.lower(), pattern) for pattern in wanted) for name in inside)


def _plain(name: str) -> str:
    """A name without case and signs between words, in which spellings differ."""
    return name.lower().replace("_", "").replace("-", "")


def _nearest(inside: list[str], known: dict[str, tuple[str, ...]]) -> str:
    import difflib

    patterns = {name: identity for identity, names in known.items() for name in names}
    lines = []
    for name in inside[:3]:
        plain = {_plain(pattern): pattern for pattern in patterns}
        close = difflib.get_close_matches(_plain(name), plain, 2, cutoff=0.3)
        near = [plain[one] for one in close] or list(patterns)[:2]
        lines += [f"{name} is not {pattern} of {patterns[pattern]}" for pattern in near]
    return "no contract has files of these names: " + "; ".join(lines or inside)
