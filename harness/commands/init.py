"""``harness init``: a workspace from nothing, with everything that a first green suite needs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts import load, load_profile, load_records, shipped
from harness.commands.options import NoColorOption, QuietOption
from harness.console import Screen
from harness.errors import UsageError
from harness.version import __version__
from interfaces import write

TEMPLATE = Path(__file__).parents[1] / "workspace_template"
"""The files of a new workspace where they will stand; `.j2` are rendered."""
_CONTRACT = "finance.gl_journals"
_PAYLOADS: Mapping[Path, str] = {  # written from examples of the overlay, so that they never differ from it
    Path("payloads/FIN-01/GlInterface.zip"): "balanced_journal",
    Path(f"cases/{_CONTRACT}/account_that_does_not_exist/GlInterface.zip"): "account_that_does_not_exist",
}
_NEXT = ("harness lint", "harness check payloads/FIN-01/GlInterface.zip", "harness run", "harness suite")


def init(
    folder: Annotated[
        Path, typer.Argument(help="Folder of the workspace; a missing one is made.", metavar="[FOLDER]")
    ] = Path(),
    name: Annotated[str, typer.Option(help="Name of the profile, e.g. my_district (default: the folder's).")] = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Make a workspace: profile with one overlay, sample payload, case, suite, CI files. Overwrites nothing."""
    screen = Screen(quiet=quiet, no_color=no_color)
    texts = _texts(_name(name, folder))
    _refuse_existing(folder, [*texts, *_PAYLOADS])
    try:
        for path, content in texts.items():
            _place(folder / path).write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(error.filename or folder), todo="choose another folder"
        ) from error
    _write_payloads(folder)
    screen.line(f"{len(texts) + len(_PAYLOADS)} files written: README.md says what is where", "bold")
    here = folder.resolve() == Path.cwd()
    for command in ([] if here else [f"cd {shlex.quote(str(folder))}"]) + [*_NEXT]:
        screen.line(f"  {command}")


def _name(asked: str, folder: Path) -> str:
    name = asked or re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")
    todo = "say --name NAME: small letters, digits and _, a letter first"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"no name of a profile: {name!r}", where="--name" if asked else str(folder), todo=todo)
    if name in shipped():
        raise UsageError(f"the harness ships a profile {name}", where="--name" if asked else str(folder), todo=todo)
    return name


def _texts(name: str) -> dict[Path, bytes]:
    """Content of every file of the template by its place in the workspace."""
    from jinja2 import StrictUndefined, Template

    facts = {
        "name": name,
        "title": name.replace("_", " ").title(),
        "version": __version__,
        "today": datetime.now(UTC).date(),
    }
    found: dict[Path, bytes] = {}
    for path in sorted(path for path in TEMPLATE.rglob("*") if path.is_file()):
        place, content = path.relative_to(TEMPLATE), path.read_bytes()
        if path.suffix == ".j2":
            template = Template(content.decode("utf-8"), keep_trailing_newline=True, undefined=StrictUndefined)
            place, content = place.with_suffix(""), template.render(facts).encode("utf-8")
        found[place] = content
    return found


def _refuse_existing(folder: Path, places: list[Path]) -> None:
    there = [place.as_posix() for place in sorted(places) if (folder / place).exists()]
    if there:
        raise UsageError(
            f"nothing was written, these files exist: {', '.join(there)}", where=str(folder.resolve()), todo="name another folder, or move them away",
        )  # fmt: skip


def _place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_payloads(folder: Path) -> None:
    contract = load(_CONTRACT, load_profile(folder.name, folder))
    for path, example in _PAYLOADS.items():
        write(_place(folder / path), contract, load_records(contract, contract.examples[example], folder))
