"""Finding and loading contracts: the library, a profile's overlays of it, and the profile's own contracts."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from contracts.documents import Document, read_document, read_plain
from contracts.effective import Assembly
from contracts.errors import ContractError, Fault, LintError
from contracts.files import names_of
from contracts.model import Contract, Place
from contracts.profiles import Profile, load_profile
from contracts.records import pod_names

LIBRARY = Path(__file__).parent
FOLDERS = ("finance", "procurement", "hr", "operations")
"""Department folders, in the order in which contracts are shown."""


def contract_ids(profile: Profile) -> list[str]:
    """Ids of all contracts of a profile: the library's and its own, by department folder, then name."""
    found = {identity for root in _roots(profile) for identity in _files(root)}
    return sorted(found, key=lambda identity: (_folder_order(identity), identity))


def members(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Names of the files that a payload of each contract may hold, by contract id. Files with faults say what they can.

    Read without building the contracts: a payload's contract is looked for before any rule is needed.
    """
    found: dict[str, tuple[str, ...]] = {}
    for root in _roots(profile):
        for identity, path in _files(root).items():
            data = read_plain(path)
            files, channel = data.get("files"), data.get("channel")
            if "extends" not in data and isinstance(files, dict):
                specs = [spec for spec in files.values() if isinstance(spec, dict)]
                found[identity] = tuple(dict.fromkeys(name for spec in specs for name in names_of(spec, str(channel))))
    return found


def load(identity: str, profile: Profile | str = "oracle", *, release: str = "", sample: bool = False) -> Contract:
    """Return the effective contract ``identity`` of a profile for an Oracle release (default: the contract's last).

    ``sample`` binds the library's sample lists: for examples and breakers of the bare library, never for a check.
    Raises ContractError for an unknown id or release, LintError with every fault if its files have any.
    """
    contract, faults = assemble(identity, profile, release=release, sample=sample)
    errors = [fault for fault in faults if fault.level == "error"]
    if errors or contract is None:
        raise LintError(errors)
    return contract


def assemble(
    identity: str, profile: Profile | str = "oracle", *, release: str = "", sample: bool = False
) -> tuple[Contract | None, list[Fault]]:
    """Return the effective contract as far as it can be built, and all faults of its files.

    None where a file breaks the grammar or a layout is not in force. Raises ContractError for an unknown id or release.
    """
    chosen = load_profile(profile) if isinstance(profile, str) else profile
    library, overlay = _documents(identity, chosen)
    documents = [document for document in (library, overlay) if document]
    if any(fault.level == "error" for document in documents for fault in document.faults):
        return None, [fault for document in documents for fault in document.faults]
    building = Assembly(
        library=library,
        overlay=overlay,
        release=_release(library, overlay, chosen, release),
        profile=chosen.name,
        lists_folder=chosen.path,
        sample=sample,
        own=identity not in _files(LIBRARY),
    )
    contract = building.build()
    faults = sorted({fault for document in building.documents for fault in document.faults})
    if contract and not any(fault.level == "error" for fault in faults):
        contract = replace(contract, aliases=pod_names(contract))
    return contract, faults


def _release(library: Document, overlay: Document | None, profile: Profile, asked: str) -> str:
    known: Sequence[str] = (overlay.data.get("releases") if overlay else None) or library.data.get("releases", ())
    if asked and known and asked not in known:
        raise ContractError(
            f"{library.data['contract']} is not tested against release {asked}",
            where=library.name,
            todo=f"use one of: {', '.join(known)}, or add the release to `releases`",
        )
    return asked or (profile.default_release if profile.default_release in known else known[-1] if known else "")


def _documents(identity: str, profile: Profile) -> tuple[Document, Document | None]:
    own = [(root, _files(root)[identity]) for root in _roots(profile) if identity in _files(root)]
    if not own:
        ids = contract_ids(profile)
        near = difflib.get_close_matches(identity, ids, 3, cutoff=0.4) or ids
        raise ContractError(
            f"no contract {identity}", where=f"profile {profile.name}", todo=f"use one of: {', '.join(near)}"
        )
    library, overlay = (
        (_read(path, _shown(path, root)) for root, path in own) if len(own) > 1 else (_only(*own[0]), None)
    )
    _check_identity(library, identity, "contract")
    if overlay:
        _check_identity(overlay, identity, "extends")
        if "contract" in overlay.data:
            overlay.fault(
                f"the library has a contract {identity}", "contract", todo="write `extends`, or give it another name"
            )
    return library, overlay


def _only(root: Path, path: Path) -> Document:
    """A contract that stands in the library alone, or in the profile alone."""
    document = _read(path, _shown(path, root))
    if "extends" in document.data:
        document.fault(
            f"extends {document.data['extends']}, which is not in the library",
            "extends",
            todo="name a library contract",
        )
    return document


def _check_identity(document: Document, identity: str, key: str) -> None:
    stated = document.data.get(key)
    fault_text = f"`{key}: {stated}` does not match the path ({identity})"
    if stated is not None and stated != identity and not any(fault.what == fault_text for fault in document.faults):
        document.fault(fault_text, key, todo=f"write {key}: {identity}")


def prefixes(profile: Profile) -> list[tuple[str, Place]]:
    """Prefix of every contract and overlay of a profile, and where it says so."""
    found: list[tuple[str, Place]] = []
    for root in _roots(profile):
        for path in _files(root).values():
            document = _read(path, _shown(path, root))
            if prefix := document.data.get("prefix"):
                found.append((str(prefix), Place(document.name, document.line("prefix"))))
    return found


def strays(profile: Profile) -> list[Fault]:
    """Contract files of a profile that stand in no department folder, so that nobody would read them."""
    found = [path for root in _roots(profile)[1:] for path in root.rglob("*.y*ml") if path not in _files(root).values()]
    todo = f"contracts stand as <department>/<name>.yaml, departments are {', '.join(FOLDERS)}"
    return [Fault(path.as_posix(), 1, "a contract file that is never read", todo) for path in sorted(found)]


def _roots(profile: Profile) -> list[Path]:
    return [LIBRARY, *([profile.path / "contracts"] if profile.path else [])]


def _shown(path: Path, root: Path) -> str:
    """The path that people are told; an overlay's begins with its profile's folder, since the library has its like."""
    if path.is_relative_to(LIBRARY):
        return path.relative_to(LIBRARY.parent).as_posix()
    extends = (LIBRARY / path.relative_to(root)).is_file()
    return path.relative_to(root.parent.parent if extends else root.parent).as_posix()


def _files(root: Path) -> dict[str, Path]:
    return {f"{folder}.{path.stem}": path for folder in FOLDERS for path in sorted((root / folder).glob("*.yaml"))}


@cache
def _cached(path: Path, shown: str, changed: int, size: int) -> Document:
    return read_document(path, shown)


def _read(path: Path, shown: str) -> Document:
    """The document, its faults free to grow; the file is read again only if it has changed since."""
    state = path.stat()
    kept = _cached(path, shown, state.st_mtime_ns, state.st_size)
    return Document(kept.name, kept.data, kept.lines, list(kept.faults))


def _folder_order(identity: str) -> int:
    folder = identity.partition(".")[0]
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)
