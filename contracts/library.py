"""Finding and loading contracts: the library, a profile's overlays of it, and the profile's own contracts."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from contracts.documents import Document, read_document, read_head
from contracts.effective import Assembly
from contracts.errors import ContractError, Fault, LintError
from contracts.files import names_of
from contracts.model import Contract, Place
from contracts.profiles import Profile, load_profile
from contracts.records import pod_names

LIBRARY = FACTS = Path(__file__).parent
FOLDERS = ("finance", "procurement", "hr", "operations")
"""Department folders, in the order in which contracts are shown."""
_LARGEST = 5_000_000  # bytes of a file that is read as a contract because somebody named it


def contract_ids(profile: Profile) -> list[str]:
    """Ids of all contracts of a profile: the library's and its own, by department folder, then name."""
    found = {identity for root in _roots(profile) for identity in _files(root)}
    return sorted(found, key=lambda identity: (_folder_order(identity), identity))


def written_ids(profile: Profile) -> list[str]:
    """Ids of the contracts that a profile overlays or has of its own; of the bare library all of them.

    What is the library's alone is the same in every profile.
    """
    ids = contract_ids(profile)
    return ids if profile.path is None else [one for one in ids if one in _files(profile.path / "contracts")]


def members(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Names of the files that a payload of each contract may hold, by contract id. Files with faults say what they can.

    Read without building the contracts: a payload's contract is looked for before any rule is needed.
    """
    found: dict[str, tuple[str, ...]] = {}
    for root in _roots(profile):
        for identity, path in _files(root).items():
            data = _head(path)
            files, channel = data.get("files"), data.get("channel")
            if "extends" not in data and isinstance(files, dict):
                specs = [spec for spec in files.values() if isinstance(spec, dict)]
                found[identity] = tuple(dict.fromkeys(name for spec in specs for name in names_of(spec, str(channel))))
    return found


def statuses(profile: Profile) -> dict[str, str]:
    """Return contract id -> status as it is written (active, draft ...), "" where a file does not say it.

    Read without building the contracts. What an overlay says goes before what the library says.
    """
    found: dict[str, str] = {}
    for root in _roots(profile):
        for identity, path in _files(root).items():
            found[identity] = str(_head(path).get("status") or found.get(identity, ""))
    return found


def load(identity: str, profile: Profile | str = "oracle", *, release: str = "", sample: bool = False) -> Contract:
    """Return the effective contract ``identity`` of a profile for an Oracle release (default: the contract's last).

    ``sample`` binds the library's sample lists: for examples and breakers of the bare library, never for a check.
    Raises ContractError for an unknown id or release, LintError with every fault if its files have any.
    """
    return _sound(*assemble(identity, profile, release=release, sample=sample))


def _sound(contract: Contract | None, faults: Sequence[Fault]) -> Contract:
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
    return _assembled(
        library, overlay, chosen, release, sample=sample, own=identity not in _files(library_folder(chosen))
    )


def load_file(path: Path, profile: Profile, *, release: str = "", sample: bool = False) -> Contract:
    """Return the contract that stands in a file, wherever that is; an overlay with the library contract it extends.

    Raises ContractError for a file that is no contract, LintError with every fault if there are any.
    """
    if not path.is_file():
        raise ContractError("no such contract file", where=str(path), todo="name a YAML file, or the id of a contract")
    if path.stat().st_size > _LARGEST:
        raise ContractError("too large for a contract", where=str(path), todo="name the YAML file of a contract")
    document = _read(path, path.as_posix())
    library, overlay = document, None
    if extended := document.data.get("extends"):
        base = _files(library_folder(profile)).get(str(extended))
        if base is None:
            todo = f"extend one of: {', '.join(_files(library_folder(profile)))}"
            raise ContractError(f"extends {extended}, which is not in the library", where=str(path), todo=todo)
        library, overlay = _read(base, _shown(base, library_folder(profile), library_folder(profile))), document
    return _sound(*_assembled(library, overlay, profile, release, sample=sample, own=True))


def editions(identity: str, profile: Profile) -> dict[str, Contract]:
    """Return a contract for each release that it is tested against, oldest first; sample lists where none is bound.

    Raises as ``load`` does.
    """
    return _editions(lambda release: load(identity, profile, release=release, sample=True))


def file_editions(path: Path, profile: Profile) -> dict[str, Contract]:
    """Return the contract in a file for each release that it is tested against, as ``editions`` does."""
    return _editions(lambda release: load_file(path, profile, release=release, sample=True))


def _editions(load_for: Callable[[str], Contract]) -> dict[str, Contract]:
    default = load_for("")
    found = {release: load_for(release) for release in default.releases if release != default.release}
    return {release: found.get(release, default) for release in default.releases or ("",)}


def _assembled(
    library: Document, overlay: Document | None, profile: Profile, release: str, *, sample: bool, own: bool
) -> tuple[Contract | None, list[Fault]]:
    documents = [document for document in (library, overlay) if document]
    if any(fault.level == "error" for document in documents for fault in document.faults):
        return None, [fault for document in documents for fault in document.faults]
    building = Assembly(
        library=library,
        overlay=overlay,
        release=_release(library, overlay, profile, release),
        profile=profile.name,
        lists_folder=profile.path,
        sample=sample,
        own=own,
        facts=profile.library or FACTS,
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
    read = [_read(path, _shown(path, root, library_folder(profile))) for root, path in own]
    library, overlay = read if len(read) > 1 else (_only(read[0]), None)
    _check_identity(library, identity, "contract")
    if overlay:
        _check_identity(overlay, identity, "extends")
        if "contract" in overlay.data:
            overlay.fault(
                f"the library has a contract {identity}", "contract", todo="write `extends`, or give it another name"
            )
    return library, overlay


def _only(document: Document) -> Document:
    """A contract that stands in the library alone, or in the profile alone."""
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
            document = _read(path, _shown(path, root, library_folder(profile)))
            if prefix := document.data.get("prefix"):
                found.append((str(prefix), Place(document.name, document.line("prefix"))))
    return found


def strays(profile: Profile) -> list[Fault]:
    """Contract files of a profile that stand in no department folder, so that nobody would read them."""
    found = [path for root in _roots(profile)[1:] for path in root.rglob("*.y*ml") if path not in _files(root).values()]
    todo = f"contracts stand as <department>/<name>.yaml, departments are {', '.join(FOLDERS)}"
    return [Fault(path.as_posix(), 1, "a contract file that is never read", todo) for path in sorted(found)]


def _roots(profile: Profile) -> list[Path]:
    return [library_folder(profile), *([profile.path / "contracts"] if profile.path else [])]


def library_folder(profile: Profile) -> Path:
    """Return the folder of the library on which a profile stands: department folders, layouts, codes."""
    return profile.library or LIBRARY


def _shown(path: Path, root: Path, library: Path) -> str:
    """The path that people are told; an overlay's begins with its profile's folder, since the library has its like."""
    if path.is_relative_to(library):
        return f"contracts/{path.relative_to(library).as_posix()}"
    extends = (library / path.relative_to(root)).is_file()
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


def _head(path: Path) -> dict[str, Any]:
    """What a file says before its rules, read again only if it has changed: gates ask for it with every readiness."""
    try:
        state = path.stat()
    except OSError:  # a link to nowhere
        return {}
    return _cached_head(path, state.st_mtime_ns, state.st_size)


@cache
def _cached_head(path: Path, changed: int, size: int) -> dict[str, Any]:
    return read_head(path)


def _folder_order(identity: str) -> int:
    folder = identity.partition(".")[0]
    return FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)
