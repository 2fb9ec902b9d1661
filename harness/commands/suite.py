"""``harness suite``: the suites that come with the tool and those of the workspace, in one pytest run."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Optional

import typer

from harness.commands.options import NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.errors import UsageError
from harness.workspace import Workspace, find_workspace

OWN = "suites"
"""Folder of a workspace's own suites."""
_NEEDED = ("pytest", "hypothesis")


def suite(
    words: Annotated[
        Optional[list[str]],
        typer.Argument(help="Words for pytest, e.g. `-- -n 2 -k gl_journals`.", metavar="[-- WORD...]"),
    ] = None,
    effort: Annotated[
        str, typer.Option(help="Examples per promise and contract: dev, ci or nightly (default: dev).")
    ] = "",
    seed: Annotated[Optional[int], typer.Option(help="Seed of what is drawn (default: 0; nightly: a new one).")] = None,
    alluredir: Annotated[Optional[Path], typer.Option(help="Write Allure results.", metavar="DIR")] = None,
    junitxml: Annotated[Optional[Path], typer.Option(help="Write JUnit XML to FILE.", metavar="FILE")] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Run the tool's suites and the workspace's: exit 0 all passed, 1 a test failed, 2 they could not run."""
    _need([*_NEEDED, *(["allure_pytest"] if alluredir else [])])
    found = find_workspace(workspace, profile)
    options = {
        "--harness-profile": profile, "--harness-effort": effort, "--harness-seed": seed,
        "--alluredir": alluredir, "--junitxml": junitxml, "--rootdir": found.path,
    }  # fmt: skip
    asked = [f"{name}={value}" for name, value in options.items() if value not in (None, "")]
    asked += [*(["-q"] if quiet else []), *(["--color=no"] if no_color else [])]
    # -P: the folder where the command is called may hold a `contracts` of its own
    call = [sys.executable, "-P", "-m", "pytest", *asked, *(words or ()), "--pyargs", *_suites(found)]
    there = {"HARNESS_WORKSPACE": str(found.path.resolve())} if found.path else {}
    code = subprocess.run(call, env=os.environ | there, check=False).returncode  # noqa: S603
    raise typer.Exit(code if code in (0, 1) else 2)  # pytest's 3 is no "no evidence", its 4 is wrong usage


def _need(modules: list[str]) -> None:
    missing = [name.replace("_", "-") for name in modules if find_spec(name) is None]
    if missing:
        raise UsageError(f"the suites need {', '.join(missing)}", todo="pip install 'fusion-interface-harness[suites]'")


def _suites(found: Workspace) -> list[str]:
    """What pytest is to collect: the shortest first."""
    own = found.path / OWN if found.path else None
    producer = ["producer"] if found.settings.producer else []
    shipped = [f"test_suites.{name}" for name in ("conformance", "regression", *producer, "property")]
    return [*([str(own.resolve())] if own and own.is_dir() else []), *shipped]
