"""The contract catalogue: a page per contract, and an index by department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts import (
    DEPARTMENTS,
    FOLDERS,
    SEVERITIES,
    Contract,
    Profile,
)
from raid_log import DeliveredVersion
from reports.contract_page import Row, contract_page, contract_row
from reports.pages import render


@dataclass(frozen=True)
class Unread:
    """A contract that could not be read, and why."""

    id: str
    why: str


def catalogue(
    profile: Profile,
    contracts: Iterable[Contract],
    unread: Sequence[Unread] = (),
    delivered: Iterable[DeliveredVersion] = (),
) -> dict[str, str]:
    """Return file name -> page: ``index.html`` and ``<contract id>.html``; the same values give the same bytes.

    ``delivered``: which versions were delivered when, the history of each page.
    """
    history: dict[str, list[DeliveredVersion]] = defaultdict(list)
    for one in delivered:
        history[one.contract].append(one)
    rows = [contract_row(profile, contract) for contract in contracts]
    pages = {"index.html": _index(profile, rows, unread)}
    for row in rows:
        pages[f"{row.contract.id}.html"] = contract_page(profile, row, history[row.contract.id])
    return pages


def _index(profile: Profile, rows: Sequence[Row], unread: Sequence[Unread]) -> str:
    have = {row.contract.id for row in rows} | {one.id for one in unread}
    bare = [one for one in profile.register.values() if not have.intersection(one.contracts)]
    departments = [
        (
            name,
            [row for row in rows if row.contract.department == name],
            [one for one in unread if one.id.partition(".")[0] == folder],
            [one for one in bare if one.department == name],
        )
        for name, folder in zip(DEPARTMENTS, FOLDERS, strict=True)
    ]  # fmt: skip
    return render(
        "catalogue.html",
        title=profile.title,
        profile=profile.name,
        departments=departments,
        severities=SEVERITIES,
        contracts=len(rows),
        bare=len(bare),
    )
