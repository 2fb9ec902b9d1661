"""Lint: every fault of a contract at once, those of its words and those that only running its examples shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from contracts.errors import ContractError, Fault
from contracts.examples import Breaker, breakers, failing, load_records, written_breaker
from contracts.layouts import in_force
from contracts.library import LIBRARY, assemble, contract_ids
from contracts.model import Contract, Example, Place
from contracts.profiles import ORACLE, Profile, load_profile
from contracts.written import template_columns


def lint(profile: Profile, identities: Iterable[str] = ()) -> list[Fault]:
    """Return all faults of the contracts (default: all) of a profile, sorted by file and line.

    On the bare library examples and breakers run with the library's sample lists, and breakers are exact; in a
    profile they run with its lists, and exactness is asked of the overlay's own rules (contract format, section 11).
    """
    wanted = list(identities) or contract_ids(profile)
    faults = [fault for identity in wanted for fault in _lint_one(identity, profile)]
    return sorted({*faults, *_shared_prefixes(profile)})


def _lint_one(identity: str, profile: Profile) -> list[Fault]:
    bare = profile.name == ORACLE and profile.path is None
    contract, faults = assemble(identity, profile, sample=bare)
    if contract is None or any(fault.level == "error" for fault in faults):
        return faults
    found = [*faults, *_labels(contract), *_conditional_columns(contract), *_units(contract)]
    if not bare and not contract.overlay and identity in contract_ids(load_profile(ORACLE)):
        return found  # nothing of the profile's own: the bare library's examples say all
    for release in contract.releases or ("",):
        of_release = assemble(identity, profile, release=release, sample=bare)[0]
        if of_release:
            found += _examples(of_release)
    if not any(fault.level == "error" for fault in found):
        found += _breakers(contract)
    return found


def _shared_prefixes(profile: Profile) -> list[Fault]:
    seen: Counter[str] = Counter()
    places: dict[str, list[Place]] = {}
    for identity in contract_ids(profile):
        contract, _ = assemble(identity, profile)
        if contract:
            own = {rule.prefix: rule.place for rule in contract.rules.values() if rule.prefix and rule.place}
            for prefix, place in {
                contract.prefix: Place(f"contracts/{identity.replace('.', '/')}.yaml", 1),
                **own,
            }.items():
                seen[prefix] += 1
                places.setdefault(prefix, []).append(place)
    return [
        Fault(place.path, place.line, f"prefix {prefix} is used by another contract", "choose one of your own")
        for prefix, count in seen.items()
        if count > 1
        for place in places[prefix][1:]
    ]


def _at(place: Place | None, what: str, todo: str = "", level: str = "error") -> Fault:
    return Fault(place.path if place else "", place.line if place else 1, what, todo, level)


def _file_place(contract: Contract, file: str) -> Place:
    columns = contract.files[file].columns.values()
    return next((column.place for column in columns if column.place), Place(contract.id, 1))


def _labels(contract: Contract) -> list[Fault]:
    found = []
    for file in contract.files.values():
        for name in template_columns(file.record):
            column = file.columns.get(name)
            if name not in ("_row", "_line") and column is None:
                found.append(
                    _at(
                        _file_place(contract, file.id),
                        f"record: {name} is no column of {file.id}",
                        "use a column or _row",
                    )
                )
            elif column and column.masked:
                todo = "label a record by what is no personal data"
                found.append(_at(_file_place(contract, file.id), f"record: {name} holds personal data", todo))
    return found


def _conditional_columns(contract: Contract) -> list[Fault]:
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
        for column in in_force(file.layout, contract.release).columns.values():
            if column.required == "C" and column.name not in mentioned:
                what = (
                    f"{file.id}.{column.name} is conditionally required ({column.notes[:80]}) and no rule mentions it"
                )
                found.append(
                    _at(_file_place(contract, file.id), what, "add a rule or a conditional required", "warning")
                )
    return found


def _units(contract: Contract) -> list[Fault]:
    found = []
    for file in contract.roots:
        names = {name for key in (*file.accept_unit, *file.business_key) for name in key} | ({file.period} - {""})
        for name in sorted(names - set(file.columns) - {"_row"}):
            found.append(
                _at(_file_place(contract, file.id), f"accept unit: {name} is no column of {file.id}", "use a column")
            )
        if file.accept_unit == (("_row",),) and file.business_key == (("_row",),):
            found.append(
                _at(_file_place(contract, file.id), "each record is a unit: business_key is missing", "name the key")
            )
    return found


def _examples(contract: Contract) -> list[Fault]:
    found = []
    for example in contract.examples.values():
        other_release = example.release and example.release != contract.release
        if other_release or (contract.overlay and not example.prefix):
            continue
        if unknown := _unknown(contract, example):
            found.append(
                _at(example.place, f"example {example.name}: {unknown}", "use a file and column of the contract")
            )
            continue
        try:
            records = load_records(contract, example, LIBRARY / contract.department.lower())
        except ContractError as error:
            found.append(_at(example.place, error.what, error.todo))
            continue
        failed = failing(contract, records)
        if example.expects is None and failed:
            where = f" in release {contract.release}" if contract.release else ""
            what = f"example {example.name} must be valid{where}, it breaks {_listing(failed)}"
            found.append(_at(example.place, what, "correct the example or the rule"))
        elif example.expects is not None and set(failed) != set(example.expects):
            found.append(
                _at(
                    example.place,
                    f"example {example.name} breaks {_listing(failed)}",
                    f"write expects: [{', '.join(failed)}]",
                )
            )
    return found


def _unknown(contract: Contract, example: Example) -> str:
    for name, rows in example.records.items():
        if name not in contract.files:
            return f"no file {name}"
        if isinstance(rows, list):
            columns = {column for row in rows for column in row if column not in ("_action", "_component")}
            if unknown := sorted(columns - set(contract.files[name].columns)):
                return f"{name} has no column {', '.join(unknown)}"
    return ""


def _breakers(contract: Contract) -> list[Fault]:
    found = []
    for rule in contract.rules.values():
        if rule.written and written_breaker(contract, rule) is None:
            if contract.overlay and not rule.prefix:
                what = f"{rule.id} is not tested in this profile: its example is the library's"
                found.append(_at(rule.place, what, "replace the example in the overlay by the same name", "warning"))
            else:
                found.append(
                    _at(rule.place, f"{rule.id}: no valid example to break", "name one by _in and _row, or add one")
                )
    for breaker in breakers(contract):
        found += _judge(contract, breaker, set(failing(contract, breaker.records)))
    return found


def _judge(contract: Contract, breaker: Breaker, failed: set[str]) -> list[Fault]:
    rule = breaker.rule
    if rule.id not in failed:
        return [_at(rule.place, f"{rule.id}: its breaker breaks {_listing(failed)}", "correct `breaks` or the rule")]
    if exact(contract, breaker, failed):
        return []
    own = sorted(one for one in failed - {rule.id} if not contract.overlay or contract.rules[one].prefix)
    return [_at(rule.place, f"{rule.id}: its breaker breaks {_listing(failed)}", f"write also: [{', '.join(own)}]")]


def exact(contract: Contract, breaker: Breaker, failed: set[str]) -> bool:
    """True if a breaker breaks what it says and nothing else.

    Exactness is over the overlay's own rules and facets in a profile, where a library breaker must yield at least its
    own id; a derived breaker need only hit its rule.
    """
    rule = breaker.rule
    if rule.id not in failed or breaker.derived or (contract.overlay and not rule.prefix):
        return rule.id in failed
    if not contract.overlay:
        return failed == breaker.expects
    own = {one for one in failed if contract.rules[one].prefix}
    return own == {one for one in breaker.expects if one not in contract.rules or contract.rules[one].prefix}


def _listing(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"
