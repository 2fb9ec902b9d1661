"""Which contract a payload is made for: told by the names of the files inside."""

from __future__ import annotations

import zipfile
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from contracts import Contract, LintError, Profile, contract_ids, load
from harness.errors import UsageError
from interfaces import member_names


def choose(path: Path, profile: Profile) -> str:
    """Return the id of the contract whose files the payload holds.

    Raises UsageError if no contract of the profile fits (it names those that come nearest, and why they do not
    match) or if several fit equally.
    """
    inside = names_inside(path)
    if not inside:
        raise UsageError(
            "no file name inside tells the contract", where=str(path), todo="say --contract ID, or send a readable zip"
        )
    candidates = [contract for contract in _loadable(profile) if _matches(contract, inside)]
    best = max((len(_matches(contract, inside)) for contract in candidates), default=0)
    fitting = [contract for contract in candidates if len(_matches(contract, inside)) == best]
    if len(fitting) == 1:
        return fitting[0].id
    if fitting:
        ids = ", ".join(contract.id for contract in fitting)
        raise UsageError(
            "several contracts have files of these names", where=str(path), todo=f"say --contract, one of: {ids}"
        )
    raise UsageError(
        _nearest(inside, profile), where=str(path), todo="say --contract ID, or name the files as Oracle does"
    )


def names_inside(path: Path) -> list[str]:
    """Names of the files in a zip, without folders; of a plain file its own name; nothing of a damaged zip."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [info.filename for info in archive.infolist() if not info.is_dir()]
            return [PurePosixPath(name.replace("\\", "/")).name for name in names]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    return [] if path.suffix.lower() == ".zip" else [path.name]


def _matches(contract: Contract, inside: list[str]) -> list[str]:
    """The names of the payload that one of the contract's files has, case aside."""
    wanted = [name.lower() for name in member_names(contract)]
    return [name for name in inside if any(fnmatch(name.lower(), pattern) for pattern in wanted)]


def _loadable(profile: Profile) -> list[Contract]:
    """Contracts without faults: one broken file must not keep the others from being found."""
    found = []
    for identity in contract_ids(profile):
        try:
            found.append(load(identity, profile))
        except LintError:
            continue
    return found


def _nearest(inside: list[str], profile: Profile) -> str:
    import difflib

    patterns = {name: contract.id for contract in _loadable(profile) for name in member_names(contract)}
    lines = []
    for name in inside[:3]:
        near = difflib.get_close_matches(name, patterns, 2, cutoff=0.3) or list(patterns)[:2]
        lines += [f"{name} is not {pattern} of {patterns[pattern]}" for pattern in near]
    return "no contract has files of these names: " + "; ".join(lines or inside)
