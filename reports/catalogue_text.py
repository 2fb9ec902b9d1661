"""The contract catalogue as one Markdown file: what there is, for readers of the repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts import DEPARTMENTS, Contract, Profile

_COLUMNS = (
    "contract",
    "version",
    "status",
    "what",
    "direction",
    "channel",
    "releases",
    "files",
    "rules",
    "open questions",
)


def catalogue_text(profile: Profile, library: Sequence[Contract], own: Sequence[Contract]) -> str:
    """Return the file: the library's contracts by department, then what a profile has of its own and adds.

    ``rules``: those that are written, of library and overlay together; each contract has many more from its columns.
    """
    return "\n".join([*_page(profile, library, own), ""])


def _page(profile: Profile, library: Sequence[Contract], own: Sequence[Contract]) -> Iterator[str]:
    yield "# Contracts\n"
    yield "Written by `make catalog` out of the contract files, compared by a test. A `draft` is not to be relied on"
    yield "yet: what is missing stands under its open questions. Every column and rule: `harness report catalogue`, or"
    yield "`harness show ID`.\n"
    yield f"The library has {_counted(library)}."
    for department in DEPARTMENTS:
        if found := [one for one in library if one.department == department]:
            yield f"\n## {department}\n"
            yield from _table(found)
    overlays = [one for one in own if one.overlay]
    bare = [one for one in own if not one.overlay]
    for title, told in ((f"Of profile {profile.name} alone", bare), (f"Extended by profile {profile.name}", overlays)):
        if told:
            yield f"\n## {title}\n"
            yield f"{_counted(told)}.\n"
            yield from _table(told)


def _counted(contracts: Sequence[Contract]) -> str:
    active = sum(one.status == "active" for one in contracts)
    return f"{len(contracts)} contracts: {active} active, {len(contracts) - active} not"


def _table(contracts: Sequence[Contract]) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield "|---" * len(_COLUMNS) + "|"
    for one in contracts:
        written = sum(rule.written for rule in one.rules.values())
        cells = (
            f"`{one.id}`", one.version, one.status, one.title.replace("|", "\\|"), one.direction, one.channel,
            ", ".join(one.releases) or "-", len(one.files), written, len(one.unconfirmed),
        )  # fmt: skip
        yield f"| {' | '.join(map(str, cells))} |"
