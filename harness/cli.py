"""The command line. Exit codes are API: 0 fine, 1 findings or NO-GO, 2 usage or unreadable input, 3 no evidence."""

from __future__ import annotations

import importlib
import sys
from collections import UserDict
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from contracts import ContractError
from harness.console import Screen
from harness.errors import UsageError
from harness.version import __version__
from interfaces import PayloadError

_INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""

COMMANDS: Mapping[str, str] = {
    "run": "main_job:run",
    "deliver": "deliver:deliver",
    "fidelity": "fidelity:fidelity",
    "emulate": "emulate:emulate",
    "attest": "attest:attest",
    "check": "check:check",
    "generate": "generate:generate",
    "init": "init:init",
    "lint": "contracts:lint",
    "show": "contracts:show",
    "explain": "contracts:explain",
    "new": "new:new",
    "diff": "diff:diff",
    "breaking": "breaking:breaking",
    "export": "export:export",
    "mutate": "mutate:mutate",
    "produce": "produce:produce",
    "plan": "plan:plan",
    "ready": "log:ready",
    "register": "register:register",
    "regress": "regress:regress",
    "suite": "suite:suite",
    "where": "where:where",
}
"""Module of ``harness.commands`` and function of every command that stands alone."""

GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "raid": (
        "The RAID log: risks, assumptions, issues and defects, dependencies.",
        {
            "list": "log:list_items",
            "figures": "figures:figures",
            "show": "log:show_item",
            "history": "log:history",
            "fields": "log:fields",
            "add": "raid:add",
            "edit": "raid:edit",
            "triage": "raid:triage",
            "assign": "raid:assign",
            "fix": "raid:fix",
            "verify": "raid:verify",
            "reject": "raid:reject",
            "waive": "raid:waive",
            "reopen": "raid:reopen",
            "merge": "raid:merge",
            "close": "raid:close",
            "export": "exchange:export_",
            "import": "exchange:import_",
            "push": "trackers:push",
            "pull": "trackers:pull",
            "verify-log": "log:verify_log",
            "settle": "upkeep:settle",
            "recompute": "upkeep:recompute",
        },
    ),
    "outcome": (
        "Outcomes read by hand, from reports downloaded from a pod.",
        {"list": "outcome:list_outcomes", "import": "outcome:import_outcomes", "totals": "outcome:note_totals"},
    ),
    "store": (
        "The store: upgrade, backup, restore, check.",
        {"upgrade": "store:upgrade", "backup": "store:backup", "restore": "store:restore", "check": "store:check"},
    ),
    "case": (
        "Cases: payloads that are kept, with what must be said of them.",
        {"add": "case:add", "approve": "approve:approve", "list": "case:list_cases"},
    ),
    "taas": (
        "Results of outside test providers (testing as a service).",
        {"import": "taas:import_results", "list": "taas:list_results"},
    ),
    "layouts": ("Oracle's column facts, by release.", {"add": "layouts:add", "list": "layouts:list_layouts"}),
    "list": ("Reference lists: taken anew, told by age.", {"refresh": "lists:refresh", "status": "lists:status"}),
    "report": (
        "Pages for people: files that open anywhere.",
        {
            "readiness": "report:readiness",
            "raid": "report:raid",
            "catalogue": "report:catalogue",
            "allure": "report:allure",
            "digest": "digest:digest",
            "weekly": "report:weekly",
        },
    ),
}
"""Help and commands of every group."""


class _Commands(UserDict[str, Any]):
    """Commands by name, each imported when it is asked for: a check starts without the store and the pages."""

    def __getitem__(self, name: str) -> Any:
        if isinstance(self.data[name], str):
            self.data[name] = _command(name, self.data[name])
        return self.data[name]


def _command(name: str, place: str) -> Any:
    module, function = place.split(":")
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(name)(getattr(importlib.import_module(f"harness.commands.{module}"), function))
    return typer.main.get_command(alone)


def _group(places: Mapping[str, str]) -> type[TyperGroup]:
    """A group whose commands are imported when they are asked for; its own groups come behind them."""

    class Group(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = _Commands({**places, **self.commands})

    return Group


app = typer.Typer(
    name="harness",
    help="Integration test harness for Oracle Fusion interfaces.",
    cls=_group(COMMANDS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _name, (_help, _places) in GROUPS.items():
    app.add_typer(typer.Typer(cls=_group(_places), help=_help, no_args_is_help=True), name=_name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"harness {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Integration test harness for Oracle Fusion interfaces."""


def main() -> None:
    """Run the command line; every expected error becomes three lines on standard error and exit code 2."""
    try:
        app()
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            sys.stderr.write(
                "interrupted: what was done stays, no half run is recorded; what was sent: `harness deliver --list`\n"
            )
        raise
    except OSError as error:  # of a disk that is full, or a file that nobody may read
        where, todo = str(error.filename or "standard output"), "make room, or check the permissions"
        Screen(no_color="--no-color" in sys.argv).error(
            UsageError(error.strerror or str(error), where=where, todo=todo)
        )
        sys.exit(2)
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        Screen(no_color="--no-color" in sys.argv).error(error)
        sys.exit(2)


def _expected() -> tuple[type[Exception], ...]:
    """Errors that say what, where and what to do; those of a room only where a command has loaded it."""
    rooms = {
        "raid_log": "StoreError",
        "interfaces.fusion": "FusionError",
        "interfaces.fusion.outcomes": "ReportError",
        "interfaces.emulator": "EmulatorError",
    }
    loaded = [getattr(sys.modules[room], name) for room, name in rooms.items() if room in sys.modules]
    return (ContractError, PayloadError, UsageError, *loaded)


if __name__ == "__main__":
    main()
