"""All cases against their last approved state, and against what the last run found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts import Contract, ContractError
from harness.cases import Case, Promises, case_name, judged
from harness.errors import UsageError
from harness.expected import read_case
from harness.judgement import Difference, Judgement, differences
from interfaces import PayloadError

STATES = ("new", "changed", "still failing", "fixed", "passing")
"""What became of a case since the last run, the most urgent first."""

Kept = Mapping[str, tuple[str, ...]]
"""Case name -> one line per difference, none where the case passed."""


@dataclass(frozen=True)
class Outcome:
    """A case today. ``trouble`` says why it could not be judged; then ``contract`` or ``case`` may be missing."""

    name: str
    case: Case | None = None
    contract: Contract | None = None
    actual: Judgement | None = None
    trouble: str = ""

    @property
    def differences(self) -> list[Difference]:
        """On what approved and found do not agree."""
        return differences(self.case.expected, self.actual) if self.case and self.actual else []

    @property
    def lines(self) -> tuple[str, ...]:
        """The differences as text, or the trouble; none where the case passes."""
        return (self.trouble,) if self.trouble else tuple(map(str, self.differences))


def outcome(folder: Path, promises: Promises) -> Outcome:
    """Judge the case in a folder. A case that cannot be read or judged is an outcome, too, never an exception."""
    name, case = case_name(folder), None
    try:
        case = read_case(folder)
        contract, actual = judged(case, promises)
    except (ContractError, PayloadError, UsageError) as error:
        told = " / ".join(error.what.splitlines())  # not where: that is another path on every machine
        return Outcome(name, case, trouble=f"cannot be judged: {told}")
    return Outcome(name, case, contract, actual)


def state(one: Outcome, kept: Kept) -> str:
    """Return the state of a case (``STATES``) seen from the last run; a case unknown to it is new where it fails."""
    before = kept.get(one.name, ())
    if not one.lines:
        return "fixed" if before else "passing"
    if not before:
        return "new"
    return "still failing" if before == one.lines else "changed"


def gone(kept: Kept, folders: Iterable[Path]) -> list[str]:
    """Return the names of cases that failed in the last run and are no more: nothing is fixed by removing a case."""
    here = {case_name(folder) for folder in folders}
    return sorted(name for name, lines in kept.items() if lines and name not in here)


def read_kept(path: Path | None) -> Kept:
    """Return what the last run found; nothing where there was none. Raises UsageError if it cannot be read."""
    if path is None or not path.exists():
        return {}
    try:
        cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
        return {str(name): tuple(map(str, lines)) for name, lines in cases.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        todo = "remove it, or name another file: --baseline FILE"
        raise UsageError(f"the last result cannot be read: {error}", where=str(path), todo=todo) from error


def keep(path: Path, outcomes: Sequence[Outcome], kept: Kept, folders: Iterable[Path]) -> None:
    """Write what was found, beside what is known of cases that exist and were not run. Raises UsageError."""
    here = {case_name(folder) for folder in folders}
    others = {name: list(lines) for name, lines in kept.items() if name in here}
    cases = dict(sorted({**others, **{one.name: list(one.lines) for one in outcomes}}.items()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cases": cases}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        what = f"the result cannot be kept: {error.strerror or error}"
        raise UsageError(what, where=str(path), todo="name another file: --baseline FILE") from error
