"""Options that several commands share, in one spelling."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

WorkspaceOption = Annotated[
    Optional[Path], typer.Option("--workspace", "-w", help="Folder of the workspace (default: HARNESS_WORKSPACE, nearest).")
]  # fmt: skip
ProfileOption = Annotated[
    Optional[str], typer.Option("--profile", "-p", help="Profile: a shipped name, a folder, or `oracle` = bare library.")
]  # fmt: skip
ReleaseOption = Annotated[
    str, typer.Option("--release", "-r", help="Oracle release, e.g. 26C (default: the contract's last).")
]
JsonOption = Annotated[
    str, typer.Option("--json", help="Write the result as JSON to FILE, `-` = standard output.", metavar="FILE")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="Print without colours.")]
