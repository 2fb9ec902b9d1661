"""``harness register``: which interfaces have a contract, which have none yet, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer

from contracts import DEPARTMENTS, Standing, standing, statuses
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

_STATES = ("active", "draft", "none yet")


def register(
    open_only: Annotated[
        bool, typer.Option("--open", help="Only interfaces without a contract in force, with the reason.")
    ] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Show the interfaces of the register and how far contracts cover them.

    Exit 1 if a row names a contract that does not exist, or neither a contract nor the reason why there is none.
    """
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile).profile
    if not found.register:
        raise UsageError(f"profile {found.name} has no register of interfaces", todo="choose a profile that has one")
    held = statuses(found)
    rows = [standing(row, held) for row in found.register.values()]
    if json:
        write_json(json, [_as_json(one) for one in rows])
    shown = [one for one in rows if not open_only or one.state != "active"]
    cells = [
        (one.interface.id, one.interface.name, one.interface.criticality, _phase(one), one.state, _contracts(one))
        for one in shown
    ]
    screen.table("", ["interface", "name", "criticality", "phase", "state", "contract, or why not"], cells)
    _count(screen, "department", DEPARTMENTS, rows, lambda one: one.interface.department)
    phases = sorted({_phase(one) for one in rows})
    _count(screen, "phase", phases, rows, _phase)
    active = sum(one.state == "active" for one in rows)
    covered = sum(bool(one.contracts) for one in rows)
    screen.line()
    screen.line(
        f"{len(rows)} interfaces: {active} under a contract in force ({_share(active, len(rows))}), "
        f"{covered} under any contract ({_share(covered, len(rows))})"
    )
    faulty = [one for one in rows if one.faulty]
    for one in faulty:
        screen.line(f"{one.interface.id}: {one.why}", "red")
    raise typer.Exit(1 if faulty else 0)


def _count(
    screen: Screen, name: str, groups: Iterable[str], rows: Sequence[Standing], of: Callable[[Standing], str]
) -> None:
    """A table of how many interfaces of each group stand where."""
    states = [*_STATES, *sorted({one.state for one in rows} - set(_STATES))]
    table = []
    for group in groups:
        own = Counter(one.state for one in rows if of(one) == group)
        if own:
            table.append((group, own.total(), *(own[state] or "" for state in states)))
    screen.line()
    screen.table("", [name, "interfaces", *states], table, ["interfaces", *states])


def _phase(one: Standing) -> str:
    return one.interface.phase if one.interface.in_scope else "not in scope"


def _contracts(one: Standing) -> str:
    """One line per contract, its status where it differs from the interface's state."""
    named = (id_ if status == one.state else f"{id_} ({status})" for id_, status in one.contracts.items())
    return "\n".join(named) or one.interface.no_contract_yet or "no reason stated"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _as_json(one: Standing) -> dict[str, Any]:
    row = one.interface
    return {
        "id": row.id, "name": row.name, "department": row.department, "direction": row.direction,
        "mechanism": row.mechanism, "frequency": row.frequency, "volume": row.volume,
        "criticality": row.criticality, "owner": row.owner, "required_stage": row.required_stage,
        "time_limit_hours": row.time_limit_hours, "pay_affecting": row.pay_affecting,
        "in_scope": row.in_scope, "phase": row.phase,
        "state": one.state, "contracts": dict(one.contracts), "no_contract_yet": row.no_contract_yet or None,
    }  # fmt: skip
