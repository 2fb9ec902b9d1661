"""Which member of a package is which file of the contract: told by names, as Oracle's loaders are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from contracts.model import Contract, File
from interfaces.package import Member, Package
from interfaces.payload import Fact


def match(contract: Contract, package: Package) -> tuple[dict[str, list[Member]], list[Fact]]:
    """Return the members of each file of the contract, in the contract's order, and all facts about the package.

    The name decides (``*`` stands for any text); a plain file is the only member of a contract that has one. Files that
    share a member (record types) all get it.
    """
    found: dict[str, list[Member]] = {id_: [] for id_ in contract.files}
    facts = list(package.facts)
    for member in package.members:
        file, exact = _file_of(member.name, contract)
        if file is None and not package.archive and len({names_of(one) for one in contract.files.values()}) == 1:
            file = next(iter(contract.files.values()))
        if file is not None:
            for one in contract.files.values():
                if names_of(one) == names_of(file):
                    found[one.id].append(member)
        if package.archive:
            facts += _about_name(member.name, file, exact, contract)
    facts += _missing(contract, package, found)
    return {id_: members for id_, members in found.items() if members}, facts


def _file_of(name: str, contract: Contract) -> tuple[File | None, bool]:
    """The file that a member's name tells, and whether it does so to the letter."""
    base = _base(name)
    for flags in (re.NOFLAG, re.IGNORECASE):
        for file in contract.files.values():
            if any(re.fullmatch(_pattern(known), base, flags | re.DOTALL) for known in names_of(file)):
                return file, flags == re.NOFLAG
    return None, False


def _pattern(name: str) -> str:
    return re.escape(name).replace(r"\*", ".*")


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]


def names_of(file: File) -> tuple[str, ...]:
    """Return the names of the members that hold a file's records; the first is written."""
    return file.names or (f"{file.layout or file.id}.csv",)


def _about_name(name: str, file: File | None, exact: bool, contract: Contract) -> list[Fact]:
    if file is None:
        if not contract.files_exactly or name.lower().endswith(".properties"):
            return []
        return [Fact("package.member_unknown", "", "the contract knows no member of this name", member=name)]
    facts: list[Fact] = []
    if not exact:
        detail = f"the name differs in case: expected {' or '.join(names_of(file))}"
        facts.append(Fact("package.member_case", "", detail, member=name))
    if _base(name) != name:
        facts.append(Fact("package.folder", "", "the member lies in a folder", member=name))
    return facts


def _missing(contract: Contract, package: Package, found: Mapping[str, Sequence[Member]]) -> list[Fact]:
    if any(not fact.member and fact.rule == "package.unreadable" for fact in package.facts):
        return []  # of an archive that cannot be opened nobody knows what is in it
    refused = {file.id for fact in package.facts if fact.member and (file := _file_of(fact.member, contract)[0])}
    there = {id_ for id_, members in found.items() if members}
    return [
        Fact("package.member_missing", "", f"no member {' or '.join(names_of(file))}", member=names_of(file)[0])
        for file in contract.files.values()
        if file.id not in there | refused and (not file.optional or (not there and file.parent is None))
    ]


def together(contract: Contract, found: Mapping[str, Sequence[Member]]) -> list[tuple[list[File], Sequence[Member]]]:
    """Return the files that were found, each with its members; files whose records share members together."""
    groups: dict[tuple[str, ...], list[File]] = {}
    for id_ in found:
        groups.setdefault(names_of(contract.files[id_]), []).append(contract.files[id_])
    return [(files, found[files[0].id]) for files in groups.values()]


def member_name(names: Sequence[str]) -> str:
    """Return the name under which a member is written: the first, a star standing for nothing, or for all of it."""
    return names[0].replace("*", "payload" if names[0].startswith("*.") else "")
