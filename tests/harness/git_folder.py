"""A repository of git for a test, with a district's contracts in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

GIT = shutil.which("git")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, without the settings of whoever runs the tests, and return what it prints."""
    assert GIT is not None
    settings = {"HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "PATH": str(Path(GIT).parent)}
    people = {f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        [GIT, "-C", str(folder), *arguments], capture_output=True, text=True, check=True, env=settings | people
    )
    return done.stdout.strip()


def repository(folder: Path) -> Path:
    """Make a folder a repository whose branch is main, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def commit(folder: Path, message: str = "a change") -> str:
    """Commit all that is in the repository, and return the hash."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")
