"""A contract started from a source: layouts and draft written, and what lint says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts import (
    FOLDERS,
    LIBRARY,
    ORACLE,
    Fault,
    Profile,
    contract_ids,
    layout_releases,
    lint,
    load_profile,
    prefixes,
    shipped,
)
from harness.drafting.drafts import Draft
from harness.drafting.filing import file_all
from harness.drafting.guesses import prefix
from harness.drafting.layout_files import SOURCES, LayoutFile, layout_file, sources_text
from harness.drafting.source import Source
from harness.errors import UsageError

_IDENTITY = re.compile(rf"(?:{'|'.join(FOLDERS)})\.[a-z][a-z0-9_]*")
_RELEASE = re.compile(r"\d{2}[A-D]")


@dataclass(frozen=True)
class Started:
    """What was written, and what is left to a person."""

    path: Path
    draft: Draft
    layouts: Sequence[LayoutFile]  # all that the source gave, written or not
    written: Sequence[Path]
    remarks: Sequence[str]
    faults: Sequence[Fault]


def start_contract(identity: str, source: Source, profile: Profile, *, release: str, direction: str) -> Started:
    """Write the draft of contract ``identity``, and the layouts that it needs and nobody has yet.

    In the library FBDI files and HDL components get layouts. A profile has none: its FBDI files refer to the library's
    where that says the same, else their columns stand in the contract; its HDL components need the library's.
    Raises UsageError, and writes nothing, for an id that is wrong or known, a missing release, a layout of the same
    release that says something else, and a library that is installed.
    """
    _check(identity, profile, source, release)
    library = profile.library or LIBRARY
    root = profile.path / "contracts" if profile.path else library
    refuse_installed(root)
    layouts = _layouts(source, release, library / "layouts", own=profile.path is not None)
    draft = Draft(
        identity, prefix(identity.partition(".")[2], _taken(profile)), direction, release, source, layouts,
        schema="" if profile.path else "../contract.schema.json",
    )  # fmt: skip
    department, _, name = identity.partition(".")
    path = root / department / f"{name}.yaml"
    new = [one for one in layouts.values() if one.status in ("new", "changed")]
    texts, grown = layout_texts(new, library / "layouts")
    file_all({**texts, path: draft.text()}, grown)
    layout_releases.cache_clear()
    return Started(
        path,
        draft,
        list(layouts.values()),
        [*texts, *grown, path],
        list(_remarks(source, layouts)),
        lint(profile, [identity]),
    )


def layout_texts(layouts: Sequence[LayoutFile], root: Path) -> tuple[dict[Path, str], dict[Path, str]]:
    """Return the files that new layouts are, and those of their sources, which grow."""
    folders = dict.fromkeys(root / one.folder for one in layouts)
    grown = {
        folder / SOURCES: sources_text(folder / SOURCES, [one.source for one in layouts if root / one.folder == folder])
        for folder in folders
    }
    return {root / one.place: one.text() for one in layouts}, grown


def refuse_installed(folder: Path) -> None:
    """Raise UsageError if ``folder`` is part of an installed package, where an update would replace it."""
    if folder.is_relative_to(LIBRARY) and not (LIBRARY.parent / "pyproject.toml").is_file():
        todo = "work in a clone of the harness; a contract of your own: say --workspace FOLDER"
        raise UsageError("the library of an installed harness is not written to", where=str(folder), todo=todo)


def check_release(release: str) -> None:
    """Raise UsageError for what names no Oracle release."""
    if not _RELEASE.fullmatch(release):
        raise UsageError(f"no Oracle release: {release or 'none'}", where="release", todo="write it as 26C")


def _check(identity: str, profile: Profile, source: Source, release: str) -> None:
    if not _IDENTITY.fullmatch(identity):
        todo = (
            f"write <department>.<name> in small letters, e.g. finance.daily_rates; departments: {', '.join(FOLDERS)}"
        )
        raise UsageError(f"no id of a contract: {identity}", where="ID", todo=todo)
    if identity in contract_ids(profile):
        todo = "choose another id; what a district adds to a library contract is an overlay (`extends`)"
        raise UsageError(f"there is a contract {identity}", where=f"profile {profile.name}", todo=todo)
    if source.channel == "hdl" and release:
        raise UsageError("HDL has no releases: its attributes are told by name", where="--release", todo="leave it out")
    if source.channel == "fbdi" and not release:
        todo = "say the release that the source is of: --release 26C"
        raise UsageError("an FBDI layout belongs to a release", where=source.name, todo=todo)
    if release:
        check_release(release)


def _layouts(source: Source, release: str, root: Path, *, own: bool) -> dict[str, LayoutFile]:
    """Layouts by stem of the source: those that the contract refers to. A profile refers to what the library has."""
    if source.channel not in ("fbdi", "hdl"):
        return {}
    found = {file.stem: layout_file(file, source, release, root) for file in source.files}
    if own and source.channel == "fbdi":
        return {stem: one for stem, one in found.items() if one.status == "same"}
    for one in found.values():
        if one.status == "conflict":
            differing = "; ".join(change.what for change in one.changes[:3])
            what = f"the layout of {one.folder} says something else: {differing}"
            raise UsageError(what, where=str(root / one.place), todo="compare both; a layout is never overwritten")
        if own and one.former is None:
            todo = "draft its layout in the library first, in a clone: without --workspace and --profile"
            raise UsageError(f"no layout of the HDL component {one.stem}", where=source.name, todo=todo)
    return found


def _taken(profile: Profile) -> set[str]:
    """Prefixes of the library, of this profile and of those that are shipped."""
    profiles = [profile, *(load_profile(name) for name in shipped() if name != ORACLE)]
    return {one for each in profiles for one, _ in prefixes(replace(each, library=profile.library))}


def _remarks(source: Source, layouts: Mapping[str, LayoutFile]) -> list[str]:
    found = [f"{file.where}: {remark}" for file in source.files for remark in file.remarks]
    for one in layouts.values():
        if missing := [row["column"] for row in one.rows if row["column"] not in one.names]:
            found.append(f"{one.file.where}: not in layouts/{one.place}, add there: {', '.join(missing)}")
    return found
