"""``harness export``: contracts in the formats of others, as files or on standard output."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from contracts import Contract, ContractError, Profile, contract_ids, load
from harness.commands.options import (
    JsonOption,
    NoColorOption,
    ProfileOption,
    QuietOption,
    ReleaseOption,
    WorkspaceOption,
)
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from reports.exports import Format


@dataclass(frozen=True)
class Unread:
    """A contract that could not be read, and why."""

    contract: str
    why: str


def export(
    identities: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Contracts, e.g. finance.gl_journals")] = None,
    to: Annotated[str, typer.Option("--to", help="odcs, jsonschema, datapackage, ddl, pandera, xlsx, markdown or html.", metavar="FORMAT")] = "",
    output: Annotated[Optional[Path], typer.Option("--output", "-o", help="File of one contract (default: standard output); folder of several.", metavar="FILE|DIR")] = None,
    every: Annotated[bool, typer.Option("--all", help="All contracts of the profile.")] = False,
    dialect: Annotated[str, typer.Option(help="Of ddl: oracle or postgres.")] = "oracle",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:  # fmt: skip
    """Write effective contracts in another format: one to a file or standard output, several to a folder.

    Exit 1 if one of several contracts cannot be read; the others are written.
    """
    form = _format(to, dialect)
    found = find_workspace(workspace, profile).profile
    chosen = _chosen(identities or [], found, every)
    several = every or len(chosen) > 1
    if output is None:
        _refuse_printing(to, form, several, json)
        sys.stdout.buffer.write(form.write(found, load(chosen[0], found, release=release)))
        sys.stdout.flush()
        return
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    read, unread = _read(chosen, found, release, several)
    with _told(output):
        folder = output if several or output.is_dir() else None
    files = [folder / form.file_name(contract.id) if folder else output for contract in read]
    _refuse_files(folder, files, overwrite, json)
    exported = []
    with screen.progress("exporting", len(read)) as bar:
        for contract, file in zip(read, files, strict=True):
            exported.append(_export(form, found, contract, file))
            bar.advance(bar.task_ids[0])
    if json:
        write_json(
            json, {"format": to, "profile": found.name, "exported": exported, "unread": [vars(one) for one in unread]}
        )
    _tell(screen, exported, unread)
    raise typer.Exit(1 if unread else 0)


def _export(form: Format, profile: Profile, contract: Contract, file: Path) -> dict[str, Any]:
    """Write one contract and say what was written."""
    data = form.write(profile, contract)
    _write(file, data)
    return {
        "contract": contract.id, "version": contract.version, "release": contract.release, "file": str(file),
        "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip


def _tell(screen: Screen, exported: Sequence[Mapping[str, Any]], unread: Sequence[Unread]) -> None:
    rows = [
        (one["contract"], one["version"], one["release"] or "-", f"{one['bytes']:,}", one["file"]) for one in exported
    ]
    screen.table("", ["contract", "version", "release", "bytes", "file"], rows, ["bytes"])
    for one in unread:
        screen.line(f"not exported: {one.contract}: {one.why}", "red")


def _format(to: str, dialect: str) -> Format:
    from reports.exports import DIALECTS, FORMATS

    if to not in FORMATS:
        raise UsageError(
            f"no format {to}" if to else "no format is named", where="--to", todo=f"say one of {', '.join(FORMATS)}"
        )
    if dialect not in DIALECTS or (to != "ddl" and dialect != "oracle"):
        raise UsageError(
            f"no dialect {dialect} of {to}", where="--dialect", todo=f"say {' or '.join(DIALECTS)}, for ddl alone"
        )
    return DIALECTS[dialect] if to == "ddl" else FORMATS[to]


def _chosen(identities: Sequence[str], profile: Profile, every: bool) -> list[str]:
    if every and identities:
        raise UsageError("--all and contracts by name", where="--all", todo="say one of them")
    if not every and not identities:
        raise UsageError("no contract is named", where=f"profile {profile.name}", todo="name contracts, or say --all")
    return contract_ids(profile) if every else list(dict.fromkeys(identities))


def _read(chosen: Sequence[str], profile: Profile, release: str, several: bool) -> tuple[list[Contract], list[Unread]]:
    """The contracts, and which of several cannot be read, with the reason. A wrong name is the user's mistake."""
    read: list[Contract] = []
    unread: list[Unread] = []
    known = set(contract_ids(profile))
    for identity in chosen:
        try:
            read.append(load(identity, profile, release=release))
        except ContractError as error:
            if not several or identity not in known:
                raise
            unread.append(Unread(identity, error.what.splitlines()[0]))
    return read, unread


def _refuse_printing(to: str, form: Format, several: bool, json: str) -> None:
    if several:
        raise UsageError("several contracts are not printed", where="--output", todo="name a folder")
    if not form.text:
        raise UsageError(f"{to} is no text to print", where="--output", todo="name a file")
    if json:
        raise UsageError("the contract itself is printed", where="--json", todo="name a file with --output")


def _refuse_files(folder: Path | None, files: Iterable[Path], overwrite: bool, json: str) -> None:
    """Nothing is written unless all of it may be."""
    if folder and folder.exists() and not folder.is_dir():
        raise UsageError("a file, where several contracts need a folder", where=str(folder), todo="name a folder")
    for file in files:
        with _told(file):
            if file.resolve().exists() and not overwrite:  # also behind a folder that is not there: out/../file
                raise UsageError("the file is there already", where=str(file), todo="name another, or say --overwrite")
            if file.exists() and not file.is_file():
                raise UsageError("no plain file", where=str(file), todo="name another")
            if json not in ("", "-") and Path(json).resolve() == file.resolve():
                raise UsageError(f"--json would replace {file}", where="--json", todo="name another file, or -")


def _write(file: Path, data: bytes) -> None:
    """All of the file or none of it: it is written under another name first."""
    with _told(file):
        target = file.resolve()  # what a link leads to is replaced, not the link
        part = target.with_name(f".{target.name[:200]}.part")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """What the system refuses is told as the user's to mend."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a zero in the name
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot be written: {why}", where=str(file), todo="name another file") from error
