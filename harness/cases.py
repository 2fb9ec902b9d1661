"""A case: a payload that is kept, and the last approved state of what contract and tool say of it.

A case is a folder ``cases/<contract>/<name>/`` of a workspace, or ``test_suites/cases/<contract>/<name>/`` of the tool,
with the payload and ``expected.yaml`` (expected.py) in it: docs/corpus.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from polars.exceptions import PanicException

from contracts import SEVERITIES, Contract, ContractError, Profile, load
from harness.checking import check
from harness.errors import UsageError
from harness.judgement import Judgement, judgement_of
from harness.workspace import FILE, named_profile
from interfaces import PayloadError, read

SHIPPED = Path(__file__).resolve().parents[1] / "test_suites" / "cases"
"""The cases that come with the tool. They are data beside this room."""
EXPECTED = "expected.yaml"


class ToolError(UsageError):
    """The tool itself fails on a payload. Such a case keeps the payload until the tool is mended."""


@dataclass(frozen=True)
class Approval:
    """Who changed what a case expects, when, and why."""

    day: date
    by: str
    why: str


@dataclass(frozen=True)
class Case:
    """One case folder. A case without units expects nothing yet: whatever is found differs."""

    folder: Path
    payload: Path
    why: str
    since: date  # the day on which it came in
    defect: str  # id in the RAID log, or blank
    contract: str
    profile: str
    release: str
    as_of: date  # the day at which lists are aged
    expected: Judgement
    approved: tuple[Approval, ...] = ()

    @property
    def name(self) -> str:
        """Where the case lies: ``cases/<contract>/<name>``, of the tool ``test_suites/cases/<contract>/<name>``."""
        return case_name(self.folder)

    @property
    def title(self) -> str:
        """Name of the folder as words."""
        return self.folder.name.replace("_", " ").replace("-", " ")

    @property
    def kind(self) -> str:
        """Class of the payload: valid where nothing is expected."""
        return "faulty" if self.expected.findings else "valid"

    def worst(self, contract: Contract) -> tuple[str, str]:
        """Title and severity of the worst rule that is expected to fail; of a valid case a sentence, moderate."""
        rules = [contract.rules[name] for name in self.expected.findings if name in contract.rules]
        if not rules:
            return ("A payload breaks a rule" if self.kind == "faulty" else "A correct payload passes"), "moderate"
        rule = min(rules, key=lambda one: SEVERITIES.index(one.severity))
        return rule.title, rule.severity


class Promises:
    """The contracts of cases, each loaded once: many cases share one."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[Profile, Contract]] = {}

    def of(self, case: Case) -> tuple[Profile, Contract]:
        """Return profile and contract of a case. Raises ContractError where they cannot be loaded."""
        home = case.folder.parents[2]  # of a workspace's case the workspace, to which its profile is relative
        workspace = home if (home / FILE).is_file() else None
        key = (case.profile, case.contract, case.release, str(workspace))
        if key not in self._kept:
            profile = named_profile(case.profile, workspace)
            self._kept[key] = profile, load(case.contract, profile, release=case.release)
        return self._kept[key]


def judged(case: Case, promises: Promises) -> tuple[Contract, Judgement]:
    """Return the contract of a case and what the tool says of its payload: all findings, all verdicts.

    Raises ContractError or PayloadError where contract or payload cannot be read, ToolError where the tool fails.
    """
    profile, contract = promises.of(case)
    try:
        payload = read(case.payload, contract)
        result = check(
            payload, contract, as_of=case.as_of, all_findings=True, load_all_or_nothing=profile.load_all_or_nothing
        )
        return contract, judgement_of(result)
    except (ContractError, PayloadError):
        raise
    except (Exception, PanicException) as error:  # whatever it is: a payload must never stop the run over all cases
        # the name only: the text of a stranger's error may hold values of the payload
        what, todo = f"the tool fails on this payload: {type(error).__name__}", "mend the tool, then approve the case"
        raise ToolError(what, where=str(case.payload), todo=todo) from error


def case_folders(workspace: Path | None = None) -> list[Path]:
    """Folders of all cases: the tool's, then the workspace's; each in name order."""
    roots = [SHIPPED, *([workspace / "cases"] if workspace else [])]
    return [path.parent for root in roots for path in sorted(root.glob(f"*/*/{EXPECTED}"))]


def case_name(folder: Path) -> str:
    """Name of the case in a folder, as ``Case.name`` has it."""
    root = folder.resolve().parents[1]
    return "/".join(["test_suites/cases" if root == SHIPPED else "cases", folder.parent.name, folder.name])


def select_cases(words: Iterable[str], folders: Sequence[Path]) -> list[Path]:
    """Return the cases that words name, each once: a path, a contract id, a case's name, or its end (``a_case``).

    A word that is a folder counts with every case in it. Raises UsageError for a word that names no case.
    """
    chosen: dict[Path, None] = {}
    for word in words:
        path = Path(word)
        inside = sorted(one.parent for one in path.rglob(EXPECTED)) if path.is_dir() else []
        found = inside or [one for one in folders if _is_named(one, word)]
        if not found:
            todo = "name a folder of cases, a contract or a case: `harness case list` shows them"
            raise UsageError(f"no case {word}", todo=todo)
        chosen |= dict.fromkeys(one.resolve() for one in found)
    return list(chosen)


def _is_named(folder: Path, word: str) -> bool:
    name = case_name(folder)
    return word == folder.parent.name or name == word or name.endswith(f"/{word}")
