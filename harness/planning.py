"""A folder of payloads as one linked set: in loading order, keys looked up in the payloads that are loaded before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import polars as pl

from contracts import CheckResult, Contract, Profile, Records, ReferenceList, contract_ids, load, pod_names
from harness.checking import check
from harness.choosing import choose
from harness.errors import UsageError
from harness.running import files
from interfaces import Limits, Payload, read


@dataclass(frozen=True)
class Lent:
    """Rows of a list that a payload of the plan has put into the pod before."""

    list: str
    contract: str
    rows: int


@dataclass(frozen=True)
class Step:
    """One payload of a plan, with its verdicts as they stand once all before it are loaded."""

    path: Path
    contract: Contract  # its lists hold what earlier payloads load
    result: CheckResult
    lent: tuple[Lent, ...]
    absent: tuple[str, ...]  # contracts that it needs and of which the plan has no payload


def plan(
    paths: Iterable[Path],
    profile: Profile,
    *,
    as_of: date | None = None,
    sample: int = 100,
    limits: Limits | None = None,
) -> Iterator[Step]:
    """Yield the payloads under ``paths`` in loading order, each checked against lists and the payloads before it.

    The order is that of ``needs``, and of names where nothing else decides. A list says under ``loaded_by`` whose
    payloads fill it: it gets the rows of the accept units there that are predicted to be accepted; where a profile does
    not bind it, these are all it has.
    Raises UsageError for a payload whose contract is not told, and where contracts need each other in a circle.
    """
    once = {path.resolve(): path for path in files(paths)}.values()  # a folder and a file in it may both be named
    named = [(path, contract_of(path, profile)) for path in once]
    if not named:
        raise UsageError("no payloads", where=", ".join(map(str, paths)), todo="name files or folders")
    known = {identity: load(identity, profile) for identity in dict.fromkeys(identity for _, identity in named)}
    order = loading_order(known, profile)
    loaded: dict[str, list[tuple[Contract, Payload, CheckResult]]] = {}
    for path, identity in sorted(named, key=lambda one: (order.index(one[1]), one[0].name)):
        contract, lent = _with_rows(known[identity], loaded)
        payload = read(path, contract, limits=limits)
        result = check(payload, contract, as_of=as_of, sample=sample, load_all_or_nothing=profile.load_all_or_nothing)
        loaded.setdefault(identity, []).append((contract, payload, result))
        absent = tuple(needed for needed in contract.needs if needed not in known)
        yield Step(path, contract, result, lent, absent)


def contract_of(path: Path, profile: Profile) -> str:
    """Return the contract of a payload: told by its folder (a contract or an interface with one), else by its files.

    Raises UsageError where neither tells.
    """
    folder = path.resolve().parent.name
    if folder in contract_ids(profile):
        return folder
    row = profile.register.get(folder)
    if row is not None and len(row.contracts) == 1:
        return row.contracts[0]
    try:
        return choose(path, profile, among=row.contracts if row else ())
    except UsageError as error:
        todo = "put it into a folder named after its contract or interface, or leave it out"
        raise UsageError(error.what, where=error.where, todo=todo) from error


def loading_order(contracts: Mapping[str, Contract], profile: Profile) -> Sequence[str]:
    """Return contract ids so that each stands behind those that it needs, directly or through others.

    Raises UsageError for contracts that need each other in a circle.
    """
    graph: dict[str, tuple[str, ...]] = {}
    pending = list(contracts)
    while pending:
        identity = pending.pop()
        if identity not in graph:
            needed = contracts[identity].needs if identity in contracts else load(identity, profile).needs
            graph[identity] = tuple(sorted(needed))
            pending += needed
    sorter = TopologicalSorter({identity: graph[identity] for identity in sorted(graph)})
    try:
        return [identity for identity in sorter.static_order() if identity in contracts]
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise UsageError(f"contracts need each other: {circle}", todo="take one out of `needs`") from error


def _with_rows(
    contract: Contract, loaded: Mapping[str, Sequence[tuple[Contract, Payload, CheckResult]]]
) -> tuple[Contract, tuple[Lent, ...]]:
    """The contract with lists that also hold what earlier payloads load."""
    lists: dict[str, ReferenceList] = dict(contract.lists)
    lent = []
    for name, one in contract.lists.items():
        if one.loaded_by is None or one.loaded_by.contract not in loaded:
            continue
        rows = pl.concat(_taken(one, *each) for each in loaded[one.loaded_by.contract])
        lent.append(Lent(name, one.loaded_by.contract, rows.height))
        lists[name] = replace(one, rows=rows if one.rows is None else pl.concat([one.rows, rows], how="diagonal"))
    changed = replace(contract, lists=lists)
    return replace(changed, aliases=pod_names(changed)), tuple(lent)


def _taken(one: ReferenceList, contract: Contract, payload: Payload, result: CheckResult) -> pl.DataFrame:
    """Rows of a list that one payload puts into the pod: of records whose unit is predicted to be accepted."""
    by = one.loaded_by
    assert by is not None
    columns = list(dict.fromkeys([*one.columns, *by.columns]))
    if by.file not in payload.frames:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    ready = Records(contract, payload.frames).ready[by.file]
    accepted = (result.units["predicted"] == "accepted").gather(ready.frame["_unit"])
    values = [
        ready.plain(by.columns[name]).alias(name) if name in by.columns else pl.lit(None, pl.String).alias(name)
        for name in columns
    ]
    return ready.frame.filter(accepted).select(values).unique(maintain_order=True)
