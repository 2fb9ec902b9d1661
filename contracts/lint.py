"""Lint: every fault of a contract at once, those of its words and those that only running its examples shows."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from contracts.breakers import Breaker, broken_by, exact, written_breaker
from contracts.errors import ContractError, Fault
from contracts.examples import failing, load_records
from contracts.layouts import in_force
from contracts.library import LIBRARY, assemble, contract_ids, prefixes, strays
from contracts.model import Contract, Example, Place
from contracts.profiles import ORACLE, Profile, load_profile
from contracts.rules import unbound_lists


def lint(profile: Profile, identities: Iterable[str] = ()) -> list[Fault]:
    """Return all faults of the contracts (default: all) of a profile, sorted by file and line.

    On the bare library examples and breakers run with the library's sample lists, and breakers are exact; in a
    profile they run with its lists, and exactness is asked of the overlay's own rules (contract format, section 11).
    """
    wanted = list(identities) or contract_ids(profile)
    faults = [fault for identity in wanted for fault in _lint_one(identity, profile)]
    return sorted({*faults, *_shared_prefixes(profile), *strays(profile)})


def _lint_one(identity: str, profile: Profile) -> list[Fault]:
    bare = profile.name == ORACLE and profile.path is None
    own = identity not in contract_ids(load_profile(ORACLE))
    sample = bare or own  # a profile's own contract that binds no list yet is tried with its samples, as the library is
    contract, faults = assemble(identity, profile, sample=sample)
    if contract is None or any(fault.level == "error" for fault in faults):
        return faults
    found = [
        *faults,
        *_conditional_columns(contract, (profile.library or LIBRARY) / "layouts"),
        *_units(contract),
        *_absent_lists(contract),
        *_edited_lists(contract),
        *_needs(contract, profile),
        *_loaded_by(contract, profile),
    ]
    found += _functions(contract)
    if not bare and not contract.overlay and not own:
        return found  # nothing of the profile's own: the bare library's examples say all
    for release in contract.releases or ("",):
        of_release, its_faults = assemble(identity, profile, release=release, sample=sample)
        found += its_faults
        if of_release and not any(fault.level == "error" for fault in its_faults):
            found += _examples(of_release, profile, own=own)
    if not any(fault.level == "error" for fault in found):
        found += _breakers(contract)
    return found


def _shared_prefixes(profile: Profile) -> list[Fault]:
    """Rule ids begin with the prefix, so no two contracts or overlays have the same."""
    first: dict[str, Place] = {}
    found = []
    for prefix, place in prefixes(profile):
        if first.setdefault(prefix, place) != place:
            found.append(_at(place, f"prefix {prefix} is used by another contract", "choose one of your own"))
    return found


def _at(place: Place | None, what: str, todo: str = "", level: str = "error") -> Fault:
    return Fault(place.path if place else "", place.line if place else 1, what, todo, level)


def _file_place(contract: Contract, file: str) -> Place:
    columns = contract.files[file].columns.values()
    return next((column.place for column in columns if column.place), Place(contract.id, 1))


def _conditional_columns(contract: Contract, layouts: Path) -> list[Fault]:
    """A layout column marked C needs a rule or a conditional ``required`` that mentions it."""
    found = []
    for file in contract.files.values():
        if not file.layout:
            continue
        mentioned = {
            name.rpartition(".")[2] if name not in file.columns else name
            for rule in contract.rules.values()
            if rule.written or rule.kind in ("required", "parent")
            for name in (*rule.columns, *(column for one in rule.conditions.values() for column in one.columns))
        }
        for column in in_force(file.layout, contract.release, layouts).columns.values():
            if column.required == "C" and column.name not in mentioned:
                what = (
                    f"{file.id}.{column.name} is conditionally required ({column.notes[:80]}) and no rule mentions it"
                )
                found.append(
                    _at(_file_place(contract, file.id), what, "add a rule or a conditional required", "warning")
                )
    return found


def _units(contract: Contract) -> list[Fault]:
    return [
        _at(_file_place(contract, file.id), "each record is a unit: business_key is missing", "name the key")
        for file in contract.roots
        if file.accept_unit == (("_row",),) and file.business_key == (("_row",),)
    ]


def _absent_lists(contract: Contract) -> list[Fault]:
    return [
        _at(
            one.place, one.unbound,
            f"`harness list refresh {one.id}`" if one.origin else "add the file, or unbind the list",
        )
        for one in contract.lists.values() if one.absent
    ]  # fmt: skip


def _edited_lists(contract: Contract) -> list[Fault]:
    """Lists that were changed by hand since they were taken: what they say is not what the source said."""
    return [
        _at(
            one.place, f"list {one.id} has {one.rows.height:,} rows in {one.file}, {one.counted:,} were taken",
            f"`harness list refresh {one.id}`", "warning",
        )
        for one in contract.lists.values()
        if one.rows is not None and one.counted is not None and one.rows.height != one.counted
    ]  # fmt: skip


def _needs(contract: Contract, profile: Profile) -> list[Fault]:
    known = contract_ids(profile)
    place = _file_place(contract, next(iter(contract.files)))
    return [
        _at(Place(place.path, 1), f"needs: no contract {identity}", f"use one of: {', '.join(known)}")
        for identity in contract.needs
        if identity not in known
    ]


def _loaded_by(contract: Contract, profile: Profile) -> list[Fault]:
    """Lists that are filled by payloads which no contract describes so, or which need not be loaded before."""
    found = []
    for one in contract.lists.values():
        by = one.loaded_by
        if by is None:
            continue
        if by.contract not in (contract.id, *contract.needs):
            what, todo = f"list {one.id} is loaded by {by.contract}, which is not needed", "name it under `needs`"
            found.append(_at(one.place, what, todo))
        elif by.contract in contract_ids(profile) and by.contract != contract.id:
            other, _ = assemble(by.contract, profile)
            files = other.files if other else {}
            columns = files[by.file].columns if by.file in files else {}
            unknown = sorted({*(set(by.columns.values()) - set(columns)), *(set(by.columns) - set(one.columns))})
            if other and (by.file not in files or unknown):
                what = f"list {one.id}: {', '.join(unknown)} is no column of {by.contract} {by.file}, or of the list"
                found.append(_at(one.place, what, "write list column: column of that file"))
    return found


def _functions(contract: Contract) -> list[Fault]:
    """Functions of the escape hatch that are not there."""
    found = []
    for rule in contract.rules.values():
        if rule.kind != "python":
            continue
        module, _, name = rule.spec["python"].partition(":")
        try:
            missing = not callable(getattr(importlib.import_module(module), name, None))
        except ImportError:
            missing = True
        if missing:
            what = f"{rule.id}: no function {rule.spec['python']}"
            found.append(_at(rule.place, what, "write package.module:function of an installed package"))
    return found


def _examples(contract: Contract, profile: Profile, *, own: bool) -> list[Fault]:
    found = []
    for example in contract.examples.values():
        other_release = example.release and example.release != contract.release
        if other_release or (contract.overlay and not example.prefix):
            continue
        if unknown := _unknown(contract, example.records):
            found.append(
                _at(example.place, f"example {example.name}: {unknown}", "use a file and column of the contract")
            )
            continue
        try:
            records = load_records(contract, example, _beside(contract, profile, own=own or bool(example.prefix)))
        except ContractError as error:
            found.append(_at(example.place, error.what, error.todo))
            continue
        if unknown := _unknown(contract, records):  # in files beside the contract
            found.append(_at(example.place, f"example {example.name}: {unknown}", "correct the file of the example"))
            continue
        found += _judged(contract, example, failing(contract, records))
    return found


def _beside(contract: Contract, profile: Profile, *, own: bool) -> Path:
    """Folder of the file that holds an example: the profile's if the contract or the overlay is its own."""
    root = profile.path / "contracts" if own and profile.path else LIBRARY
    return root / contract.id.partition(".")[0]


def _judged(contract: Contract, example: Example, failed: Iterable[str]) -> list[Fault]:
    if example.expects is None and failed:
        where = f" in release {contract.release}" if contract.release else ""
        what = f"example {example.name} must be valid{where}, it breaks {_listing(failed)}"
        return [_at(example.place, what, "correct the example or the rule")]
    if example.expects is not None and set(failed) != set(example.expects):
        what = f"example {example.name} breaks {_listing(failed)}"
        return [_at(example.place, what, f"write expects: [{', '.join(failed)}]")]
    return []


def _unknown(contract: Contract, records: Mapping[str, Any]) -> str:
    """What an example names that the contract does not have, or "" where its records can be used."""
    for name, rows in records.items():
        if name not in contract.files:
            return f"no file {name}"
        if isinstance(rows, list):
            columns = {column for row in rows for column in row if column not in ("_action", "_component")}
            if unknown := sorted(map(str, columns - set(contract.files[name].columns))):
                return f"{name} has no column {', '.join(unknown)}"
            if any(isinstance(value, list | dict) for row in rows for value in row.values()):
                return f"a record of {name} holds a value that is a list or mapping"
    return ""


def _breakers(contract: Contract) -> list[Fault]:
    """Faults of written breakers. One that is derived for an implied rule is held against it by being derived."""
    found = []
    for rule in contract.rules.values():
        if not rule.written:
            continue
        if unbound := unbound_lists(rule, contract):
            what = f"{rule.id} is not tested in this profile: {unbound[0]}"
            found.append(_at(rule.place, what, "bind it", "warning"))
        elif breaker := written_breaker(contract, rule):
            found += _judge(contract, breaker, broken_by(contract, breaker))
        elif contract.overlay and not rule.prefix:
            what = f"{rule.id} is not tested in this profile: its example is the library's"
            found.append(_at(rule.place, what, "replace the example in the overlay by the same name", "warning"))
        else:
            found.append(
                _at(rule.place, f"{rule.id}: no valid example to break", "name one by _in and _row, or add one")
            )
    return found


def _judge(contract: Contract, breaker: Breaker, failed: set[str]) -> list[Fault]:
    rule = breaker.rule
    if rule.id not in failed:
        return [_at(rule.place, f"{rule.id}: its breaker breaks {_listing(failed)}", "correct `breaks` or the rule")]
    if exact(contract, breaker, failed):
        return []
    also = ", ".join(sorted(failed - {rule.id}))
    return [_at(rule.place, f"{rule.id}: its breaker breaks {_listing(failed)}", f"write also: [{also}]")]


def _listing(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"
