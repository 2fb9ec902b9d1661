"""Allure labels of a running test, and what the report says of the session. Nothing here needs Allure to be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contracts import Contract

LINKS = {"contract": "../catalogue/{id}.html", "raid": "../raid.html#{id}"}
"""Addresses of a contract's page and of a RAID entry, seen from a report; the pages stand beside it."""

labelled: set[str] = set()
"""Contracts and versions of the labelled tests of this session."""

_told: list[tuple[Callable[[str], None], str]] = []  # of the running test


def label(
    contract: Contract, *, title: str, story: str, severity: str, kind: str, defect: str = "", description: str = ""
) -> None:
    """Give the running test its Allure labels: the contract in the interface's place, ``kind`` as its class.

    ``severity`` is our word. ``defect`` is the id of a RAID entry. Numbers belong into ``description``: a title that
    changes is another test. Does nothing where allure-pytest is not installed or no ``--alluredir`` is asked for.
    """
    if (allure := _allure()) is None:
        return
    from reports.allure import RESULT_SEVERITY, owner

    dynamic: Any = allure.dynamic
    _told[:] = [(dynamic.title, title), (dynamic.description, description)]
    tell()
    dynamic.epic(contract.department)
    dynamic.feature(contract.id)
    dynamic.story(story)
    dynamic.severity(RESULT_SEVERITY[severity])
    dynamic.link(LINKS["contract"].format(id=contract.id), name=contract.id)
    if defect:
        dynamic.issue(LINKS["raid"].format(id=defect), name=defect)
    own = {
        "owner": owner(contract),
        "layer": "contract",
        "class": kind,
        "evidence": "generated" if kind == "generated" else "conformance",
        "contract_version": contract.version,
        "release": contract.release,
        "status": contract.status,
    }
    for name, value in own.items():
        dynamic.label(name, value)
    labelled.add(f"{contract.id} {contract.version}")


def forget() -> None:
    """Forget title and description of the test before."""
    _told.clear()


def tell() -> None:
    """Set title and description; again when the test is called, since allure-pytest forgets what a fixture said."""
    for say, text in _told:
        say(text)


def describe(text: str) -> None:
    """Set what Allure shows below the title of the running test; numbers stand here. Does nothing without Allure."""
    if (allure := _allure()) is not None:
        allure.dynamic.description(text)


def attach(text: str, name: str, kind: str = "json") -> None:
    """Attach a text to the running test in Allure's results; does nothing without Allure."""
    if (allure := _allure()) is not None:
        allure.attach(text, name=name, attachment_type=getattr(allure.attachment_type, kind.upper()))


def describe_session(folder: Path, facts: Mapping[str, str]) -> None:
    """Write environment and categories beside the results, if a test of the session was labelled."""
    if labelled and folder.is_dir():
        from reports.allure import write_environment

        write_environment(folder, {**facts, "contracts": ", ".join(sorted(labelled))})


def _allure() -> Any:
    try:
        import allure
    except ImportError:
        return None
    return allure
