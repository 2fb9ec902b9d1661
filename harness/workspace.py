"""The workspace: a profile plus what happens in it. Look-up: the option, HARNESS_WORKSPACE, the nearest parent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from contracts import ORACLE, Profile, load_profile, shipped
from harness.errors import UsageError
from harness.settings import Settings, read_settings

FILE = "harness.toml"


@dataclass(frozen=True)
class Workspace:
    """Where a command works: ``path`` is None for the bare library, where nothing is recorded."""

    path: Path | None
    found_by: str
    settings: Settings
    profile: Profile

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store. Raises UsageError outside a workspace."""
        if self.settings.store:
            return self.settings.store
        if self.path is None:
            raise UsageError(
                "there is no workspace, so nothing is recorded", where=str(Path.cwd()), todo="say --workspace FOLDER"
            )
        return f"sqlite:///{(self.path / 'store.db').as_posix()}"

    @property
    def out(self) -> Path:
        """Folder of its reports; that of the working directory outside a workspace."""
        return (self.path or Path()) / "out"


def find_workspace(option: Path | None, profile: str | None = None, *, make: bool = False) -> Workspace:
    """Return the workspace to work in; ``profile`` overrules its setting; ``make`` creates a missing one.

    Raises UsageError if the folder named is no workspace, ContractError if its profile cannot be read.
    """
    path, found_by = _locate(option)
    if path is not None and not (path / FILE).is_file():
        if not make:
            raise UsageError("no workspace here", where=str(path), todo=f"`harness run --workspace {path}` makes one")
        _make(path, profile or "nc_district")
    settings = read_settings(path / FILE if path else None)
    return Workspace(path, found_by, settings, named_profile(profile or settings.profile, path))


def _locate(option: Path | None) -> tuple[Path | None, str]:
    if option is not None:
        return option, "--workspace"
    if named := os.environ.get("HARNESS_WORKSPACE"):
        return Path(named), "HARNESS_WORKSPACE"
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / FILE).is_file():
            return folder, f"nearest {FILE}"
    return None, "none found: bare library"


def _make(path: Path, profile: str) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        text = f'# A workspace of the interface harness. Settings: docs/settings.md\nprofile = "{profile}"\n'
        (path / FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the workspace cannot be made: {error.strerror}", where=str(path), todo="choose another folder"
        ) from error


def named_profile(name: str, workspace: Path | None) -> Profile:
    """Return the profile of a name: a folder, relative to the workspace where there is one, else a shipped profile.

    ``oracle`` is always the shipped one.

    Raises ContractError if there is none, or if it cannot be read.
    """
    folder = (workspace / name if workspace else Path(name)).resolve()
    if name not in shipped() or (name != ORACLE and (folder / "profile.toml").is_file()):
        return load_profile(name, folder)
    return load_profile(name)
