"""``harness lint | show | explain``: contracts as their developers and readers need them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from contracts import (
    BreakerSearch,
    Contract,
    LintError,
    Profile,
    Rule,
    advice,
    contract_ids,
    load,
    valid_examples,
    without_code,
)
from contracts import lint as lint_contracts
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
from harness.findings import MASK
from harness.workspace import find_workspace


def lint(
    identities: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Contracts (default: all).")] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Report every fault of contract files at once: where, what, what to write instead. Exit 1 if there are errors."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile).profile
    chosen = identities or contract_ids(found)
    unknown = [identity for identity in chosen if identity not in contract_ids(found)]
    if unknown:
        raise UsageError(
            f"no contract {unknown[0]}",
            where=f"profile {found.name}",
            todo=f"use one of: {', '.join(contract_ids(found))}",
        )
    faults = []
    with screen.progress("linting", len(chosen)) as bar:
        for identity in chosen:
            faults += lint_contracts(found, [identity])
            bar.advance(bar.task_ids[0])
    faults = sorted(set(faults))
    errors = [fault for fault in faults if fault.level == "error"]
    if json:
        write_json(
            json, [{"path": f.path, "line": f.line, "level": f.level, "what": f.what, "todo": f.todo} for f in faults]
        )
    for fault in faults:
        screen.line(str(fault), "red" if fault.level == "error" else "yellow")
    screen.line(
        f"{len(chosen)} contracts of profile {found.name}: {len(errors)} errors, {len(faults) - len(errors)} warnings"
    )
    raise typer.Exit(1 if errors else 0)


def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="e.g. finance.gl_journals")],
    all_columns: Annotated[bool, typer.Option("--all", help="Unlisted columns of the layouts, too.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Print the effective contract, and where each line of it comes from."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    contract = load(identity, find_workspace(workspace, profile).profile, release=release)
    if json:
        write_json(json, _as_json(contract))
    screen.line(f"{contract.id} {contract.version}  {contract.title}", "bold")
    for name, value in _head(contract).items():
        screen.line(f"  {name:<14} {value or '-'}")
    for file in contract.files.values():
        width = f"{file.fields} fields" if contract.channel != "hdl" else f"{file.fields} known attributes"
        screen.line()
        screen.line(
            f"file {file.id}: {', '.join(file.names)}, {width}, layout {file.layout or '-'} ({file.layout_release or 'own'})",
            "bold",
        )
        screen.line(
            f"  unit {_keys(file.accept_unit) if file.parent is None else 'of ' + file.parent.file}, key {_keys(file.business_key) or '-'}"
        )
        rows = [
            (column.position or "", name, column.type, _facets(contract, file.id, name), contract.source(column.place))
            for name, column in file.columns.items() if column.listed or all_columns
        ]  # fmt: skip
        screen.table("", ["at", "column", "type", "facets", "from"], rows, ["at"])
    _show_rules(screen, contract)
    _show_lists(screen, contract)
    screen.line()
    screen.table("open questions (unconfirmed)", ["about", "question"], contract.unconfirmed)


def explain(
    identity: Annotated[str, typer.Argument(metavar="RULE", help="e.g. GL-100 or gl.STATUS.required")],
    contract: Annotated[
        str, typer.Option("--contract", "-c", help="Contract of the rule, where several have it.")
    ] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Explain one rule: what, why, how severe, what Oracle says, and a payload that breaks it."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile).profile
    owner, rule = _find(identity, contract, found, release)
    facts = _explained(owner, rule)
    if json:
        write_json(json, facts)
    screen.line(f"{rule.id} of {owner.id} {owner.version}: {rule.title}", "bold")
    for name, value in facts.items():
        if value and name not in ("id", "contract", "title", "breaker"):
            screen.line(f"  {name:<12} {value}")
    breaker = facts["breaker"]
    if not breaker:
        screen.line("  breaker      none: the rule has no example to patch here")
        return
    screen.line(f"  breaker      example {breaker['example']} with:")
    for change in breaker["changes"]:
        screen.line(f"                 {change}")
    screen.line(f"               breaks {', '.join(breaker['breaks'])}")


def _find(identity: str, contract: str, profile: Profile, release: str) -> tuple[Contract, Rule]:
    owners = []
    for one in [contract] if contract else contract_ids(profile):
        try:
            # the bare library explains its breakers with its sample lists
            loaded = load(one, profile, release=release, sample=profile.path is None)
        except LintError:
            if contract:
                raise
            continue
        if identity in loaded.rules:
            owners.append(loaded)
    if len(owners) == 1:
        return owners[0], owners[0].rules[identity]
    if owners:
        ids = ", ".join(owner.id for owner in owners)
        raise UsageError(
            f"several contracts have a rule {identity}",
            where=f"profile {profile.name}",
            todo=f"say --contract, one of: {ids}",
        )
    raise UsageError(
        f"no rule {identity}", where=f"profile {profile.name}", todo="`harness show ID` lists the rules of a contract"
    )


def _explained(contract: Contract, rule: Rule) -> dict[str, Any]:
    code = contract.codes.get(rule.code)
    refused = f"{rule.code}: {code.meaning} ({code.certainty}; {code.source})" if code else without_code(rule)
    return {
        "id": rule.id,
        "contract": contract.id,
        "title": rule.title,
        "kind": rule.kind,
        "condition": "; ".join(f"{name}: {one.text}" for name, one in rule.conditions.items()) or rule.when,
        "columns": ", ".join(rule.columns),
        "why": rule.why,
        "basis": rule.basis,
        "severity": rule.severity
        + (f" (changed by the overlay: {contract.regraded[rule.id]})" if rule.id in contract.regraded else ""),
        "predicts": refused,
        "unconfirmed": rule.unconfirmed,
        "what to do": advice(rule, contract),
        "stands at": str(rule.place or "the format's own rule"),
        "breaker": _breaker(contract, rule),
    }


def _breaker(contract: Contract, rule: Rule) -> dict[str, Any] | None:
    breaker = BreakerSearch(contract).breaker(rule, exactly=True)
    if breaker is None:
        return None
    changes = [
        change
        for file, before in valid_examples(contract)[breaker.example].records.items()
        for change in _changes(contract, file, list(before), list(breaker.records.get(file, ())))
    ]
    return {"example": breaker.example, "changes": changes, "breaks": sorted(breaker.expects)}


def _changes(contract: Contract, file: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    if len(after) > len(before):
        yield f"{file}: one record repeated"
    if len(after) < len(before):
        yield f"{file}: {len(before) - len(after)} of {len(before)} records left out"
    for number, (old, new) in enumerate(zip(before, after, strict=False), start=1):
        if len(before) != len(after):
            break
        for name in new:
            if new[name] != old.get(name):
                column = contract.files[file].columns.get(name)
                hidden = column is not None and column.masked
                shown = [MASK if hidden and value else value or "blank" for value in (old.get(name), new[name])]
                yield f"{file} record {number}: {name} = {shown[1]} (was {shown[0]})"


def _head(contract: Contract) -> dict[str, str]:
    oracle = contract.oracle
    return {
        "library": contract.library,
        "overlay": _overlay_path(contract),
        "status": contract.status,
        "summary": contract.summary,
        "department": contract.department,
        "direction": f"{contract.direction}, channel {contract.channel}",
        "release": f"{contract.release or '-'} (tested: {', '.join(contract.releases) or '-'})",
        "profile": contract.profile + (" (overlay)" if contract.overlay else ""),
        "oracle": ", ".join(
            str(oracle[key])
            for key in ("product", "template", "ucm_account", "interface_option", "job")
            if key in oracle
        ),
        "needs": ", ".join(contract.needs),
        "amount": f"{contract.amount[0]}: {', '.join(contract.amount[1])}" if contract.amount else "",
        "disabled": "; ".join(f"{rule}: {why}" for rule, why in contract.disabled.items()),
        "regraded": "; ".join(f"{rule}: {why}" for rule, why in contract.regraded.items()),
        "unconfirmed": f"{len(contract.unconfirmed)} open questions, at the end",
    }


def _overlay_path(contract: Contract) -> str:
    if not contract.overlay:
        return ""
    places = [rule.place for rule in contract.rules.values() if rule.prefix and rule.place]
    places += [one.place for one in contract.lists.values() if one.place and one.place.path != contract.library]
    return places[0].path if places else ""


def _keys(alternatives: tuple[tuple[str, ...], ...]) -> str:
    return " or ".join(", ".join(key) or "the whole file" for key in alternatives)


def _facets(contract: Contract, file: str, name: str) -> str:
    rules = [
        rule
        for rule in contract.rules.values()
        if rule.file == file and rule.column == name and rule.kind not in ("type", "length")
    ]
    words = [
        rule.kind + (f" {rule.spec[rule.kind]}" if rule.kind in ("list", "pattern") and rule.kind in rule.spec else "")
        for rule in rules
    ]
    return ", ".join(words)


def _show_rules(screen: Screen, contract: Contract) -> None:
    written = [rule for rule in contract.rules.values() if rule.written]
    screen.line()
    rows = [
        (
            rule.id,
            rule.severity,
            rule.code,
            rule.file,
            rule.title + (" (unconfirmed)" if rule.unconfirmed else ""),
            contract.source(rule.place),
        )
        for rule in written
    ]
    screen.table("written rules", ["rule", "severity", "predicts", "file", "title", "from"], rows)
    screen.line(f"and {len(contract.rules) - len(written)} implied, shape and package rules")


def _show_lists(screen: Screen, contract: Contract) -> None:
    rows = [
        (
            one.id,
            ", ".join(one.columns),
            "not bound" if one.rows is None else f"{one.rows.height:,}",
            one.taken or "-",
            contract.source(one.place),
        )
        for one in contract.lists.values()
    ]
    screen.line()
    screen.table("lists", ["list", "columns", "values", "taken", "from"], rows, ["values"])


def _as_json(contract: Contract) -> dict[str, Any]:
    return {
        "contract": contract.id,
        "version": contract.version,
        **_head(contract),
        "unconfirmed": [{"about": what, "question": question} for what, question in contract.unconfirmed],
        "files": {
            file.id: {
                "names": list(file.names), "layout": file.layout, "fields": file.fields,
                "accept_unit": [list(key) for key in file.accept_unit],
                "columns": [
                    {"name": name, "position": column.position, "type": str(column.type), "listed": column.listed,
                     "personal_data": column.personal_data, "from": str(column.place or "layout")}
                    for name, column in file.columns.items()
                ],
            }
            for file in contract.files.values()
        },
        "rules": [
            {"id": rule.id, "kind": rule.kind, "file": rule.file, "title": rule.title, "severity": rule.severity,
             "code": rule.code or None, "unconfirmed": rule.unconfirmed or None, "from": str(rule.place) if rule.place else None}
            for rule in contract.rules.values()
        ],
        "lists": {one.id: {"columns": list(one.columns), "values": None if one.rows is None else one.rows.height, "taken": one.taken} for one in contract.lists.values()},
    }  # fmt: skip
