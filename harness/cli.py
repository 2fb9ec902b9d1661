"""The command line. Exit codes are API: 0 fine, 1 findings or NO-GO, 2 usage or unreadable input, 3 no evidence."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from contracts import ContractError
from harness.commands import (
    approve,
    attest,
    breaking,
    case,
    check,
    contracts,
    deliver,
    diff,
    digest,
    emulate,
    exchange,
    export,
    fidelity,
    figures,
    generate,
    init,
    layouts,
    lists,
    log,
    main_job,
    mutate,
    new,
    outcome,
    plan,
    produce,
    raid,
    register,
    regress,
    report,
    store,
    suite,
    taas,
    trackers,
    upkeep,
    where,
)
from harness.console import Screen
from harness.errors import UsageError
from harness.version import __version__
from interfaces import PayloadError

_INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""

app = typer.Typer(
    name="harness",
    help="Integration test harness for Oracle Fusion interfaces.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
entries = typer.Typer(help="The RAID log: risks, assumptions, issues and defects, dependencies.", no_args_is_help=True)
app.add_typer(entries, name="raid")
outcomes = typer.Typer(help="Outcomes read by hand, from reports downloaded from a pod.", no_args_is_help=True)
app.add_typer(outcomes, name="outcome")
stores = typer.Typer(help="The store: upgrade, backup, restore, check.", no_args_is_help=True)
app.add_typer(stores, name="store")
cases = typer.Typer(help="Cases: payloads that are kept, with what must be said of them.", no_args_is_help=True)
app.add_typer(cases, name="case")
results = typer.Typer(help="Results of outside test providers (testing as a service).", no_args_is_help=True)
app.add_typer(results, name="taas")

facts = typer.Typer(help="Oracle's column facts, by release.", no_args_is_help=True)
app.add_typer(facts, name="layouts")
references = typer.Typer(help="Reference lists: taken anew, told by age.", no_args_is_help=True)
app.add_typer(references, name="list")
pages = typer.Typer(help="Pages for people: files that open anywhere.", no_args_is_help=True)
app.add_typer(pages, name="report")

app.command("run")(main_job.run)
app.command("deliver")(deliver.deliver)
app.command("fidelity")(fidelity.fidelity)
app.command("emulate")(emulate.emulate)
app.command("attest")(attest.attest)
app.command("check")(check.check)
app.command("generate")(generate.generate)
app.command("init")(init.init)
app.command("lint")(contracts.lint)
app.command("show")(contracts.show)
app.command("explain")(contracts.explain)
app.command("new")(new.new)
app.command("diff")(diff.diff)
app.command("breaking")(breaking.breaking)
app.command("export")(export.export)
app.command("mutate")(mutate.mutate)
app.command("produce")(produce.produce)
app.command("plan")(plan.plan)
app.command("ready")(log.ready)
app.command("register")(register.register)
app.command("regress")(regress.regress)
app.command("suite")(suite.suite)
app.command("where")(where.where)
entries.command("list")(log.list_items)
entries.command("figures")(figures.figures)
entries.command("show")(log.show_item)
entries.command("history")(log.history)
entries.command("fields")(log.fields)
entries.command("add")(raid.add)
entries.command("edit")(raid.edit)
entries.command("triage")(raid.triage)
entries.command("assign")(raid.assign)
entries.command("fix")(raid.fix)
entries.command("verify")(raid.verify)
entries.command("reject")(raid.reject)
entries.command("waive")(raid.waive)
entries.command("reopen")(raid.reopen)
entries.command("merge")(raid.merge)
entries.command("close")(raid.close)
entries.command("export")(exchange.export_)
entries.command("import")(exchange.import_)
entries.command("push")(trackers.push)
entries.command("pull")(trackers.pull)
entries.command("verify-log")(log.verify_log)
entries.command("settle")(upkeep.settle)
entries.command("recompute")(upkeep.recompute)
outcomes.command("list")(outcome.list_outcomes)
outcomes.command("import")(outcome.import_outcomes)
outcomes.command("totals")(outcome.note_totals)
stores.command("upgrade")(store.upgrade)
stores.command("backup")(store.backup)
stores.command("restore")(store.restore)
stores.command("check")(store.check)
cases.command("add")(case.add)
cases.command("approve")(approve.approve)
cases.command("list")(case.list_cases)
references.command("refresh")(lists.refresh)
references.command("status")(lists.status)
facts.command("add")(layouts.add)
facts.command("list")(layouts.list_layouts)
pages.command("readiness")(report.readiness)
pages.command("raid")(report.raid)
pages.command("catalogue")(report.catalogue)
pages.command("allure")(report.allure)
pages.command("digest")(digest.digest)
pages.command("weekly")(report.weekly)
results.command("import")(taas.import_results)
results.command("list")(taas.list_results)


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
