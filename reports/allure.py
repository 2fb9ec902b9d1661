"""Allure results of a run: one per interface and rule, class ``delivered``. Plain files in the common result format.

Allure knows a test by its full name over the weeks, so nothing that changes from run to run stands in a name, title
or status message: numbers are in the description, samples in an attachment.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from contracts import FINDING_COLUMNS, Contract, ContractError, Interface, Profile, RuleStatus, RunResult, Submission

RESULT_SEVERITY: Mapping[str, str] = {
    "critical": "blocker",
    "significant": "critical",
    "moderate": "normal",
    "minor": "minor",
}
"""Our severities in Allure's words; its ``trivial`` is not used."""

CATEGORIES: tuple[Mapping[str, Any], ...] = (
    {"name": "Load error", "matchedStatuses": ["failed"], "messageRegex": r"[\s\S]*Fusion's loader[\s\S]*"},
    {"name": "Contract violation", "matchedStatuses": ["failed"]},
    {"name": "Not checked", "matchedStatuses": ["skipped"], "messageRegex": r"[\s\S]*(not bound|older than)[\s\S]*"},
    {"name": "Untested", "matchedStatuses": ["skipped"], "messageRegex": r"never applied[\s\S]*"},
    {"name": "Environment trouble", "matchedStatuses": ["broken"]},
)
"""What a reader of the report sees its tests sorted by."""

DELIVERED = "delivered"
ATTACHED = 20
"""Findings of a rule that its attachment shows."""

_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "fusion-interface-harness/allure")
_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.,]+$)")
_WORST_FIRST = ("failed", "stale", "not_checked", "passed", "not_applied")


@dataclass(frozen=True)
class _Test:
    """One rule of one interface, with its status in every submission of the interface that speaks of it."""

    interface: Interface | None
    identity: str  # id of the interface
    contract: str
    submissions: tuple[tuple[Submission, RuleStatus], ...]
    shared: bool  # the interface has several contracts: their rule ids alone tell nothing apart

    @property
    def rule(self) -> RuleStatus:
        return self.submissions[0][1]

    @property
    def full_name(self) -> str:
        parts = (self.identity, *([self.contract] if self.shared else []), self.rule.id, DELIVERED)
        return " ".join(parts)

    @property
    def feature(self) -> str:
        return f"{self.identity} {self.interface.name}" if self.interface else self.identity

    @property
    def status(self) -> str:
        """Our word: the first of failed, stale, not_checked, passed, not_applied that a submission has."""
        if any(status.findings for _, status in self.submissions):
            return "failed"
        return min((status.status for _, status in self.submissions), key=_WORST_FIRST.index)


def write(run: RunResult, profile: Profile, contracts: Mapping[str, Contract], folder: Path) -> int:
    """Write the results of a run into ``folder`` (made if missing) and return their number.

    One result per interface and rule, over all its submissions; those meant to be refused (``negative``) stay out.
    ``contracts`` are the effective ones by id, for wording. Same run, same bytes. Raises ContractError if the folder
    cannot be written.
    """
    tests = list(_tests(run, profile))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for test in tests:
            _write_test(test, run, contracts.get(test.contract), folder)
        write_environment(folder, _environment(run))
    except OSError as error:
        what = f"Allure results cannot be written: {error.strerror or error}"
        raise ContractError(what, where=str(folder), todo="name a folder that can be written") from error
    return len(tests)


def write_environment(
    folder: Path, facts: Mapping[str, str], categories: Sequence[Mapping[str, object]] = CATEGORIES
) -> None:
    """Write what the results were made with, and the categories that a reader sees them sorted by, into ``folder``."""
    # a JSON string without its quotes is a value of a properties file: ASCII, one line, backslashes doubled
    lines = "".join(f"{name} = {json.dumps(value)[1:-1]}\n" for name, value in facts.items())
    (folder / "environment.properties").write_text(lines, encoding="ascii", newline="\n")
    dump(folder / "categories.json", categories)


def _tests(run: RunResult, profile: Profile) -> Iterator[_Test]:
    grouped: dict[tuple[str, str, str], list[tuple[Submission, RuleStatus]]] = {}
    for submission in run.submissions:
        for status in () if submission.negative else submission.result.rules:
            key = (submission.interface, submission.result.contract, status.id)
            grouped.setdefault(key, []).append((submission, status))
    for (identity, contract, _), found in grouped.items():
        row = profile.register.get(identity)
        yield _Test(row, identity, contract, tuple(found), shared=row is not None and len(row.contracts) > 1)


def _write_test(test: _Test, run: RunResult, contract: Contract | None, folder: Path) -> None:
    identity = str(uuid.uuid5(_NAMES, f"{run.id} {test.full_name}"))
    samples = _samples(test)
    attachments = []
    if samples.height:
        source = f"{identity}-attachment.csv"
        (folder / source).write_text(samples.write_csv(), encoding="utf-8", newline="")
        attachments = [{"name": "findings (masked)", "source": source, "type": "text/csv"}]
    dump(folder / f"{identity}-result.json", _result(test, run, contract, identity, attachments))


def _result(
    test: _Test, run: RunResult, contract: Contract | None, identity: str, attachments: list[dict[str, str]]
) -> dict[str, Any]:
    known = uuid.uuid5(_NAMES, test.full_name).hex
    status, message = _verdict(test)
    moments = [submission.submitted_at for submission, _ in test.submissions]
    return {
        "uuid": identity,
        "historyId": known,
        "testCaseId": known,
        "fullName": test.full_name,
        "name": f"{test.rule.id} {test.rule.title}",
        "status": status,
        "statusDetails": {"message": message} if message else {},
        "stage": "finished",
        "description": _description(test, contract),
        "start": _milliseconds(min(moments)),
        "stop": _milliseconds(max(moments)),
        "labels": [{"name": name, "value": value} for name, value in _labels(test, contract)],
        "links": [],
        "parameters": [
            {"name": "profile", "value": run.profile, "excluded": True},
            {"name": "run", "value": run.id, "excluded": True},
        ],
        "steps": [],
        "attachments": attachments,
    }


def _verdict(test: _Test) -> tuple[str, str]:
    """Allure's status and its message: the rule in words, never a value or a number of the payload."""
    match test.status:
        case "failed":
            harm = "; Fusion's loader is predicted to refuse it" if test.rule.code == "load" else ""
            return "failed", f"{test.rule.id} ({test.rule.severity}) does not hold: {test.rule.title}{harm}"
        case "passed":
            return "passed", ""
        case "not_applied":
            return "skipped", "never applied: untested"
        case status:
            reasons = (one.reason for _, one in test.submissions if one.status == status)
            return "skipped", next((reason for reason in reasons if reason), status.replace("_", " "))


def _labels(test: _Test, contract: Contract | None) -> Iterator[tuple[str, str]]:
    result = test.submissions[0][0].result
    department = test.interface.department if test.interface else contract.department if contract else ""
    yield "epic", department
    yield "feature", test.feature
    yield "story", test.rule.title
    yield "parentSuite", department
    yield "suite", test.feature
    yield "subSuite", result.contract
    yield "severity", RESULT_SEVERITY[test.rule.severity]
    yield "owner", owner(contract) if contract else department
    yield "layer", "contract"
    yield "framework", "harness"
    yield "class", DELIVERED
    for evidence in sorted({submission.evidence_class for submission, _ in test.submissions}):
        yield "evidence", evidence
    yield "contract_version", result.version
    yield "release", result.release
    yield "status", result.contract_status


def owner(contract: Contract) -> str:
    """Who answers for a contract: its steward, else its department."""
    return contract.owner.get("steward") or contract.owner.get("department") or contract.department


def _description(test: _Test, contract: Contract | None) -> str:
    rule = contract.rules.get(test.rule.id) if contract else None
    found = sum(status.findings for _, status in test.submissions)
    units = sum(status.units for _, status in test.submissions)
    submitted = sum(submission.result.submitted for submission, _ in test.submissions)
    lines = [
        f"{found:,} findings in {units:,} of {submitted:,} units, {len(test.submissions)} submissions.",
        f"Severity {test.rule.severity}" + (f", predicts {test.rule.code}." if test.rule.code else "."),
        rule.why if rule else "",
        "",
        *(
            f"- {_plain(submission.result.payload)}: {status.status}, {status.findings:,} findings"
            for submission, status in test.submissions
        ),
    ]
    return "\n".join(line for at, line in enumerate(lines) if line or at == 3)


def _samples(test: _Test) -> pl.DataFrame:
    """The first findings of the rule, masked by the check; no cell begins a formula."""
    frames = [
        submission.result.samples.filter(pl.col("rule") == status.id).select(
            pl.lit(submission.result.payload).alias("payload"), *FINDING_COLUMNS
        )
        for submission, status in test.submissions
        if status.findings
    ]
    if not frames:
        return pl.DataFrame()
    shown = pl.concat(frames).head(ATTACHED)
    return shown.with_columns(pl.col(pl.String).map_elements(cell, return_dtype=pl.String))


def cell(text: str) -> str:
    """Return the text as a cell that no spreadsheet computes; a negative amount stays one."""
    return f"'{text}" if _FORMULA.match(text) else text


def _environment(run: RunResult) -> dict[str, str]:
    results = [submission.result for submission in run.submissions]
    return {
        "profile": run.profile,
        "run": run.id,
        "started": run.started_at.isoformat(),
        "harness": run.harness_version,
        "contracts": _listing(f"{result.contract} {result.version}" for result in results),
        "releases": _listing(result.release for result in results),
        "evidence": _listing(submission.evidence_class for submission in run.submissions),
    }


def _listing(words: Iterable[str]) -> str:
    return ", ".join(sorted({word for word in words if word}))


def _plain(text: str) -> str:
    """A file name without what Markdown or HTML would read as its own."""
    return re.sub(r"[^\w .()+-]", "_", text)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def dump(path: Path, data: object) -> None:
    """Write data as Allure's results are written: JSON, the same bytes for the same data."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
